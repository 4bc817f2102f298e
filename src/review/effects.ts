/**
 * What a function does to its callers' locks, compared over a patch. By the code alone a function that returns with a lock, or
 * gives back one that it did not take, may be meant to; a patch that makes it do so, with the callers as they were, is not
 * (the contract of a function with its callers, as annotations of sparse and of Clang's context analysis would write it down).
 */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { CallEvent, Event } from "../analysis/events.js";
import type { Program } from "../analysis/program.js";
import type { LockEffect, Outcome } from "../rules/outcome.js";

/** Outcomes and programs of both sides of a patch. */
export interface Compared {
  base: { program: Program; outcomes: readonly Outcome[] };
  result: { program: Program; outcomes: readonly Outcome[] };
}

const textOf = (f: ProgramFunction): string => f.file.text.slice(f.fn.at, f.fn.end);

/** The function of an outcome, on one side. A function that was moved is found in its new file. */
function functionIn(program: Program, name: string, path: string): ProgramFunction | null {
  const named = program.named(name);
  return named.find((f) => f.file.path === path) ?? (named.length === 1 ? (named[0] as ProgramFunction) : null);
}

const isAnalysed = (program: Program, f: ProgramFunction): boolean =>
  f.fn.whole && f.fn.errors === 0 && program.facts(f).complete;

const sameWhen = (a: LockEffect, b: LockEffect): boolean =>
  a.when === b.when || a.when === "unknown" || b.when === "unknown";

/** Whether a function had an effect before: on this lock, or on one that is now spelled otherwise. */
function hadEffect(outcome: Outcome, { base, result }: Compared): boolean {
  const { effect, anchor } = outcome;
  if (effect === undefined) return false;
  const like = (o: Outcome): boolean =>
    o.anchor.function === anchor.function &&
    o.effect?.what === effect.what &&
    o.effect.field === effect.field &&
    sameWhen(o.effect, effect);
  const before = base.outcomes.filter(like);
  if (before.some((o) => o.effect?.lock === effect.lock)) return true;
  const after = result.outcomes.filter(like);
  return before.some((b) => !after.some((a) => a.effect?.lock === b.effect?.lock));
}

/** Whether a weak outcome with an effect is what the patch brings, and nothing that is seen makes up for it. */
export function bringsEffect(outcome: Outcome, compared: Compared): boolean {
  const { base, result } = compared;
  const { path, function: name } = outcome.anchor;
  const before = functionIn(base.program, name, path);
  const after = functionIn(result.program, name, path);
  // Unchanged itself: it is its callee that changed, and that is where it is said.
  if (before === null || after === null || textOf(before) === textOf(after)) return false;
  if (outcome.acknowledgedBy !== null || !isAnalysed(base.program, before)) return false;
  if (hadEffect(outcome, compared) || callsUnknown(outcome, before, after, compared)) return false;
  return !callersMakeUp(outcome, after, compared);
}

/** A call that the patch adds, of a function that is not in view and can get at the lock, may do to it what is missing here. */
function callsUnknown(
  { effect }: Outcome,
  before: ProgramFunction,
  after: ProgramFunction,
  { base, result }: Compared,
): boolean {
  const unknown = (program: Program, f: ProgramFunction): CallEvent[] =>
    program.facts(f).events.filter((e): e is CallEvent => e.kind === "call" && !e.resolved);
  const known = new Set(unknown(base.program, before).map((e) => e.name));
  const { pure } = result.program.models;
  return unknown(result.program, after).some(
    (e) => !known.has(e.name) && !pure(e.name) && e.args.some((a) => effect?.owners.includes(a.key)),
  );
}

/** The callers were changed with the function, and know what to do: none of them is left with the effect in turn. */
function callersMakeUp(outcome: Outcome, f: ProgramFunction, compared: Compared): boolean {
  const { base, result } = compared;
  const effect = outcome.effect as LockEffect;
  if (effect.what === "takes-again" || effect.what === "gives-back-twice" || effect.what === "ignores") return false;
  const callers = result.program.callersOf(f);
  if (callers.length === 0) return false;
  if (effect.what === "gives-back") return callers.every((c) => holdsAtCall(c, f, effect.field, result.program));
  return callers.every((caller) => {
    const name = caller.fn.name;
    const before = functionIn(base.program, name, caller.file.path);
    const passesOn = (o: Outcome): boolean =>
      o.anchor.function === name && o.effect?.what === "keeps" && o.effect.field === effect.field;
    const left = result.outcomes.filter(passesOn).length;
    if (before === null || textOf(before) !== textOf(caller)) return left === 0;
    // A caller that was left with the lock before, and no longer is: this patch is the cure.
    return left < base.outcomes.filter(passesOn).length;
  });
}

/** Whether every call hands over a lock of this name, or may do so: the caller takes such a lock on some path. */
function holdsAtCall(caller: ProgramFunction, f: ProgramFunction, field: string, program: Program): boolean {
  const { events } = program.facts(caller);
  const calls = events.filter((e) => e.kind === "call" && e.name === f.fn.name);
  const takes = events.some((e) => e.kind === "lock" && e.lock.name === field && e.via[0] !== f.fn.name);
  const isIt = (key: string): boolean => key === field || key.endsWith(`.${field}`) || key.endsWith(`:${field}`);
  const holds = (e: Event): boolean => e.held.some((h) => h.lock.name === field) || (takes && [...e.unsure].some(isIt));
  return calls.length > 0 && calls.every(holds);
}
