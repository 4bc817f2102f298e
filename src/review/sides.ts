/**
 * The two programs of a patch: the code before it and after it, as well as they can be had. With a tree the patch is applied
 * and its surroundings are read with it; without one, or where it does not apply, the hunks are read by themselves.
 */
import { Program } from "../analysis/program.js";
import { placeByHeader } from "../patch/line-map.js";
import type { FileDiff, Patch } from "../patch/patch.js";
import type { Evaluation } from "../rules/evaluation.js";
import { globs } from "../rules/glob.js";
import type { Rule } from "../rules/rule-schema.js";
import type { RuleSet } from "../rules/rule-set.js";
import type { CFile } from "../source/ast.js";
import { readHunks } from "../source/hunks.js";
import type { ParseC } from "../source/parse-c.js";
import type { CReader } from "../source/read-file.js";
import type { BaseFile } from "../tree/base-files.js";
import type { Analysed, Confidence, Finding } from "./finding.js";
import type { Stats } from "./stats.js";
import type { TreeReader } from "./tree-reader.js";

export interface Sides {
  base: Program;
  result: Program;
  /** The same files as `base` and `result` hold, by the path after the patch. */
  analysed: Analysed;
  reason: string | null;
  confidence: Confidence;
  /** 1-based lines after the patch where something was added, or behind which something was removed; by path. */
  changed: ReadonlyMap<string, readonly number[]>;
}

export interface ReviewContext {
  rules: RuleSet;
  reader: CReader;
  tree: TreeReader | null;
  stats: Stats;
  onEvaluation?: ((evaluation: Evaluation, findings: readonly Finding[]) => void) | undefined;
}

export const makeReader = (parse: ParseC, rules: RuleSet): CReader => ({ parse, syntax: rules.syntax });

const pathOf = (file: FileDiff): string => file.newPath ?? file.oldPath ?? "";
const isC = (path: string): boolean => /\.[ch]$/.test(path);

/** The rules that speak of a patch's files, and those of its files that any rule may need: C in scope or in context. */
export function applicable(rules: readonly Rule[], patch: Patch): { rules: Rule[]; files: FileDiff[] } {
  const chosen = rules.filter((rule) => {
    const inScope = globs(rule.scope.paths);
    return patch.files.some((f) => isC(pathOf(f)) && inScope(pathOf(f)));
  });
  const files = chosen.length === 0 ? [] : patch.files.filter((f) => isC(pathOf(f)) && f.hunks.length > 0);
  return { rules: chosen, files };
}

function fromHunks(patch: Patch, files: readonly FileDiff[], context: ReviewContext, reason: string): Sides {
  const columns = patch.fidelity !== "indent-lost";
  const read = (side: "old" | "new"): CFile[] =>
    files.map((f) => readHunks(pathOf(f), f, side, columns, context.reader));
  const result = new Program(read("new"), context.rules.models);
  const base = new Program(read("old"), context.rules.models);
  for (const side of [base, result]) side.bound(side.definitions.all.map(({ fn }) => fn));
  const whole = result.functions.length > 0 && result.functions.every((f) => f.fn.whole);
  return {
    base,
    result,
    analysed: whole ? "function" : "diff",
    reason,
    confidence: whole ? "medium" : "low",
    changed: touchedLines(files, []),
  };
}

/** Lines after the patch at which it adds or removes something, by path. */
function touchedLines(files: readonly FileDiff[], applied: readonly BaseFile[]): Map<string, number[]> {
  const out = new Map<string, number[]>();
  for (const file of files) {
    const placed = applied.find((a) => a.file === file)?.applied?.placed ?? placeByHeader(file);
    const lines: number[] = [];
    for (const { hunk, newStart } of placed) {
      let line = newStart;
      for (const { kind } of hunk.lines) {
        if (kind !== " ") lines.push(line);
        if (kind !== "-") line++;
      }
    }
    out.set(pathOf(file), lines);
  }
  return out;
}

/** Both sides of a patch. Never fails: what a tree cannot give is taken from the hunks, and `reason` says why. */
export async function readSides(
  patch: Patch,
  rules: readonly Rule[],
  files: readonly FileDiff[],
  context: ReviewContext,
): Promise<Sides> {
  if (context.tree === null) return fromHunks(patch, files, context, "no tree was given");
  const applied = await context.tree.apply(patch, files, rules);
  if (!applied.ok) return fromHunks(patch, files, context, applied.reason);
  return {
    base: applied.base,
    result: applied.result,
    analysed: "tree",
    reason: applied.exact ? null : "the tree is not the one that the patch was made from; it applies all the same",
    confidence: applied.exact ? "high" : "medium",
    changed: touchedLines(files, applied.files),
  };
}
