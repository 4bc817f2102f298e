/**
 * Runs an annotated case: the file is read as a program of its own, its rule is asked, and every mark gets a verdict
 * (semgrep's tests of rules work so). The test of the shipped rules and `review rules test` both come through here.
 */
import { Program } from "../analysis/program.js";
import type { ParseC } from "../source/parse-c.js";
import { readC } from "../source/read-file.js";
import { type CaseMark, type CaseVerdict, caseMarks, casePath, judgeMark } from "./cases.js";
import { evaluateRules } from "./evaluate.js";
import { Evaluation } from "./evaluation.js";
import type { Outcome } from "./outcome.js";
import type { Rule } from "./rule-schema.js";
import type { RuleSet } from "./rule-set.js";

/** A C file of a rule's cases folder. */
export interface CaseFile {
  file: string;
  text: string;
}

/** What came of one line: of a mark, or of a finding on a line that has none ("unmarked"). */
export interface LineVerdict {
  line: number;
  expect: CaseMark["expect"] | "unmarked";
  verdict: CaseVerdict;
  code: string;
}

export interface CaseResult {
  file: string;
  /** Where the case pretends to stand. */
  path: string;
  lines: readonly LineVerdict[];
  /** Marks that name another rule: nobody judges them here. */
  strays: readonly CaseMark[];
  outcomes: readonly Outcome[];
  evaluation: Evaluation;
}

/** True for a verdict that the author of a rule has to look at. */
export const isSurprise = ({ verdict }: LineVerdict): boolean =>
  verdict === "missing" || verdict === "noisy" || verdict === "todo now passing";

/** Reads a C file alone and asks one rule. `path` is where it pretends to stand. */
export function evaluateAlone(
  path: string,
  text: string,
  rules: readonly Rule[],
  set: RuleSet,
  parse: ParseC,
): Evaluation {
  const program = new Program([readC(path, text, { parse, syntax: set.syntax })], set.models);
  return new Evaluation(program, rules);
}

/** Runs one case of a rule. */
export function runCase(own: CaseFile, rule: Rule, set: RuleSet, parse: ParseC): CaseResult {
  const { file, text } = own;
  const path = casePath(text, file, rule.scope.paths);
  const evaluation = evaluateAlone(path, text, [rule], set, parse);
  const { outcomes } = evaluateRules(evaluation, [rule]);
  const lineOf = (o: Outcome): number => o.anchor.line;
  const fired = new Set(outcomes.filter((o) => o.severity !== "note" && !o.weak).map(lineOf));
  const noted = new Set(outcomes.filter((o) => o.severity === "note" && !o.weak).map(lineOf));
  const all = caseMarks(text);
  const marks = all.filter((m) => m.rule === rule.id);
  const source = text.split("\n");
  const codeAt = (line: number): string => source[line - 1]?.trim() ?? "";
  const judged = marks.map((m): LineVerdict => {
    const { line, expect } = m;
    return { line, expect, verdict: judgeMark(m, fired, noted), code: codeAt(line) };
  });
  const marked = new Set(marks.map((m) => m.line));
  const unmarked = [...fired].filter((line) => !marked.has(line)).sort((a, b) => a - b);
  const extra = unmarked.map(
    (line): LineVerdict => ({ line, expect: "unmarked", verdict: "noisy", code: codeAt(line) }),
  );
  const lines = [...judged, ...extra].sort((a, b) => a.line - b.line);
  return { file, path, lines, strays: all.filter((m) => m.rule !== rule.id), outcomes, evaluation };
}
