/** How threads come to a function: by which callers in view, through which tables, from outside, and with which locks held. */
import type { ProgramFunction } from "../analysis/definitions.js";
import { entryClassesOf } from "../analysis/entry-class.js";
import type { CallEvent } from "../analysis/events.js";
import type { GuardEvidence } from "../analysis/guard-evidence.js";
import type { ObjectModel } from "../analysis/models.js";
import type { Program } from "../analysis/program.js";
import type { Held } from "../analysis/state.js";
import { Answers, RingAnswers } from "../analysis/trace.js";
import { pathOf } from "../analysis/value.js";
import type { CFunction } from "../source/ast.js";
import type { Digest } from "./digest.js";
import type { Guard } from "./guards.js";

/** A call of a function, and where it stands. */
export interface Call {
  caller: ProgramFunction;
  event: CallEvent;
}

/** What it asks the rule for. */
interface Asked {
  digest(f: ProgramFunction): Digest;
  /** The functions in scope that have a word of the index. */
  with(word: string): ProgramFunction[];
  /** What the code itself says of locks; asked for objects without a thread of their own only. */
  evidence(): GuardEvidence;
}

export class WaysIn {
  private readonly handlers: ReadonlyMap<string, ReadonlySet<string>>;
  private readonly entries: RingAnswers<Held[]>;
  private readonly lifecycles: Answers<string, boolean>;
  private readonly calls: Answers<CFunction, readonly Call[]>;

  constructor(
    private readonly program: Program,
    private readonly model: ObjectModel,
    private readonly guards: readonly Guard[],
    private readonly asked: Asked,
  ) {
    const { trace } = program;
    this.handlers = handlerFields(program);
    this.entries = new RingAnswers(trace);
    this.lifecycles = new Answers(trace);
    this.calls = new Answers(trace);
  }

  /** A function that userspace or the guest can have run in any object's thread, whoever else calls it. */
  isEntry(f: ProgramFunction): boolean {
    return this.isLivingRoot(f) || this.isHandler(f);
  }

  private isLivingRoot(f: ProgramFunction): boolean {
    return entryClassesOf(this.program)
      .rootsAt(f)
      .some((c) => !c.lifecycle);
  }

  /** The target of a table of operations. */
  isHandler(f: ProgramFunction): boolean {
    return this.handlers.has(f.fn.name);
  }

  /** By which the making or tearing down of the container or the object begins. */
  isLifecycleRoot(f: ProgramFunction): boolean {
    return entryClassesOf(this.program)
      .rootsAt(f)
      .some((c) => c.lifecycle);
  }

  /** Runs only while the container or the object is made or torn down. */
  isLifecycle(f: ProgramFunction, depth = 4): boolean {
    if (this.isLifecycleRoot(f)) return true;
    return this.lifecycles.of(`${f.file.path}\0${f.fn.name}\0${f.fn.at}\0${depth}`, () => {
      const callers = depth > 0 ? this.program.namesOfCallers(f) : [];
      return callers.length > 0 && callers.every((c) => c !== f && this.isLifecycle(c, depth - 1));
    });
  }

  /** Every thread that comes in at this function holds a guard. */
  entersGuarded(f: ProgramFunction): boolean {
    const roots = entryClassesOf(this.program).rootsAt(f);
    return roots.length > 0 && roots.every((c) => this.isGuardOf(c.holds));
  }

  /** True where some chain of calls in view comes to a function with a guard held, whichever object's it is. */
  isReachedGuarded(f: ProgramFunction): boolean {
    return this.model.shared && this.isGuardOf(this.asked.evidence().heldAbove(f));
  }

  /** Whether one of these classes of locks ("struct.lock") is a guard of objects without a thread of their own. */
  private isGuardOf(classes: Iterable<string>): boolean {
    const { shared, struct, base } = this.model;
    if (!shared) return false;
    const own = this.guards.flatMap((g) => [struct, base?.struct].map((s) => `${s}.${g.field}`));
    return [...classes].some((name) => own.includes(name));
  }

  /** Calls of a function in view, by name or through a table. */
  callsTo(f: ProgramFunction): readonly Call[] {
    return this.calls.of(f.fn, () => {
      const own = this.program
        .callersOf(f)
        .flatMap((caller) =>
          (this.asked.digest(caller).calls.get(f.fn.name) ?? []).map((event) => ({ caller, event })),
        );
      return [...own, ...[...(this.handlers.get(f.fn.name) ?? [])].flatMap((field) => this.callsThrough(field))];
    });
  }

  /** Calls through a field of a table of operations: `ops->handler(...)`. */
  private callsThrough(field: string): readonly Call[] {
    return this.asked
      .with(`calls by field ${field}`)
      .flatMap((caller) => (this.asked.digest(caller).indirect.get(field) ?? []).map((event) => ({ caller, event })));
  }

  /** Locks of the container that are held whenever a function is entered: by every caller in view, or by its own word. */
  entryLocks(f: ProgramFunction): Held[] {
    if (this.model.shared) return [...this.asked.evidence().entry.of(f).inView];
    return this.entries.of(`${f.file.path}\0${f.fn.name}\0${f.fn.at}`, "", [], () => {
      let common: Held[] | null = this.isLivingRoot(f) ? [] : null;
      for (const { caller, event } of common === null ? this.callsTo(f) : []) {
        const here = [...event.held, ...this.entryLocks(caller)].filter(
          (h) => pathOf(h.lock).root.kind === "container",
        );
        common = common === null ? here : common.filter((c) => here.some((h) => h.lock.key === c.lock.key));
        if (common.length === 0) break;
      }
      return common ?? [];
    });
  }
}

const handlersKnown = new WeakMap<Program, ReadonlyMap<string, ReadonlySet<string>>>();

/** Names of functions that tables of operations point to, with the fields that do. */
function handlerFields(program: Program): ReadonlyMap<string, ReadonlySet<string>> {
  const known = handlersKnown.get(program);
  if (known !== undefined) return known;
  const out = new Map<string, Set<string>>();
  handlersKnown.set(program, out);
  for (const { target, field } of program.tables) out.set(target, (out.get(target) ?? new Set()).add(field));
  return out;
}
