import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planSeries } from "../../src/speak/plan.js";
import type { History, PatchPlan } from "../../src/speak/planned.js";
import { type ListPolicy, listSchema, type MailPolicy, MODES, policyProblems } from "../../src/speak/policy.js";
import { FINDING_SILENCES, type FindingSilence, SILENCES, type Silence } from "../../src/speak/silence.js";
import { checkFinding, gateFinding, sampleMessage } from "../report/sample.js";
import {
  addresses,
  box,
  history,
  LIST,
  list,
  mailPolicy,
  NOW,
  type Over,
  OWN,
  resultOf,
  reviewedPatch,
  telling,
} from "./samples.js";

interface Given {
  lists?: ListPolicy[];
  mail?: MailPolicy | null;
  past?: Partial<History>;
  now?: string;
}

const plansOf = (
  overs: Over[],
  { lists = [list()], mail = mailPolicy(), past = {}, now = NOW }: Given = {},
): PatchPlan[] =>
  planSeries({ result: resultOf(overs.map(reviewedPatch)), policies: { lists, mail }, history: history(past), now });
const planOf = (over: Over = {}, given: Given = {}): PatchPlan => plansOf([over], given)[0] as PatchPlan;
const reasonOf = (plan: PatchPlan): string => (plan.action === "silent" ? plan.silence : plan.action);

const ID = sampleMessage().messageId ?? "";
const headers = (name: string, value: string): Over => ({ message: { headers: new Map([[name, [value]]]) } });

/** For each reason a case that differs from the told one in that reason alone. */
const SILENT: Record<Silence, [Over, Given]> = {
  "no-list": [{ message: { to: [box("other@lists.example.org")], cc: [], headers: new Map() } }, {}],
  "list-off": [{}, { lists: [list({ mode: "off" })] }],
  "list-local": [{}, { lists: [list({ mode: "local" })] }],
  "nothing-to-tell": [{ findings: [] }, {}],
  "quoted-patch": [{ patch: { depth: 1 } }, {}],
  "no-whole-mail": [{ message: { origin: "pipermail-text" } }, {}],
  bot: [headers("auto-submitted", "auto-generated"), {}],
  "own-mail": [headers("x-patchwitness-rule", "kvm/x"), {}],
  "pull-request": [{ message: { subjectInfo: { ...sampleMessage().subjectInfo, pull: true } } }, {}],
  "not-judged-whole": [{}, { past: { incomplete: true } }],
  superseded: [{}, { past: { superseded: true } }],
  merged: [{}, { past: { merged: new Set([ID]) } }],
  old: [{}, { now: "2026-03-24T00:00:00.000Z" }],
  undated: [{ message: { date: null } }, {}],
  "opted-out": [{}, { past: { optedOut: new Set(["parker@example.org"]) } }],
  ignored: [{}, { past: { ignored: true } }],
  "no-message-id": [{ message: { messageId: null } }, {}],
  "no-address": [{ message: { from: box("parker at example.org") } }, {}],
};

describe("why a patch gets no mail", () => {
  it("is told one, where nothing is against it", () => {
    expect(reasonOf(planOf())).toBe("mail");
  });

  it.each(Object.keys(SILENCES) as Silence[])("%s", (silence) => {
    const [over, given] = SILENT[silence];
    expect(reasonOf(planOf(over, given))).toBe(silence);
    expect(SILENCES[silence].length).toBeGreaterThan(10);
  });

  it.each<[Silence, Over, Given]>([
    ["quoted-patch", { message: { origin: "pasted" } }, {}],
    ["no-whole-mail", { message: { origin: "pipermail-html" } }, {}],
    ["quoted-patch", { message: { subjectInfo: { ...sampleMessage().subjectInfo, reply: true } } }, {}],
    ["own-mail", headers("x-patchwitness-engine-version", "0.1.0"), {}],
    ["own-mail", { message: { from: box("Robot@Witness.Example") } }, {}],
    ["bot", headers("precedence", "auto_reply"), {}],
    ["bot", { message: { from: box("syzbot+1a2b3c@syzkaller.appspotmail.com") } }, {}],
    ["bot", { message: { from: box("LKP@intel.com") } }, {}],
    ["no-message-id", { message: { messageId: "a b@example.org" } }, {}],
    ["no-message-id", { message: { messageId: `${"x".repeat(2000)}@example.org` } }, {}],
    ["undated", { message: { date: "2026-03-12T00:00:00.001Z" } }, {}],
    ["undated", { message: { date: "2038-01-19T03:14:07.000Z" } }, {}],
    ["old", { message: { date: "1970-01-01T00:00:00.000Z" } }, {}],
    ["old", { message: { date: "+275760-09-13T00:00:00.000Z" } }, {}],
    [
      "opted-out",
      { patch: { author: box("quiet@example.org") } },
      { mail: mailPolicy({ optOut: ["quiet@example.org"] }) },
    ],
    [
      "opted-out",
      { message: { from: box("Quiet@Example.org") } },
      { past: { optedOut: new Set(["quiet@example.org"]) } },
    ],
  ])("%s, in another way (%#)", (silence, over, given) => {
    expect(reasonOf(planOf(over, given))).toBe(silence);
  });

  it("a person who says that no program sent a mail is answered", () => {
    expect(reasonOf(planOf(headers("auto-submitted", "no")))).toBe("mail");
    expect(reasonOf(planOf(headers("precedence", "bulk")))).toBe("mail");
  });

  it("says all that stands against a patch before it says that there is nothing to tell", () => {
    expect(reasonOf(planOf({ findings: [] }, { past: { superseded: true } }))).toBe("superseded");
  });
});

const LEFT_OUT: Record<FindingSilence, [Over, Given]> = {
  "not-of-patch": [{ findings: [gateFinding({ status: "pre-existing" })] }, {}],
  nursery: [{ findings: [gateFinding({ nursery: true })] }, {}],
  demoted: [{}, { past: { demoted: new Set([gateFinding().rule]) } }],
  "below-severity": [{ findings: [gateFinding({ severity: "note" })] }, {}],
  "below-confidence": [{ findings: [gateFinding({ confidence: "low" })] }, {}],
  suppressed: [{}, { past: { suppressed: new Set([gateFinding().id]) } }],
  "said-before": [{}, { past: { said: new Set([gateFinding().id]) } }],
};

describe("why a finding is left out", () => {
  it.each(Object.keys(FINDING_SILENCES) as FindingSilence[])("%s", (silence) => {
    const [over, given] = LEFT_OUT[silence];
    const plan = planOf(over, given);
    expect(plan.findings.map((one) => one.silence)).toEqual([silence]);
    expect(reasonOf(plan)).toBe("nothing-to-tell");
  });

  it.each(["fixed-later", "acknowledged"] as const)("a finding that is %s is not the patch's", (status) => {
    expect(planOf({ findings: [gateFinding({ status })] }).findings[0]?.silence).toBe("not-of-patch");
  });

  it("goes by what the list wants to hear", () => {
    const findings = [gateFinding({ severity: "note", confidence: "low" })];
    expect(reasonOf(planOf({ findings }, { lists: [list({ severity: "note", confidence: "low" })] }))).toBe("mail");
    const strict = planOf({ findings: [gateFinding()] }, { lists: [list({ confidence: "high" })] });
    expect(strict.findings[0]?.silence).toBe("below-confidence");
  });

  it("is one finding's: the other is told", () => {
    const plan = telling(planOf({ findings: [gateFinding({ nursery: true }), checkFinding()] }));
    expect(plan.findings.map((one) => one.silence)).toEqual(["nursery", null]);
  });

  it("says a thing once in a series, at the first patch that is answered", () => {
    const second = { message: { messageId: "second@example.org" } };
    const [one, two] = plansOf([{}, second]);
    expect([one, two].map((plan) => plan && reasonOf(plan))).toEqual(["mail", "nothing-to-tell"]);
    expect(two?.findings[0]?.silence).toBe("said-before");
    const [silent, told] = plansOf([{}, second], { past: { merged: new Set([ID]) } });
    expect([silent, told].map((plan) => plan && reasonOf(plan))).toEqual(["merged", "mail"]);
  });
});

describe("when a mail goes out", () => {
  it("not before the embargo is over, nor in the past", () => {
    const early = telling(planOf({}, { now: "2026-03-09T17:00:00.000Z" }));
    expect(early.notBefore).toBe("2026-03-10T16:40:02.000Z");
    expect(telling(planOf()).notBefore).toBe(NOW);
    expect(telling(planOf({}, { lists: [list({ embargo: "7d" })] })).notBefore).toBe("2026-03-16T16:40:02.000Z");
  });

  it("and not after its patch is old", () => {
    expect(telling(planOf({}, { lists: [list({ maxAge: "3d" })] })).sendBefore).toBe("2026-03-12T16:40:02.000Z");
  });

  it("has caps of a day, an author and a thread unless the policy says otherwise", () => {
    expect(list().caps).toEqual({
      list: { count: 10, per: "1d" },
      author: { count: 3, per: "1d" },
      thread: { count: 5, per: "30d" },
    });
    expect(list({ caps: { author: { count: 1 } } }).caps.author).toEqual({ count: 1, per: "1d" });
    for (const bad of [{ count: -1 }, { count: 1.5 }, { per: "1w" }, { per: "" }, { other: 1 }])
      expect(listSchema.safeParse({ address: LIST, caps: { list: bad } }).success).toBe(false);
  });
});

describe("by which list", () => {
  const kernel = "linux-kernel@vger.example.org";
  const other = (mode: string, over = {}): ListPolicy => list({ address: kernel, mode, ...over });

  it("the one that goes farthest, the first among equals", () => {
    expect(telling(planOf({}, { lists: [list({ mode: "author" }), other("author-and-list")] })).list.address).toBe(
      kernel,
    );
    expect(telling(planOf({}, { lists: [list(), other("author-and-list")] })).list.address).toBe(LIST);
    expect(reasonOf(planOf({}, { lists: [list({ mode: "off" }), other("local")] }))).toBe("list-local");
  });

  it("the one that a mail came through, though it names it nowhere else; it gets no copy then", () => {
    const to = { to: [], cc: [] };
    const through = new Map([["list-id", ["KVM <kvm-example.lists.example.org>"]]]);
    const plan = telling(planOf({ message: { ...to, headers: through } }));
    expect(addresses([...plan.to, ...plan.cc])).toEqual(["parker@example.org"]);
    const forged = new Map([["list-id", ["kvm-example.lists.example.org"]]]);
    expect(reasonOf(planOf({ message: { ...to, headers: forged } }))).toBe("no-list");
  });

  it("compares addresses without case", () => {
    expect(reasonOf(planOf({ message: { to: [box(LIST.toUpperCase())] } }))).toBe("mail");
  });
});

describe("who gets it", () => {
  const everyone = { to: [box(LIST), box("maintainer@example.org")], cc: [box("reader@example.org")] };
  const sentTo = (over: Over, given: Given = {}): string[][] => {
    const { to, cc } = telling(planOf(over, given));
    return [addresses(to), addresses(cc)];
  };

  it("the author alone, with the sender of a patch that another one wrote", () => {
    const lists = [list({ mode: "author" })];
    expect(sentTo({ message: everyone }, { lists })).toEqual([["parker@example.org"], []]);
    const patch = { author: box("author@example.org") };
    expect(sentTo({ message: everyone, patch }, { lists })).toEqual([["author@example.org"], ["parker@example.org"]]);
  });

  it("the list too, and everyone where the policy says so", () => {
    expect(sentTo({ message: everyone })).toEqual([["parker@example.org"], [LIST]]);
    const lists = [list({ cc: "everyone" })];
    expect(sentTo({ message: everyone }, { lists })).toEqual([
      ["parker@example.org"],
      [LIST, "maintainer@example.org", "reader@example.org"],
    ]);
  });

  it("is held for a moderator, as it would go out", () => {
    const plan = telling(planOf({ message: everyone }, { lists: [list({ mode: "moderation" })] }));
    expect([plan.action, addresses(plan.to), addresses(plan.cc)]).toEqual(["hold", ["parker@example.org"], [LIST]]);
  });

  it("no list that is closed, in whatever field it stands", () => {
    const closed = "closed@lists.example.org";
    const lists = [
      list({ cc: "everyone" }),
      ...["off", "local", "author"].map((mode, at) => list({ address: `c${at}@x.example`, mode })),
    ];
    const cc = [box("C0@x.example"), box("c1@x.example"), box("c2@x.example"), box("reader@example.org")];
    expect(sentTo({ message: { to: [box(LIST)], cc } }, { lists })[1]).toEqual([LIST, "reader@example.org"]);
    const both = [list({ mode: "author" }), list({ address: closed, mode: "off" })];
    expect(sentTo({ patch: { author: box(closed) } }, { lists: both })).toEqual([["parker@example.org"], []]);
    expect(
      sentTo({ message: { from: box(closed) }, patch: { author: box("a@example.org") } }, { lists: both }),
    ).toEqual([["a@example.org"], []]);
    expect(reasonOf(planOf({ message: { from: box(LIST) } }, { lists: both }))).toBe("no-address");
  });

  it("no reader who wants none, no program, not ourselves, nobody twice", () => {
    const cc = [
      "no1@example.org",
      "no2@example.org",
      "lkp@intel.com",
      OWN,
      "PARKER@example.org",
      "reader@example.org",
      "Reader@example.org",
    ];
    const given = {
      lists: [list({ cc: "everyone" })],
      mail: mailPolicy({ optOut: ["no1@example.org"] }),
      past: { optedOut: new Set(["no2@example.org"]) },
    };
    expect(sentTo({ message: { to: [box(LIST)], cc: cc.map((address) => box(address)) } }, given)[1]).toEqual([
      LIST,
      "reader@example.org",
    ]);
    expect(sentTo({ patch: { author: box(OWN) } })[0]).toEqual(["parker@example.org"]);
  });

  it("no crowd: of thousands of readers only the list", () => {
    const cc = Array.from({ length: 10_000 }, (_, at) => box(`r${at}@example.org`));
    expect(sentTo({ message: { to: [box(LIST)], cc } }, { lists: [list({ cc: "everyone" })] })[1]).toEqual([LIST]);
  });

  it("whatever the fields hold: only usable addresses, each once, no closed list, nobody who wants none", () => {
    const odd = fc.constantFrom(
      "a b@x.example",
      "a@b@c.example",
      '"q"@x.example',
      "<a@x.example>",
      "@h.example:a@x.example",
      "x",
      "",
      "ü@x.example",
      "closed@x.example",
      "No@x.example",
      "r@x.example",
      LIST,
      OWN,
    );
    const boxes = fc.array(
      odd.map((address) => box(address)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(
        boxes,
        boxes,
        odd,
        odd,
        fc.constantFrom(...MODES),
        fc.constantFrom("list", "everyone"),
        (to, cc, from, author, mode, copies) => {
          const lists = [list({ mode, cc: copies }), list({ address: "closed@x.example", mode: "off" })];
          const over = { message: { to: [box(LIST), ...to], cc, from: box(from) }, patch: { author: box(author) } };
          const plan = planOf(over, { lists, past: { optedOut: new Set(["no@x.example"]) } });
          if (plan.action === "silent") return;
          const all = addresses([...plan.to, ...plan.cc]).map((one) => one.toLowerCase());
          expect(plan.to).toHaveLength(1);
          expect(new Set(all).size).toBe(all.length);
          for (const one of all) expect(["r@x.example", LIST]).toContain(one);
          expect(all.includes(LIST)).toBe(mode === "author-and-list" || mode === "moderation");
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("what is wrong with policies", () => {
  it("is said of what no schema sees", () => {
    expect(policyProblems({ lists: [list()], mail: mailPolicy() })).toEqual([]);
    expect(policyProblems({ lists: [list()], mail: null })).toEqual([
      `lists: ${LIST}: mode author-and-list sends mail, and there is no section mail`,
    ]);
    expect(
      policyProblems({ lists: [list({ mode: "local" }), list({ address: LIST.toUpperCase() })], mail: mailPolicy() }),
    ).toEqual([`lists: the address ${LIST.toUpperCase()} comes twice`]);
    const dkim = { domain: "example.org", selector: "s", key: "k" };
    expect(policyProblems({ lists: [], mail: mailPolicy({ dkim }) })).toEqual([
      "mail.dkim: example.org does not sign for witness.example, the domain of from",
    ]);
    expect(policyProblems({ lists: [list({ embargo: "14d" })], mail: mailPolicy() })).toEqual([
      `lists: ${LIST}: the embargo ends when a patch is too old to be answered`,
    ]);
  });
});
