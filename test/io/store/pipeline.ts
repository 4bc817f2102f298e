/** An archive that two lists carry, and the work of a run over it: recording, sorting, judging. As a program it says what it did. */
import { once } from "node:events";
import { writeSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { openStore, type SqlStore } from "../../../src/io/store/store.js";
import type { RecordedBatch } from "../../../src/watch/store.js";
import { batch, mail, series, verdict, waiting } from "./examples.js";

const SOURCES = ["list-a", "list-b"];

/** The n-th batch of a list: a series, an answer, a dead letter now and then; every third series went to both lists. */
function batchOf(source: string, n: number): RecordedBatch {
  const name = n % 3 === 0 ? `both-${n}` : `${source}-${n}`;
  const cover = mail(`${name}.0`, { kind: "cover", sender: `${name}@example.org` });
  const patches = [1, 2].map((i) => mail(`${name}.${i}`, { parents: [cover.id], sender: `${name}@example.org` }));
  const answer = mail(`re-${source}-${n}`, { kind: "other", parents: [`${name}.1`, cover.id] });
  const dead = { kind: "mail" as const, key: `dead-${n}`, source, ref: `${n}`, reason: "odd", attempts: 1 };
  return batch([cover, ...patches, answer], String(n), {
    removed: n % 7 === 0 ? [`re-${source}-${n - 1}`] : [],
    dead: n % 5 === 0 ? [{ ...dead, form: "mail", raw: Buffer.from(name) }] : [],
  });
}

/** Ids that have to be in a store whose list has come to its n-th batch. */
export function idsOf(source: string, n: number): string[] {
  return batchOf(source, n).mails.map(({ mail: one }) => one.id);
}

/** Goes on where the store stands, up to the batch `last` of each list; `said` is told of what is acknowledged. */
export async function work(store: SqlStore, last: number, said: (source: string, n: number) => void): Promise<void> {
  for (;;) {
    let idle = true;
    for (const source of SOURCES) {
      const before = await store.cursor(source);
      const n = Number(before ?? 0) + 1;
      if (n > last) continue;
      idle = false;
      if ((await store.record(source, before, batchOf(source, n), new Date().toISOString())) !== null) said(source, n);
    }
    await sort(store);
    await judge(store);
    if (idle) return;
  }
}

async function sort(store: SqlStore): Promise<void> {
  const now = new Date().toISOString();
  const ids = await store.unsorted(10);
  if (ids.length === 0) return;
  const names = new Set((await store.neighbours(ids, 1000, 100)).map(({ id }) => id));
  const leads = [...new Set([...names].filter((id) => /\.\d$/.test(id)).map((id) => id.slice(0, -2)))].sort();
  for (const lead of leads) {
    const members = [0, 1, 2].map((i) => `${lead}.${i}`).filter((id) => names.has(id));
    if (members.length > 0) await store.putSeries(members, [series(members, { hasCover: true })], now);
  }
}

async function judge(store: SqlStore): Promise<void> {
  const now = new Date().toISOString();
  for (const { series: one } of await store.due({ now, quietSince: now, leaseUntil: now, rules: "r1", limit: 10 })) {
    const finding = { id: `f-${one.key}`, rule: "kvm/x", severity: "error", status: "introduced" };
    const outbox = [waiting(one.key, { payload: { to: one.author } })];
    await store.putVerdict(verdict(one), [{ ...finding, messageId: one.key, path: "a.c", line: 1 }], outbox, now);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  // Loaded by now, which takes longest: it begins when it is told to.
  await once(process.stdin, "data");
  process.stdin.destroy();
  const store = await openStore(JSON.parse(process.argv[2] ?? ""));
  await work(store, Number(process.argv[3]), (source, n) => writeSync(1, `${source} ${n}\n`));
  await store.close();
}
