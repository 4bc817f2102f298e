/**
 * Many workers, some of which die: each series is judged once, and none is lost. With PATCHWITNESS_SLOW=1 they are killed for a
 * minute, otherwise for some seconds.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { enqueueDue, startWorkers, type WorkerOptions } from "../../../src/io/store/queue.js";
import type { SqlStore, StorePlace } from "../../../src/io/store/store.js";
import { compiled } from "./compiled.js";
import { databases, POSTGRES, withoutPostgres } from "./databases.js";
import { at, batch, mail, series } from "./examples.js";

const { open, file, database } = databases();
const program = compiled("worker");
const KILLING_MS = process.env.PATCHWITNESS_SLOW === "1" ? 60_000 : 4_000;

async function filled(place: StorePlace, count: number): Promise<SqlStore> {
  const store = await open(place);
  const ids = Array.from({ length: count }, (_, i) => `m${i}`);
  const mails = ids.map((id) => mail(id));
  await store.record("a", null, batch(mails, "1"), at(0));
  const all = ids.map((id) => series([id]));
  await store.putSeries(ids, all, at(0));
  return store;
}

/** Kills one of four workers after the other, at random moments, and starts another in its place. */
async function killing(url: string, judgeMs: number, ms: number): Promise<{ children: ChildProcess[]; kills: number }> {
  const start = (): ChildProcess =>
    spawn(process.execPath, [program, url, String(judgeMs), "1000"], {
      stdio: ["pipe", "ignore", "inherit"],
    });
  const children = [start(), start(), start(), start()];
  let kills = 0;
  for (const end = Date.now() + ms; Date.now() < end; kills++) {
    await wait(300 + Math.random() * 900);
    const at = Math.floor(Math.random() * children.length);
    children[at]?.kill("SIGKILL");
    children[at] = start();
  }
  return { children, kills };
}

async function untilJudged(store: SqlStore, count: number): Promise<void> {
  for (const end = Date.now() + 40_000; Date.now() < end; await wait(100))
    if ((await store.counts()).series.judged === count) return;
}

const judged = async (store: SqlStore): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { verdict } of store.verdicts()) keys.push(verdict.series);
  return keys;
};

describe.skipIf(withoutPostgres)(`workers that share a queue: ${POSTGRES}`, () => {
  it("judge each series once, however many of them are killed", { timeout: KILLING_MS + 60_000 }, async () => {
    const count = 300;
    const place = (await database()) as { url: string };
    const store = await filled(place, count);
    const { children, kills } = await killing(place.url, (KILLING_MS * 2) / count, KILLING_MS);
    await untilJudged(store, count);
    for (const child of children) child.stdin?.end();
    const codes = await Promise.all(
      children.map(async (child) => child.exitCode ?? ((await once(child, "exit"))[0] as number | null)),
    );
    expect(codes).toEqual([0, 0, 0, 0]);
    expect(kills).toBeGreaterThan(3);
    expect(new Set(await judged(store)).size).toBe(count);
    expect(await store.counts()).toMatchObject({
      verdicts: count,
      outbox: count,
      series: { judged: count },
      deadLetters: 0,
    });
  });

  it("never queue the same twice", async () => {
    const store = await filled(await database(), 5);
    const due = { store, rules: "r1" };
    expect(await enqueueDue(due)).toBe(5);
    expect(await enqueueDue(due)).toBe(0);
    expect(await enqueueDue({ ...due, rules: "r2" })).toBe(5);
    await store.putSeries(["m0"], [series(["m0"], { revision: "new" })], at(1));
    expect(await enqueueDue(due)).toBe(1);
    await startWorkers(options(store, { once: true, concurrency: 2 }));
    expect((await judged(store)).sort()).toEqual(["m0", "m1", "m2", "m3", "m4"]);
    expect(await enqueueDue(due)).toBe(0);
  });
});

/** Judges at once, unless told otherwise. */
function options(store: SqlStore, over: Partial<WorkerOptions> = {}): WorkerOptions {
  return {
    store,
    rules: "r1",
    signal: new AbortController().signal,
    pollMs: 20,
    retryMs: () => 0,
    judge: async ({ series: one }) => ({ base: null, report: one.key, findings: [], outbox: [] }),
    ...over,
  };
}

function workers(place: () => Promise<StorePlace>): void {
  it("judge all that is due, and end", async () => {
    const store = await filled(await place(), 40);
    await startWorkers(options(store, { once: true, concurrency: 3 }));
    expect(new Set(await judged(store)).size).toBe(40);
  });

  it("give a series up that fails three times, and judge the others", async () => {
    const store = await filled(await place(), 3);
    let tries = 0;
    const judge: WorkerOptions["judge"] = async ({ series: one }) => {
      if (one.key === "m1") throw new TypeError(`try ${++tries}`);
      return { base: null, report: one.key, findings: [], outbox: [] };
    };
    await startWorkers(options(store, { once: true, judge }));
    expect(tries).toBe(3);
    expect(await judged(store)).toEqual(["m0", "m2"]);
    expect(await store.deadLetters()).toMatchObject([{ key: "m1", reason: "TypeError: try 3", attempts: 3 }]);
  });

  it("keep a series that takes longer than its lease, and give it back when they are ended", async () => {
    const store = await filled(await place(), 1);
    const end = new AbortController();
    let begun = 0;
    const judge: WorkerOptions["judge"] = async (_due, signal) => {
      begun++;
      await wait(900, undefined, { signal });
      return { base: null, report: null, findings: [], outbox: [] };
    };
    const slow = { judge, leaseMs: 300, signal: end.signal, concurrency: 2 };
    const working = startWorkers(options(store, slow));
    await wait(700);
    expect(begun).toBe(1);
    end.abort();
    await working;
    expect(await judged(store)).toEqual([]);
    await startWorkers(options(store, { once: true }));
    expect(await judged(store)).toEqual(["m0"]);
  });

  it("wait for what is to come", async () => {
    const store = await filled(await place(), 1);
    const end = new AbortController();
    const working = startWorkers(options(store, { signal: end.signal }));
    await untilJudged(store, 1);
    await store.record("a", "1", batch([mail("late")], "2"), at(1));
    await store.putSeries(["late"], [series(["late"])], at(1));
    await untilJudged(store, 2);
    end.abort();
    await working;
    expect(await judged(store)).toEqual(["late", "m0"]);
  });
}

describe("workers in one process: SQLite", () => workers(async () => file()));
describe.skipIf(withoutPostgres)(`workers in one process: ${POSTGRES}`, () => workers(database));
