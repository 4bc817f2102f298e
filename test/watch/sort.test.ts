/** Mails into series: the same whatever the order and the batches they come in, and the same as from the whole archive. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ingest } from "../../src/watch/ingest.js";
import type { SeriesRecord } from "../../src/watch/records.js";
import { sortNewMails } from "../../src/watch/regroup.js";
import { type ArchivedMail, type Batch, type Source, SourceError } from "../../src/watch/source.js";
import { MemoryStore } from "./memory-store.js";

const digest = (bytes: Uint8Array): string => `sha256-${createHash("sha256").update(bytes).digest("hex")}`;
const NOW = "2026-02-01T00:00:00.000Z";
const DIFF = "diff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n";

interface Written {
  id: string;
  subject: string;
  parent?: string;
  minute?: number;
  body?: string;
  from?: string;
}

const mail = ({
  id,
  subject,
  parent,
  minute = 0,
  body = `Text.\n---\n${DIFF}`,
  from = "a@example.org",
}: Written): ArchivedMail => ({
  ref: id,
  form: "mail",
  raw: Buffer.from(
    `From: A <${from}>\nDate: Mon, 05 Jan 2026 10:${String(minute).padStart(2, "0")}:00 +0000\nMessage-ID: <${id}@x>\n${
      parent === undefined ? "" : `In-Reply-To: <${parent}@x>\n`
    }Subject: ${subject}\n\n${body}`,
  ),
});

const THREADED: Written[] = [
  { id: "c0", subject: "[PATCH 0/2] lock: two", body: "Cover.\n" },
  { id: "c1", subject: "[PATCH 1/2] lock: one", parent: "c0", minute: 1 },
  { id: "c2", subject: "[PATCH 2/2] lock: other", parent: "c0", minute: 2 },
  { id: "r1", subject: "Re: [PATCH 1/2] lock: one", parent: "c1", minute: 9, body: "Fine.\n", from: "b@example.org" },
  { id: "d0", subject: "[PATCH v2 0/2] lock: two", body: "Cover.\n", minute: 30 },
  { id: "d1", subject: "[PATCH v2 1/2] lock: one", parent: "d0", minute: 31 },
  { id: "d2", subject: "[PATCH v2 2/2] lock: other", parent: "d0", minute: 32 },
  { id: "s1", subject: "[PATCH] mm: alone", minute: 40, from: "c@example.org" },
  { id: "u1", subject: "[PATCH 1/3] net: loose", minute: 50, from: "d@example.org" },
  { id: "u3", subject: "[PATCH 3/3] net: loose", minute: 52, from: "d@example.org" },
];

const batches = (mails: readonly ArchivedMail[], size: number): Batch[] => {
  const out: Batch[] = [];
  for (let at = 0; at < mails.length; at += size)
    out.push({
      mails: mails.slice(at, at + size),
      removed: [],
      lost: [],
      cursor: String(Math.min(mails.length, at + size)),
    });
  return out;
};

/** An archive of batches; `fail` is the number of the batch before which it gives up, once. */
const archive = (all: readonly Batch[], fail = -1): Source => {
  let failing = fail;
  return {
    name: "list",
    async *read(cursor) {
      let at = 0;
      for (const batch of all) {
        if (Number(batch.cursor) > Number(cursor ?? 0)) {
          if (at === failing) {
            failing = -1;
            throw new SourceError("unreachable", "gone", 30);
          }
          yield batch;
        }
        at++;
      }
    },
    close: async () => {},
  };
};

const options = { digest, now: () => NOW };
const plain = (store: MemoryStore): SeriesRecord[] =>
  [...store.rows.values()].map((r) => r.series).sort((a, b) => (a.key < b.key ? -1 : 1));
const EXPECTED = [
  ["c0@x", ["c0@x", "c1@x", "c2@x"], null, null],
  ["d0@x", ["d0@x", "d1@x", "d2@x"], null, "c0@x"],
  ["s1@x", ["s1@x"], null, null],
  ["u1@x", ["u1@x", "u3@x"], "missing-patches", null],
];
const brief = (store: MemoryStore) => plain(store).map((s) => [s.key, s.members, s.incomplete, s.previous]);

describe("mails of an archive", () => {
  it("become series", async () => {
    const store = new MemoryStore();
    const got = await ingest(archive(batches(THREADED.map(mail), 100)), store, options);
    expect(got).toEqual({ source: "list", mails: 10, fresh: 9, dead: 0, failure: null });
    await sortNewMails(store, digest, () => NOW);
    expect(brief(store)).toEqual(EXPECTED);
  });

  it("become the same series in any order, in any batches, sorted now or then", async () => {
    const order = fc.shuffledSubarray(THREADED, { minLength: THREADED.length });
    await fc.assert(
      fc.asyncProperty(order, fc.integer({ min: 1, max: 10 }), fc.array(fc.boolean()), async (mails, size, sortNow) => {
        const store = new MemoryStore();
        for (const [i, batch] of batches(mails.map(mail), size).entries()) {
          await ingest(archive([batch]), store, options);
          if (sortNow[i]) await sortNewMails(store, digest, () => NOW);
        }
        await sortNewMails(store, digest, () => NOW);
        expect(brief(store)).toEqual(EXPECTED);
      }),
      { numRuns: 60 },
    );
  });

  it("come once, and all of them, when the archive fails in between", async () => {
    const store = new MemoryStore();
    const source = archive(batches(THREADED.map(mail), 3), 2);
    const first = await ingest(source, store, options);
    expect(first.failure).toEqual({ reason: "unreachable", message: "gone", retryAfter: 30 });
    expect([first.mails, store.cursors.get("list")]).toEqual([6, "6"]);
    const second = await ingest(source, store, options);
    expect([second.mails, second.failure]).toEqual([4, null]);
    expect(store.known.size).toBe(10);
  });

  it("are dead letters with their reason when the archive has lost them", async () => {
    const store = new MemoryStore();
    const lost = [{ ref: "7", reason: "malformed" as const, message: "no mail" }];
    await ingest(archive([{ mails: [], removed: [], lost, cursor: "1" }]), store, options);
    const [letter] = await store.deadLetters();
    expect(letter).toMatchObject({ kind: "mail", key: "list 7", reason: "malformed: no mail" });
    expect(store.cursors.get("list")).toBe("1");
  });

  it("have no name but their bytes where they have no Message-ID, and are one mail from two lists", async () => {
    const store = new MemoryStore();
    const nameless: ArchivedMail = {
      ref: "1",
      form: "mail",
      raw: Buffer.from(`From: a@x\nSubject: [PATCH] x: y\n\n---\n${DIFF}`),
    };
    await ingest(archive([{ mails: [nameless], removed: [], lost: [], cursor: "1" }]), store, options);
    const other: Source = { ...archive([{ mails: [nameless], removed: [], lost: [], cursor: "1" }]), name: "other" };
    await ingest(other, store, options);
    expect([...store.known.keys()]).toEqual([digest(nameless.raw)]);
    expect(store.sightings.get(digest(nameless.raw))).toEqual(new Set(["list 1", "other 1"]));
    await sortNewMails(store, digest, () => NOW);
    expect(brief(store)).toEqual([[digest(nameless.raw), [digest(nameless.raw)], null, null]]);
  });
});
