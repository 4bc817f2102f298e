/** Which functions of a program call a name: looked up in all of them once, or taken over from where that is known already. */
import type { CFile, CFunction } from "../source/ast.js";
import type { Definitions, ProgramFunction } from "./definitions.js";
import { usersIn } from "./stale.js";
import { usesOf } from "./uses.js";

/** Who uses a name: names of functions and macros, and the functions that call it, in the program's order. */
export interface Mentions {
  users: (name: string) => Iterable<string>;
  callers: (name: string) => readonly ProgramFunction[];
}

/** Where callers are looked for: a program, and the one that it borrows from. */
export interface Searched {
  readonly files: readonly CFile[];
  readonly definitions: Definitions;
  readonly lender: Lender | null;
}

interface Lender {
  readonly callers: Callers;
  holds(fn: CFunction): boolean;
}

export class Callers {
  private mentions: Mentions | null = null;
  private byName: ReadonlyMap<string, readonly ProgramFunction[]> | null = null;
  private readonly found = new Map<string, readonly ProgramFunction[]>();
  /** Functions that the lender does not have. */
  private others: readonly ProgramFunction[] | null = null;

  constructor(private readonly program: Searched) {}

  /** Says who uses which name, where that is known without looking into the functions. */
  remember(mentions: Mentions): void {
    this.mentions = mentions;
  }

  /** Names of functions and macros that use a name. */
  users(name: string): Iterable<string> {
    if (this.mentions !== null) return this.mentions.users(name);
    return this.program.files.flatMap((file) => [...(usersIn(file).get(name) ?? [])]);
  }

  /** Functions that call something of this name, in the program's order. */
  named(name: string): readonly ProgramFunction[] {
    if (this.mentions !== null) return this.mentions.callers(name);
    const { lender } = this.program;
    if (lender !== null) return this.takenOver(name, lender);
    this.byName ??= callersIn(this.program.definitions.all);
    return this.byName.get(name) ?? [];
  }

  /** Those that the lender has, as far as they are here too, and those that call it here only. */
  private takenOver(name: string, lender: Lender): readonly ProgramFunction[] {
    const known = this.found.get(name);
    if (known !== undefined) return known;
    this.others ??= this.program.definitions.all.filter((f) => !lender.holds(f.fn));
    const kept = lender.callers.named(name).flatMap((c) => this.program.definitions.holder(c.fn) ?? []);
    const come = this.others.filter((f) => usesOf(f.fn).calls.has(name));
    const found = come.length === 0 ? kept : this.program.definitions.inOrder([...kept, ...come]);
    this.found.set(name, found);
    return found;
  }
}

function callersIn(functions: readonly ProgramFunction[]): Map<string, ProgramFunction[]> {
  const index = new Map<string, ProgramFunction[]>();
  for (const caller of functions) {
    for (const name of usesOf(caller.fn).calls) {
      const list = index.get(name);
      if (list === undefined) index.set(name, [caller]);
      else list.push(caller);
    }
  }
  return index;
}
