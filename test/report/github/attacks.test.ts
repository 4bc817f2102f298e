/** What attackers get on GitHub. The cases are in attack-cases.ts; docs/attacks.md is made of them. */
import { describe, expect, it } from "vitest";
import { readMarks } from "../../../src/report/github/marks.js";
import { leftOf, PULL_ATTACKS, postedFor } from "./attack-cases.js";
import { HEAD } from "./pull-sample.js";
import { liveTexts, pageOf } from "./render.js";

const ID = "5f0c2b9d1a770000";
const sound = postedFor({});
/** Tags of a page, those out that code and paragraphs come with. */
const tagsOf = (body: string): string[] =>
  pageOf(body).tags.filter((tag) => !/^<(?:p|code|pre|code class="language-suggestion"|li|ul)>$/.test(tag));

describe.each([...new Set(PULL_ATTACKS.map(({ group }) => group))])("%s", (group) => {
  it.each(PULL_ATTACKS.filter((one) => one.group === group).map((one) => [one.what, one] as const))(
    "%s",
    (_, attack) => {
      const posted = postedFor(attack);
      for (const name of ["comment", "review", "summary", "text"] as const) {
        const page = pageOf(posted[name]);
        expect(liveTexts(page)).toEqual([]);
        const links = page.tags.filter((tag) => tag.startsWith("<a"));
        for (const link of links) expect(link).toMatch(/^<a href="https:\/\/lore\./);
        // Nothing but the rows of a table, which an attack may leave fewer of, is there beside what the sound one has.
        for (const tag of tagsOf(posted[name])) if (!tag.startsWith("<a")) expect(tagsOf(sound[name])).toContain(tag);
        expect(tagsOf(posted[name]).length).toBeLessThanOrEqual(tagsOf(sound[name]).length);
        expect(posted[name]).not.toMatch(/[\0\u001b\u200b\u202a-\u202e\ud800]|pw-bot:|#syz|^\s*\/[a-z]/m);
      }
      expect(readMarks(posted.comment)).toEqual([{ kind: "finding", key: ID }]);
      expect(readMarks(posted.review).map(({ key }) => key)).toEqual([ID, HEAD]);
      expect(readMarks(posted.summary)).toEqual([]);
      expect(posted.annotations).toHaveLength(attack.annotated === false ? 0 : 1);
      if (attack.annotated === false) expect(posted.summary).toContain("1 finding has no annotation");
    },
  );
});

it("leaves something of each attack but of refused suggestions", () => {
  const without = PULL_ATTACKS.filter((attack) => leftOf(attack) === "").map(({ what }) => what);
  expect(without).toEqual([
    "suggestion with a control that nobody sees",
    "suggestion written from right to left",
    "suggestion with a bot's command",
  ]);
});
