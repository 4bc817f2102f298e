/** `review rules explain`: what the analysis knows of a function, and why each rule fired or did not. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { ProgramFunction } from "../../analysis/definitions.js";
import { EXIT, type ExitCode, ReviewError } from "../../errors.js";
import { openTree } from "../../io/git-tree.js";
import { loadParser, loadRules } from "../../io/load-rules.js";
import { makeProgress, writeOutput } from "../../io/terminal.js";
import type { Message } from "../../message/message.js";
import { accountText, whyText } from "../../report/kit/account-text.js";
import { visible } from "../../report/visible.js";
import type { Finding } from "../../review/finding.js";
import { reviewMessages } from "../../review/review.js";
import { scanPaths, scanTree } from "../../review/scan.js";
import { makeReader } from "../../review/sides.js";
import { TreeReader } from "../../review/tree-reader.js";
import { casePath } from "../../rules/cases.js";
import type { Evaluation } from "../../rules/evaluation.js";
import { accountOf } from "../../rules/explain/account.js";
import { whyOf } from "../../rules/explain/why.js";
import { globs } from "../../rules/glob.js";
import type { Rule } from "../../rules/rule-schema.js";
import type { RuleSet } from "../../rules/rule-set.js";
import { evaluateAlone } from "../../rules/run-case.js";
import { openInputs } from "../inputs.js";
import { chosenRules } from "./list-command.js";

export interface ExplainOptions {
  rules?: string;
  tree?: string;
  rule: string[];
  scan: string[];
}

const wrong = (code: string, message: string): ReviewError => new ReviewError(code, EXIT.usage, message);

/** The accounts of functions, one below the other. */
const explained = (
  functions: readonly ProgramFunction[],
  evaluation: Evaluation,
  rules: readonly Rule[],
  all: boolean,
): string =>
  functions
    .map((f) => {
      const account = accountOf(f, evaluation, evaluation.guardEvidence());
      return `${accountText(account)}\n\n${whyText(whyOf(f, evaluation, rules), all)}\n`;
    })
    .join("\n");

/** The functions of a name in a file; the error names what there is. */
const functionsNamed = (evaluation: Evaluation, path: string, name: string): ProgramFunction[] => {
  const inFile = evaluation.program.definitions.all.filter((f) => f.file.path === path);
  const found = inFile.filter((f) => f.fn.name === name);
  if (found.length > 0) return found;
  const known = inFile.map((f) => f.fn.name).join(", ");
  throw new ReviewError("no-such-function", EXIT.input, `${path} has no function ${name}; it has ${known || "none"}`);
};

/** The rule in whose folder a case stands, or undefined. */
const ruleOfCase = (file: string, rules: readonly Rule[]): Rule | undefined =>
  rules.find((r) => file.replaceAll("\\", "/").includes(`${r.id}/cases/`));

/** A C file of its own: a case, or any other. */
const explainFile = async (file: string, name: string, set: RuleSet, options: ExplainOptions): Promise<string> => {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new ReviewError("input-unreadable", EXIT.input, `cannot read ${file}; a path of a tree needs --tree`, {
      cause,
    });
  }
  const own = ruleOfCase(file, set.rules);
  const path =
    own === undefined ? casePath(text, basename(file), [file]) : casePath(text, basename(file), own.scope.paths);
  const wanted = options.rule.length > 0 ? chosenRules(set, options.rule) : own === undefined ? set.rules : [own];
  const evaluation = evaluateAlone(path, text, set.rules, set, await loadParser());
  return explained(
    functionsNamed(evaluation, path, name),
    evaluation,
    wanted,
    options.rule.length > 0 || own !== undefined,
  );
};

/** A function of a kernel tree, with what the rules that speak of its file read beside it. */
const explainInTree = async (path: string, name: string, set: RuleSet, options: ExplainOptions): Promise<string> => {
  const tree = await openTree(options.tree as string);
  try {
    const speaking = set.rules.filter((r) => globs(r.scope.paths)(path));
    const reader = new TreeReader(tree, makeReader(await loadParser(), set), set);
    const program = await reader.program([path], speaking);
    const wanted = options.rule.length > 0 ? chosenRules(set, options.rule) : speaking;
    const evaluation = reader.index.evaluationOf(program);
    return explained(functionsNamed(evaluation, path, name), evaluation, wanted, options.rule.length > 0);
  } finally {
    await tree.close();
  }
};

interface Seen {
  finding: Finding;
  evaluation: Evaluation;
}

/** Reviews mails, or scans paths, until all findings are known with the programs that they were found in. */
const findAll = async (inputs: readonly string[], set: RuleSet, options: ExplainOptions): Promise<Seen[]> => {
  const parse = await loadParser();
  const tree = options.tree === undefined ? null : await openTree(options.tree);
  const seen: Seen[] = [];
  const onEvaluation = (evaluation: Evaluation, findings: readonly Finding[]): void => {
    for (const finding of findings) seen.push({ finding, evaluation });
  };
  const common = { rules: set, parse, version: "", onEvaluation };
  try {
    if (options.scan.length > 0 && tree !== null) {
      const { files } = await scanPaths(tree, options.scan);
      await scanTree(files, { ...common, tree });
    } else {
      const messages: Message[] = [];
      const opened = openInputs(inputs, makeProgress(false));
      for await (const message of opened.messages) messages.push(message);
      const unreadable = opened.unreadable();
      if (unreadable !== null) throw unreadable;
      await reviewMessages(messages, { ...common, tree });
    }
  } finally {
    await tree?.close();
  }
  return seen;
};

/** The functions that a finding's witness stands in, each once, with the finding's own rule. */
const explainFinding = async (
  id: string,
  inputs: readonly string[],
  set: RuleSet,
  options: ExplainOptions,
): Promise<string> => {
  if (inputs.length === 0 && (options.scan.length === 0 || options.tree === undefined))
    throw wrong("no-input", "name the patch that the finding is about, or --tree DIR --scan PATH");
  const all = await findAll(inputs, set, options);
  const one = all.find(({ finding }) => finding.id.startsWith(id));
  if (one === undefined) {
    const known = [...new Set(all.map(({ finding: f }) => `${f.id} ${f.rule} ${f.function}()`))];
    throw new ReviewError("no-such-finding", EXIT.input, `no finding ${id}; there are ${known.join(", ") || "none"}`);
  }
  const { finding, evaluation } = one;
  const sites = [finding, ...finding.witness];
  const functions = evaluation.program.definitions.all.filter((f) =>
    sites.some((s) => s.path === f.file.path && s.function === f.fn.name),
  );
  const head = `${finding.id} ${finding.severity} ${finding.rule}\n${finding.path}:${finding.line} ${finding.message}\n`;
  const rules = chosenRules(set, options.rule.length > 0 ? options.rule : [finding.rule]);
  return `${head.split("\n").map(visible).join("\n")}\n${explained(functions, evaluation, rules, true)}`;
};

/** Explains a function (FILE:FUNCTION) or a finding (its id, or the first digits of it). */
export const runRulesExplain = async (
  target: string,
  inputs: readonly string[],
  options: ExplainOptions,
): Promise<ExitCode> => {
  const set = await loadRules(options.rules);
  const place = /^(.+\.[ch]):(\w+)$/.exec(target);
  const isId = /^[0-9a-f]{4,16}$/.test(target);
  if (place === null && !isId)
    throw wrong("bad-target", `${target} is neither FILE.c:FUNCTION nor the id of a finding`);
  const [, file = "", name = ""] = place ?? [];
  const text = isId
    ? await explainFinding(target, inputs, set, options)
    : options.tree === undefined
      ? await explainFile(file, name, set, options)
      : await explainInTree(file, name, set, options);
  await writeOutput(text);
  return EXIT.nothing;
};
