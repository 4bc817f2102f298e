/**
 * Reviews mutants as a patch is reviewed: base and result are both evaluated, only what the result brings is said. What a
 * mutation cannot change is analysed once for all mutants of a folder.
 */
import { Program } from "../../src/analysis/program.js";
import type { Patch } from "../../src/patch/patch.js";
import type { Finding } from "../../src/review/finding.js";
import type { Sides } from "../../src/review/sides.js";
import { judge } from "../../src/review/verdict.js";
import { evaluateRules, type Predicates } from "../../src/rules/evaluate.js";
import { Evaluation } from "../../src/rules/evaluation.js";
import { globs } from "../../src/rules/glob.js";
import type { Outcome } from "../../src/rules/outcome.js";
import type { Rule } from "../../src/rules/rule-schema.js";
import type { RuleSet } from "../../src/rules/rule-set.js";
import type { CFile } from "../../src/source/ast.js";
import { type CReader, readC } from "../../src/source/read-file.js";
import { applyEdits } from "./edit.js";
import type { Draft } from "./operator.js";

/** The files of a tree that were read, by path. */
export type Files = ReadonlyMap<string, CFile>;

/** A mutant's review, or why it is none: edits that overlap, or text that no longer parses as before. */
export type Reviewed = { ok: true; findings: Finding[] } | { ok: false; reason: "overlap" | "no change" | "parse" };

const archOf = (path: string): string => /^arch\/([^/]+)\//.exec(path)?.[1] ?? "";
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));

const NO_PATCH: Patch = {
  messageId: null,
  subject: "",
  title: "",
  description: "",
  trailers: [],
  author: { name: "", address: "" },
  files: [],
  diff: "",
  depth: 0,
  fidelity: "exact",
  bodyLines: [],
  problems: [],
};

/** What the rules want to see beside these files: as review/tree-reader.ts reads it. */
function surroundings(paths: readonly string[], files: Iterable<string>, rules: readonly Rule[]): string[] {
  const patterns = new Set<string>();
  for (const rule of rules)
    for (const pattern of rule.scope.context)
      for (const path of paths) {
        if (archOf(path) === "" && pattern.includes("$arch")) continue;
        patterns.add(pattern.replaceAll("$arch", archOf(path)).replaceAll("$dir", folderOf(path)));
      }
  const wanted = globs([...patterns]);
  return [...files].filter((p) => /\.[ch]$/.test(p) && (wanted(p) || paths.includes(p))).sort();
}

/** Errors of the grammar and constructs passed over. */
function troubles(file: CFile): number {
  const errors = file.functions.reduce((n, f) => n + f.errors, 0);
  return [...file.unhandled.values()].reduce((a, b) => a + b, errors);
}

interface Base {
  program: Program;
  evaluation: Evaluation;
  rules: Rule[];
  /** Outcomes by what the other side taught. */
  outcomes: Map<string, Outcome[]>;
}

const predicatesKey = (predicates: Predicates): string =>
  [...predicates].map(([rule, names]) => `${rule}:${[...names].sort().join(",")}`).join(";");

export class Bench {
  private readonly bases = new Map<string, Base>();

  constructor(
    private readonly files: Files,
    private readonly reader: CReader,
    private readonly rules: RuleSet,
    /** Analyse both sides afresh for every mutant. */
    private readonly fresh = false,
  ) {}

  /** What is read beside a file: drafts of one surrounding are best reviewed one after the other. */
  folderKey = (draft: Draft): string =>
    draft.edits
      .map((e) => folderOf(e.path))
      .sort()
      .join(" ");

  /** 1-based line of a draft in the unmutated file. */
  lineOf = (draft: Draft): number => this.files.get(draft.path)?.lineAt(draft.at) ?? 0;

  private base(paths: readonly string[]): Base {
    const rules = this.rules.rules.filter((r) => paths.some(globs(r.scope.paths)));
    const context = surroundings(paths, this.files.keys(), rules);
    const key = [...rules.map((r) => r.id), ...context].join("\n");
    const known = this.bases.get(key);
    if (known !== undefined) return known;
    // One folder after the other: what the last ones needed goes.
    if (this.bases.size > 1) this.bases.delete([...this.bases.keys()][0] as string);
    const files = context.flatMap((p) => this.files.get(p) ?? []);
    const program = new Program(files, this.rules.models);
    const made = { program, evaluation: new Evaluation(program, rules), rules, outcomes: new Map<string, Outcome[]>() };
    evaluateRules(made.evaluation, rules);
    this.bases.set(key, made);
    return made;
  }

  review(draft: Draft): Reviewed {
    const changed = new Map<string, CFile>();
    for (const { path, edits } of draft.edits) {
      const before = this.files.get(path);
      const text = before && applyEdits(before.text, edits);
      if (before === undefined || text === null || text === undefined) return { ok: false, reason: "overlap" };
      if (text === before.text) return { ok: false, reason: "no change" };
      const after = readC(path, text, this.reader, this.fresh ? {} : { before });
      if (troubles(after) > troubles(before) || after.functions.length < before.functions.length)
        return { ok: false, reason: "parse" };
      changed.set(path, after);
    }
    const base = this.base([...changed.keys()].sort());
    const result = new Program(
      base.program.files.map((f) => changed.get(f.path) ?? f),
      this.rules.models,
    );
    if (!this.fresh) result.borrow(base.program);
    return { ok: true, findings: this.compare(base, result) };
  }

  private compare(base: Base, program: Program): Finding[] {
    const evaluation = new Evaluation(program, base.rules, this.fresh ? null : base.evaluation);
    const after = evaluateRules(evaluation, base.rules);
    const key = predicatesKey(after.predicates);
    const before = base.outcomes.get(key) ?? evaluateRules(base.evaluation, base.rules, after.predicates).outcomes;
    base.outcomes.set(key, before);
    const sides: Sides = {
      base: base.program,
      result: program,
      analysed: "tree",
      reason: null,
      confidence: "high",
      changed: new Map(),
    };
    const untouched = { function: () => false, sites: () => false };
    const found = judge(sides, { base: before, result: after.outcomes }, NO_PATCH, untouched);
    return found.map((f) => f.finding);
  }
}
