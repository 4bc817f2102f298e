/** Verdicts on the cases of rules, with the facts behind each surprise. */
import type { FunctionAccount } from "../../rules/explain/account.js";
import type { RuleAccount } from "../../rules/explain/why.js";
import type { FolderProblem } from "../../rules/rule-folder.js";
import { isSurprise, type LineVerdict } from "../../rules/run-case.js";
import { visible } from "../visible.js";
import { accountText, whyText } from "./account-text.js";
import { FOLDER_WORDS, VERDICT_WORDS } from "./wording-kit.js";

/** The function that a surprising line stands in, as the analysis and the rule see it. */
export interface Facts {
  account: FunctionAccount;
  why: RuleAccount[];
}

export interface TestedCase {
  file: string;
  lines: readonly { verdict: LineVerdict; facts: Facts | null }[];
}

export interface TestedRule {
  id: string;
  problems: readonly FolderProblem[];
  cases: readonly TestedCase[];
}

/** True when the author has something left to do. */
export const isUnsound = ({ problems, cases }: TestedRule): boolean =>
  problems.length > 0 || cases.some((c) => c.lines.some((l) => isSurprise(l.verdict)));

const indent = (text: string): string =>
  text
    .split("\n")
    .map((line) => (line === "" ? "" : `        ${line}`))
    .join("\n");

function verdictText(file: string, v: LineVerdict): string {
  const words = isSurprise(v) ? `: ${VERDICT_WORDS[v.verdict]}` : "";
  return visible(`    ${v.verdict.padEnd(16)} ${file}:${v.line} ${v.expect}${words}  | ${v.code}`);
}

const factsText = ({ account, why }: Facts): string => indent(`${accountText(account)}\n\n${whyText(why, true)}`);

const problemText = ({ code, file, line, text }: FolderProblem): string =>
  visible(`    ${file === "" ? "" : `${file}:${line}: `}${FOLDER_WORDS[code]}${text === "" ? "" : `: ${text}`}`);

/** What a test of one rule found; `all` prints every line, else only what is a surprise. */
export function testedText(rule: TestedRule, all: boolean): string {
  const lines = rule.cases.flatMap((c) => c.lines.map((l) => ({ ...l, file: c.file })));
  const surprises = lines.filter((l) => isSurprise(l.verdict)).length;
  const todo = lines.filter((l) => l.verdict.verdict === "todo").length;
  const found = [
    `${lines.length} lines`,
    ...(todo > 0 ? [`${todo} todo`] : []),
    ...(surprises > 0 ? [`${surprises} not as marked`] : []),
    ...(rule.problems.length > 0 ? [`${rule.problems.length} left to do`] : []),
  ];
  const out = [
    `${isUnsound(rule) ? "FAIL" : "ok"}  ${rule.id}: ${found.join(", ")}`,
    ...rule.problems.map(problemText),
  ];
  for (const { file, verdict, facts } of lines) {
    if (all || isSurprise(verdict)) out.push(verdictText(file, verdict));
    if (facts !== null) out.push(factsText(facts));
  }
  return `${out.join("\n")}\n`;
}

/** The same as JSON: verdicts only, and what is left to do. */
export const testedJson = (rules: readonly TestedRule[]): string =>
  `${JSON.stringify(
    rules.map(({ id, problems, cases }) => ({
      id,
      problems: problems.map(({ code, file, line, text }) => ({ code, file, line, text, message: FOLDER_WORDS[code] })),
      lines: cases.flatMap((c) => c.lines.map(({ verdict }) => ({ file: c.file, ...verdict }))),
    })),
    null,
    2,
  )}\n`;
