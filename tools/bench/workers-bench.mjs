/**
 * Measure: series judged per second by 1, 2 and 4 worker processes that share a queue in PostgreSQL: where judging takes no time
 * (what the queue and the store cost), and where it takes 50 ms (how far more workers help). The server writes in earnest.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { tsImport } from "tsx/esm/api";
import { table } from "./corpus.mjs";

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

export default async function workersBench() {
  const { noServer, startServer } = await load(`${tests}/server.ts`);
  if (noServer !== null) return console.log(`workers-bench: skipped, ${noServer}`);
  const [store, queue] = [await load("../../src/io/store/store.ts"), await load("../../src/io/store/queue.ts")];
  const examples = await load(`${tests}/examples.ts`);
  const server = await startServer({ durable: true });
  try {
    for (const [judgeMs, count] of [
      [0, 400],
      [50, 300],
    ]) {
      const rows = [];
      for (const workers of [1, 2, 4]) {
        const rate = await throughput(store, queue, examples, await server.create(), workers, judgeMs, count);
        rows.push([`${workers} worker${workers === 1 ? "" : "s"}`, `${rate.toFixed(1)} series/s`]);
      }
      table(`series judged by workers that share a queue, ${judgeMs} ms each`, rows);
    }
  } finally {
    await server.stop();
  }
}
