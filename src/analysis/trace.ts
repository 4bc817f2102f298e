/**
 * What an answer rests on. Whoever works something out of a program does it inside a frame; the doors of the program note there
 * what is asked of them. An answer that is kept for later brings its notes along, so that whatever rests on it rests on them.
 */
import type { CFunction } from "../source/ast.js";

/** A function whose facts or place were looked at, or in words what else was asked for. */
export type Note = CFunction | string;

/** Noted where all functions were gone through: whatever changes, such an answer is looked for again. */
export const EVERYTHING = "*";

/** Noted where it matters which functions there are, by name. */
export const NAMES = "names";

export class Trace {
  private frame: Set<Note> | null = null;

  note(note: Note): void {
    this.frame?.add(note);
  }

  notes(notes: Iterable<Note>): void {
    if (this.frame !== null) for (const note of notes) this.frame.add(note);
  }

  /** Does a piece of work with its notes going to a frame of its own. */
  within<T>(frame: Set<Note> | null, work: () => T): T {
    const outer = this.frame;
    this.frame = frame;
    try {
      return work();
    } finally {
      this.frame = outer;
    }
  }
}

/** Answers that are found once, each with what it rests on. */
export class Answers<K, V> {
  private readonly known = new Map<K, { value: V; notes: ReadonlySet<Note> }>();

  constructor(private readonly trace: Trace) {}

  of(key: K, find: () => V): V {
    let own = this.known.get(key);
    if (own === undefined) {
      const notes = new Set<Note>();
      own = { value: this.trace.within(notes, find), notes };
      this.known.set(key, own);
    }
    this.trace.notes(own.notes);
    return own.value;
  }
}

/** A question that is being answered. */
interface Open {
  question: string;
  /** Place of the outermost open question that the answer rests on. */
  rests: number;
}

/**
 * Answers to questions that may come up again while they are answered, as functions call each other in rings. There such a one is
 * answered in advance, and what rests on that is not kept but for the question that came first: no answer hangs on what was asked
 * before.
 */
export class RingAnswers<V> {
  private readonly known = new Map<string, { value: V; notes: ReadonlySet<Note> }>();
  private readonly open: Open[] = [];

  constructor(private readonly trace: Trace) {}

  /** `how` is how the question is asked, such as how far it goes: part of the answer's key, and not of what comes up again. */
  of(question: string, how: string, inAdvance: V, find: () => V): V {
    const key = `${question}\0${how}`;
    let own = this.known.get(key);
    if (own === undefined) {
      const again = this.open.findIndex((o) => o.question === question);
      if (again !== -1) {
        for (const o of this.open.slice(again + 1)) o.rests = Math.min(o.rests, again);
        return inAdvance;
      }
      const notes = new Set<Note>();
      const asked = { question, rests: this.open.length };
      const place = this.open.push(asked) - 1;
      own = { value: this.trace.within(notes, find), notes };
      this.open.pop();
      if (asked.rests >= place) this.known.set(key, own);
    }
    this.trace.notes(own.notes);
    return own.value;
  }
}
