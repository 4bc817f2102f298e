import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSubject } from "../../src/message/subject.js";

type Row = [
  subject: string,
  title: string,
  version: number,
  index: number | null,
  total: number | null,
  prefixes: string[],
];

const PATCHES: Row[] = [
  ["[PATCH] net: fix", "net: fix", 1, null, null, ["PATCH"]],
  ["[PATCHv3] net: fix", "net: fix", 3, null, null, ["PATCH"]],
  ["[PATCHv3 2/7] net: fix", "net: fix", 3, 2, 7, ["PATCH"]],
  ["[PATCH 6/5] net: fix", "net: fix", 1, 6, 5, ["PATCH"]],
  ["[v2PATCH12/15] net: fix", "net: fix", 2, 12, 15, ["PATCH"]],
  ["v2PATCH12/15 net: fix", "net: fix", 2, 12, 15, ["PATCH"]],
  ["[PATCH 2 of 5] net: fix", "net: fix", 1, 2, 5, ["PATCH"]],
  ["[PATCH 02 of 15 V3] net: fix", "net: fix", 3, 2, 15, ["PATCH"]],
  ["[patch 3/7] net: fix", "net: fix", 1, 3, 7, ["patch"]],
  ["[RFC v2 PATCH 1/2] net: fix", "net: fix", 2, 1, 2, ["RFC", "PATCH"]],
  ["[PATCH net-next v2 0/3] net: fix", "net: fix", 2, 0, 3, ["PATCH", "net-next"]],
  ["[PATCH RESEND v4 1/1] net: fix", "net: fix", 4, 1, 1, ["PATCH", "RESEND"]],
  ["[RESEND][PATCH v4] net: fix", "net: fix", 4, null, null, ["RESEND", "PATCH"]],
  ["[PATCH v2 (RESEND) 1/2] net: fix", "net: fix", 2, 1, 2, ["PATCH", "RESEND"]],
  ["[PATCH] [v2] net: fix", "net: fix", 2, null, null, ["PATCH"]],
  ["[PATCH v2 [RFC] 1/3] net: fix", "net: fix", 2, 1, 3, ["PATCH", "RFC"]],
  ["[PATCH, v2, 1/3] net: fix", "net: fix", 2, 1, 3, ["PATCH"]],
  ["[PATCH v2,1/3] net: fix", "net: fix", 2, 1, 3, ["PATCH"]],
  ["[PATCH V2 1 / 3] net: fix", "net: fix", 2, 1, 3, ["PATCH"]],
  ["[PATCH v8.5 2/3] net: fix", "net: fix", 8, 2, 3, ["PATCH"]],
  ["[PATCH 5.10 2/3] net: fix", "net: fix", 1, 2, 3, ["PATCH", "5.10"]],
  ["[PATCH v5.10] net: fix", "net: fix", 1, null, null, ["PATCH", "v5.10"]],
  ["[PATCH v5.10 v2] net: fix", "net: fix", 2, null, null, ["PATCH", "v5.10"]],
  ["[EXTERNAL] [PATCH v2 01/20] net: fix", "net: fix", 2, 1, 20, ["EXTERNAL", "PATCH"]],
  ["[PATCH] v2: net: fix", "net: fix", 2, null, null, ["PATCH"]],
  ["[PATCH v3] 2/4 net: fix", "net: fix", 3, 2, 4, ["PATCH"]],
  ["PATCH v2 1/3: net: fix", "net: fix", 2, 1, 3, ["PATCH"]],
  ["[PATCH/RFC v2 1/3] net: fix", "net: fix", 2, 1, 3, ["PATCH", "RFC"]],
  ["[PATCH] bracket [in] title", "bracket [in] title", 1, null, null, ["PATCH"]],
  ["[PATCH  v2\t1/3]  net:   fix ", "net: fix", 2, 1, 3, ["PATCH"]],
];

describe("parseSubject", () => {
  it.each(PATCHES)("%s", (subject, title, version, index, total, prefixes) => {
    expect(parseSubject(subject)).toEqual({
      title,
      reply: false,
      prefixes,
      patch: true,
      pull: false,
      version,
      index,
      total,
    });
  });

  it.each(["Re", "RE", "AW", "Antw", "WG", "SV", "Fwd", "回复", "答复", "VS", "Re[2]", "Re: Aw", "回复："])(
    "takes %s for a reply mark",
    (mark) => {
      const subject = `${mark.endsWith("：") ? mark : `${mark}:`} [PATCH v2 1/3] net: fix`;
      expect(parseSubject(subject)).toMatchObject({
        reply: true,
        patch: true,
        version: 2,
        index: 1,
        total: 3,
        title: "net: fix",
      });
    },
  );

  it.each([
    ["v2 1/3 net: fix", "net: fix", 2, 1, 3],
    ["[v2 1/3] net: fix", "net: fix", 2, 1, 3],
    ["[RFC v2 0/4] net: fix", "net: fix", 2, 0, 4],
    ["[linux-next:master 8/10] net: fix", "net: fix", 1, 8, 10],
  ])("counts without the word PATCH: %s", (subject, title, version, index, total) => {
    expect(parseSubject(subject)).toMatchObject({ title, patch: false, version, index, total });
  });

  it.each([
    "[GIT PULL] fixes for v5.5",
    "[GIT PULL 1/3] fixes",
    "[git pull] fixes",
    "[PULL REQUEST] fixes",
    "GIT PULL: fixes",
  ])("%s is a pull request", (subject) => expect(parseSubject(subject)).toMatchObject({ pull: true, patch: false }));

  it.each([
    "v5.2 does not boot",
    "re-work of the queue",
    "sv: fix the reader",
    "[not closed PATCH",
    "r8169: fix",
    "2/3 of it is done",
  ])("leaves %s alone", (subject) =>
    expect(parseSubject(subject)).toMatchObject({ patch: false, version: 1, index: null }),
  );

  it("keeps the prefix of a subsystem that looks like a mark", () => {
    expect(parseSubject("tr: fix the ring")).toMatchObject({ reply: false, title: "tr: fix the ring" });
    expect(parseSubject("[PATCH r8169] fix")).toMatchObject({ version: 1, prefixes: ["PATCH", "r8169"] });
  });

  it("never throws, is quick on nested brackets, and gives a title without brackets before it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (subject) => parseSubject(subject).version >= 0),
    );
    const start = performance.now();
    parseSubject("[".repeat(500_000));
    parseSubject("[PATCH]".repeat(100_000));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
