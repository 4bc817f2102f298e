/** One lock as the guard of one field: what in the code speaks for it, and against. */
import type { FieldAccess, HeldGuard } from "../analysis/guard-evidence.js";

export interface GuardCase {
  /** Class of the lock, "struct.lock". */
  lock: string;
  /** Its last word. */
  word: string;
  /** Where it is, seen from the field's owner, at most of the places (field-class.ts). */
  relation: string;
  guarded: readonly FieldAccess[];
  bare: readonly FieldAccess[];
  /** Classes of all locks that are held where the field is written under this one. */
  company: ReadonlySet<string>;
}

/** Locks under which a field is written, the one that most accesses speak for first. */
export function casesOf(accesses: readonly FieldAccess[], families: readonly string[]): GuardCase[] {
  const isGuard = (g: HeldGuard): boolean =>
    g.name !== "" && g.relation !== null && g.held.mode === "exclusive" && families.includes(g.held.family);
  const writes = accesses.filter((a) => a.event.kind === "write");
  const names = new Set(writes.flatMap((a) => a.guards.filter(isGuard).map((g) => g.name)));
  return [...names]
    .map((lock) => caseOf(accesses, lock))
    .sort((a, b) => b.guarded.length - a.guarded.length || (a.lock < b.lock ? -1 : 1));
}

function caseOf(accesses: readonly FieldAccess[], lock: string): GuardCase {
  const guarded = accesses.filter((a) => a.guards.some((g) => g.name === lock));
  const own = guarded.flatMap((a) => a.guards.filter((g) => g.name === lock));
  return {
    lock,
    word: own[0]?.word ?? "",
    relation: commonest(own.flatMap((g) => g.relation ?? [])),
    guarded,
    bare: accesses.filter((a) => !guarded.includes(a)),
    company: new Set(guarded.filter((a) => a.event.kind === "write").flatMap((a) => a.guards.map((g) => g.name))),
  };
}

function commonest(words: readonly string[]): string {
  const count = new Map<string, number>();
  for (const w of words) count.set(w, (count.get(w) ?? 0) + 1);
  return [...count].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? "";
}
