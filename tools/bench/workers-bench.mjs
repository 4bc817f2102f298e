/**
 * Measure: series judged per second by 1, 2 and 4 worker processes that share a queue in PostgreSQL: where judging takes no time
 * (what the queue and the store cost), and where it takes 50 ms (how far more workers help). The server writes in earnest.
 * `--out FILE` writes it as Markdown.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { tsImport } from "tsx/esm/api";
import { median } from "./measure.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const tests = "../../test/io/store";
const load = (path) => tsImport(path, import.meta.url);

/** A process that judges, each series for so many milliseconds. */
function start(url, judgeMs) {
  const args = ["--import", "tsx", at(`${tests}/worker.ts`), url, `${judgeMs}`, "60000"];
  return spawn(process.execPath, args, { stdio: ["pipe", "ignore", "inherit"] });
}

async function stop(child) {
  child.stdin.end();
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/** Records a series for each of so many mails. */
async function record(store, examples, source, count) {
  const mails = Array.from({ length: count }, (_, i) => examples.mail(`${source}-${i}`));
  await store.record(source, null, examples.batch(mails, "1"), examples.at(0));
  const ids = mails.map(({ id }) => id);
  const all = ids.map((id) => examples.series([id]));
  await store.putSeries(ids, all, examples.at(0));
}

async function untilJudged(store, count) {
  while ((await store.counts()).series.judged < count) await wait(20);
}

/** Series per second: the time begins with the queue filled, when all workers have judged something. */
async function throughput({ openStore }, { enqueueDue }, examples, url, workers, judgeMs, count) {
  const store = await openStore({ url, connections: 3 });
  const children = Array.from({ length: workers }, () => start(url, judgeMs));
  try {
    const warm = workers * 20;
    await record(store, examples, "warm", warm);
    await untilJudged(store, warm);
    await wait(1500);
    await record(store, examples, "bench", count);
    const begun = performance.now();
    await enqueueDue({ store, rules: "r1" });
    await untilJudged(store, warm + count);
    return count / ((performance.now() - begun) / 1000);
  } finally {
    await Promise.all(children.map(stop));
    await store.close();
  }
}

const WORKERS = [1, 2, 4];
/** Milliseconds that judging takes, and how many series are judged then. */
const CASES = [
  [0, 400],
  [50, 300],
];

/** For each case and number of workers the rate of each run; the runs go over all of them in turn. */
async function measure(server, modules, examples, runs) {
  const rates = new Map();
  for (let run = 0; run < runs; run++)
    for (const [judgeMs, count] of CASES)
      for (const workers of WORKERS) {
        const key = `${judgeMs} ${workers}`;
        const rate = await throughput(...modules, examples, await server.create(), workers, judgeMs, count);
        rates.set(key, [...(rates.get(key) ?? []), rate]);
      }
  return (judgeMs, workers) => median(rates.get(`${judgeMs} ${workers}`));
}

/** "PostgreSQL 15.8". */
async function versionOf({ openStore }, url) {
  const store = await openStore({ url, connections: 1 });
  try {
    const { rows } = await store.sql.pool.query("show server_version");
    return `PostgreSQL ${rows[0].server_version.split(" ")[0]}`;
  } finally {
    await store.close();
  }
}

function document(rate, runs, loads, postgres) {
  const rows = CASES.map(([judgeMs]) => {
    const first = rate(judgeMs, 1);
    const cells = WORKERS.map((workers) => {
      const now = rate(judgeMs, workers);
      return workers === 1 ? now.toFixed(1) : `${now.toFixed(1)} (${(now / first).toFixed(2)} times)`;
    });
    return `| ${judgeMs} ms | ${cells.join(" | ")} |`;
  });
  return [
    "# Workers that share a store",
    "",
    "Written by `npm run bench -- workers --out docs/workers.md`: series judged per second by processes that share the job queue and",
    "the store of one PostgreSQL server on the same machine, which writes in earnest (fsync). The time begins with the queue filled, when",
    "each worker has judged something. Judging is a pause of the given length, half of it to one and a half, so that what is left is what",
    "queue and store cost, and how far more workers help.",
    "",
    `${cpus()[0]?.model ?? "Processor unknown"}, ${cpus().length} cores, Node ${process.versions.node}, ${postgres}. Medians of ${runs} runs, in turn.`,
    `The load of the machine (one minute) was ${loads[0].toFixed(1)} at first and ${loads[1].toFixed(1)} at the end, this measure included.`,
    "",
    `| judging takes | ${WORKERS.map((n) => `${n} worker${n === 1 ? "" : "s"}, series/s`).join(" | ")} |`,
    `|---:|${WORKERS.map(() => "---:|").join("")}`,
    ...rows,
    "",
    "Where judging takes no time, workers wait for the server and for a core, and more of them than cores do not help. A pause takes no",
    "core, which a review does: on one machine the cores are the limit, on several of them it is the server.",
    "",
  ].join("\n");
}

export default async function workersBench({ runs = "3", out } = {}) {
  const { noServer, startServer } = await load(`${tests}/server.ts`);
  if (noServer !== null) return console.log(`workers-bench: skipped, ${noServer}`);
  const modules = [await load("../../src/io/store/store.ts"), await load("../../src/io/store/queue.ts")];
  const examples = await load(`${tests}/examples.ts`);
  const times = Math.max(1, Number(runs) || 1);
  const before = loadavg()[0];
  const server = await startServer({ durable: true });
  try {
    const rate = await measure(server, modules, examples, times);
    const text = document(rate, times, [before, loadavg()[0]], await versionOf(modules[0], await server.create()));
    console.log(`\n${text}`);
    if (out !== undefined) writeFileSync(out, text);
  } finally {
    await server.stop();
  }
}
