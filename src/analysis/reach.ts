/**
 * Who can call a function: only callers in view, anybody, or the kernel itself with no lock held (a work item, a timer, a
 * thread). A static function whose address is not taken has all its callers in its file.
 */
import type { CFile, CFunction, Expr } from "../source/ast.js";
import type { ProgramFunction } from "./definitions.js";
import type { AnalysisModels } from "./models.js";
import type { Program } from "./program.js";
import { walkStmts } from "./walk.js";

/** closed: all callers are in view. open: others may call it, with whatever locks. spawned: it starts with no lock held. */
export type Reach = "closed" | "open" | "spawned";

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/** Names that a function's body uses as values: those that it gives to a call which runs them by themselves, and others. */
export interface NamedValues {
  spawned: ReadonlySet<string>;
  other: ReadonlySet<string>;
}

const known = new WeakMap<CFunction, NamedValues>();

/** A function that knows what names it uses as values without its body. */
export interface KnowsNames {
  findNames(): NamedValues;
}

const knowsNames = (fn: CFunction): fn is CFunction & KnowsNames => "findNames" in fn;

/** What names a function uses as values; looked up once for as long as the function is kept. */
export function namesOf(fn: CFunction, models: AnalysisModels): NamedValues {
  const own = known.get(fn);
  if (own !== undefined) return own;
  const names = knowsNames(fn) ? fn.findNames() : findNames(fn, models);
  known.set(fn, names);
  return names;
}

function findNames(fn: CFunction, models: AnalysisModels): NamedValues {
  const [spawned, other] = [new Set<string>(), new Set<string>()];
  const callees = new Set<Expr>();
  const given = new Set<Expr>();
  walkStmts(fn.body, (expr) => {
    if (expr.kind === "call") {
      callees.add(expr.callee);
      const at = expr.callee.kind === "id" ? models.spawners.get(expr.callee.name) : undefined;
      const arg = at === undefined ? undefined : expr.args[at];
      if (arg !== undefined) given.add(arg.kind === "unary" ? arg.arg : arg);
    }
    if (expr.kind === "id" && !callees.has(expr)) (given.has(expr) ? spawned : other).add(expr.name);
  });
  return { spawned, other };
}

const wordsOf = (text: string): string[] => text.match(/[A-Za-z_]\w*/g) ?? [];

/** What a program's files make of names. */
class Named {
  /** By path: names that are spawned in that file. All names that are values of another kind, in any file. */
  readonly spawned = new Map<string, Set<string>>();
  readonly others = new Map<string, Set<string>>();
  readonly anywhere = new Set<string>();
  /** Folders of the headers that declare a function. */
  readonly declaredIn = new Map<string, Set<string>>();

  constructor(private readonly program: Program) {
    for (const file of program.files) {
      const [spawned, other] = [new Set<string>(), new Set(file.tables.map((t) => t.target))];
      for (const fn of file.functions) {
        const own = namesOf(fn, program.models);
        for (const name of own.spawned) spawned.add(name);
        for (const name of own.other) other.add(name);
      }
      this.declarations(file, spawned, other);
      for (const name of [...spawned, ...other]) this.anywhere.add(name);
      this.spawned.set(file.path, spawned);
      this.others.set(file.path, other);
    }
  }

  /** Prototypes, and macros that are given functions at file level: EXPORT_SYMBOL(f), module_init(f), DECLARE_WORK(w, f). */
  private declarations(file: CFile, spawned: Set<string>, other: Set<string>): void {
    for (const { name, args, typed } of file.prototypes) {
      if (typed && file.path.endsWith(".h"))
        this.declaredIn.set(name, (this.declaredIn.get(name) ?? new Set()).add(folderOf(file.path)));
      if (typed) continue;
      const at = this.program.models.spawners.get(name);
      args.split(",").forEach((arg, i) => {
        for (const word of wordsOf(arg)) (at === i ? spawned : other).add(word);
      });
    }
  }
}

export class Reaches {
  private known: Named | null = null;

  constructor(private readonly program: Program) {}

  of({ fn, file }: ProgramFunction): Reach {
    this.program.trace.note(`N ${fn.name}`);
    this.known ??= new Named(this.program);
    const { spawned, others, anywhere, declaredIn } = this.known;
    if (fn.isStatic && !/(?:^|\/)include\//.test(file.path)) {
      if (others.get(file.path)?.has(fn.name) === true) return "open";
      if (spawned.get(file.path)?.has(fn.name) === true) return "spawned";
      return file.valueNames.has(fn.name) ? "open" : "closed";
    }
    if (anywhere.has(fn.name) || file.valueNames.has(fn.name) || fn.isWeak) return "open";
    // Declared in headers of its own folder, or of one above it, and in no others: the folder's business.
    const folders = [...(declaredIn.get(fn.name) ?? [])];
    return folders.length > 0 && folders.every((d) => folderOf(file.path).startsWith(d)) ? "closed" : "open";
  }
}
