/** A run that is killed at any moment loses nothing that it acknowledged, and gone on with leaves the same store. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { dump } from "../../../src/io/store/dump.js";
import type { StorePlace } from "../../../src/io/store/store.js";
import { compiled } from "./compiled.js";
import { databases, POSTGRES, withoutPostgres } from "./databases.js";
import { idsOf, work } from "./pipeline.js";

const { open, file, database } = databases();
const program = compiled("pipeline");

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** A process that waits to be told to run the pipeline. */
function prepare(place: StorePlace, last: number): Child {
  const args = [program, JSON.stringify(place), String(last)];
  return spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
}

/** Lets it run and kills it at a random moment after a random number of acknowledged batches. */
async function runAndKill(child: Child, acknowledged: Map<string, number>): Promise<boolean> {
  child.stdin.write("go\n");
  let left = Math.floor(Math.random() * 12);
  for await (const line of createInterface({ input: child.stdout })) {
    const [source = "", n] = line.split(" ");
    acknowledged.set(source, Math.max(Number(n), acknowledged.get(source) ?? 0));
    if (left-- === 0) {
      await wait(Math.random() * 12);
      child.kill("SIGKILL");
    }
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.signalCode === "SIGKILL";
}

/** Two processes work on one store and are killed, again and again. */
async function survives(place: StorePlace, rounds: number, last: number): Promise<void> {
  const acknowledged = new Map<string, number>();
  const pair = (): Child[] => [prepare(place, last), prepare(place, last)];
  let killed = 0;
  let next = pair();
  for (let i = 0; i < rounds; i++) {
    const children = next;
    next = i + 1 < rounds ? pair() : [];
    const ends = await Promise.all(children.map((child) => runAndKill(child, acknowledged)));
    killed += ends.filter(Boolean).length;
    const store = await open(place);
    for (const [source, n] of acknowledged) {
      expect(Number(await store.cursor(source))).toBeGreaterThanOrEqual(n);
      const ids = Array.from({ length: n }, (_, k) => idsOf(source, k + 1)).flat();
      expect((await store.mails(ids)).map(({ id }) => id)).toEqual(ids);
    }
  }
  expect(killed).toBe(rounds * 2);
  const resumed = await open(place);
  await work(resumed, last, () => {});
  const undisturbed = await open(file());
  await work(undisturbed, last, () => {});
  expect(await dump(resumed)).toBe(await dump(undisturbed));
  expect((await resumed.counts()).series).toMatchObject({ open: 0, dead: 0 });
}

describe("a run that is killed", () => {
  it("loses nothing with SQLite", () => survives(file(), 5, 80));
  it.skipIf(withoutPostgres)(`loses nothing with ${POSTGRES}`, async () => survives(await database(), 1, 30));
});
