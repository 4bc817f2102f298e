/** `review rules new`: asks what a rule is about, or takes it from options, and writes the folder. */
import { createInterface, type Interface } from "node:readline/promises";
import { EXIT, type ExitCode, ReviewError } from "../../errors.js";
import { ruleTexts } from "../../io/load-rules.js";
import { writeRuleFolder } from "../../io/rule-files.js";
import { remark, writeOutput } from "../../io/terminal.js";
import { QUESTIONS, type Question } from "../../report/kit/questions.js";
import { visible } from "../../report/visible.js";
import { checkRules } from "../../rules/load.js";
import { newRuleFiles } from "../../rules/new-rule.js";
import type { RuleAnswers } from "../../rules/rule-answers.js";

export type NewOptions = { rules: string } & Partial<Record<Question["name"], string | string[]>>;

type Answers = Partial<Record<Question["name"], string>>;

const isWanted = (q: Question, answers: Answers): boolean => q.when === undefined || q.when(answers);

/** What is wrong with an answer, or null. */
const wrongWith = (q: Question, answer: string): string | null => {
  if (answer === "") return q.optional === true ? null : "an answer is needed";
  const bad =
    q.many === true
      ? answer.split(",").find((one) => !q.form.test(one.trim()))
      : q.form.test(answer)
        ? undefined
        : answer;
  return bad === undefined ? null : `${bad}: expected ${q.expected}`;
};

const askOne = async (q: Question, terminal: Interface): Promise<string> => {
  for (;;) {
    const answer = (await terminal.question(`${q.text}\n  ${q.hint}\n> `)).trim() || (q.preset ?? "");
    const wrong = wrongWith(q, answer);
    if (wrong === null) return answer;
    remark(visible(`  ${wrong}`));
  }
};

/** The answers of the options, checked all at once; what is missing is asked for where somebody is there to answer. */
const collect = async (given: Answers): Promise<Answers> => {
  const answers: Answers = {};
  const problems: string[] = [];
  const terminal = process.stdin.isTTY ? createInterface({ input: process.stdin, output: process.stderr }) : null;
  for (const q of QUESTIONS) {
    if (!isWanted(q, answers)) continue;
    const own = given[q.name];
    const answer = own ?? (terminal === null ? (q.preset ?? "") : await askOne(q, terminal));
    const wrong = wrongWith(q, answer);
    if (wrong !== null) problems.push(`--${q.option} (${q.text.toLowerCase()}): ${wrong}; ${q.hint}`);
    answers[q.name] = answer;
  }
  terminal?.close();
  if (problems.length > 0)
    throw new ReviewError(
      "answers-missing",
      EXIT.usage,
      `the rule cannot be written:\n${problems.map((p) => `  ${p}`).join("\n")}`,
    );
  return answers;
};

const list = (text: string | undefined): string[] =>
  (text ?? "")
    .split(",")
    .map((s) => s.trim())
    .filter((s) => s !== "");

const answersOf = (a: Answers): RuleAnswers => ({
  id: a.id ?? "",
  kind: a.kind as RuleAnswers["kind"],
  title: a.title ?? "",
  paths: list(a.paths),
  object: a.object ?? "",
  struct: a.struct ?? "",
  known: "",
  base: a.base ?? "",
  fields: list(a.fields),
  lock: a.lock ?? "",
  lockKind: (a.lockKind || "spinlock") as RuleAnswers["lockKind"],
  cites: list(a.cites),
});

/** Writes the folder of a new rule. Nothing is written unless the rule, with all that is there already, is sound. */
export const runRulesNew = async (id: string | undefined, options: NewOptions): Promise<ExitCode> => {
  const { rules, ...rest } = options;
  const given: Answers = id === undefined ? {} : { id };
  for (const { name } of QUESTIONS) {
    const value = rest[name];
    if (value !== undefined) given[name] = Array.isArray(value) ? value.join(",") : value;
  }
  const answers = answersOf(await collect(given));
  const made = [...newRuleFiles(answers)].filter(([path]) => path.endsWith(".yaml"));
  const { models } = checkRules([...ruleTexts(rules, true), ...made.map(([path, text]) => ({ path, text }))]);
  const known = models.flatMap((m) => m.objects).find((o) => o.name === answers.object)?.struct ?? "";
  const files = newRuleFiles({ ...answers, known });
  try {
    writeRuleFolder(rules, files);
  } catch (cause) {
    throw new ReviewError("not-written", EXIT.config, `cannot write the rule: ${(cause as Error).message}`, { cause });
  }
  await writeOutput([...files.keys()].map((path) => `${rules}/${path}\n`).join(""));
  remark(`review: fill in what is marked, then: review rules test ${answers.id} --rules ${rules}`);
  return EXIT.nothing;
};
