/** What the rules found for each unit, and what each answer rests on: notes, by number. */
import type { Note } from "../analysis/trace.js";
import type { Outcome } from "./outcome.js";
import type { UnitKey } from "./units.js";

/** What was found for a unit. */
export interface UnitAnswer {
  readonly outcomes: readonly Outcome[];
  /** Numbers of notes in the table. */
  readonly notes: Uint32Array;
}

/** An answer of this run: what it rests on gets its numbers when somebody asks, which is when it is kept or taken over. */
export class FoundAnswer implements UnitAnswer {
  private numbers: Uint32Array | null = null;

  constructor(
    readonly outcomes: readonly Outcome[],
    private readonly found: () => Uint32Array,
  ) {}

  get notes(): Uint32Array {
    this.numbers ??= this.found();
    return this.numbers;
  }
}

/** Answers of one rule. A function without one has nothing, and nothing but its own facts says so. */
export type RuleAnswers = Map<UnitKey, UnitAnswer>;

/** Notes by number, for all evaluations that take over from each other. */
export class NoteTable {
  private numbers: Map<Note, number> | null = null;

  constructor(readonly notes: Note[] = []) {}

  numberOf(note: Note): number {
    this.numbers ??= new Map(this.notes.map((n, i) => [n, i]));
    const known = this.numbers.get(note);
    if (known !== undefined) return known;
    this.numbers.set(note, this.notes.length);
    return this.notes.push(note) - 1;
  }
}
