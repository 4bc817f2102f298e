/**
 * `--scan`: the rules on a tree as it stands, no mail needed. Each architecture is a program of its own, with what is common
 * to all; everything found is pre-existing.
 */
import { archOf } from "../analysis/definitions.js";
import type { Program } from "../analysis/program.js";
import { evaluateRules } from "../rules/evaluate.js";
import { globs } from "../rules/glob.js";
import type { Outcome } from "../rules/outcome.js";
import type { SourceTree } from "../tree/source-tree.js";
import type { Finding, Review } from "./finding.js";
import type { ReviewOptions } from "./review.js";
import { makeReader } from "./sides.js";
import { Stats } from "./stats.js";
import { TreeReader } from "./tree-reader.js";
import { compareFindings, toFinding } from "./verdict.js";

/** The C files below paths of a tree, sorted; a path may be a folder or a file. Paths without any are returned apart. */
export async function scanPaths(
  tree: SourceTree,
  paths: readonly string[],
): Promise<{ files: string[]; missing: string[] }> {
  const files = new Set<string>();
  const missing: string[] = [];
  for (const path of paths) {
    const plain = path.replace(/^\.?\/+|\/+$/g, "");
    const found = /\.[ch]$/.test(plain) ? [plain] : (await tree.list(plain)).filter((p) => /\.[ch]$/.test(p));
    const readable = found.length === 1 ? (await tree.readFile(found[0] as string)) !== null : found.length > 0;
    if (readable) for (const p of found) files.add(p);
    else missing.push(path);
  }
  return { files: [...files].sort(), missing };
}

export interface ScanOptions extends ReviewOptions {
  tree: SourceTree;
  /** Is called between pieces of work: a good time to clear up memory. */
  between?: () => void;
}

/** Finds the facts of all functions of a program one by one, which the rules would otherwise do in one go. */
function analyse(program: Program, between: () => void): void {
  for (const f of program.functions) {
    between();
    program.facts(f);
  }
  between();
}

/** Runs the rules on files of a tree. */
export async function scanTree(files: readonly string[], options: ScanOptions): Promise<Review> {
  const { rules, parse, tree, version } = options;
  const reader = new TreeReader(tree, makeReader(parse, rules), rules, options.index ?? null);
  const stats = options.stats ?? new Stats(() => 0);
  const arches = [...new Set(files.map(archOf))].sort();
  const wanted = new Set(files);
  const findings = new Map<string, Finding>();
  for (const [done, arch] of arches.entries()) {
    options.onProgress?.(done, arches.length, arch === "" ? "common code" : `arch/${arch}`);
    const these = files.filter((p) => archOf(p) === arch || archOf(p) === "");
    const chosen = rules.rules.filter((r) => these.some(globs(r.scope.paths)));
    if (chosen.length === 0) continue;
    const program = await stats.timed("reading and parsing", () => reader.program(these, chosen));
    const outcomes = await stats.timed("analysis and rules", () => {
      if (options.between !== undefined) analyse(program, options.between);
      return evaluateRules(reader.index.evaluationOf(program), chosen).outcomes;
    });
    stats.add(program);
    const own = outcomes.filter((o) => wanted.has(o.anchor.path) && !o.weak).map(scanned);
    options.onEvaluation?.(reader.index.evaluationOf(program), own);
    for (const finding of own) findings.set(`${finding.id} ${finding.path}:${finding.line}`, finding);
    await stats.timed("keeping the index", () => reader.forget());
    options.between?.();
  }
  stats.index = reader.index.counts;
  const tool = { name: "patchwitness", version, rules: rules.version };
  return { tool, patches: [], findings: [...findings.values()].sort(compareFindings), problems: [] };
}

function scanned(outcome: Outcome): Finding {
  const status = outcome.acknowledgedBy === null ? "pre-existing" : "acknowledged";
  return toFinding(outcome, status, null, { analysed: "tree", confidence: "high" });
}
