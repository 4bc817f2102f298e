/**
 * The functions in view, who calls whom, and the facts of each; what is asked is noted (trace.ts), so that it is known what an answer
 * rests on.
 */
import type { CFile, CFunction, TableEntry } from "../source/ast.js";
import { Callers } from "./callers.js";
import { FUNCTION_COST, shareCost } from "./cost.js";
import { Definitions, type ProgramFunction } from "./definitions.js";
import { analyseFunction, type FunctionFacts } from "./function-facts.js";
import type { AnalysisModels } from "./models.js";
import { Rings } from "./rings.js";
import { findStale, type Stale, shares } from "./stale.js";
import { Structs } from "./structs.js";
import { summarise } from "./summarise.js";
import type { Summary } from "./summary.js";
import { typeText } from "./summary-text.js";
import { EVERYTHING, Trace } from "./trace.js";
import { usesOf } from "./uses.js";

const NO_SUMMARIES: ReadonlyMap<CFunction, Summary | null> = new Map();

/** Callees within callees that are looked at in the middle of their callers: the machine's stack takes some hundreds. */
const MAX_NESTING = 60;

export class Program {
  readonly structs: Structs;
  /** What names mean, for whoever sees to it by himself that it is known what was asked for. */
  readonly definitions: Definitions;
  private readonly factsOf = new Map<CFunction, FunctionFacts>();
  private readonly summaries = new Map<CFunction, Summary>();
  /** What functions may cost, where it is less than any function may. */
  private costs: ReadonlyMap<CFunction, number> = new Map();
  private loan: { lender: Program; stale: Stale } | null = null;
  /** For functions that reach something that differs: whether what they call says the same all the same. */
  private readonly unmoved = new Map<CFunction, boolean>();
  readonly callers = new Callers(this);
  private readonly rings = new Rings<ProgramFunction>((f) => this.calleesOf(f));
  /** Of functions that reach something that differs: whoever is in a ring with one of them reaches it too. */
  private readonly staleRings = new Rings<ProgramFunction>((f) => this.calleesOf(f, this.loan?.stale.names));
  /** Number of functions that this program has analysed itself, neither kept nor borrowed. */
  analysed = 0;
  /** What is asked of this program is noted here. */
  readonly trace = new Trace();
  readonly tables: readonly (TableEntry & { file: CFile })[];

  constructor(
    readonly files: readonly CFile[],
    readonly models: AnalysisModels,
    /** Facts that an earlier run found in the very same files. */
    private readonly kept: (f: ProgramFunction) => FunctionFacts | null = () => null,
  ) {
    this.definitions = new Definitions(files);
    this.structs = new Structs(files.flatMap((file) => file.structs));
    this.tables = files.flatMap((file) => file.tables.map((t) => ({ ...t, file })));
  }

  /** The functions of all files, in order of files and places. */
  get functions(): readonly ProgramFunction[] {
    this.trace.note(EVERYTHING);
    return this.definitions.all;
  }

  /** The functions of a name, whoever can call them. */
  named(name: string): readonly ProgramFunction[] {
    this.trace.note(`R ${name}`);
    const found = this.definitions.named(name);
    this.trace.notes(found.map((f) => f.fn));
    return found;
  }

  /**
   * Asks another program for what it knows of functions that both hold (the same objects), unless what they rest on is not
   * the same in both. The facts are those that this program would find itself.
   */
  borrow(lender: Program): void {
    this.loan = { lender, stale: findStale(lender, this) };
  }

  /** Bounds what looking at the functions that a patch brings may cost together. */
  bound(brought: readonly CFunction[]): void {
    this.costs = shareCost(brought);
  }

  private maxCost(fn: CFunction): number {
    return this.costs.get(fn) ?? this.loan?.lender.maxCost(fn) ?? FUNCTION_COST;
  }

  /** The program that this one borrows from, or null. */
  get lender(): Program | null {
    return this.loan?.lender ?? null;
  }

  /** What differs from the program that this one borrows from; null when it borrows from none. */
  get stale(): Stale | null {
    return this.loan?.stale ?? null;
  }

  /** The same function, with the same facts, in the program that this one borrows from; null when there is none. */
  sameBefore(f: ProgramFunction): ProgramFunction | null {
    return this.trace.within(null, () => this.lenderOf(f)?.f ?? null);
  }

  /** Whether this very function, and not one that is like it, is in view. */
  holds(fn: CFunction): boolean {
    return this.definitions.holder(fn) !== undefined;
  }

  /** The program that knows a function already, and the function there; null when this one has to look by itself. */
  private lenderOf(f: ProgramFunction): { lender: Program; f: ProgramFunction } | null {
    if (this.loan === null) return null;
    const { lender, stale } = this.loan;
    const there = lender.definitions.holder(f.fn) ?? lender.definitions.macro(f.fn.name);
    if (there?.fn !== f.fn) return null;
    if (!stale.names.has(f.fn.name)) return { lender, f: there };
    let same = this.unmoved.get(f.fn);
    if (same === undefined) {
      this.unmoved.set(f.fn, false);
      same = this.restsOnTheSame(f, there, lender, stale);
      this.unmoved.set(f.fn, same);
    }
    return same ? { lender, f: there } : null;
  }

  /** Whether all that a function uses means the same in both programs: what changed further down does not come up to it. */
  private restsOnTheSame(
    f: ProgramFunction,
    there: ProgramFunction,
    lender: Program,
    { names, fields }: Stale,
  ): boolean {
    const { calls, fields: own } = usesOf(f.fn);
    if (shares(own, fields) || this.staleRings.of(f).length > 0) return false;
    for (const name of calls) {
      if (!names.has(name)) continue;
      const [a, b] = [this.resolve(name, f.file), lender.resolve(name, there.file)];
      if (a === null && b === null && this.definitions.macroText(name) === lender.definitions.macroText(name)) continue;
      if (a === null || b === null || a.fn.whole !== b.fn.whole) return false;
      if (typeText(a.fn.returns) !== typeText(b.fn.returns)) return false;
      if (a.fn === b.fn && this.lenderOf(a) !== null) continue;
      if (a.fn.whole && !this.summary(a).sameAs(lender.summary(b))) return false;
    }
    return true;
  }

  /** The definition that a call of `name` in `from` reaches, or null when none is in view. */
  resolve(name: string, from: CFile): ProgramFunction | null {
    const found = this.definitions.resolve(name, from);
    this.trace.note(found === null ? `R ${name}` : found.fn);
    return found;
  }

  /** How many functions wait for facts of their callees. */
  private nesting = 0;

  /** The facts of a function; computed once, callees first. */
  facts(f: ProgramFunction): FunctionFacts {
    this.trace.note(f.fn);
    return this.factsOf.get(f.fn) ?? this.trace.within(null, () => this.nestedFacts(f));
  }

  /** A function asks for what its callees do while it is looked at itself. A chain that is too long for that is gone up from its end. */
  private nestedFacts(f: ProgramFunction): FunctionFacts {
    this.nesting++;
    try {
      if (this.nesting > MAX_NESTING) this.settleCallees(f);
      return this.findFacts(f);
    } finally {
      this.nesting--;
    }
  }

  /** Finds the facts of all functions below one, those that call no others first. */
  private settleCallees(f: ProgramFunction): void {
    const stack = [f];
    const entered = new Set<CFunction>();
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (entered.has(top.fn) || this.factsOf.has(top.fn)) {
        stack.pop();
        if (top !== f && !this.factsOf.has(top.fn)) this.findFacts(top);
        continue;
      }
      entered.add(top.fn);
      stack.push(...this.calleesOf(top).filter(({ fn }) => !entered.has(fn) && !this.factsOf.has(fn)));
    }
  }

  private findFacts(f: ProgramFunction): FunctionFacts {
    const kept = this.kept(f);
    if (kept !== null) {
      this.factsOf.set(f.fn, kept);
      return kept;
    }
    const loan = this.lenderOf(f);
    if (loan !== null) {
      const facts = loan.lender.facts(loan.f);
      this.factsOf.set(f.fn, facts);
      return facts;
    }
    const ring = this.loan?.stale.names.has(f.fn.name) === true ? this.staleRings.of(f) : this.rings.of(f);
    if (ring.length > 0) this.analyseRing(ring);
    else this.factsOf.set(f.fn, this.analyse(f, NO_SUMMARIES));
    this.analysed += Math.max(1, ring.length);
    return this.factsOf.get(f.fn) as FunctionFacts;
  }

  /** The facts found so far. */
  get found(): ReadonlyMap<CFunction, FunctionFacts> {
    return this.factsOf;
  }

  /** True for a function whose summary was asked for and had more effects than one can hold. */
  isCut(fn: CFunction): boolean {
    return this.summaries.get(fn)?.cut === true;
  }

  /** Functions that call each other: first each by itself, then each with what the others do by themselves. */
  private analyseRing(ring: readonly ProgramFunction[]): void {
    const unknown = new Map(ring.map(({ fn }) => [fn, null]));
    const alone = new Map(ring.map((f) => [f.fn, summarise(this.analyse(f, unknown), this.models)]));
    for (const f of ring) this.factsOf.set(f.fn, this.analyse(f, alone));
  }

  private analyse(f: ProgramFunction, ring: ReadonlyMap<CFunction, Summary | null>): FunctionFacts {
    const context = {
      models: this.models,
      summaryOf: (name: string) => this.summaryOf(name, f.file, ring),
      fieldType: (struct: string, field: string) => this.structs.fieldType(struct, field),
      returnType: (name: string) => this.resolve(name, f.file)?.fn.returns ?? null,
    };
    return analyseFunction(f.file, f.fn, context, this.maxCost(f.fn));
  }

  /** Summary of a callee; null when its body is not in view or only partly shown. */
  private summaryOf(name: string, from: CFile, ring: ReadonlyMap<CFunction, Summary | null>): Summary | null {
    const callee = this.resolve(name, from);
    if (callee === null || !callee.fn.whole) return null;
    const known = ring.get(callee.fn);
    return known === undefined ? this.summary(callee) : known;
  }

  /** What callers must know of a function. */
  summary(f: ProgramFunction): Summary {
    const known = this.summaries.get(f.fn);
    if (known !== undefined) return known;
    const loan = this.lenderOf(f);
    const summary = loan === null ? summarise(this.facts(f), this.models) : loan.lender.summary(loan.f);
    this.summaries.set(f.fn, summary);
    return summary;
  }

  /** `names`, when given, are all that matter. */
  private calleesOf(f: ProgramFunction, names?: ReadonlySet<string>): ProgramFunction[] {
    const calls = [...usesOf(f.fn).calls].filter((name) => names === undefined || names.has(name));
    return calls.flatMap((name) => this.resolve(name, f.file) ?? []).filter((c) => c.fn.whole);
  }

  /** Functions in view that call this one by name. */
  callersOf(f: ProgramFunction): ProgramFunction[] {
    this.trace.note(`C ${f.fn.name}`);
    const callers = this.callers.named(f.fn.name).filter((c) => this.definitions.resolve(f.fn.name, c.file) === f);
    this.trace.notes(callers.map((c) => c.fn));
    return callers;
  }

  /** The same, for whoever asks only which they are, and looks at none of them by that. */
  namesOfCallers(f: ProgramFunction): readonly ProgramFunction[] {
    this.trace.note(`C ${f.fn.name}`);
    return this.trace.within(null, () => this.callersOf(f));
  }
}
