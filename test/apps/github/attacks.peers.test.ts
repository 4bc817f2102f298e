/** What attackers get on pull requests. The cases are in attack-cases.ts; docs/attacks.md is made of them. */
import { beforeAll, describe, expect, it } from "vitest";
import { checkBody } from "../../report/github/check-body.js";
import { PULL_ATTACKS } from "./attack-cases.js";
import { type AttackOutcome, bodiesOf, runAttacks } from "./attack-run.js";

let ran: Awaited<ReturnType<typeof runAttacks>>;
beforeAll(async () => {
  ran = await runAttacks();
}, 120_000);

const of = (what: string): AttackOutcome => {
  const found = ran.outcomes.find(({ attack }) => attack.what === what);
  if (found === undefined) throw new Error(`no outcome of ${what}`);
  return found;
};

describe("an attacker's", () => {
  it.each(PULL_ATTACKS.map(({ what }) => what))("%s", (what) => {
    const one = of(what);
    const { attack, checks, lines, inText, answers } = one;
    expect([checks.length, lines.length, inText, answers.length]).toEqual(attack.gets);
    for (const body of bodiesOf(one)) checkBody(body);
    const all = bodiesOf(one).join("\n");
    if (attack.shows) expect(all).toMatch(attack.shows);
    if (attack.without) expect(all).not.toMatch(attack.without);
  });
});

it("nothing of it is given up, posted twice, refused by GitHub, or logged raw", () => {
  const { dead, violations, duplicates, log } = ran;
  expect({ dead, violations, duplicates }).toEqual({ dead: [], violations: [], duplicates: [] });
  for (const word of ["alert(1)", "\u202e", "\u001b", "torvalds"]) expect(log).not.toContain(word);
});
