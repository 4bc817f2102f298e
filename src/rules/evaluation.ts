/**
 * What the rules say of one program, unit by unit (units.ts), with what each answer rests on. An evaluation of a program that a
 * patch made of another takes over from that one's what the patch does not reach; it says to the byte what it would find itself.
 */
import { FactIndex } from "../analysis/fact-index.js";
import { GuardEvidence } from "../analysis/guard-evidence.js";
import type { Program } from "../analysis/program.js";
import type { Note } from "../analysis/trace.js";
import type { PackedIndex } from "../analysis/word-lists.js";
import type { CFunction } from "../source/ast.js";
import { FoundAnswer, NoteTable, type RuleAnswers, type UnitAnswer } from "./answers.js";
import { checkThenAct } from "./check-then-act.js";
import { RuleContext } from "./context.js";
import { flagProtocol } from "./flag-protocol.js";
import { guardedAccess, mergeAccesses } from "./guarded-access.js";
import { inconsistentGuard } from "./inconsistent-guard.js";
import { wordsFor } from "./index-words.js";
import { lockBalance } from "./lock-balance.js";
import { lockOrder } from "./lock-order.js";
import { missingRequiredLock } from "./missing-required-lock.js";
import type { Outcome } from "./outcome.js";
import { type PatchReach, reachOf } from "./patch-reach.js";
import type { ObjectRule, Rule } from "./rule-schema.js";
import { staleAfterUnlock } from "./stale-after-unlock.js";
import { mergeByKey, mergeFirst, type Unit } from "./units.js";

const NOTHING: UnitAnswer = { outcomes: [], notes: new Uint32Array() };

/** What an earlier run found out about the same program. */
export interface KnownAnswers {
  index: PackedIndex;
  table: NoteTable;
  answers: Map<string, RuleAnswers>;
}

export class Evaluation {
  readonly index: FactIndex;
  readonly table: NoteTable;
  readonly answers: Map<string, RuleAnswers>;
  private evidence: GuardEvidence | null = null;
  private readonly contexts = new Map<string, RuleContext>();
  private readonly functions: ReadonlySet<CFunction>;
  private reach: PatchReach | null | undefined;
  private readonly reached: boolean[] = [];
  /** Units that were worked out, for who wants to know. */
  found = 0;

  /** `rules` are all that may ever be asked about; `before` is the evaluation of the program that this one borrows from. */
  constructor(
    readonly program: Program,
    readonly rules: readonly Rule[],
    private readonly before: Evaluation | null = null,
    known: KnownAnswers | null = null,
  ) {
    this.index = new FactIndex(program, wordsFor(program, rules), before?.index ?? null, known?.index ?? null);
    this.table = before?.table ?? known?.table ?? new NoteTable();
    this.answers = known?.answers ?? new Map();
    this.functions = new Set(program.definitions.all.map((f) => f.fn));
  }

  /** What a rule says of the program, and the predicates that it found; `learnt` are those of the other side of a patch. */
  ask(rule: Rule, learnt: ReadonlySet<string> = new Set()): { outcomes: Outcome[]; predicates: ReadonlySet<string> } {
    if (!("object" in rule)) return { outcomes: this.outcomesOf(rule), predicates: new Set() };
    const { predicates } = this.contextOf(rule);
    if ([...learnt].every((p) => predicates.has(p))) return { outcomes: this.outcomesOf(rule), predicates };
    const units = objectUnits(new RuleContext(this.program, rule, this.index, learnt), rule);
    return { outcomes: mergerOf(rule)(units.flatMap((unit) => unit.find())), predicates };
  }

  /** What the code itself says of locks and fields; found once. */
  guardEvidence(): GuardEvidence {
    this.evidence ??= new GuardEvidence(this.program, this.index);
    return this.evidence;
  }

  /** What a rule about objects works with. */
  contextOf(rule: ObjectRule): RuleContext {
    const known = this.contexts.get(rule.id) ?? new RuleContext(this.program, rule, this.index);
    this.contexts.set(rule.id, known);
    return known;
  }

  private outcomesOf(rule: Rule): Outcome[] {
    return mergerOf(rule)([...this.answersOf(rule).values()].flatMap((answer) => answer.outcomes));
  }

  /** The answers of a rule, all of them, in the order of its units. */
  private answersOf(rule: Rule): RuleAnswers {
    const known = this.answers.get(rule.id);
    if (known !== undefined) return known;
    const before = this.before?.answersOf(rule) ?? null;
    const own: RuleAnswers = new Map();
    for (const unit of this.unitsOf(rule)) {
      const answer = this.takenOver(before, unit) ?? this.find(unit);
      if (answer !== NOTHING) own.set(unit.key, answer);
    }
    this.answers.set(rule.id, own);
    return own;
  }

  /** The answer of the program before the patch, where that still holds. */
  private takenOver(before: RuleAnswers | null, { key }: Unit): UnitAnswer | null {
    const reach = this.patch();
    if (before === null || reach === null) return null;
    if (typeof key !== "string" && reach.notes.has(key)) return null;
    const answer = before.get(key);
    if (answer === undefined) return typeof key === "string" ? null : NOTHING;
    const { notes } = answer;
    // No iterator: this is gone through for every function of the program.
    for (let i = 0; i < notes.length; i++) if (this.isReached(notes[i] as number, reach)) return null;
    if (answer.outcomes.length === 0) return answer;
    const outcomes = answer.outcomes.flatMap((o) => reach.lines.move(o) ?? []);
    return outcomes.length === answer.outcomes.length ? { notes, outcomes } : null;
  }

  private patch(): PatchReach | null {
    if (this.reach === undefined)
      this.reach = this.before === null ? null : reachOf(this.before.program, this.program, this.index);
    return this.reach;
  }

  private isReached(number: number, reach: PatchReach): boolean {
    const known = this.reached[number];
    if (known !== undefined) return known;
    const note = this.table.notes[number] as Note;
    const isMacro = typeof note === "string" && note.startsWith("M ");
    const is = reach.notes.has(note) || (isMacro && reach.macros.has(note.slice(2)));
    this.reached[number] = is;
    return is;
  }

  private find(unit: Unit): UnitAnswer {
    this.found++;
    const notes = new Set<Note>();
    const outcomes = this.program.trace.within(notes, unit.find);
    if (outcomes.length === 0 && notes.size === 1 && notes.has(unit.key)) return NOTHING;
    const numbers = (): Uint32Array => Uint32Array.from(notes, (note) => this.table.numberOf(this.lasting(note)));
    // Those of a whole tree are many and are kept in any case; those of a patch are few, and seldom asked for.
    return this.before === null ? { outcomes, notes: numbers() } : new FoundAnswer(outcomes, numbers);
  }

  /** A macro that was read as a function is told by its name: it is read anew in every run. */
  private lasting(note: Note): Note {
    return typeof note === "string" || this.functions.has(note) ? note : `M ${note.name}`;
  }

  private unitsOf(rule: Rule): Unit[] {
    const { program, index } = this;
    if ("object" in rule) return objectUnits(this.contextOf(rule), rule);
    switch (rule.kind) {
      case "lock-balance":
        return lockBalance(program, rule);
      case "lock-order":
        return lockOrder(program, rule);
      case "missing-required-lock":
        return missingRequiredLock(program, index, rule);
      case "inconsistent-guard":
      case "stale-after-unlock":
        return rule.kind === "inconsistent-guard"
          ? inconsistentGuard(this.guardEvidence(), rule)
          : staleAfterUnlock(this.guardEvidence(), rule);
    }
  }
}

function objectUnits(ctx: RuleContext, rule: ObjectRule): Unit[] {
  switch (rule.kind) {
    case "guarded-access":
      return guardedAccess(ctx, rule);
    case "check-then-act":
      return checkThenAct(ctx, rule);
    case "flag-protocol":
      return flagProtocol(ctx, rule);
  }
}

/** How the outcomes of a rule's units become those of the rule. */
function mergerOf(rule: Rule): (outcomes: readonly Outcome[]) => Outcome[] {
  switch (rule.kind) {
    case "guarded-access":
      return mergeAccesses;
    case "missing-required-lock":
    case "inconsistent-guard":
      return mergeByKey;
    case "stale-after-unlock":
      return mergeFirst;
    default:
      return (outcomes) => [...outcomes];
  }
}
