import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAmong } from "../../src/speak/addresses.js";
import { after as later, parseDuration } from "../../src/speak/duration.js";
import { withBody } from "../../src/speak/edit.js";
import { globMatch } from "../../src/speak/glob.js";
import { demotedRules, ledgerRows } from "../../src/speak/ledger.js";
import { linksFor, rawUrl, reviewerLinks, threadUrl } from "../../src/speak/links.js";
import { datedMail, type OutgoingMail } from "../../src/speak/outgoing.js";
import { whyNotAnyMore } from "../../src/speak/still.js";
import { history, LIST, list, mailPolicy, NOW } from "./samples.js";

const answers = (rule: string, valid: number, invalid: number) => [
  ...Array.from({ length: valid }, () => ({ rule, valid: true })),
  ...Array.from({ length: invalid }, () => ({ rule, valid: false })),
];
const MAIL: OutgoingMail = {
  kind: "review",
  messageId: "0123456789abcdef@witness.example",
  inReplyTo: "patch@example.org",
  subject: "x",
  sender: "robot@witness.example",
  recipients: ["author@example.org", "sender@example.org", LIST],
  raw: "Message-ID: <0123456789abcdef@witness.example>\nSubject: x\n\nbody\n",
  series: "s",
  version: 1,
  findings: ["f1", "f2"],
  rules: ["r1", "r2"],
  patchSent: null,
  sendBefore: "2026-03-20T00:00:00.000Z",
  lookUp: null,
};

describe("the ledger", () => {
  const policy = { answers: 10, precision: 0.8 };
  it("counts, rule by rule in order, and takes off duty what is wrong too often", () => {
    const all = [...answers("b", 8, 2), ...answers("a", 7, 3), ...answers("c", 0, 9)];
    expect(ledgerRows(all, policy, ["z"])).toEqual([
      { rule: "a", valid: 7, invalid: 3, precision: 0.7, demoted: true },
      { rule: "b", valid: 8, invalid: 2, precision: 0.8, demoted: false },
      { rule: "c", valid: 0, invalid: 9, precision: 0, demoted: false },
      { rule: "z", valid: 0, invalid: 0, precision: null, demoted: false },
    ]);
    const whole = all.map((one) => ({ ...one, finding: "f", by: "x@y", reason: "", via: "mail" as const, at: NOW }));
    expect([...demotedRules(whole, policy)]).toEqual(["a"]);
    expect(ledgerRows(answers("c", 0, 1), { answers: 1, precision: 1 })[0]?.demoted).toBe(true);
  });
});

describe("links", () => {
  const archive = (url: string) => list({ archive: url });
  const reviewers = [{ name: "Other", url: "https://rev.example/p/{id}", guess: false }];

  it("escape an id as public-inbox does", () => {
    const lore = archive("https://lore.example/kvm");
    expect(threadUrl(lore, "a@b.example")).toBe("https://lore.example/kvm/a@b.example/");
    expect(threadUrl(archive("https://lore.example/kvm///"), "a%40b/c?d#e@f")).toBe(
      "https://lore.example/kvm/a%2540b%2Fc%3Fd%23e@f/",
    );
    expect(rawUrl(lore, "a@b.example")).toBe("https://lore.example/kvm/a@b.example/raw");
    expect(threadUrl(list(), "a@b")).toBeNull();
    expect(rawUrl(null, "a@b")).toBeNull();
    expect(threadUrl(lore, `${"/".repeat(200)}@b`)).toBeNull();
  });

  it("are kept of known hosts alone, whole, without what ends a sentence", () => {
    const text = [
      "See https://rev.example/p/1, (https://rev.example/p/2). <https://rev.example/p/3>",
      "https://rev.example/p/1 again, HTTPS://rev.example/p/4 not; http://REV.example/p/5!",
      "https://evil.example/rev.example https://rev.example@evil.example/ https://rev.example.evil.example/",
      "https://rev.example:8443/p https://rev.example\\@evil.example/ https://evil.example/?https://rev.example/",
      `https://rev.example/${"x".repeat(1000)}`,
    ].join("\n");
    expect(reviewerLinks(text, reviewers)).toEqual([
      "https://rev.example/p/1",
      "https://rev.example/p/2",
      "https://rev.example/p/3",
      "http://REV.example/p/5",
    ]);
    expect(reviewerLinks(text, [])).toEqual([]);
    expect(reviewerLinks("https://rev.example/p/\u202e4\u0000", reviewers)).toEqual(["https://rev.example/p/"]);
    const many = Array.from({ length: 50 }, (_, at) => `https://rev.example/${at}`).join(" ");
    expect(reviewerLinks(many, reviewers)).toHaveLength(20);
  });

  it("are read of megabytes in linear time", () => {
    const started = performance.now();
    for (const part of ["https://", "https://rev.example/", ".,;:!?)", "https://x", "h"])
      reviewerLinks(part.repeat(500_000), reviewers);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it("go with the patch that they speak of", () => {
    const id = "20260309164002.4711-2-parker@example.org";
    const page = (n: number): string => `https://rev.example/p/20260309164002.4711-${n}-parker%40example.org`;
    const pages = (linked: string[], guess = false, of = id) =>
      linksFor(of, null, [{ name: "Other", url: "https://rev.example/p/{id}", guess }], linked).pages.map(
        ({ url }) => url,
      );
    expect(pages([page(2)])).toEqual([page(2)]);
    expect(pages(["https://rev.example/about", page(1)])).toEqual([page(1)]);
    expect(pages(["https://rev.example/p/other-1-x@example.org", "https://rev.example/%ff"])).toEqual([]);
    expect(pages([], true)).toEqual([page(2)]);
    expect(pages([], true, `${"%".repeat(300)}@example.org`)).toEqual([]);
    expect(pages(["https://evil.example/p/20260309164002.4711-2-parker@example.org"])).toEqual([]);
  });
});

describe("whether a mail that waits is still sent", () => {
  const why = (
    over: Partial<OutgoingMail> = {},
    past = {},
    policy: ReturnType<typeof list> | null = list(),
    mail = mailPolicy(),
  ) => whyNotAnyMore({ ...MAIL, ...over }, policy, mail, history(past), NOW);

  it.each([
    ["superseded", { superseded: true }],
    ["ignored", { ignored: true }],
    ["merged", { merged: new Set(["patch@example.org"]) }],
    ["opted-out", { optedOut: new Set(["author@example.org"]) }],
    ["opted-out", { optedOut: new Set(["sender@example.org"]) }],
    ["nothing-to-tell", { suppressed: new Set(["f1", "f2"]) }],
    ["nothing-to-tell", { demoted: new Set(["r1", "r2"]) }],
  ])("not: %s", (want, past) => {
    expect(why()).toBeNull();
    expect(why({}, past)).toBe(want);
    expect(why({ kind: "moderation" }, past)).toBeNull();
    expect(why({ kind: "answer" }, past)).toBeNull();
  });

  it("goes by the policy as it is now", () => {
    expect(why({}, {}, null)).toBe("list-off");
    expect(why({}, {}, list({ mode: "off" }))).toBe("list-off");
    expect(why({}, {}, list({ mode: "local" }))).toBe("list-local");
    expect(why({}, {}, list({ mode: "author" }))).toBe("list-local");
    expect(why({ recipients: ["author@example.org"] }, {}, list({ mode: "author" }))).toBeNull();
    expect(why({}, {}, list(), mailPolicy({ optOut: ["Author@example.org"] }))).toBe("opted-out");
    expect(why({ sendBefore: "2026-03-10T00:00:00.000Z" })).toBe("old");
  });

  it("is not as soon as one of its findings was called wrong, or one of its rules is on trial", () => {
    expect(why({}, { suppressed: new Set(["f1"]) })).toBe("nothing-to-tell");
    expect(why({}, { demoted: new Set(["r2"]) })).toBe("nothing-to-tell");
    expect(why({}, { suppressed: new Set(["f9"]), demoted: new Set(["r9"]) })).toBeNull();
  });
});

describe("a moderator's text", () => {
  it("takes the body's place, and no other", () => {
    expect(withBody(MAIL, "One\r\nTwo\rThree\n\n\n")?.raw).toBe(
      "Message-ID: <0123456789abcdef@witness.example>\nSubject: x\n\nOne\nTwo\nThree\n",
    );
    for (const empty of ["", " \n\t\n", "\r\n"]) expect(withBody(MAIL, empty)).toBeNull();
  });

  it("changes no head and makes no line that mail may not have", () => {
    const odd = fc.constantFrom(
      "Bcc: a@b",
      "\r",
      "\n",
      "\r\n",
      "\0",
      "\u001b[2J",
      "é",
      "😀",
      "\ud800",
      "\t",
      "x".repeat(990),
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(odd, fc.string()), { maxLength: 20 }).map((all) => all.join("")),
        (text) => {
          const raw = withBody(MAIL, `${text}.`)?.raw ?? "";
          const head = MAIL.raw.slice(0, MAIL.raw.indexOf("\n\n") + 2);
          expect(raw.startsWith(head)).toBe(true);
          expect(/[^\P{Cc}\t\n]/u.test(raw)).toBe(false);
          for (const line of raw.split("\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(998);
          expect(raw.endsWith(".\n")).toBe(true);
        },
      ),
    );
  });

  it("keeps every character of a line that has to be cut", () => {
    const text = "aé😀".repeat(700);
    const body = withBody(MAIL, text)?.raw.split("\n\n")[1] ?? "";
    expect(body.replaceAll("\n", "")).toBe(text);
    expect(Math.max(...body.split("\n").map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(998);
  });
});

describe("small things", () => {
  it("patterns with stars match as a slow and sure matcher says", () => {
    const slow = (pattern: string, text: string): boolean =>
      pattern === ""
        ? text === ""
        : pattern[0] === "*"
          ? slow(pattern.slice(1), text) || (text !== "" && slow(pattern, text.slice(1)))
          : text[0] === pattern[0] && slow(pattern.slice(1), text.slice(1));
    const few = (chars: string[], maxLength: number) =>
      fc.array(fc.constantFrom(...chars), { maxLength }).map((all) => all.join(""));
    fc.assert(
      fc.property(few(["a", "b", "*"], 6), few(["a", "b"], 8), (pattern, text) => {
        expect(globMatch(pattern, text)).toBe(slow(pattern, text));
      }),
      { numRuns: 2000 },
    );
    const started = performance.now();
    globMatch("*a".repeat(40), `${"a".repeat(1_000_000)}b`);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it("a host stands for its addresses, and no pattern of strangers for one", () => {
    expect(isAmong("A@Trusted.example", ["@trusted.example"])).toBe(true);
    expect(isAmong("a@sub.trusted.example", ["@trusted.example"])).toBe(false);
    expect(isAmong("a@b@trusted.example", ["@trusted.example"])).toBe(false);
    expect(isAmong("@trusted.example", ["@trusted.example"])).toBe(true);
    expect(isAmong("a@b.example", ["A@B.example"])).toBe(true);
  });

  it("durations are what people write, and never lead out of time", () => {
    expect(["90s", "2m", "1h", "1d", "0s"].map(parseDuration)).toEqual([90_000, 120_000, 3_600_000, 86_400_000, 0]);
    expect(["", "1", "1w", "-1d", "1.5h", " 1d", "1d ", "1234567d", "1D"].map(parseDuration)).toEqual(
      Array(9).fill(null),
    );
    expect(later("2026-03-09T16:40:02.000Z", "1d")).toBe("2026-03-10T16:40:02.000Z");
    expect(later("+275760-09-13T00:00:00.000Z", "14d")).toBe("+275760-09-13T00:00:00.000Z");
  });

  it("a mail is dated below its id, with the line ends of the wire", () => {
    expect(datedMail(MAIL.raw, "2026-03-09T16:40:02.000Z")).toBe(
      "Message-ID: <0123456789abcdef@witness.example>\r\nDate: Mon, 09 Mar 2026 16:40:02 +0000\r\nSubject: x\r\n\r\nbody\r\n",
    );
    expect(datedMail("Message-ID: <a@b>\nX: y\n\n.\n..\n", NOW)).toMatch(/\r\n\r\n\.\r\n\.\.\r\n$/);
  });
});
