/**
 * What the analysis knows of one function, as a person can follow it: by which ways threads come in, the locks held on entry, and
 * every event with its locks and whose object it touches. What callees do stands at their calls, as their summaries tell it.
 */
import type { ProgramFunction } from "../../analysis/definitions.js";
import { entryClassesOf } from "../../analysis/entry-class.js";
import type { Event } from "../../analysis/events.js";
import type { GuardEvidence } from "../../analysis/guard-evidence.js";
import type { Held } from "../../analysis/state.js";
import { pathOf, type Value } from "../../analysis/value.js";
import type { Evaluation } from "../evaluation.js";
import { type Identity, identityOf, sharedPlace } from "../places.js";

/** Whose object an event touches; "" where no object model knows the struct. */
export type Whose = Identity | "container" | "";

export interface AccountLine {
  line: number;
  what: "lock" | "unlock" | "read" | "write" | "call" | "check" | "assert" | "return";
  /** The place, lock or callee, as the source spells it. */
  subject: string;
  whose: Whose;
  /** Locks held there, with what their holding rests on. */
  held: string[];
  /** Locks of which it is not known whether they are held. */
  unsure: string[];
  /** READ_ONCE() and its like; one step of reading and writing; counting. */
  how: ("once" | "exclusive" | "attempt" | "counts")[];
  /** Calls that lead to where it really happens, outermost first. */
  via: string[];
}

export interface FunctionAccount {
  path: string;
  line: number;
  name: string;
  /** Ways by which threads come in, and classes of locks that all of them hold. */
  entries: string[];
  heldByEntry: string[];
  /** Locks that all callers in view hold; whether those are all callers; how many calls are in view. */
  entryLocks: string[];
  closed: boolean;
  calls: number;
  /** False when part of the function is not shown, was not understood, or the work was cut off. */
  whole: boolean;
  lines: AccountLine[];
}

/** A held lock with what is special about it. */
function lockText({ lock, mode, how, askedFor }: Held): string {
  const words = [mode === "shared" ? "shared" : "", how === "taken" ? "" : how, askedFor === true ? "asked for" : ""];
  const more = words.filter((w) => w !== "").join(", ");
  return more === "" ? lock.show : `${lock.show} (${more})`;
}

/**
 * Whose object a place belongs to, by the first model that knows its struct; one of those that any thread may use is its function's
 * own while nobody else can see it.
 */
function whoseIs(f: ProgramFunction, place: Value, evaluation: Evaluation, evidence: GuardEvidence): Whose {
  for (const model of evaluation.program.models.objects) {
    const shared = sharedPlace(place, model);
    const isObject = place.type?.name === model.struct && place.type.pointers === 1;
    if (shared === null && !isObject) continue;
    if (shared?.scope === "container") return "container";
    const owner = shared?.owner ?? place;
    const isPrivate = model.shared && evidence.ownership.isPrivateObject(f, owner);
    return isPrivate ? "self" : identityOf(owner, model);
  }
  return "";
}

const withoutMark = (key: string): string => key.replace(/^[~*?]+/, "");

function subjectsOf(event: Event): { place: Value | null; subject: string }[] {
  switch (event.kind) {
    case "read":
    case "write":
      return [{ place: event.place, subject: event.place.show }];
    case "lock":
    case "unlock":
    case "assert":
      return [{ place: event.lock, subject: event.lock.show }];
    case "call":
      return [{ place: null, subject: `${event.name}(${event.args.map((a) => a.show).join(", ")})` }];
    case "check":
      return event.deps.map((d) => ({
        place: d.place,
        subject: d.predicate === null ? d.place.show : `${d.predicate}(${d.place.show})`,
      }));
    case "return":
      return [{ place: null, subject: event.value?.show ?? "" }];
  }
}

function howOf(event: Event): AccountLine["how"] {
  if (event.kind === "lock") return event.attempt ? ["attempt"] : [];
  if (event.kind !== "read" && event.kind !== "write") return [];
  return [
    ...(event.once ? ["once" as const] : []),
    ...(event.exclusive ? ["exclusive" as const] : []),
    ...(event.step !== 0 ? ["counts" as const] : []),
  ];
}

function linesOf(
  f: ProgramFunction,
  event: Event,
  evaluation: Evaluation,
  evidence: GuardEvidence,
  names: ReadonlyMap<string, string>,
): AccountLine[] {
  return subjectsOf(event).map(({ place, subject }) => ({
    line: f.file.lineAt(event.at),
    what: event.kind,
    subject,
    whose: place === null ? "" : whoseIs(f, place, evaluation, evidence),
    held: event.held.map(lockText),
    unsure: [...new Set([...event.unsure].map((k) => names.get(withoutMark(k)) ?? ""))].filter((n) => n !== "").sort(),
    how: howOf(event),
    via: [...event.via],
  }));
}

/** True for something that another thread can see: what is on the function's own stack is left out. */
function isShown(event: Event): boolean {
  if (event.kind !== "read" && event.kind !== "write") return true;
  const { root } = pathOf(event.place);
  return root.kind !== "local" || root.type?.pointers === 1;
}

/** The account of a function; `evidence` knows the locks on entry. */
export function accountOf(f: ProgramFunction, evaluation: Evaluation, evidence: GuardEvidence): FunctionAccount {
  const { program } = evaluation;
  const facts = program.facts(f);
  const entry = evidence.entry.of(f);
  const classes = entryClassesOf(program);
  const names = new Map(facts.values.list.map((v) => [v.key, v.show]));
  return {
    path: f.file.path,
    line: f.file.lineAt(f.fn.at),
    name: f.fn.name,
    entries: classes.classesOf(f).map((c) => c.label),
    heldByEntry: [...classes.heldOnEntry(f)],
    entryLocks: entry.inView.map(lockText),
    closed: entry.closed,
    calls: entry.calls,
    whole: f.fn.whole && facts.complete && f.fn.errors === 0,
    lines: facts.events.filter(isShown).flatMap((e) => linesOf(f, e, evaluation, evidence, names)),
  };
}
