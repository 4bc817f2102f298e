/** Mails, series and verdicts to fill stores with. */
import { createHash } from "node:crypto";
import type { OutboxRecord } from "../../../src/watch/outbox.js";
import type { MailRecord, SeriesRecord, VerdictRecord } from "../../../src/watch/records.js";
import type { RecordedBatch, Store, When } from "../../../src/watch/store.js";

/** A moment, so many minutes after noon. */
export const at = (minutes: number): string => new Date(Date.UTC(2024, 4, 1, 12, minutes)).toISOString();

export function mail(id: string, over: Partial<MailRecord> = {}): MailRecord {
  const raw = over.raw ?? Buffer.from(`Message-ID: <${id}>\n\nthe words of ${id}\n\0\xff`, "latin1");
  return {
    id,
    kind: "patch",
    subject: `[PATCH] change ${id}`,
    sender: "ann@example.org",
    sent: at(0),
    parents: [],
    form: "mail",
    digest: `sha256-${createHash("sha256").update(raw).digest("hex")}`,
    ...over,
    raw,
  };
}

export function batch(mails: MailRecord[], cursor: string, over: Partial<RecordedBatch> = {}): RecordedBatch {
  return {
    mails: mails.map((one) => ({ mail: one, ref: `ref of ${one.id}` })),
    removed: [],
    dead: [],
    cursor,
    ...over,
  };
}

export function series(members: string[], over: Partial<SeriesRecord> = {}): SeriesRecord {
  return {
    key: members[0] ?? "",
    title: `series of ${members[0]}`,
    author: "Ann <ann@example.org>",
    version: 1,
    total: members.length,
    members,
    hasCover: false,
    incomplete: null,
    changeId: null,
    previous: null,
    sent: at(0),
    revision: members.join(" "),
    ...over,
  };
}

export function verdict(of: SeriesRecord, over: Partial<VerdictRecord> = {}): VerdictRecord {
  return { series: of.key, revision: of.revision, rules: "r1", base: { tree: null }, report: { said: 1 }, ...over };
}

/** Something that waits to be sent. */
export function waiting(key: string, over: Partial<OutboxRecord> = {}): OutboxRecord {
  return {
    target: "mail",
    key,
    payload: { to: key },
    state: "waiting",
    notBefore: null,
    list: "list@example.org",
    author: `${key}@example.org`,
    thread: key,
    word: null,
    ...over,
  };
}

/** What is due at a moment, leased for ten minutes. */
export function when(minutes: number, over: Partial<When> = {}): When {
  return {
    now: at(minutes),
    quietSince: at(minutes - 60),
    leaseUntil: at(minutes + 10),
    rules: "r1",
    limit: 100,
    ...over,
  };
}

/** Some of everything. */
export async function fill(store: Store): Promise<void> {
  const mails = [
    mail("Ä"),
    mail("a", { parents: ["Ä", "lost"] }),
    mail("B", { sent: null }),
    mail("_", { kind: "other" }),
  ];
  await store.record("list", null, batch(mails, "1", { removed: ["gone"] }), at(0));
  const one = series(["a", "B"], { changeId: "x", previous: "Ä" });
  await store.putSeries(["Ä", "a", "B"], [series(["Ä"]), one], at(1));
  await store.due(when(2));
  await store.putVerdict(
    verdict(one),
    [],
    [waiting("k", { target: "t", payload: [1], list: "", author: "", thread: "" })],
    at(3),
  );
  await store.failSeries("Ä", "why", at(9), at(3));
  await store.suppress("f", "ann", "so", at(4));
}
