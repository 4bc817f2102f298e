/**
 * What the rules say of a program as it is kept between runs: numbers in typed arrays and words in one string, so that what a
 * patch does not reach is not even unpacked.
 */
import { levelsOf, rememberLevels } from "../analysis/handlers.js";
import type { Program } from "../analysis/program.js";
import type { PackedIndex } from "../analysis/word-lists.js";
import { NoteTable, type RuleAnswers } from "../rules/answers.js";
import { Evaluation } from "../rules/evaluation.js";
import type { Outcome } from "../rules/outcome.js";
import type { Rule } from "../rules/rule-schema.js";
import type { UnitKey } from "../rules/units.js";
import type { CFunction } from "../source/ast.js";

type PackedOutcome = Omit<Outcome, "rule">;

interface PackedAnswers {
  rule: string;
  /** Places of functions in the program; behind them the number of each string among the words, plus the number of functions. */
  keys: Uint32Array;
  notes: Uint32Array;
  /** Where the notes of each unit end. */
  ends: Uint32Array;
  /** By the place of the unit. */
  outcomes: [unit: number, outcomes: PackedOutcome[]][];
}

export interface PackedEvaluation {
  /** Names that may handle objects, by level: each level's beside those before. */
  handlers: string[];
  index: PackedIndex;
  words: string;
  answers: PackedAnswers[];
}

const BETWEEN = "\0";
const split = (words: string): string[] => (words === "" ? [] : words.split(BETWEEN));

/** Numbers for functions and words. */
class Numbers {
  readonly words: string[] = [];
  private readonly known = new Map<UnitKey, number>();

  constructor(private readonly functions: readonly CFunction[]) {
    functions.forEach((fn, i) => {
      this.known.set(fn, i);
    });
  }

  of(key: UnitKey): number {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    if (typeof key !== "string") throw new Error(`a function that is not of the program: ${key.name}`);
    const number = this.functions.length + this.words.push(key) - 1;
    this.known.set(key, number);
    return number;
  }
}

export function packEvaluation(evaluation: Evaluation): PackedEvaluation {
  const numbers = new Numbers(evaluation.program.definitions.all.map((f) => f.fn));
  const { notes: table } = evaluation.table;
  const answers = [...evaluation.answers].map(([rule, own]): PackedAnswers => {
    const [keys, notes, ends]: number[][] = [[], [], []];
    const outcomes: PackedAnswers["outcomes"] = [];
    for (const [key, answer] of own) {
      if (answer.outcomes.length > 0)
        outcomes.push([keys?.length ?? 0, answer.outcomes.map(({ rule: _rule, ...rest }) => rest)]);
      keys?.push(numbers.of(key));
      for (const note of answer.notes) notes?.push(numbers.of(table[note] as UnitKey));
      ends?.push(notes?.length ?? 0);
    }
    const array = (list: number[] | undefined): Uint32Array => Uint32Array.from(list ?? []);
    return { rule, keys: array(keys), notes: array(notes), ends: array(ends), outcomes };
  });
  const levels = levelsOf(evaluation.program);
  const handlers = levels.map((level, i) => [...level].filter((n) => i === 0 || !levels[i - 1]?.has(n)).join(BETWEEN));
  return { index: evaluation.index.pack(), words: numbers.words.join(BETWEEN), answers, handlers };
}

/** The evaluation of a program from its packed form; rules are told by their ids. */
export function unpackEvaluation(kept: PackedEvaluation, program: Program, rules: readonly Rule[]): Evaluation {
  const words = split(kept.words);
  const levels = kept.handlers.map((_, i) => new Set(kept.handlers.slice(0, i + 1).flatMap(split)));
  rememberLevels(program, levels);
  const table: UnitKey[] = program.definitions.all.map((f) => f.fn);
  for (const word of words) table.push(word);
  const answers = new Map<string, RuleAnswers>();
  for (const own of kept.answers) {
    const rule = rules.find((r) => r.id === own.rule);
    if (rule !== undefined) answers.set(own.rule, unpackAnswers(own, rule, table));
  }
  return new Evaluation(program, rules, null, { index: kept.index, table: new NoteTable(table), answers });
}

function unpackAnswers(
  { keys, notes, ends, outcomes }: PackedAnswers,
  rule: Rule,
  table: readonly UnitKey[],
): RuleAnswers {
  const found = new Map(outcomes);
  const out: RuleAnswers = new Map();
  keys.forEach((key, i) => {
    out.set(table[key] as UnitKey, {
      outcomes: (found.get(i) ?? []).map((o) => ({ ...o, rule })),
      notes: notes.subarray(i === 0 ? 0 : ends[i - 1], ends[i]),
    });
  });
  return out;
}
