/**
 * Which lock guards which field, as the code itself tells: the lock that is held at most accesses, counted, with the places that go
 * without it (Engler et al., "Bugs as Deviant Behavior", SOSP 2001). Plain rows, so that one architecture can be let go of
 * before the next is read.
 */
import { archOf } from "../../analysis/definitions.js";
import type { FieldAccess, GuardEvidence, HeldGuard } from "../../analysis/guard-evidence.js";
import type { Program } from "../../analysis/program.js";
import type { DeclaredGuard } from "./declared.js";

/** A place in the code that touches a field. */
export interface MinedPlace {
  path: string;
  line: number;
  function: string;
  access: "read" | "write";
  /** READ_ONCE() and its like: whoever wrote it knew that others are at it. */
  once: boolean;
  /** The lock is only said to be held: lockdep_assert_held(), __must_hold(). */
  said: boolean;
}

export interface Mined {
  /** Architecture of the struct; "" for one that all share. */
  arch: string;
  field: string;
  lock: string;
  /** Where the lock is, seen from what the field is part of (field-class.ts); the name of a global lock. */
  relation: string;
  under: MinedPlace[];
  bare: MinedPlace[];
  /** Words in the code that name this lock for this field, and words that name another. */
  declared: DeclaredGuard[];
  otherwise: DeclaredGuard[];
}

const FAMILIES: ReadonlySet<string> = new Set(["spinlock", "mutex", "rwsem"]);

/** What is asserted is a lock, whatever kind: lockdep_assert_held() takes them all. */
const isGuard = (g: HeldGuard): boolean =>
  g.name !== "" && g.relation !== null && (FAMILIES.has(g.held.family) || g.held.how !== "taken");

/** Held for reading guards readers only. */
const counts = (g: HeldGuard, { event }: FieldAccess): boolean =>
  isGuard(g) && (g.held.mode === "exclusive" || event.kind === "read");

const placeOf = ({ f, event, guards }: FieldAccess, lock: string): MinedPlace => {
  const own = guards.filter((g) => g.name === lock);
  return {
    path: f.file.path,
    line: f.file.lineAt(event.at),
    function: f.fn.name,
    access: event.kind,
    once: event.once,
    said: own.length > 0 && own.every((g) => g.held.how !== "taken"),
  };
};

const orderOf = (p: MinedPlace): string => `${p.path}\0${String(p.line).padStart(9, "0")}\0${p.access}`;

/** Each place once, in order. */
export function inOrderOf(places: readonly MinedPlace[]): MinedPlace[] {
  const unique = new Map(places.map((p) => [orderOf(p), p]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, p]) => p);
}

/** The lock that most accesses hold; of two, the one whose name comes first. */
function bestLock(accesses: readonly FieldAccess[]): string | null {
  const support = new Map<string, number>();
  const written = new Set<string>();
  for (const access of accesses)
    for (const name of new Set(access.guards.filter((g) => counts(g, access)).map((g) => g.name))) {
      support.set(name, (support.get(name) ?? 0) + 1);
      if (access.event.kind === "write") written.add(name);
    }
  const found = [...support].filter(([name]) => written.has(name));
  return found.sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? null;
}

function relationOfLock(accesses: readonly FieldAccess[], lock: string): string {
  const words = accesses.flatMap((a) => a.guards.flatMap((g) => (g.name === lock ? (g.relation ?? []) : [])));
  const count = new Map<string, number>();
  for (const w of words) count.set(w, (count.get(w) ?? 0) + 1);
  return [...count].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? "";
}

/** Architecture of the file that declares a struct. */
function archesOf(program: Program): Map<string, string> {
  const out = new Map<string, string>();
  for (const file of program.files)
    for (const { name } of file.structs) if (out.get(name) !== "") out.set(name, archOf(file.path));
  return out;
}

/** The candidates of one program: every field that is written under some lock. `wanted` says which files count. */
export function mineProgram(
  program: Program,
  evidence: GuardEvidence,
  declared: ReadonlyMap<string, DeclaredGuard[]>,
  wanted: (path: string) => boolean,
): Mined[] {
  const byField = new Map<string, string[]>();
  for (const key of evidence.written) {
    const field = key.slice(key.lastIndexOf(" ") + 1);
    byField.set(field, [...(byField.get(field) ?? []), key]);
  }
  const arches = archesOf(program);
  return [...byField].flatMap(([field, keys]): Mined[] => {
    const accesses = keys.flatMap((key) => evidence.accesses(key)).filter((a) => wanted(a.f.file.path));
    const lock = bestLock(accesses);
    if (lock === null || lock === field) return [];
    const isUnder = (a: FieldAccess): boolean => a.guards.some((g) => g.name === lock && counts(g, a));
    const word = lock.slice(lock.lastIndexOf(".") + 1);
    const said = declared.get(field) ?? [];
    return [
      {
        arch: arches.get(field.split(".")[0] ?? "") ?? "",
        field,
        lock,
        relation: relationOfLock(accesses, lock),
        under: inOrderOf(accesses.filter(isUnder).map((a) => placeOf(a, lock))),
        bare: inOrderOf(accesses.filter((a) => !isUnder(a)).map((a) => placeOf(a, lock))),
        declared: said.filter((d) => d.word === word),
        otherwise: said.filter((d) => d.word !== word),
      },
    ];
  });
}
