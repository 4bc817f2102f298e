/**
 * Entry locksets: the locks that are held whenever a function is entered, because every caller holds them. A must-analysis,
 * top-down over the call graph to its greatest fixpoint, for functions whose callers are all in view: static ones of a .c file
 * whose address is not taken (RELAY, Voung, Jhala, Lerner, FSE 2007, does the same with relative locksets). Locks are given in
 * the callee's own terms: of its parameters, of its container, or global.
 */
import type { CFunction } from "../source/ast.js";
import type { ProgramFunction } from "./definitions.js";
import type { CallEvent, Event } from "./events.js";
import { handOver } from "./hand-over.js";
import { digestOf } from "./lock-digest.js";
import type { Program } from "./program.js";
import { type Held, joinHeld } from "./state.js";
import { Answers, type Note } from "./trace.js";

/** What is known of the locks on entry. */
export interface EntryLockset {
  /** Held by every caller; empty when not all callers are in view. */
  held: readonly Held[];
  /** Held at every call in view, whether or not there may be others. */
  inView: readonly Held[];
  /** True when all callers are in view: a static function whose address is not taken, called at least once. */
  closed: boolean;
  /** Number of calls in view. */
  calls: number;
}

/** A call in view that may hand locks over. */
interface Caller {
  f: ProgramFunction;
  event: CallEvent;
}

type Locks = ReadonlyMap<string, Held>;

const EMPTY: Locks = new Map();

/** Answers for one program; what it learns of a function is kept. */
export class EntryLocks {
  private readonly callers: Answers<CFunction, readonly Caller[]>;
  private readonly closed: Answers<CFunction, boolean>;
  private readonly answers: Answers<CFunction, EntryLockset>;
  /** With what the settling of each rested on. */
  private readonly settled = new Map<CFunction, { locks: Locks; notes: ReadonlySet<Note> }>();

  constructor(private readonly program: Program) {
    this.callers = new Answers(program.trace);
    this.closed = new Answers(program.trace);
    this.answers = new Answers(program.trace);
  }

  /** The locks held on entry to a function. */
  of(f: ProgramFunction): EntryLockset {
    return this.answers.of(f.fn, () => this.find(f));
  }

  private find(f: ProgramFunction): EntryLockset {
    const calls = this.callersOf(f);
    const closed = this.isClosed(f);
    if (closed && !this.settled.has(f.fn)) this.settle(f);
    const held = closed ? ordered(this.settledOf(f)) : [];
    // A caller that is not settled yet is closed and settles by itself: it never asks for this function's `inView`.
    const inView = closed ? held : ordered(this.meet(f, (caller) => this.heldOf(caller)) ?? EMPTY);
    return { held, inView, closed, calls: calls.length };
  }

  private settledOf(f: ProgramFunction): Locks {
    const own = this.settled.get(f.fn);
    if (own !== undefined) this.program.trace.notes(own.notes);
    return own?.locks ?? EMPTY;
  }

  /** Locks held at an event of a function: its own, and those of entry that it has not given back on some way there. */
  heldAt(f: ProgramFunction, event: Event): readonly Held[] {
    return withEntry(event, this.of(f).held);
  }

  /** Calls of a function in view, in the order of their callers. */
  private callersOf(f: ProgramFunction): readonly Caller[] {
    return this.callers.of(f.fn, () =>
      this.program.callersOf(f).flatMap((caller) => {
        const events = digestOf(this.program.facts(caller)).callsTo.get(f.fn.name) ?? [];
        return events.map((event) => ({ f: caller, event }));
      }),
    );
  }

  /** Whether every call of a function is in view and was understood. */
  private isClosed(f: ProgramFunction): boolean {
    if (!f.fn.isStatic || !f.file.path.endsWith(".c") || f.file.valueNames.has(f.fn.name)) return false;
    return this.closed.of(f.fn, () => {
      const calls = this.callersOf(f);
      // A caller whose call was not met (unreachable, or lost in what could not be read) makes the list incomplete.
      return (
        calls.length > 0 && this.program.callersOf(f).every((c) => calls.some((o) => o.f === c) && this.isReadable(c))
      );
    });
  }

  private isReadable(f: ProgramFunction): boolean {
    return f.fn.whole && f.fn.errors === 0 && this.program.facts(f).complete;
  }

  private heldOf(f: ProgramFunction): Locks {
    return this.isClosed(f) ? new Map(this.of(f).held.map((h) => [h.lock.key, h])) : EMPTY;
  }

  /** Settles a function together with all closed functions from which it is reached. */
  private settle(start: ProgramFunction): void {
    const notes = new Set<Note>();
    this.program.trace.within(notes, () => this.settleAbove(start, notes));
  }

  private settleAbove(start: ProgramFunction, notes: ReadonlySet<Note>): void {
    const open = this.closedAbove(start);
    // null: every lock there is. Only calls from outside, and locks not handed on, make it less.
    const state = new Map<CFunction, Locks | null>(open.map((f) => [f.fn, null]));
    const of = (f: ProgramFunction): Locks | null => (state.has(f.fn) ? (state.get(f.fn) ?? null) : this.settledOf(f));
    for (let changed = true; changed; ) {
      changed = false;
      for (const f of open) {
        const next = this.meet(f, of);
        if (sameLocks(state.get(f.fn) ?? null, next)) continue;
        state.set(f.fn, next);
        changed = true;
      }
    }
    // A ring that nobody enters from outside is never run.
    for (const f of open) this.settled.set(f.fn, { locks: state.get(f.fn) ?? EMPTY, notes });
  }

  /** The closed functions that are not settled yet from which a function is reached, callers first. */
  private closedAbove(start: ProgramFunction): ProgramFunction[] {
    const out: ProgramFunction[] = [];
    const seen = new Set<CFunction>([start.fn]);
    const stack = [{ f: start, callers: this.program.callersOf(start), next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const caller = top.callers[top.next++];
      if (caller === undefined) {
        out.push(top.f);
        stack.pop();
      } else if (!seen.has(caller.fn) && !this.settled.has(caller.fn) && this.isClosed(caller)) {
        seen.add(caller.fn);
        stack.push({ f: caller, callers: this.program.callersOf(caller), next: 0 });
      }
    }
    return out;
  }

  /** What all calls of a function hand over; null when no call says anything yet. */
  private meet(f: ProgramFunction, entryOf: (f: ProgramFunction) => Locks | null): Locks | null {
    const to = this.program.facts(f);
    let common: Map<string, Held> | null = null;
    for (const { f: caller, event } of this.callersOf(f)) {
      const entry = entryOf(caller);
      if (entry === null) continue;
      const locks = handOver(withEntry(event, [...entry.values()]), event.args, to);
      common = common === null ? new Map(locks) : intersect(common, locks);
      if (common.size === 0) return common;
    }
    return common;
  }
}

/** The locks of an event and those of entry that are still held there. */
function withEntry(event: Event, entry: readonly Held[]): readonly Held[] {
  const kept = entry.filter((h) => !event.given.has(h.lock.key));
  return kept.length === 0 ? event.held : joinHeld(kept, event.held);
}

/** The locks of both; one that is held shared on one side is held shared. */
function intersect(own: Map<string, Held>, other: Locks): Map<string, Held> {
  const out = new Map<string, Held>();
  for (const [key, held] of own) {
    const theirs = other.get(key);
    if (theirs !== undefined) out.set(key, theirs.mode === "shared" ? theirs : held);
  }
  return out;
}

function sameLocks(a: Locks | null, b: Locks | null): boolean {
  if (a === null || b === null) return a === b;
  return a.size === b.size && [...a].every(([key, held]) => b.get(key)?.mode === held.mode);
}

const ordered = (locks: Locks): Held[] => [...locks].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, held]) => held);
