/** From the texts of rule and model files to a rule set; every fault of every file is named at once. */
import { parse as parseYaml } from "yaml";
import type { z } from "zod";
import { EXIT, type Problem, ReviewError } from "../errors.js";
import { type ModelFile, modelFileSchema } from "./model-schema.js";
import { anyRuleSchema, type Rule, ruleSchema } from "./rule-schema.js";
import {
  assembleRules,
  type CheckedRules,
  inOrderOfPaths,
  type RuleSet,
  type RuleText,
  versionOf,
} from "./rule-set.js";

function checked<T extends z.ZodType>(file: RuleText, schema: T, problems: Problem[]): z.infer<T> | null {
  let data: unknown;
  try {
    data = parseYaml(file.text);
  } catch (error) {
    problems.push({ code: "rule-yaml", message: `${file.path}: ${(error as Error).message.split("\n")[0]}` });
    return null;
  }
  const result = schema.safeParse(data ?? {});
  if (result.success) return result.data;
  const isRule = (schema as z.ZodType) === ruleSchema;
  const kindless = isRule && result.error.issues.some((i) => i.path[0] === "kind" || i.path.length === 0);
  const more = kindless ? (anyRuleSchema.safeParse(data ?? {}).error?.issues ?? []) : [];
  for (const issue of [...result.error.issues, ...more]) {
    const where = issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
    problems.push({ code: "rule-schema", message: `${file.path}: ${where}${issue.message}` });
  }
  return null;
}

/** Names that rules and models may refer to. */
interface Known {
  objects: ReadonlySet<string>;
  orders: ReadonlySet<string>;
}

function checkRule(rule: Rule, file: RuleText, { objects, orders }: Known, problems: Problem[]): void {
  const folder = file.path.replace(/\/rule\.yaml$/, "");
  if (rule.id !== folder)
    problems.push({ code: "rule-id", message: `${file.path}: id is ${rule.id}, the folder is ${folder}` });
  if ("object" in rule && !objects.has(rule.object)) {
    problems.push({ code: "rule-object", message: `${file.path}: object: no model is called ${rule.object}` });
  }
  for (const order of "orders" in rule ? rule.orders : []) {
    if (!orders.has(order))
      problems.push({ code: "rule-order", message: `${file.path}: orders: no documented order is called ${order}` });
  }
  for (const phrase of rule.acknowledged) {
    try {
      new RegExp(phrase, "i");
    } catch {
      problems.push({
        code: "rule-phrase",
        message: `${file.path}: acknowledged: not a regular expression: ${phrase}`,
      });
    }
  }
}

/** Models that all rules share, and those that a rule brings along. */
const MODELS = /^models\/[^/]+\.yaml$|^[^/]+\/[^/]+\/models\.yaml$/;
const RULE = /\/rule\.yaml$/;

/** Names that an earlier file has taken: two models of one name would be one by chance. */
function namesTaken({ path }: RuleText, model: ModelFile, earlier: readonly ModelFile[]): Problem[] {
  const taken = (what: string, names: readonly string[], known: readonly string[]): Problem[] =>
    names
      .filter((name, i) => known.includes(name) || names.indexOf(name) !== i)
      .map((name) => ({ code: "model-name", message: `${path}: ${what}: the name ${name} is taken` }));
  const namesOf = (m: ModelFile): string[] => m.objects.map((o) => o.name);
  const ordersOf = (m: ModelFile): string[] => m.orders.map((o) => o.name);
  return [
    ...taken("objects", namesOf(model), earlier.flatMap(namesOf)),
    ...taken("orders", ordersOf(model), earlier.flatMap(ordersOf)),
  ];
}

/** Files that nobody would read: a wrong name is told of, and not passed over. */
const strays = (files: readonly RuleText[]): Problem[] =>
  files
    .filter((f) => !MODELS.test(f.path) && !RULE.test(f.path))
    .map((f) => ({ code: "rule-file", message: `${f.path}: expected rule.yaml or models.yaml in a folder area/name` }));

/** Checks rule files and makes the rule set of them: {@link checkRules}, then {@link assembleRules}. */
export const buildRuleSet = (files: readonly RuleText[], digest: (text: string) => string): RuleSet =>
  assembleRules(checkRules(files), versionOf(files, digest));

/**
 * Reads and checks rule files. `models/*.yaml` are models, and so is a `models.yaml` in a rule's folder; `<area>/<name>/rule.yaml`
 * are rules. Throws a {@link ReviewError} (exit 3) that
 * lists every problem when any file is unsound, or when there is no rule at all.
 */
export function checkRules(files: readonly RuleText[]): CheckedRules {
  const sorted = inOrderOfPaths(files);
  const problems: Problem[] = [];
  const modelFiles: ModelFile[] = [];
  // What all share comes first, so that a name is taken from who brings it along.
  const own = (f: RuleText): boolean => !f.path.startsWith("models/");
  const modelTexts = sorted.filter((f) => MODELS.test(f.path));
  for (const file of [...modelTexts.filter((f) => !own(f)), ...modelTexts.filter(own)]) {
    const model = checked(file, modelFileSchema, problems);
    if (model === null) continue;
    problems.push(...namesTaken(file, model, modelFiles));
    modelFiles.push(model);
  }
  problems.push(...strays(sorted));
  const objects = new Set(modelFiles.flatMap((m) => m.objects.map((o) => o.name)));
  const orders = new Set(modelFiles.flatMap((m) => m.orders.map((o) => o.name)));
  for (const { name, object } of modelFiles.flatMap((m) => m.entryClasses)) {
    if (!objects.has(object))
      problems.push({ code: "model-object", message: `entry class ${name}: object: no model is called ${object}` });
  }
  const rules: Rule[] = [];
  for (const file of sorted.filter((f) => RULE.test(f.path))) {
    const rule = checked(file, ruleSchema, problems);
    if (rule === null) continue;
    checkRule(rule, file, { objects, orders }, problems);
    if (rules.some((r) => r.id === rule.id))
      problems.push({ code: "rule-id", message: `${file.path}: id ${rule.id} is taken` });
    rules.push(rule);
  }
  if (rules.length === 0 && problems.length === 0)
    problems.push({ code: "no-rules", message: "no rule.yaml was found" });
  if (problems.length > 0) {
    const list = problems.map((p) => `  ${p.message}`).join("\n");
    throw new ReviewError("bad-rules", EXIT.config, `the rules are not sound:\n${list}`, { problems });
  }
  return { models: modelFiles, rules };
}
