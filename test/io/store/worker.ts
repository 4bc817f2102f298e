/** A worker process for tests: judges what is due, each for so many milliseconds, until its input ends or it is killed. */
import { setTimeout as wait } from "node:timers/promises";
import { startWorkers } from "../../../src/io/store/queue.js";
import { openStore } from "../../../src/io/store/store.js";
import { waiting } from "./examples.js";

const [url = "", judgeMs = "10", leaseMs = "1000", concurrency = "1"] = process.argv.slice(2);
const end = new AbortController();
process.stdin.resume().once("end", () => end.abort());
const store = await openStore({ url, connections: 4 });
await startWorkers({
  store,
  rules: "r1",
  signal: end.signal,
  leaseMs: Number(leaseMs),
  concurrency: Number(concurrency),
  pollMs: Math.min(500, Number(leaseMs) / 2),
  async judge({ series }) {
    await wait(Number(judgeMs) * (0.5 + Math.random()));
    const outbox = [waiting(series.key, { payload: process.pid })];
    return { base: null, report: { series: series.key }, findings: [], outbox };
  },
});
await store.close();
