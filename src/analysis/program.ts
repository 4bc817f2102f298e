/**
 * The functions in view and who calls whom. A name is resolved as a linker and the kernel's layout would: the same file's
 * static, then the same directory, then the same architecture, then any other; a strong definition beats a __weak one.
 */
import type { CFile, CFunction, CStruct, MacroFunction, StructField, TableEntry, TypeRef } from "../source/ast.js";
import { analyseFunction, type FunctionFacts } from "./function-facts.js";
import type { AnalysisModels } from "./models.js";
import { Rings } from "./rings.js";
import { findStale, type Stale, shares } from "./stale.js";
import { summarise } from "./summarise.js";
import type { Summary } from "./summary.js";
import { typeText } from "./summary-text.js";
import { usesOf } from "./uses.js";

export interface ProgramFunction {
  file: CFile;
  fn: CFunction;
}

const NO_SUMMARIES: ReadonlyMap<CFunction, Summary | null> = new Map();

/** "riscv" for a path below arch/riscv; "" for common code. */
export const archOf = (path: string): string => /^arch\/([^/]+)\//.exec(path)?.[1] ?? "";
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

export class Program {
  private readonly byName = new Map<string, ProgramFunction[]>();
  private readonly structs = new Map<string, CStruct>();
  private readonly macros = new Map<string, { file: CFile; macro: MacroFunction; found?: ProgramFunction | null }>();
  private readonly factsOf = new Map<CFunction, FunctionFacts>();
  private readonly summaries = new Map<CFunction, Summary>();
  private loan: { lender: Program; stale: Stale } | null = null;
  /** For functions that reach something that differs: whether what they call says the same all the same. */
  private readonly unmoved = new Map<CFunction, boolean>();
  private own: Map<CFunction, ProgramFunction> | null = null;
  private readonly rings = new Rings<ProgramFunction>((f) => this.calleesOf(f));
  private readonly resolved = new Map<string, Map<string, ProgramFunction | null>>();
  private guarded: boolean | null = null;
  private callersByName: Map<string, ProgramFunction[]> | null = null;
  /** Number of functions that this program has analysed itself, neither kept nor borrowed. */
  analysed = 0;
  readonly functions: readonly ProgramFunction[];
  readonly tables: readonly (TableEntry & { file: CFile })[];

  constructor(
    readonly files: readonly CFile[],
    readonly models: AnalysisModels,
    /** Facts that an earlier run found in the very same files. */
    private readonly kept: (f: ProgramFunction) => FunctionFacts | null = () => null,
  ) {
    this.functions = files.flatMap((file) =>
      file.functions.map((fn) => ({ file: file.units?.get(fn)?.file ?? file, fn })),
    );
    this.tables = files.flatMap((file) => file.tables.map((t) => ({ ...t, file })));
    for (const f of this.functions) {
      const list = this.byName.get(f.fn.name);
      if (list === undefined) this.byName.set(f.fn.name, [f]);
      else list.push(f);
    }
    for (const file of files) {
      for (const struct of file.structs) this.addStruct(struct);
      for (const macro of file.macros) if (!this.macros.has(macro.name)) this.macros.set(macro.name, { file, macro });
    }
  }

  /**
   * Asks another program for what it knows of functions that both hold (the same objects), unless what they rest on is not
   * the same in both. The facts are those that this program would find itself.
   */
  borrow(lender: Program): void {
    this.loan = { lender, stale: findStale(lender, this) };
  }

  /** The program that knows a function already, and the function there; null when this one has to look by itself. */
  private lenderOf(f: ProgramFunction): { lender: Program; f: ProgramFunction } | null {
    if (this.loan === null) return null;
    const { lender, stale } = this.loan;
    lender.own ??= new Map(lender.functions.map((g) => [g.fn, g]));
    const there = lender.own.get(f.fn);
    if (there === undefined) return null;
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
    if (shares(own, fields) || this.rings.of(f).length > 0) return false;
    for (const name of calls) {
      if (!names.has(name)) continue;
      const [a, b] = [this.resolve(name, f.file), lender.resolve(name, there.file)];
      if (a === null && b === null && this.macroText(name) === lender.macroText(name)) continue;
      if (a === null || b === null || a.fn.whole !== b.fn.whole) return false;
      if (typeText(a.fn.returns) !== typeText(b.fn.returns)) return false;
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

  /** The facts of a function; computed once, callees first. */
  facts(f: ProgramFunction): FunctionFacts {
    const known = this.factsOf.get(f.fn);
    if (known !== undefined) return known;
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
    const ring = this.rings.of(f);
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

  private calleesOf(f: ProgramFunction): ProgramFunction[] {
    return [...usesOf(f.fn).calls].flatMap((name) => this.resolve(name, f.file) ?? []).filter((c) => c.fn.whole);
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
    return this.callersNamed(f.fn.name).filter((c) => this.resolve(f.fn.name, c.file) === f);
  }

  private callersNamed(name: string): readonly ProgramFunction[] {
    this.callersByName ??= this.indexCallers();
    return this.callersByName.get(name) ?? [];
  }

  private indexCallers(): Map<string, ProgramFunction[]> {
    const index = new Map<string, ProgramFunction[]>();
    for (const caller of this.functions) {
      for (const name of usesOf(caller.fn).calls) {
        const list = index.get(name);
        if (list === undefined) index.set(name, [caller]);
        else list.push(caller);
      }
    }
    return index;
  }
}
