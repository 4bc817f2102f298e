/** `review rules test`: the annotated cases of rules, with the facts behind every surprise. */
import { EXIT, type ExitCode, ReviewError } from "../../errors.js";
import { loadParser, loadRules } from "../../io/load-rules.js";
import { onEveryChange, readRuleFolder, rulesFolder } from "../../io/rule-files.js";
import { remark, writeOutput } from "../../io/terminal.js";
import { type Facts, isUnsound, type TestedRule, testedJson, testedText } from "../../report/kit/case-text.js";
import { visible } from "../../report/visible.js";
import { accountOf } from "../../rules/explain/account.js";
import { whyOf } from "../../rules/explain/why.js";
import { folderProblems } from "../../rules/rule-folder.js";
import type { Rule } from "../../rules/rule-schema.js";
import type { RuleSet } from "../../rules/rule-set.js";
import { type CaseResult, isSurprise, runCase } from "../../rules/run-case.js";
import type { ParseC } from "../../source/parse-c.js";
import { chosenRules } from "./list-command.js";

export interface TestOptions {
  rules?: string;
  watch?: boolean;
  format: "text" | "json";
}

/** What is known of the function that a line stands in. */
const factsAt = (line: number, { evaluation, path }: CaseResult, rule: Rule): Facts | null => {
  const f = evaluation.program.definitions.all.find(
    ({ file, fn }) => file.path === path && file.lineAt(fn.at) <= line && line <= file.lineAt(fn.end),
  );
  if (f === undefined) return null;
  return { account: accountOf(f, evaluation, evaluation.guardEvidence()), why: whyOf(f, evaluation, [rule]) };
};

const tested = (rule: Rule, set: RuleSet, folder: string, parse: ParseC): TestedRule => {
  const own = readRuleFolder(folder, rule.id);
  const explained = new Set<string>();
  const cases = own.cases.map((file) => {
    const result = runCase(file, rule, set, parse);
    const lines = result.lines.map((verdict) => {
      const facts = isSurprise(verdict) ? factsAt(verdict.line, result, rule) : null;
      const name = `${file.file} ${facts?.account.name}`;
      const isNew = facts !== null && !explained.has(name);
      explained.add(name);
      return { verdict, facts: isNew ? facts : null };
    });
    return { file: file.file, lines };
  });
  return { id: rule.id, problems: folderProblems(rule, own), cases };
};

const testOnce = async (ids: readonly string[], options: TestOptions, parse: ParseC): Promise<ExitCode> => {
  const set = await loadRules(options.rules);
  const results = chosenRules(set, ids).map((rule) => tested(rule, set, rulesFolder(options.rules), parse));
  const text =
    options.format === "json" ? testedJson(results) : results.map((r) => testedText(r, ids.length > 0)).join("");
  await writeOutput(text);
  return results.some(isUnsound) ? EXIT.findings : EXIT.nothing;
};

/** Tests rules, all when none is named; exit 1 when there is a surprise or something left to do. */
export const runRulesTest = async (ids: readonly string[], options: TestOptions): Promise<ExitCode> => {
  const parse = await loadParser();
  if (options.watch !== true) return testOnce(ids, options, parse);
  const again = async (): Promise<void> => {
    try {
      await testOnce(ids, options, parse);
    } catch (error) {
      // A rule that is half written is told of, and waited for.
      if (!(error instanceof ReviewError)) throw error;
      for (const line of error.message.split("\n")) remark(visible(`review: ${line}`));
    }
    remark(`review: waiting for a change in ${visible(rulesFolder(options.rules))}`);
  };
  const changes = onEveryChange(rulesFolder(options.rules), again);
  await again();
  return changes;
};
