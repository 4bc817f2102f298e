/**
 * What a function asks its callers to hold: by lockdep_assert_held() and its kin on every path from its entry, by
 * __must_hold() or __releases() at its definition or a prototype in view, or by the comment above either. Sources:
 * Documentation/locking/lockdep-design.rst, Documentation/dev-tools/sparse.rst and (7.0) context-analysis.rst.
 */
import type { CFile } from "../source/ast.js";
import type { ProgramFunction } from "./definitions.js";
import type { CallEvent, Event } from "./events.js";
import type { FactIndex } from "./fact-index.js";
import type { FunctionFacts } from "./function-facts.js";
import { locksAskedFor, mentionsLock, type NamedLock } from "./lock-comment.js";
import { digestOf } from "./lock-digest.js";
import { isNameable, pathIn, translate } from "./lock-names.js";
import type { Program } from "./program.js";
import { Answers } from "./trace.js";
import type { Value } from "./value.js";

export interface Contract {
  /** In the function's own terms. */
  lock: Value;
  /** Being held for reading is not enough. */
  write: boolean;
  how: "assert" | "annotation" | "comment";
  /** Where it is written. */
  file: CFile;
  at: number;
}

/** A place where a function is declared or defined, with what may be written above it. */
interface Declared {
  file: CFile;
  at: number;
  annotations: readonly { name: string; args: string; at: number }[];
}

const NEEDS = new Set(["__must_hold", "__must_hold_shared", "__releases", "__releases_shared"]);

export class Contracts {
  private readonly known: Answers<ProgramFunction, readonly Contract[]>;
  private prototypes: ReadonlyMap<string, readonly Declared[]> | null = null;
  private readonly words: ReadonlySet<string>;

  /** `isLock` tells whether somebody in view takes a lock of that name: a comment's words are only a lock's name then. */
  constructor(
    private readonly program: Program,
    private readonly isLock: (name: string, global: boolean) => boolean,
    private readonly index: FactIndex,
  ) {
    this.known = new Answers(program.trace);
    this.words = new Set(program.models.lockWords.keys());
  }

  /** The contracts of a function, the strictest wording of each lock first found. */
  of(f: ProgramFunction): readonly Contract[] {
    return this.known.of(f, () => {
      const facts = this.program.facts(f);
      const all = [...this.asserted(f, facts), ...this.annotated(f, facts), ...this.commented(f, facts)];
      const unique = new Map<string, Contract>();
      for (const c of all) if (!unique.has(c.lock.key)) unique.set(c.lock.key, c);
      return [...unique.values()];
    });
  }

  /** Whether a comment above the function, or a prototype of it, speaks of the lock without being clear enough to be read. */
  mentions(f: ProgramFunction, name: string): boolean {
    return this.declared(f).some((d) => mentionsLock(commentAbove(d.file, d.at) ?? "", name));
  }

  private asserted(f: ProgramFunction, facts: FunctionFacts): Contract[] {
    const { asserts, sureCalls } = digestOf(facts);
    const own = asserts.flatMap((e): Contract[] => {
      if (e.via.length > 0 || !this.isOnEntry(facts, e, e.lock)) return [];
      return [{ lock: e.lock, write: e.write, how: "assert", file: f.file, at: e.at }];
    });
    return [...own, ...sureCalls.flatMap((e) => this.assertedBy(f, facts, e))].sort((a, b) => a.at - b.at);
  }

  /** What a helper that does nothing but assert says is said here. */
  private assertedBy(f: ProgramFunction, facts: FunctionFacts, e: CallEvent): Contract[] {
    // Most functions that are called assert nothing: of those nothing is looked at.
    if (!this.index.has(`asserts ${e.name}`) && this.program.definitions.macroText(e.name) === undefined) return [];
    const helper = this.program.resolve(e.name, f.file);
    if (helper === null || helper.fn === f.fn || !helper.fn.whole) return [];
    const own = this.program.facts(helper);
    const { asserts, calls } = digestOf(own);
    if (asserts.length === 0 || !calls.every((c) => this.program.models.pure(c.name))) return [];
    if (own.events.some((x) => x.kind === "write" || x.kind === "lock" || x.kind === "unlock")) return [];
    return asserts.flatMap((a): Contract[] => {
      const lock = translate(this.program, a.lock, own, facts, e.args);
      if (lock === null || !this.isOnEntry(facts, e, lock)) return [];
      return [{ lock, write: a.write, how: "assert", file: f.file, at: e.at }];
    });
  }

  /** The assertion speaks of the locks on entry: it is always reached, and nothing was done to the lock before. */
  private isOnEntry(facts: FunctionFacts, e: Event, lock: Value | null): boolean {
    if (lock !== null && (!isNameable(lock) || e.given.has(lock.key) || e.unsure.has(lock.key))) return false;
    if (e.held.some((h) => h.lock === lock && h.how === "taken")) return false;
    return facts.dominance.alwaysReaches(0, e.block);
  }

  private annotated(f: ProgramFunction, facts: FunctionFacts): Contract[] {
    const out: Contract[] = [];
    for (const { file, annotations } of this.declared(f)) {
      for (const { name, args, at } of annotations) {
        if (
          !NEEDS.has(name) ||
          (name.startsWith("__releases") && annotations.some((a) => a.name === "__acquires" && a.at < at))
        )
          continue;
        for (const arg of args.split(",")) {
          const [root, ...fields] = arg.replace(/[&\s()]/g, "").split(/->|\./) as [string, ...string[]];
          const lock = this.resolve(facts, { root, fields, write: false });
          if (lock !== null && this.isMeant(name, lock, facts))
            out.push({ lock, write: false, how: "annotation", file, at });
        }
      }
    }
    return out;
  }

  /** __releases() is written at wrappers too, in the words of what they wrap: it counts where the unlock is seen. */
  private isMeant(name: string, lock: Value, facts: FunctionFacts): boolean {
    if (!name.startsWith("__releases")) return true;
    return digestOf(facts).unlocks.some((e) => e.lock === lock && e.callers);
  }

  private commented(f: ProgramFunction, facts: FunctionFacts): Contract[] {
    const out: Contract[] = [];
    for (const { file, at } of this.declared(f)) {
      const comment = commentAbove(file, at);
      for (const named of comment === null ? [] : locksAskedFor(comment, this.words)) {
        const root = this.program.models.lockWords.get(named.root) ?? named.root;
        const lock = this.resolve(facts, { ...named, root });
        if (lock !== null) out.push({ lock, write: named.write, how: "comment", file, at });
      }
    }
    return out;
  }

  /** The one lock that is meant: of a parameter by name, of the only parameter whose struct has it, or a global. */
  private resolve(facts: FunctionFacts, { root, fields }: NamedLock): Value | null {
    const last = fields.at(-1) ?? root;
    const { params } = facts.fn;
    if (fields.length === 0) {
      const owners = params.filter(
        (p) => p.type.pointers === 1 && this.program.structs.fieldType(p.type.name, root) !== null,
      );
      const [owner] = owners;
      if (params.some((p) => p.name === root)) return null;
      if (owners.length === 1 && owner !== undefined && this.isLock(root, false))
        return pathIn(this.program, facts, owner.name, [root]);
      return owners.length === 0 && this.isLock(root, true) ? facts.values.global(root) : null;
    }
    if (!this.isLock(last, false)) return null;
    if (params.some((p) => p.name === root)) return pathIn(this.program, facts, root, fields);
    // "inode->i_lock" where the one inode is called otherwise.
    const typed = params.filter((p) => p.type.pointers === 1 && p.type.tag && p.type.name === root);
    return typed.length === 1 && typed[0] !== undefined ? pathIn(this.program, facts, typed[0].name, fields) : null;
  }

  private declared(f: ProgramFunction): Declared[] {
    const own: Declared = { file: f.file, at: f.fn.at, annotations: f.fn.annotations };
    this.prototypes ??= prototypesIn(this.program);
    const others = (this.prototypes.get(f.fn.name) ?? []).filter(
      (p) => (p.file.path === f.file.path || !f.fn.isStatic) && this.program.resolve(f.fn.name, p.file) === f,
    );
    return [own, ...others];
  }
}

/** Where functions are declared, by their names. */
function prototypesIn(program: Program): Map<string, Declared[]> {
  const out = new Map<string, Declared[]>();
  for (const file of program.files)
    for (const { name, typed, at, annotations } of file.prototypes) {
      if (!typed) continue;
      const list = out.get(name);
      if (list === undefined) out.set(name, [{ file, at, annotations }]);
      else list.push({ file, at, annotations });
    }
  return out;
}

const commentEnds = new WeakMap<CFile, ReadonlyMap<number, string>>();

/** The comment that ends directly above an offset, or null. */
export function commentAbove(file: CFile, at: number): string | null {
  let ends = commentEnds.get(file);
  if (ends === undefined) {
    ends = new Map(file.comments.map((c) => [c.end, c.text]));
    commentEnds.set(file, ends);
  }
  const before = file.text.slice(Math.max(0, at - 400), at);
  const end = at - (before.length - before.trimEnd().length);
  return ends.get(end) ?? null;
}
