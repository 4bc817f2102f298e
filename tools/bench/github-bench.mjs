/**
 * Measure: a burst of 1,000 signed deliveries over 50 connections to `review app`, and to a bare Probot app that does nothing, in
 * turn; then how long the App takes for what it was told. GitHub is the one of the tests, on loopback. `--out FILE` writes it as
 * Markdown.
 */
import { spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { tsImport } from "tsx/esm/api";
import { median } from "./measure.mjs";

const PULLS = 100;
const EACH = 10;
const LANES = 50;
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const load = (path) => tsImport(path, import.meta.url);

/** Megabytes of a process: now, and at its peak. */
function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const of = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0) / 1024;
  return { now: of("VmRSS"), peak: of("VmHWM") };
}

/** A repository with pull requests of one finding each, and what is delivered of them: a lane keeps the order of each of them. */
function sceneOf(fake, { kernel, parker, parkFile }) {
  const repo = fake.world.repo("kvm", "linux");
  const root = repo.commit(kernel(), { ref: "main", message: "root\n" });
  const lanes = Array.from({ length: LANES }, () => []);
  for (let n = 1; n <= PULLS; n++) {
    const park = parkFile(parker("park_peer", true), parker(`park_${n}th`, false));
    const head = repo.commit(kernel(park), { parents: [root], message: `RISC-V: KVM: park vCPU ${n}\n` });
    const pull = repo.open({ head, title: `Park ${n}` });
    for (let time = 0; time < EACH; time++) {
      const payload = fake.payloads.pullRequest(time === 0 ? "opened" : "reopened", repo, pull);
      lanes[n % LANES].push(signed(fake.app.webhookSecret, payload));
    }
  }
  return lanes;
}

function signed(secret, payload) {
  const body = JSON.stringify(payload);
  const id = randomUUID();
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-github-delivery": id,
    "x-github-event": "pull_request",
    "x-hub-signature-256": `sha256=${signature}`,
  };
  return { id, subject: `pull ${payload.number}`, headers, body };
}

/** Sends the burst and says what came of it. */
async function burst(url, lanes, pid) {
  const before = memoryOf(pid).now;
  const began = performance.now();
  const worker = new Worker(at("send-burst.mjs"), { workerData: { url, lanes } });
  const [answers] = await once(worker, "message");
  const seconds = (performance.now() - began) / 1000;
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const quantile = (q) => times[Math.min(times.length - 1, Math.floor(q * times.length))];
  const taken = answers.filter(({ status }) => status === 200 || status === 202).length;
  return { p50: quantile(0.5), p99: quantile(0.99), most: times.at(-1), taken, seconds, before, ...after(pid) };
}

const after = (pid) => {
  const { now, peak } = memoryOf(pid);
  return { after: now, peak };
};

async function bareProbot(folder, secret, lanes) {
  const child = spawn(process.execPath, [at("bare-probot.mjs"), join(folder, "key.pem"), secret], { stdio: "pipe" });
  try {
    const [url] = await once(createInterface({ input: child.stdout }), "line");
    return await burst(url, lanes, child.pid);
  } finally {
    child.kill("SIGKILL");
  }
}

/** Whether the tasks of each pull request have the order in which its deliveries were sent. */
async function inOrder(place, lanes) {
  const query = ({ sql }) => sql.db.selectFrom("pull_tasks").select(["id", "subject"]).orderBy("place").execute();
  const rows = await place.look(query);
  const orderOf = (list) => {
    const orders = new Map();
    for (const { id, subject } of list) orders.set(subject, [...(orders.get(subject) ?? []), id]);
    return orders;
  };
  const [sent, kept] = [orderOf(lanes.flat()), orderOf(rows)];
  return [...sent].every(([subject, ids]) => ids.join() === kept.get(subject)?.join());
}

async function theApp(place, fake, lanes) {
  const app = await place.start();
  const told = await burst(app.url, lanes, app.child.pid);
  const began = performance.now();
  const counts = () => place.look((store) => store.taskCounts());
  while ((await counts()).waiting > 0) await wait(100);
  const drain = (performance.now() - began) / 1000;
  const { done, dead } = await counts();
  const { checks, reviewComments } = fake.posted();
  const completed = checks.filter(({ status }) => status === "completed").length;
  const posts = { completed, comments: reviewComments.length, duplicates: fake.duplicates().length };
  const memory = memoryOf(app.child.pid);
  const ordered = await inOrder(place, lanes);
  await app.stop();
  return { ...told, drain, done, dead, ordered, ...posts, drained: memory.now, peakDrained: memory.peak };
}

async function oneRun({ startGithub, makePlace, kernel }) {
  const fake = await startGithub({ limits: { hourly: 1e9, contentMinute: 1e9, contentHour: 1e9 } });
  const place = makePlace(fake);
  try {
    const lanes = sceneOf(fake, kernel);
    const bare = await bareProbot(place.folder, fake.app.webhookSecret, lanes);
    const app = await theApp(place, fake, lanes);
    if (fake.violations.length > 0) throw new Error(fake.violations.join("\n"));
    return { bare, app };
  } finally {
    await place.close();
    await fake.close();
  }
}

function document(results, loads) {
  const of = (who, name) => median(results.map((result) => result[who][name]));
  const most = (who, name) => Math.max(...results.map((result) => result[who][name]));
  const row = (label, who) => {
    const times = ["p50", "p99"].map((name) => of(who, name).toFixed(0));
    const memory = ["before", "after"].map((name) => of(who, name).toFixed(0));
    const taken = Math.min(...results.map((result) => result[who].taken));
    return `| ${[label, taken, ...times, most(who, "most").toFixed(0), ...memory, most(who, "peak").toFixed(0)].join(" | ")} |`;
  };
  const { done, dead, completed, comments, duplicates } = results[0].app;
  const kept = results.every(({ app }) => app.ordered) ? "in each run" : "NOT in each run";
  return [
    "# A burst of deliveries",
    "",
    `Written by \`npm run bench -- github --out docs/github-load.md\`: ${PULLS * EACH} signed deliveries of \`pull_request\` about ${PULLS} pull requests, over`,
    `${LANES} connections at once, to \`review app\` (SQLite, 2 workers, which begin to review meanwhile) and to a bare Probot app that does`,
    "nothing, in turn. GitHub is the one of the tests, on the same machine, which answers at once; the sender has a thread of its own.",
    "Times are what the sender sees; the median of the runs, the greatest of all for the longest and the peak.",
    "",
    `${cpus()[0]?.model ?? "Processor unknown"}, ${cpus().length} cores, Node ${process.versions.node}; ${results.length} runs, in turn.`,
    `The load of the machine (one minute) was ${loads[0].toFixed(1)} at first and ${loads[1].toFixed(1)} at the end, this measure included.`,
    "",
    `| | taken (200, 202) of ${PULLS * EACH} | p50, ms | p99, ms | longest, ms | memory before, MB | behind the burst, MB | peak, MB |`,
    "|---|---:|---:|---:|---:|---:|---:|---:|",
    row("`review app`", "app"),
    row("bare Probot", "bare"),
    "",
    `The App then worked on what it was told in ${of("app", "drain").toFixed(1)} s (median), with ${most("app", "peakDrained").toFixed(0)} MB at its peak and ${of("app", "drained").toFixed(0)} MB at the end:`,
    `${done} deliveries done, ${dead} given up; ${completed} completed check runs and ${comments} line comments on ${PULLS} pull requests, ${duplicates} posted twice. The order of each`,
    `pull request's deliveries was kept ${kept}.`,
    "",
  ].join("\n");
}

export default async function githubBench({ runs = "3", out } = {}) {
  const tests = "../../test";
  const { startGithub } = await load(`${tests}/io/github/fake.ts`);
  const { makePlace } = await load(`${tests}/apps/github/process.ts`);
  const kernel = await load(`${tests}/apps/github/kernel.ts`);
  const before = loadavg()[0];
  const results = [];
  for (let run = 0; run < Math.max(1, Number(runs) || 1); run++)
    results.push(await oneRun({ startGithub, makePlace, kernel }));
  const text = document(results, [before, loadavg()[0]]);
  console.log(`\n${text}`);
  if (out !== undefined) writeFileSync(out, text);
}
