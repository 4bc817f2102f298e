/**
 * What a patch reaches: which notes (trace.ts) speak of something that is not as it was before, and where the lines of a file
 * have gone that it changes. Where the patch changes more than bodies of functions nothing is told, and all is looked at anew.
 */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { FactIndex } from "../analysis/fact-index.js";
import { changedHandlers } from "../analysis/handlers.js";
import { commentAbove } from "../analysis/lock-contract.js";
import type { Program } from "../analysis/program.js";
import { namesOf } from "../analysis/reach.js";
import { EVERYTHING, NAMES, type Note } from "../analysis/trace.js";
import { usesOf } from "../analysis/uses.js";
import type { CFile } from "../source/ast.js";
import { LineMap } from "./line-shift.js";
import { ORDERS } from "./order-words.js";

export interface PatchReach {
  notes: ReadonlySet<Note>;
  /** Names of macros that rest on something that differs. */
  macros: ReadonlySet<string>;
  lines: LineMap;
}

/** What is between two programs, of which the second borrows from the first; null when it is more than bodies of functions. */
export function reachOf(before: Program, now: Program, index: FactIndex): PatchReach | null {
  if (now.lender !== before || now.stale === null) return null;
  const pairs = changedFiles(before, now);
  if (pairs === null || !pairs.every(([was, is]) => sameFrame(was, is))) return null;
  const { left, come } = index.changedFunctions();
  const notes = new Set<Note>([EVERYTHING, ...left.map((f) => f.fn), ...come.map((f) => f.fn)]);
  const names = changedNames(left, come);
  const { entryClasses } = now.models;
  if (before.tables.some((t) => names.has(t.target))) return null;
  if ([...names].some((name) => entryClasses.some((c) => c.functions.has(name)))) return null;
  if (names.size > 0) {
    notes.add(NAMES);
    for (const name of names) for (const kind of ["R", "C", "N"]) notes.add(`${kind} ${name}`);
    for (const { fn } of before.definitions.all) if (names.has(fn.name)) notes.add(fn);
  }
  const called = differing(left, come, ({ fn }) => usesOf(fn).calls);
  for (const name of called) notes.add(`C ${name}`);
  if (called.size > 0 || names.size > 0) for (const name of changedHandlers(before, now)) notes.add(`H ${name}`);
  for (const name of differing(left, come, ({ fn }) => namesOf(fn, now.models).other)) notes.add(`N ${name}`);
  for (const name of differing(left, come, ({ fn }) => namesOf(fn, now.models).spawned)) notes.add(`N ${name}`);
  for (const word of index.changedWords()) notes.add(word.startsWith(ORDERS) ? `W ${ORDERS}` : `I ${word}`);
  return { notes, macros: now.stale.names, lines: new LineMap(before, now, pairs) };
}

type Pair = readonly [was: CFile, is: CFile];

/** The files that differ, before and after; null when there are others than before. */
function changedFiles(before: Program, now: Program): Pair[] | null {
  if (before.files.length !== now.files.length) return null;
  const pairs = before.files.map((file, i): Pair => [file, now.files[i] as CFile]);
  return pairs.every(([was, is]) => was.path === is.path) ? pairs.filter(([was, is]) => was !== is) : null;
}

/** Whether all of a file but the bodies of its functions means the same, and what functions it kept stand in the same order. */
function sameFrame(was: CFile, is: CFile): boolean {
  const both = (of: (file: CFile) => unknown): boolean => JSON.stringify(of(was)) === JSON.stringify(of(is));
  const kept = new Set(is.functions);
  const before = was.functions.filter((fn) => kept.has(fn));
  const names = new Set(is.functions.map((fn) => fn.name));
  const known = new Set(was.functions.map((fn) => fn.name));
  return (
    both((f) => f.structs.map(({ at: _at, ...rest }) => rest)) &&
    both((f) => f.tables.map(({ at: _at, ...rest }) => rest)) &&
    both((f) => f.macros.map((m) => [m.name, m.text])) &&
    both((f) => [...f.valueNames].sort()) &&
    both((f) => f.prototypes.map((p) => [p.name, p.args, p.typed, notesOf(p.annotations), commentAbove(f, p.at)])) &&
    is.functions.filter((fn) => before.includes(fn)).every((fn, i) => fn === before[i]) &&
    sameOrder(
      was.functions.map((fn) => fn.name).filter((n) => names.has(n)),
      is.functions.map((fn) => fn.name).filter((n) => known.has(n)),
    )
  );
}

const notesOf = (annotations: readonly { name: string; args: string }[]): string[] =>
  annotations.map((a) => `${a.name} ${a.args}`);

const sameOrder = (a: readonly string[], b: readonly string[]): boolean => a.join() === b.join();

const placeOf = ({ file, fn }: ProgramFunction): string => `${file.path}\0${fn.name}`;

/** Names that are not defined as they were: in other files, or for others to call. */
function changedNames(left: readonly ProgramFunction[], come: readonly ProgramFunction[]): Set<string> {
  const definitionOf = (f: ProgramFunction): string => [placeOf(f), f.fn.isStatic, f.fn.isWeak].join("\0");
  const count = new Map<string, number>();
  for (const f of left) count.set(definitionOf(f), (count.get(definitionOf(f)) ?? 0) + 1);
  for (const f of come) count.set(definitionOf(f), (count.get(definitionOf(f)) ?? 0) - 1);
  return new Set([...count].filter(([, n]) => n !== 0).map(([key]) => key.split("\0")[1] as string));
}

/** Names that a function has on one side only. */
function differing(
  left: readonly ProgramFunction[],
  come: readonly ProgramFunction[],
  namesIn: (f: ProgramFunction) => Iterable<string>,
): Set<string> {
  const pairs = (functions: readonly ProgramFunction[]): Map<string, string> =>
    new Map(functions.flatMap((f) => [...namesIn(f)].map((name) => [`${placeOf(f)}\0${name}`, name] as const)));
  const [was, is] = [pairs(left), pairs(come)];
  const out = new Set<string>();
  for (const [key, name] of was) if (!is.has(key)) out.add(name);
  for (const [key, name] of is) if (!was.has(key)) out.add(name);
  return out;
}
