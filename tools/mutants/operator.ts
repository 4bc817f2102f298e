/** What a mutator is: it proposes drafts, each a set of edits and what a reviewer must say about them. */
import type { AnalysisModels, LockMode } from "../../src/analysis/models.js";
import type { SyntaxNode } from "../../src/source/parse-c.js";
import type { FnSite, LockStmt, SourceFile } from "./code.js";
import type { Edit } from "./edit.js";

/** The files of one architecture (or of virt/kvm) in which mutants are seeded. */
export interface Scope {
  arch: string;
  files: readonly SourceFile[];
  models: AnalysisModels;
  /** Whether a rule speaks of a path. */
  covers: (rule: string, path: string) => boolean;
  seed: number;
}

export interface Draft {
  path: string;
  /** Function that is mutated. */
  function: string;
  /** Offset in the unmutated file, for reports. */
  at: number;
  edits: { path: string; edits: Edit[] }[];
  /** Functions of which any may be named for the fault; the mutated one unless told. */
  functions: readonly string[];
}

export interface Operator {
  name: string;
  kind: "fault" | "sound";
  /** Rules of which any may name the fault; empty for a sound edit. */
  rules: readonly string[];
  /** What the edit does, for the table. */
  what: string;
  drafts: (scope: Scope) => Draft[];
}

/** A draft in one file. */
export const draft = (fn: FnSite, at: SyntaxNode, edits: Edit[], functions?: readonly string[]): Draft => ({
  path: fn.file.path,
  function: fn.fn.name,
  at: at.start,
  edits: [{ path: fn.file.path, edits }],
  functions: functions ?? [fn.fn.name],
});

/** An operator that looks at one function at a time. */
export const perFunction =
  (propose: (fn: FnSite, scope: Scope) => Draft[]): Operator["drafts"] =>
  (scope) =>
    scope.files.flatMap((file) => (/\.c$/.test(file.path) ? file.functions.flatMap((fn) => propose(fn, scope)) : []));

/** One lock of one function with all its plain lock and unlock statements. */
export interface LockGroup {
  fn: FnSite;
  lock: string;
  family: string;
  mode: LockMode;
  locks: LockStmt[];
  unlocks: LockStmt[];
}

/** Locks that a function takes and gives back in statements of their own. */
export function groupsOf(fn: FnSite): LockGroup[] {
  const groups = new Map<string, LockGroup>();
  for (const stmt of fn.locks) {
    const { lock, family, mode } = stmt;
    const group = groups.get(lock) ?? { fn, lock, family, mode, locks: [], unlocks: [] };
    group[stmt.op === "lock" ? "locks" : "unlocks"].push(stmt);
    groups.set(lock, group);
  }
  return [...groups.values()].filter(
    (g) => g.locks.length > 0 && g.unlocks.length > 0 && !fn.conditional.has(g.lock) && !g.lock.includes("("),
  );
}

/** Locks that a function takes once. */
export const singles = (fn: FnSite): (LockGroup & { taken: LockStmt })[] =>
  groupsOf(fn).flatMap((g) => (g.locks.length === 1 ? [{ ...g, taken: g.locks[0] as LockStmt }] : []));
