/**
 * What a name means in a file. It is resolved as a linker and the kernel's layout would: the same file's static, then the same
 * directory, then the same architecture, then any other; a strong definition beats a __weak one; a macro where there is no function.
 */
import type { CFile, CFunction, MacroFunction } from "../source/ast.js";

export interface ProgramFunction {
  file: CFile;
  fn: CFunction;
}

/** "riscv" for a path below arch/riscv; "" for common code. */
export const archOf = (path: string): string => /^arch\/([^/]+)\//.exec(path)?.[1] ?? "";
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

export class Definitions {
  /** The functions of all files, in order of files and places. */
  readonly all: readonly ProgramFunction[];
  private readonly byName = new Map<string, ProgramFunction[]>();
  private readonly macros = new Map<string, { file: CFile; macro: MacroFunction; found?: ProgramFunction | null }>();
  private readonly resolved = new Map<string, Map<string, ProgramFunction | null>>();
  private own: ReadonlyMap<CFunction, ProgramFunction> | null = null;
  private places: Map<ProgramFunction, number> | null = null;

  constructor(files: readonly CFile[]) {
    this.all = files.flatMap((file) =>
      file.functions.map((fn) => ({ file: (file.mixed ? file.units?.get(fn)?.file : undefined) ?? file, fn })),
    );
    for (const f of this.all) {
      const list = this.byName.get(f.fn.name);
      if (list === undefined) this.byName.set(f.fn.name, [f]);
      else list.push(f);
    }
    for (const file of files)
      for (const macro of file.macros) if (!this.macros.has(macro.name)) this.macros.set(macro.name, { file, macro });
  }

  /** The functions of a name, whoever can call them. */
  named(name: string): readonly ProgramFunction[] {
    return this.byName.get(name) ?? [];
  }

  /** The holder of this very function, and not of one that is like it. */
  holder(fn: CFunction): ProgramFunction | undefined {
    this.own ??= new Map(this.all.map((g) => [g.fn, g]));
    return this.own.get(fn);
  }

  /** Functions in order of files and places. */
  inOrder(functions: readonly ProgramFunction[]): ProgramFunction[] {
    this.places ??= new Map(this.all.map((f, i) => [f, i]));
    const place = (f: ProgramFunction): number => this.places?.get(f) ?? 0;
    return [...functions].sort((a, b) => place(a) - place(b));
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
    for (const candidate of this.named(name)) {
      const rank = rankOf(candidate, from);
      if (rank < bestRank) {
        best = candidate;
        bestRank = rank;
      }
    }
    return best ?? this.macro(name);
  }

  /** A function-like macro as the function that it amounts to; null when there is none, or none that can be read. */
  macro(name: string): ProgramFunction | null {
    const own = this.macros.get(name);
    if (own === undefined) return null;
    if (own.found === undefined) {
      const fn = own.macro.read();
      own.found = fn === null ? null : { file: own.file, fn };
    }
    return own.found;
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
}

/** The lower, the nearer; infinite for one that cannot be meant. */
function rankOf({ file, fn }: ProgramFunction, from: CFile): number {
  const weak = fn.isWeak ? 8 : 0;
  if (file.path === from.path) return weak;
  if (fn.isStatic && file.path.endsWith(".c")) return Number.POSITIVE_INFINITY;
  const arch = archOf(file.path);
  if (arch !== "" && archOf(from.path) !== "" && arch !== archOf(from.path)) return Number.POSITIVE_INFINITY;
  if (folderOf(file.path) === folderOf(from.path)) return weak + 1;
  return weak + (arch === archOf(from.path) ? 2 : 3);
}
