/** The rules of a run, and the models they share. Made of files that were checked (load.ts), in this run or in an earlier one. */
import type { AnalysisModels } from "../analysis/models.js";
import type { SyntaxModel } from "../source/prepass.js";
import { buildModels } from "./build-models.js";
import { parseGuard } from "./guards.js";
import type { ModelFile } from "./model-schema.js";
import type { Rule } from "./rule-schema.js";

/** Rules in order of their ids, and the models they share. `version` changes when any of the texts does. */
export interface RuleSet {
  rules: readonly Rule[];
  models: AnalysisModels;
  syntax: SyntaxModel;
  /** "sha256-..." over all rule and model texts. */
  version: string;
}

/** A file of the rules folder; `path` is relative to it, with forward slashes. */
export interface RuleText {
  path: string;
  text: string;
}

/** What sound files say, defaults filled in: plain objects, in the order of the paths, fit to be kept between runs. */
export interface CheckedRules {
  models: ModelFile[];
  rules: Rule[];
}

export const inOrderOfPaths = (files: readonly RuleText[]): RuleText[] =>
  [...files].sort((a, b) => (a.path < b.path ? -1 : 1));

/** The version of a set of rule files: the digest of all paths and texts. */
export const versionOf = (files: readonly RuleText[], digest: (text: string) => string): string =>
  digest(
    inOrderOfPaths(files)
      .map((f) => `${f.path}\0${f.text}\0`)
      .join(""),
  );

/** The rule set of files that were checked. */
export function assembleRules(checked: CheckedRules, version: string): RuleSet {
  const { analysis, syntax } = buildModels(checked.models);
  const rules = [...checked.rules].sort((a, b) => (a.id < b.id ? -1 : 1));
  const watched = [...new Set(rules.flatMap((r) => ("state" in r ? r.state.fields : [])))].sort();
  const own = rules.flatMap((r) => ("guards" in r ? r.guards.map(parseGuard) : []));
  const ownLocks = [...new Set(own.filter((g) => g.scope === "object").map((g) => g.field))].sort();
  return { rules, models: { ...analysis, watched, ownLocks }, syntax, version };
}
