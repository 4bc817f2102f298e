/** `review rules list` and `show`. */
import { EXIT, type ExitCode, ReviewError } from "../../errors.js";
import { loadRules } from "../../io/load-rules.js";
import { readRuleFolder, rulesFolder } from "../../io/rule-files.js";
import { writeOutput } from "../../io/terminal.js";
import { listJson, listText, ruleText } from "../../report/kit/rule-text.js";
import type { Rule } from "../../rules/rule-schema.js";
import type { RuleSet } from "../../rules/rule-set.js";

export interface ListOptions {
  rules?: string;
  format: "text" | "json";
}

/** Prints the rules of a folder, one line each. */
export const runRulesList = async ({ rules: named, format }: ListOptions): Promise<ExitCode> => {
  const { rules } = await loadRules(named);
  const listed = rules.map((rule) => ({ rule, cases: readRuleFolder(rulesFolder(named), rule.id).cases.length }));
  await writeOutput(format === "json" ? listJson(listed) : listText(listed));
  return EXIT.nothing;
};

/** The rules of a set that are named, all when none is; a name that is none ends the run (exit 2) and says which there are. */
export const chosenRules = (set: RuleSet, ids: readonly string[]): readonly Rule[] => {
  const missing = ids.filter((id) => !set.rules.some((r) => r.id === id));
  if (missing.length > 0) {
    const known = set.rules.map((r) => r.id).join(", ");
    throw new ReviewError("no-such-rule", EXIT.usage, `no rule is called ${missing.join(", ")}; there are ${known}`);
  }
  return ids.length === 0 ? set.rules : set.rules.filter((r) => ids.includes(r.id));
};

/** Prints one rule as it is understood. */
export const runRulesShow = async (id: string, named: string | undefined): Promise<ExitCode> => {
  const [rule] = chosenRules(await loadRules(named), [id]);
  const { readme, cases } = readRuleFolder(rulesFolder(named), id);
  if (rule !== undefined)
    await writeOutput(
      ruleText(
        rule,
        readme ?? "",
        cases.map((c) => c.file),
      ),
    );
  return EXIT.nothing;
};
