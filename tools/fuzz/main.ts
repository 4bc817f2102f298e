/**
 * Fuzzes every stage: `npm run fuzz -- [--minutes N | --rounds N] [--seed N] [--corpus FILE] [--target NAME]... [--keep DIR]`.
 * An input that throws, that takes longer than ten seconds of a processor, or with which the process passes 1 GB is a failure; it is written to
 * --keep (fixtures/hostile when it is kept for good). Ends with 1 when there was one.
 */
import { type ChildProcess, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inputOf, type Kind, readSeeds } from "./inputs.js";

const { values } = parseArgs({
  options: {
    minutes: { type: "string" },
    rounds: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    corpus: { type: "string" },
    target: { type: "string", multiple: true, default: [] },
    keep: { type: "string" },
  },
});

const TARGETS: Readonly<Record<string, Kind>> = {
  ingest: "mail",
  patch: "mail",
  parse: "code",
  analysis: "code",
  review: "patch",
  pull: "patch",
};
/** Inputs of a target between two looks at the memory. */
const BATCH = 50;
const MAX_MS = 10_000;
const MAX_WAIT_MS = 120_000;
const MAX_BYTES = 1024 * 1024 * 1024;

interface Failure {
  target: string;
  index: number;
  why: string;
}

const seed = Number(values.seed);
const corpus = values.corpus ?? null;
const wanted = values.target.length === 0 ? Object.keys(TARGETS) : values.target;
const child = fileURLToPath(new URL("child.ts", import.meta.url));

interface Worker {
  process: ChildProcess;
  run(target: string, from: number): Promise<{ failures: Failure[]; rss: number; slowest: number; died: boolean }>;
}

async function start(): Promise<Worker> {
  const process = fork(child, {
    execArgv: ["--import", "tsx", "--max-old-space-size=900"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  process.send({ corpus, seed });
  await new Promise<void>((resolve, reject) => {
    process.once("message", () => resolve());
    process.once("exit", (code) => reject(new Error(`the fuzzer's process did not start: ${code}`)));
  });
  process.removeAllListeners("exit");
  return { process, run: (target, from) => runBatch(process, target, from) };
}

/** Processor time of a process, its threads together. Milliseconds; where /proc does not tell (proc(5)), those of the clock. */
function workedMs({ pid }: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return performance.now();
  }
}

function runBatch(process: ChildProcess, target: string, from: number): ReturnType<Worker["run"]> {
  return new Promise((resolve) => {
    const failures: Failure[] = [];
    let [at, since, slowest] = [from, performance.now(), 0];
    let [used, hangs] = [workedMs(process), false];
    const watch = setInterval(() => {
      const waited = performance.now() - since;
      // On a machine that is busy with others' work a second is not a second of ours.
      hangs = waited > MAX_WAIT_MS || (waited > MAX_MS && workedMs(process) - used > MAX_MS);
      if (hangs) process.kill("SIGKILL");
    }, 200);
    const end = (rss: number, died: boolean): void => {
      clearInterval(watch);
      process.removeAllListeners();
      resolve({ failures, rss, slowest, died });
    };
    process.on("message", (message: { begun?: number; failed?: number; why?: string; done?: number; rss?: number }) => {
      slowest = Math.max(slowest, message.begun === at && at === from ? 0 : performance.now() - since);
      since = performance.now();
      used = workedMs(process);
      if (message.begun !== undefined) at = message.begun;
      if (message.failed !== undefined) failures.push({ target, index: message.failed, why: message.why ?? "" });
      if (message.done !== undefined) end(message.rss ?? 0, false);
    });
    process.on("exit", (code, signal) => {
      const why = hangs ? `it took longer than ${MAX_MS} ms` : `the process died: ${signal ?? code}`;
      failures.push({ target, index: at, why });
      end(0, true);
    });
    process.send({ target, from, to: from + BATCH });
  });
}

const seeds = readSeeds(corpus);
const counts = new Map<string, { inputs: number; slowest: number }>();
const failures: Failure[] = [];
let [worker, peak] = [await start(), 0];
const ends = values.minutes === undefined ? null : performance.now() + Number(values.minutes) * 60_000;
for (let round = 0; ends === null ? round < Number(values.rounds) : performance.now() < ends; round++) {
  for (const target of wanted) {
    const found = await worker.run(target, round * BATCH);
    const count = counts.get(target) ?? { inputs: 0, slowest: 0 };
    counts.set(target, { inputs: count.inputs + BATCH, slowest: Math.max(count.slowest, found.slowest) });
    failures.push(...found.failures);
    peak = Math.max(peak, found.rss);
    if (found.rss > MAX_BYTES) failures.push({ target, index: round * BATCH, why: `${found.rss} bytes of memory` });
    if (found.died || found.rss > MAX_BYTES) {
      worker.process.kill("SIGKILL");
      worker = await start();
    }
  }
}
worker.process.kill();

for (const { target, index, why } of failures) {
  const input = inputOf(TARGETS[target] as Kind, seeds, seed, index);
  const name = `${target}-${createHash("sha256").update(input).digest("hex").slice(0, 12)}`;
  console.log(`${name}: seed ${seed}, input ${index}: ${why.split("\n").slice(0, 4).join(" | ")}`);
  if (values.keep === undefined) continue;
  mkdirSync(values.keep, { recursive: true });
  writeFileSync(join(values.keep, name), input);
}
for (const [target, { inputs, slowest }] of counts)
  console.log(`${target}: ${inputs} inputs, the slowest ${Math.round(slowest)} ms`);
console.log(`${failures.length} failures; peak memory ${Math.round(peak / 1024 / 1024)} MB`);
process.exit(failures.length === 0 ? 0 : 1);
