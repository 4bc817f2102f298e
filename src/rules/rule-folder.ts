/** Whether a rule's folder is whole: what `review rules test` asks for beside its cases' verdicts. */
import { type CaseMark, caseMarks } from "./cases.js";
import type { Rule } from "./rule-schema.js";
import type { CaseFile } from "./run-case.js";

/** What `review rules new` leaves for the author stands behind this word. */
export const FILL_IN = "FILL IN";

export interface FolderProblem {
  code: "fill-in" | "no-readme" | "readme-id" | "no-cases" | "no-faulty-case" | "no-sound-case" | "stray-mark";
  /** File of the folder, and line; "" and 0 for the folder itself. */
  file: string;
  line: number;
  text: string;
}

/** The texts of a rule's folder. */
export interface RuleFolder {
  /** rule.yaml and models.yaml, as far as there are any. */
  yaml: readonly CaseFile[];
  readme: string | null;
  cases: readonly CaseFile[];
}

/** What stands behind the word, without what ends a comment or a text there. */
const wanted = (rest: string): string => rest.replace(/\s*(?:\*\/|")?\s*$/, "").trim();

function fillIns({ file, text }: CaseFile): FolderProblem[] {
  return text.split("\n").flatMap((line, i) => {
    const at = line.indexOf(FILL_IN);
    return at === -1 ? [] : [{ code: "fill-in", file, line: i + 1, text: wanted(line.slice(at + FILL_IN.length + 1)) }];
  });
}

/** All that is missing in a folder, file by file. */
export function folderProblems(rule: Rule, { yaml, readme, cases }: RuleFolder): FolderProblem[] {
  const whole = (code: FolderProblem["code"]): FolderProblem => ({ code, file: "", line: 0, text: "" });
  const files = [...yaml, ...(readme === null ? [] : [{ file: "README.md", text: readme }]), ...cases];
  const marks = cases.flatMap((c) => caseMarks(c.text).map((mark) => ({ file: c.file, mark })));
  const own = marks.filter(({ mark }) => mark.rule === rule.id);
  const has = (expect: CaseMark["expect"]): boolean => own.some(({ mark }) => mark.expect === expect);
  return [
    ...files.flatMap(fillIns),
    ...(readme === null ? [whole("no-readme")] : []),
    ...(readme !== null && !readme.startsWith(`# ${rule.id}\n`) ? [whole("readme-id")] : []),
    ...(cases.length === 0 ? [whole("no-cases")] : []),
    ...(cases.length > 0 && !has("ruleid") ? [whole("no-faulty-case")] : []),
    ...(cases.length > 0 && !has("ok") ? [whole("no-sound-case")] : []),
    ...marks
      .filter(({ mark }) => mark.rule !== rule.id)
      .map(({ file, mark }): FolderProblem => ({ code: "stray-mark", file, line: mark.line, text: mark.rule })),
  ];
}
