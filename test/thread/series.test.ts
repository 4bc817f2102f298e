import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readInputs } from "../../src/io/read-input.js";
import { hasDiff } from "../../src/message/has-diff.js";
import type { Message } from "../../src/message/message.js";
import { parseMessage } from "../../src/message/parse-message.js";
import { buildThreads } from "../../src/thread/build-threads.js";
import { collectSeries } from "../../src/thread/collect-series.js";
import type { SeriesInput } from "../../src/thread/series.js";
import { type SeriesRecord, seriesRecords } from "../../src/thread/series-record.js";

const DIFF = "text\n---\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n";

/** One mail: id, subject, and whatever differs from the usual. */
interface Mail {
  id: string;
  subject: string;
  to?: string;
  refs?: string;
  from?: string;
  minute?: number;
  body?: string;
}

async function inputs(mails: readonly Mail[]): Promise<SeriesInput[]> {
  const made: SeriesInput[] = [];
  for (const [n, mail] of mails.entries()) {
    const cover = /\b0+\/\d|\b0+ of/.test(mail.subject) || /^Re:/.test(mail.subject);
    const minute = mail.minute ?? n;
    const date = new Date(Date.UTC(2020, 2, 3, 10, 0) + minute * 60_000).toUTCString().replace("GMT", "+0000");
    const fields = [
      `From: ${mail.from ?? "A. Author <author@example.org>"}`,
      `Subject: ${mail.subject}`,
      `Date: ${date}`,
      `Message-ID: <${mail.id}>`,
      ...(mail.to === undefined ? [] : [`In-Reply-To: <${mail.to}>`]),
      ...(mail.refs === undefined ? [] : [`References: ${mail.refs}`]),
    ];
    const body = mail.body ?? (cover ? "words\n" : DIFF);
    const message = await parseMessage(Buffer.from(`${fields.join("\n")}\n\n${body}`));
    made.push({ message, hasDiff: hasDiff(body) });
  }
  return made;
}

async function records(...mails: Mail[]): Promise<SeriesRecord[]> {
  return seriesRecords(await inputs(mails));
}

const brief = (all: readonly SeriesRecord[]): string[] =>
  all.map(
    (s) =>
      `v${s.version} ${s.cover ?? "-"} [${s.patches.join(" ")}]/${s.total} ${s.incomplete ?? "whole"} < ${s.previous ?? "-"}`,
  );

describe("seriesRecords", () => {
  it("gives what the contract promises", async () => {
    const [one] = await records(
      { id: "c", subject: "[PATCH v2 0/2] net: two fixes" },
      { id: "p1", subject: "[PATCH v2 1/2] net: first", to: "c" },
      { id: "p2", subject: "[PATCH v2 2/2] net: second", to: "c" },
      { id: "r", subject: "Re: [PATCH v2 2/2] net: second", to: "p2" },
    );
    expect(one).toEqual({
      title: "net: two fixes",
      author: { name: "A. Author", address: "author@example.org" },
      version: 2,
      total: 2,
      cover: "c",
      patches: ["p1", "p2"],
      incomplete: null,
      previous: null,
    });
  });

  it.each<[string, Mail[], string[]]>([
    [
      "a lone patch and its next version",
      [
        { id: "a", subject: "[PATCH] net: fix" },
        { id: "b", subject: "[PATCH v2] net: fix", to: "a" },
      ],
      ["v1 - [a]/1 whole < -", "v2 - [b]/1 whole < a"],
    ],
    [
      "patches that arrive out of order, each below the one before",
      [
        { id: "3", subject: "[PATCH 3/3] c", to: "2" },
        { id: "1", subject: "[PATCH 1/3] a" },
        { id: "2", subject: "[PATCH 2/3] b", to: "1" },
      ],
      ["v1 - [1 2 3]/3 whole < -"],
    ],
    [
      "an unthreaded series",
      [
        { id: "1", subject: "[PATCH 1/2] a" },
        { id: "x", subject: "[PATCH 1/2] other", from: "B <b@example.org>" },
        { id: "2", subject: "[PATCH 2/2] b" },
      ],
      ["v1 - [1 2]/2 whole < -", "v1 - [x]/2 missing-patches < -"],
    ],
    [
      "two unthreaded series of one sender, hours apart",
      [
        { id: "1", subject: "[PATCH 1/2] a" },
        { id: "3", subject: "[PATCH 2/2] d", minute: 600 },
      ],
      ["v1 - [1]/2 missing-patches < -", "v1 - [3]/2 missing-patches < -"],
    ],
    [
      "a run of git-send-email without threads, hours long",
      [
        { id: "20200303.7-1-a@example.org", subject: "[PATCH 1/2] a" },
        { id: "20200303.7-2-a@example.org", subject: "[PATCH 2/2] b", minute: 300 },
      ],
      ["v1 - [20200303.7-1-a@example.org 20200303.7-2-a@example.org]/2 whole < -"],
    ],
    [
      "a version sent in answer to the one before",
      [
        { id: "c", subject: "[PATCH 0/2] t" },
        { id: "1", subject: "[PATCH 1/2] a", to: "c" },
        { id: "2", subject: "[PATCH 2/2] b", to: "c" },
        { id: "c2", subject: "[PATCH v2 0/2] t", to: "c" },
        { id: "21", subject: "[PATCH v2 1/2] a", to: "c2" },
        { id: "22", subject: "[PATCH v2 2/2] b", to: "c2" },
      ],
      ["v1 c [1 2]/2 whole < -", "v2 c2 [21 22]/2 whole < c"],
    ],
    [
      "a reroll of one patch",
      [
        { id: "1", subject: "[PATCH 1/2] a" },
        { id: "2", subject: "[PATCH 2/2] b", to: "1" },
        { id: "r", subject: "Re: [PATCH 2/2] b", to: "2" },
        { id: "22", subject: "[PATCH v2 2/2] b", to: "r" },
      ],
      ["v1 - [1 2]/2 whole < -", "v2 - [22]/2 partial-reroll < 1"],
    ],
    ["a naked cover", [{ id: "c", subject: "[PATCH 0/3] t" }], ["v1 c []/3 no-patches < -"]],
    [
      "a cover marked RFC alone",
      [
        { id: "c", subject: "[RFC v2 0/1] t" },
        { id: "1", subject: "[RFC v2 1/1] a", to: "c" },
      ],
      ["v2 c [1]/1 whole < -"],
    ],
    [
      "a cover without a counter",
      [
        { id: "c", subject: "[PATCH v2] t", body: "words\n" },
        { id: "1", subject: "[PATCH v2 1/2] a", to: "c" },
        { id: "2", subject: "[PATCH v2 2/2] b", to: "c" },
      ],
      ["v2 c [1 2]/2 whole < -"],
    ],
    [
      "a cover that counts otherwise",
      [
        { id: "c", subject: "[PATCH 0/3] t" },
        { id: "1", subject: "[PATCH 1/2] a", to: "c" },
        { id: "2", subject: "[PATCH 2/2] b", to: "c" },
      ],
      ["v1 c [1 2]/2 whole < -"],
    ],
    [
      "a patch beyond the count",
      [
        { id: "1", subject: "[PATCH 1/1] a" },
        { id: "2", subject: "[PATCH 2/1] b", to: "1" },
      ],
      ["v1 - [1 2]/1 whole < -"],
    ],
    [
      "a patch that is missing",
      [
        { id: "1", subject: "[PATCH 1/3] a" },
        { id: "3", subject: "[PATCH 3/3] c", to: "1" },
      ],
      ["v1 - [1 3]/3 missing-patches < -"],
    ],
    [
      "a resend beside the first sending",
      [
        { id: "1", subject: "[PATCH 1/2] a" },
        { id: "2", subject: "[PATCH 2/2] b", to: "1" },
        { id: "r1", subject: "[PATCH RESEND 1/2] a", to: "1" },
        { id: "r2", subject: "[PATCH RESEND 2/2] b", to: "r1" },
      ],
      ["v1 - [1 2]/2 whole < -", "v1 - [r1 r2]/2 whole < -"],
    ],
    [
      "a resend without a mark",
      [
        { id: "1", subject: "[PATCH 1/2] a" },
        { id: "2", subject: "[PATCH 2/2] b" },
        { id: "r1", subject: "[PATCH 1/2] a", minute: 30 },
        { id: "r2", subject: "[PATCH 2/2] b", minute: 31 },
      ],
      ["v1 - [1 2]/2 whole < -", "v1 - [r1 r2]/2 whole < -"],
    ],
    [
      "a cover of a single patch, neither with a counter",
      [
        { id: "c", subject: "[PATCH] t", body: "words\n" },
        { id: "1", subject: "[PATCH] a", to: "c" },
      ],
      ["v1 c [1]/1 whole < -"],
    ],
    [
      "a version that only the cover names",
      [
        { id: "c", subject: "[PATCH v3 0/2] t" },
        { id: "1", subject: "[PATCH 1/2] a", to: "c" },
        { id: "2", subject: "[PATCH 2/2] b", to: "c" },
      ],
      ["v3 c [1 2]/2 whole < -"],
    ],
    [
      "a version that only the patches name",
      [
        { id: "c", subject: "[PATCH 0/2] t" },
        { id: "1", subject: "[PATCH v2 1/2] a", to: "c" },
        { id: "2", subject: "[PATCH v2 2/2] b", to: "c" },
      ],
      ["v2 c [1 2]/2 whole < -"],
    ],
    [
      "the next version in answer to a cover whose patches are elsewhere",
      [
        { id: "c", subject: "[PATCH 0/2] t" },
        { id: "1", subject: "[PATCH v2 1/2] a", to: "c", minute: 3000 },
        { id: "2", subject: "[PATCH v2 2/2] b", to: "c", minute: 3000 },
      ],
      ["v1 c []/2 no-patches < -", "v2 - [1 2]/2 whole < c"],
    ],
    [
      "a last patch that was sent by itself before the series",
      [
        { id: "x", subject: "[PATCH v2 2/2] b" },
        { id: "c", subject: "[PATCH v2 0/2] t" },
        { id: "1", subject: "[PATCH v2 1/2] a", to: "c" },
        { id: "2", subject: "[PATCH v2 2/2] b", to: "c" },
      ],
      ["v2 - [x]/2 missing-patches < -", "v2 c [1 2]/2 whole < -"],
    ],
    [
      "a patch that was put right in answer to itself",
      [
        { id: "1", subject: "[PATCH v2 1/2] a" },
        { id: "2", subject: "[PATCH v2 2/2] b", to: "1" },
        { id: "2a", subject: "[PATCH v2.5 2/2] b", to: "2" },
      ],
      ["v2 - [1 2]/2 whole < -", "v2 - [2a]/2 partial-reroll < -"],
    ],
    [
      "somebody else's answer with a diff, that pipermail took the Re: from",
      [
        { id: "1", subject: "[PATCH] a" },
        { id: "r", subject: "[PATCH] a", to: "1", from: "B <b@example.org>" },
      ],
      ["v1 - [1]/1 whole < -"],
    ],
    [
      "the same mail through two lists",
      [
        { id: "1", subject: "[PATCH] a" },
        { id: "1", subject: "[PATCH] a" },
      ],
      ["v1 - [1]/1 whole < -"],
    ],
    [
      "a version that was renamed, by the same sender in the same thread",
      [
        { id: "1", subject: "[PATCH] net: old words" },
        { id: "2", subject: "[PATCH v2] net: old but other words", to: "1" },
      ],
      ["v1 - [1]/1 whole < -", "v2 - [2]/1 whole < 1"],
    ],
    [
      "other people's patches of the same version number",
      [
        { id: "1", subject: "[PATCH] net: fix" },
        { id: "2", subject: "[PATCH v2] mm: other", from: "B <b@example.org>" },
      ],
      ["v1 - [1]/1 whole < -", "v2 - [2]/1 whole < -"],
    ],
    [
      "mails that are no postings",
      [
        { id: "1", subject: "[GIT PULL] fixes", body: DIFF },
        { id: "2", subject: "Re: [PATCH] a", body: DIFF },
        { id: "3", subject: "a question", body: "words\n" },
        { id: "4", subject: "[PATCH] without a diff", body: "words\n" },
        { id: "5", subject: "[tip: x/y] a", to: "1", body: DIFF },
      ],
      [],
    ],
    [
      "a reply that pipermail took the Re: from",
      [
        { id: "c", subject: "[PATCH 0/1] t" },
        { id: "1", subject: "[PATCH 1/1] a", to: "c" },
        { id: "r", subject: "[PATCH 0/1] t", to: "c", from: "B <b@example.org>", body: "words\n" },
        { id: "s", subject: "[PATCH 1/1] a", to: "1", from: "B <b@example.org>" },
      ],
      ["v1 c [1]/1 whole < -"],
    ],
    [
      "a change-id that outlives title, sender and thread",
      [
        { id: "1", subject: "[PATCH] old title", body: `${DIFF}\nchange-id: 20200303-x-0123\n` },
        {
          id: "2",
          subject: "[PATCH v2] wholly new words",
          from: "B <b@example.org>",
          body: `${DIFF}\nchange-id: 20200303-x-0123\n`,
        },
      ],
      ["v1 - [1]/1 whole < -", "v2 - [2]/1 whole < 1"],
    ],
    [
      "a version between that is not there",
      [
        { id: "1", subject: "[PATCH] net: fix" },
        { id: "3", subject: "[PATCH v3] net: fix" },
      ],
      ["v1 - [1]/1 whole < -", "v3 - [3]/1 whole < 1"],
    ],
  ])("knows %s", async (_name, mails, expected) => {
    expect(brief(await records(...mails))).toEqual(expected);
  });
});

describe("buildThreads", () => {
  it("cuts References that go round in a circle", async () => {
    const made = await inputs([
      { id: "a", subject: "x", to: "c", refs: "<a> <b> <c>" },
      { id: "b", subject: "x", to: "a" },
      { id: "c", subject: "x", to: "b" },
      { id: "d", subject: "x", to: "d" },
    ]);
    const { parent, thread } = buildThreads(made.map((one) => one.message));
    expect(parent).toEqual([2, 0, -1, -1]);
    expect(thread).toEqual([0, 0, 0, 3]);
  });

  it("keeps mails of one lost parent together", async () => {
    const made = await inputs([
      { id: "a", subject: "x", to: "lost" },
      { id: "b", subject: "y", to: "lost" },
    ]);
    expect(buildThreads(made.map((one) => one.message)).thread).toEqual([0, 0]);
  });

  it("never leaves a circle, and every posting is in exactly one series", async () => {
    const ids = fc.constantFrom("a", "b", "c", "d", "e");
    const mail = fc.record({
      id: ids,
      subject: fc.constantFrom("[PATCH 0/2] t", "[PATCH 1/2] a", "[PATCH v2 2/2] b", "[PATCH] c", "Re: x"),
      to: ids,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(mail, { maxLength: 12 }), async (mails) => {
        const made = await inputs(mails);
        const messages = made.map((one) => one.message);
        const { parent } = buildThreads(messages);
        for (const at of messages.keys()) {
          let up = at;
          for (let steps = 0; up >= 0; steps++, up = parent[up] ?? -1)
            expect(steps).toBeLessThanOrEqual(messages.length);
        }
        const placed = collectSeries(made).flatMap((one) => [
          ...(one.cover === null ? [] : [one.cover]),
          ...one.patches,
        ]);
        expect(new Set(placed).size).toBe(placed.length);
      }),
    );
  });

  it("takes 50,000 mails of one thread and one name in seconds", async () => {
    const [template] = await inputs([{ id: "x", subject: "[PATCH 1/2] a", to: "root" }]);
    const base = template?.message as Message;
    const many = Array.from(
      { length: 50_000 },
      (_, n): SeriesInput => ({
        hasDiff: true,
        message: { ...base, messageId: `m${n}`, inReplyTo: [`m${n - 1}`, "root"] },
      }),
    );
    const start = performance.now();
    expect(seriesRecords(many).length).toBeGreaterThan(0);
    expect((performance.now() - start) / 1000).toBeLessThan(20);
  });
});

const corpus = fileURLToPath(new URL("../../../shared/corpus/linux-riscv-2019-2020.mbox.gz", import.meta.url));
describe.skipIf(!existsSync(corpus))("the list archive (needs ../shared)", () => {
  it("has its KVM series v1 to v12 in one chain of versions", async () => {
    const all: SeriesInput[] = [];
    for await (const message of readInputs([corpus])) all.push({ message, hasDiff: hasDiff(message.body.text) });
    const series = seriesRecords(all);
    const leads = new Map(series.map((one) => [one.cover ?? one.patches[0], one]));
    const last = series.find((one) => one.title === "KVM RISC-V Support" && one.version === 12);
    const versions: number[] = [];
    for (let one = last; one !== undefined; one = leads.get(one.previous ?? undefined) as SeriesRecord | undefined)
      versions.push(one.version);
    expect(versions.at(0)).toBe(12);
    expect(versions.length).toBe(12);
    expect(versions).toEqual(versions.toSorted((a, b) => b - a));
  });
});
