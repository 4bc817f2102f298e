/** A run that is killed at any moment loses nothing that it acknowledged, and gone on with leaves the same store. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { dump } from "../../../src/io/store/dump.js";
import type { StorePlace } from "../../../src/io/store/store.js";
import { databases, POSTGRES, withoutPostgres } from "./databases.js";
import { idsOf, work } from "./pipeline.js";

const { open, file, database } = databases();
const program = fileURLToPath(new URL("./pipeline.ts", import.meta.url));

/** Runs the pipeline in a process and kills it at a random moment after a random number of acknowledged batches. */
async function runAndKill(place: StorePlace, last: number, acknowledged: Map<string, number>): Promise<boolean> {
  const child = spawn(process.execPath, ["--import", "tsx", program, JSON.stringify(place), String(last)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let left = Math.floor(Math.random() * 12);
  for await (const line of createInterface({ input: child.stdout })) {
    const [source = "", n] = line.split(" ");
    acknowledged.set(source, Number(n));
    if (left-- === 0) {
      await wait(Math.random() * 12);
      child.kill("SIGKILL");
    }
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.signalCode === "SIGKILL";
}

async function survives(place: StorePlace, kills: number, last: number): Promise<void> {
  const acknowledged = new Map<string, number>();
  let killed = 0;
  for (let i = 0; i < kills; i++) {
    if (await runAndKill(place, last, acknowledged)) killed++;
    const store = await open(place);
    for (const [source, n] of acknowledged) {
      expect(Number(await store.cursor(source))).toBeGreaterThanOrEqual(n);
      const ids = Array.from({ length: n }, (_, k) => idsOf(source, k + 1)).flat();
      expect((await store.mails(ids)).map(({ id }) => id)).toEqual(ids);
    }
  }
  expect(killed).toBe(kills);
  const resumed = await open(place);
  await work(resumed, last, () => {});
  const undisturbed = await open(file());
  await work(undisturbed, last, () => {});
  expect(await dump(resumed)).toBe(await dump(undisturbed));
  expect((await resumed.counts()).series).toMatchObject({ open: 0, dead: 0 });
}

describe("a run that is killed", () => {
  it("loses nothing with SQLite", () => survives(file(), 12, 160));
  it.skipIf(withoutPostgres)(`loses nothing with ${POSTGRES}`, async () => survives(await database(), 4, 60));
});
