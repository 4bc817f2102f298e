/**
 * The functions in view and who calls whom. A name is resolved as a linker and the kernel's layout would: the same file's
 * static, then the same directory, then the same architecture, then any other; a strong definition beats a __weak one.
 */
import type { CFile, CFunction, CStruct, Expr, MacroFunction, Stmt, TableEntry, TypeRef } from "../source/ast.js";
import { analyseFunction, type FunctionFacts } from "./function-facts.js";
import type { AnalysisModels } from "./models.js";
import { summarise } from "./summarise.js";
import type { Summary } from "./summary.js";

export interface ProgramFunction {
  file: CFile;
  fn: CFunction;
}

const archOf = (path: string): string => /^arch\/([^/]+)\//.exec(path)?.[1] ?? "";
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

export class Program {
  private readonly byName = new Map<string, ProgramFunction[]>();
  private readonly structs = new Map<string, CStruct>();
  private readonly macros = new Map<string, { file: CFile; macro: MacroFunction; found?: ProgramFunction | null }>();
  private readonly factsOf = new Map<CFunction, FunctionFacts>();
  private readonly summaries = new Map<CFunction, Summary>();
  private readonly running = new Set<CFunction>();
  private callersByName: Map<string, ProgramFunction[]> | null = null;
  readonly functions: readonly ProgramFunction[];
  readonly tables: readonly (TableEntry & { file: CFile })[];

  constructor(
    readonly files: readonly CFile[],
    readonly models: AnalysisModels,
  ) {
    this.functions = files.flatMap((file) => file.functions.map((fn) => ({ file, fn })));
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
   * Takes over what another program knows of functions that both hold (the same objects) and that reach, through calls by
   * name, none of the `changed` functions. For reviewing many small changes of the same files.
   */
  reuse(other: Program, changed: ReadonlySet<string>): void {
    const stale = new Set(changed);
    const names = [...changed];
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      for (const caller of [...other.callersNamed(name), ...this.callersNamed(name)]) {
        if (stale.has(caller.fn.name)) continue;
        stale.add(caller.fn.name);
        names.push(caller.fn.name);
      }
    }
    for (const { fn } of this.functions) {
      if (stale.has(fn.name)) continue;
      const facts = other.factsOf.get(fn);
      const summary = other.summaries.get(fn);
      if (facts !== undefined) this.factsOf.set(fn, facts);
      if (summary !== undefined) this.summaries.set(fn, summary);
    }
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
    if (file === from) return weak;
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
    this.running.add(f.fn);
    const facts = analyseFunction(f.file, f.fn, {
      models: this.models,
      summaryOf: (name) => this.summaryOf(name, f.file),
      fieldType: (struct, field) => this.fieldType(struct, field),
      returnType: (name) => this.resolve(name, f.file)?.fn.returns ?? null,
    });
    this.running.delete(f.fn);
    this.factsOf.set(f.fn, facts);
    return facts;
  }

  /** Summary of a callee; null when its body is not in view, only partly shown, or being analysed (recursion). */
  private summaryOf(name: string, from: CFile): Summary | null {
    const callee = this.resolve(name, from);
    if (callee === null || !callee.fn.whole || this.running.has(callee.fn)) return null;
    const known = this.summaries.get(callee.fn);
    if (known !== undefined) return known;
    const summary = summarise(this.facts(callee), this.models);
    this.summaries.set(callee.fn, summary);
    return summary;
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
      for (const name of calledOnce(caller.fn)) {
        const list = index.get(name);
        if (list === undefined) index.set(name, [caller]);
        else list.push(caller);
      }
    }
    return index;
  }
}

const calls = new WeakMap<CFunction, ReadonlySet<string>>();

/** Names that a function calls, looked up once for as long as the function is kept. */
function calledOnce(fn: CFunction): ReadonlySet<string> {
  const known = calls.get(fn) ?? calledNames(fn);
  calls.set(fn, known);
  return known;
}

/** Names that a function calls. */
function calledNames(fn: CFunction): Set<string> {
  const names = new Set<string>();
  walkStmts(fn.body, (expr) => {
    if (expr.kind === "call" && expr.callee.kind === "id") names.add(expr.callee.name);
  });
  return names;
}

/** Visits every expression of a list of statements, outermost first. */
function walkStmts(body: readonly Stmt[], visit: (expr: Expr) => void): void {
  const stack: (Stmt | Expr)[] = [...body].reverse();
  while (stack.length > 0) {
    const node = stack.pop() as Stmt | Expr;
    if (EXPRESSIONS.has(node.kind)) visit(node as Expr);
    for (const value of Object.values(node)) pushChildren(stack, value);
  }
}

const EXPRESSIONS = new Set<string>(
  "id number string member index unary binary assign call cond cast comma init sizeof".split(" "),
);

function pushChildren(stack: (Stmt | Expr)[], value: unknown): void {
  if (Array.isArray(value)) for (const v of value) pushChildren(stack, v);
  else if (typeof value === "object" && value !== null) {
    if ("kind" in value) stack.push(value as Stmt);
    else for (const v of Object.values(value)) pushChildren(stack, v);
  }
}
