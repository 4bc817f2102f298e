/**
 * The functions in view and who calls whom. A name is resolved as a linker and the kernel's layout would: the same file's
 * static, then the same directory, then the same architecture, then any other; a strong definition beats a __weak one.
 */
import type { CFile, CFunction, CStruct, MacroFunction, StructField, TableEntry, TypeRef } from "../source/ast.js";
import { Callers } from "./callers.js";
import { analyseFunction, type FunctionFacts } from "./function-facts.js";
import type { AnalysisModels } from "./models.js";
import { Rings } from "./rings.js";
import { findStale, type Stale, shares } from "./stale.js";
import { summarise } from "./summarise.js";
import type { Summary } from "./summary.js";
import { typeText } from "./summary-text.js";
import { EVERYTHING, Trace } from "./trace.js";
import { usesOf } from "./uses.js";

export interface ProgramFunction {
  file: CFile;
  fn: CFunction;
}

const NO_SUMMARIES: ReadonlyMap<CFunction, Summary | null> = new Map();

/** "riscv" for a path below arch/riscv; "" for common code. */
export const archOf = (path: string): string => /^arch\/([^/]+)\//.exec(path)?.[1] ?? "";
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/** Callees within callees that are looked at in the middle of their callers: the machine's stack takes some hundreds. */
const MAX_NESTING = 60;

export class Program {
  private readonly byName = new Map<string, ProgramFunction[]>();
  private readonly structs = new Map<string, CStruct>();
  private readonly macros = new Map<string, { file: CFile; macro: MacroFunction; found?: ProgramFunction | null }>();
  private readonly factsOf = new Map<CFunction, FunctionFacts>();
  private readonly summaries = new Map<CFunction, Summary>();
  private loan: { lender: Program; stale: Stale } | null = null;
  /** For functions that reach something that differs: whether what they call says the same all the same. */
  private readonly unmoved = new Map<CFunction, boolean>();
  private own: ReadonlyMap<CFunction, ProgramFunction> | null = null;
  readonly callers = new Callers(this);
  private readonly rings = new Rings<ProgramFunction>((f) => this.calleesOf(f));
  /** Of functions that reach something that differs: whoever is in a ring with one of them reaches it too. */
  private readonly staleRings = new Rings<ProgramFunction>((f) => this.calleesOf(f, this.loan?.stale.names));
  private readonly resolved = new Map<string, Map<string, ProgramFunction | null>>();
  private guarded: boolean | null = null;
  /** Number of functions that this program has analysed itself, neither kept nor borrowed. */
  analysed = 0;
  /** What is asked of this program is noted here. */
  readonly trace = new Trace();
  /** All functions, for whoever sees to it by himself that it is known what was asked for. */
  readonly all: readonly ProgramFunction[];
  private places: Map<ProgramFunction, number> | null = null;
  readonly tables: readonly (TableEntry & { file: CFile })[];

  constructor(
    readonly files: readonly CFile[],
    readonly models: AnalysisModels,
    /** Facts that an earlier run found in the very same files. */
    private readonly kept: (f: ProgramFunction) => FunctionFacts | null = () => null,
  ) {
    this.all = files.flatMap((file) =>
      file.functions.map((fn) => ({ file: (file.mixed ? file.units?.get(fn)?.file : undefined) ?? file, fn })),
    );
    this.tables = files.flatMap((file) => file.tables.map((t) => ({ ...t, file })));
    for (const f of this.all) {
      const list = this.byName.get(f.fn.name);
      if (list === undefined) this.byName.set(f.fn.name, [f]);
      else list.push(f);
    }
    for (const file of files) {
      for (const struct of file.structs) this.addStruct(struct);
      for (const macro of file.macros) if (!this.macros.has(macro.name)) this.macros.set(macro.name, { file, macro });
    }
  }

  /** The functions of all files, in order of files and places. */
  get functions(): readonly ProgramFunction[] {
    this.trace.note(EVERYTHING);
    return this.all;
  }

  /** The functions of a name, whoever can call them. */
  named(name: string): readonly ProgramFunction[] {
    this.trace.note(`R ${name}`);
    const found = this.byName.get(name) ?? [];
    this.trace.notes(found.map((f) => f.fn));
    return found;
  }

  /** Functions in the program's order. */
  inOrder(functions: readonly ProgramFunction[]): ProgramFunction[] {
    this.places ??= new Map(this.all.map((f, i) => [f, i]));
    const place = (f: ProgramFunction): number => this.places?.get(f) ?? 0;
    return [...functions].sort((a, b) => place(a) - place(b));
  }

  /**
   * Asks another program for what it knows of functions that both hold (the same objects), unless what they rest on is not
   * the same in both. The facts are those that this program would find itself.
   */
  borrow(lender: Program): void {
    this.loan = { lender, stale: findStale(lender, this) };
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
    return this.holder(fn) !== undefined;
  }

  private holder(fn: CFunction): ProgramFunction | undefined {
    this.own ??= new Map(this.all.map((g) => [g.fn, g]));
    return this.own.get(fn);
  }

  /** The program that knows a function already, and the function there; null when this one has to look by itself. */
  private lenderOf(f: ProgramFunction): { lender: Program; f: ProgramFunction } | null {
    if (this.loan === null) return null;
    const { lender, stale } = this.loan;
    const there = lender.holder(f.fn) ?? lender.macro(f.fn.name);
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
      if (a === null && b === null && this.macroText(name) === lender.macroText(name)) continue;
      if (a === null || b === null || a.fn.whole !== b.fn.whole) return false;
      if (typeText(a.fn.returns) !== typeText(b.fn.returns)) return false;
      if (a.fn === b.fn && this.lenderOf(a) !== null) continue;
      if (a.fn.whole && !this.summary(a).sameAs(lender.summary(b))) return false;
    }
    return true;
  }

  private addStruct(struct: CStruct): void {
    const own = this.structs.get(struct.name);
    if (own === undefined) this.structs.set(struct.name, struct);
    else {
      const whole = own.whole || struct.whole;
      this.structs.set(struct.name, { ...own, whole, fields: [...own.fields, ...struct.fields] });
    }
  }

  /** The definition that a call of `name` in `from` reaches, or null when none is in view. */
  resolve(name: string, from: CFile): ProgramFunction | null {
    const found = this.lookUp(name, from);
    this.trace.note(found === null ? `R ${name}` : found.fn);
    return found;
  }

  private lookUp(name: string, from: CFile): ProgramFunction | null {
    const own = this.resolved.get(from.path) ?? new Map<string, ProgramFunction | null>();
    this.resolved.set(from.path, own);
    const known = own.get(name);
    if (known !== undefined) return known;
    const found = this.find(name, from);
    own.set(name, found);
    return found;
  }

  private find(name: string, from: CFile): ProgramFunction | null {
    let best: ProgramFunction | null = null;
    let bestRank = Number.POSITIVE_INFINITY;
    for (const candidate of this.byName.get(name) ?? []) {
      const rank = this.rank(candidate, from);
      if (rank < bestRank) {
        best = candidate;
        bestRank = rank;
      }
    }
    return best ?? this.macro(name);
  }

  /** Structs in view, by name. */
  get structTypes(): ReadonlyMap<string, CStruct> {
    return this.structs;
  }

  /** Parameters and body of the function-like macro of a name; undefined when there is none in view. */
  macroText(name: string): string | undefined {
    return this.macros.get(name)?.macro.text;
  }

  /** What a macro was read as; undefined when nobody has asked for it. */
  readMacro(macro: MacroFunction): CFunction | null | undefined {
    const own = this.macros.get(macro.name);
    return own?.macro === macro ? (own.found === undefined ? undefined : (own.found?.fn ?? null)) : undefined;
  }

  /** A function-like macro as the function that it amounts to; null when there is none, or none that can be read. */
  private macro(name: string): ProgramFunction | null {
    const own = this.macros.get(name);
    if (own === undefined) return null;
    if (own.found === undefined) {
      const fn = own.macro.read();
      own.found = fn === null ? null : { file: own.file, fn };
    }
    return own.found;
  }

  private rank(candidate: ProgramFunction, from: CFile): number {
    const { file, fn } = candidate;
    const weak = fn.isWeak ? 8 : 0;
    if (file.path === from.path) return weak;
    if (fn.isStatic && file.path.endsWith(".c")) return Number.POSITIVE_INFINITY;
    const arch = archOf(file.path);
    if (arch !== "" && archOf(from.path) !== "" && arch !== archOf(from.path)) return Number.POSITIVE_INFINITY;
    if (folderOf(file.path) === folderOf(from.path)) return weak + 1;
    return weak + (arch === archOf(from.path) ? 2 : 3);
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
    return analyseFunction(f.file, f.fn, {
      models: this.models,
      summaryOf: (name) => this.summaryOf(name, f.file, ring),
      fieldType: (struct, field) => this.fieldType(struct, field),
      returnType: (name) => this.resolve(name, f.file)?.fn.returns ?? null,
    });
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

  fieldType(struct: string, field: string): TypeRef | null {
    return this.structs.get(struct)?.fields.find((f) => f.name === field)?.type ?? null;
  }

  /** True when a struct was seen whole and has no such path of fields ("arch.mp_state_lock"): what names it cannot be meant. */
  lacksField(struct: string, path: string): boolean {
    let at = struct;
    for (const name of path.split(".")) {
      const own = this.structs.get(at);
      if (own === undefined) return false;
      const field = own.fields.find((f) => f.name === name);
      if (field === undefined) return own.whole;
      at = field.type.name;
    }
    return false;
  }

  /** Whether any struct in view has a field that names its lock. */
  get hasGuardedFields(): boolean {
    this.guarded ??= [...this.structs.values()].some((s) => s.fields.some((f) => f.guardedBy !== null));
    return this.guarded;
  }

  hasStruct(name: string): boolean {
    return this.structs.has(name);
  }

  /** The annotation at a field of a struct that names its lock, or null. */
  guardOf(struct: string, field: string): StructField["guardedBy"] {
    return this.structs.get(struct)?.fields.find((f) => f.name === field)?.guardedBy ?? null;
  }

  /** Functions in view that call this one by name. */
  callersOf(f: ProgramFunction): ProgramFunction[] {
    this.trace.note(`C ${f.fn.name}`);
    const callers = this.callers.named(f.fn.name).filter((c) => this.lookUp(f.fn.name, c.file) === f);
    this.trace.notes(callers.map((c) => c.fn));
    return callers;
  }

  /** The same, for whoever asks only which they are, and looks at none of them by that. */
  namesOfCallers(f: ProgramFunction): readonly ProgramFunction[] {
    this.trace.note(`C ${f.fn.name}`);
    return this.trace.within(null, () => this.callersOf(f));
  }
}
