/**
 * By which ways threads come into a function: KVM_RUN, a vCPU ioctl, an ioctl beside it, a VM ioctl. The classes are data
 * (rules/models/entries.yaml); they spread down the calls, and a function that several reach has all of them.
 */
import { CallGraph } from "./call-graph.js";
import type { ProgramFunction } from "./definitions.js";
import type { EntryClass } from "./models.js";
import type { Program } from "./program.js";

const known = new WeakMap<Program, EntryClasses>();

/** The entry classes of a program; found once. */
export function entryClassesOf(program: Program): EntryClasses {
  const own = known.get(program) ?? program.trace.within(null, () => new EntryClasses(new CallGraph(program)));
  known.set(program, own);
  return own;
}

export class EntryClasses {
  private readonly roots = new Map<ProgramFunction, EntryClass[]>();
  private reached: Map<ProgramFunction, Set<EntryClass>> | null = null;

  constructor(private readonly graph: CallGraph) {
    for (const entry of graph.program.models.entryClasses)
      for (const f of graph.rootsOf(entry)) this.roots.set(f, [...(this.roots.get(f) ?? []), entry]);
  }

  /** The classes whose threads come in at this function itself. */
  rootsAt(f: ProgramFunction): readonly EntryClass[] {
    return this.roots.get(f) ?? [];
  }

  /** All classes whose threads reach a function, in the order of the models. */
  classesOf(f: ProgramFunction): readonly EntryClass[] {
    this.reached ??= this.spread();
    const own = this.reached.get(f);
    return own === undefined ? [] : this.graph.program.models.entryClasses.filter((c) => own.has(c));
  }

  /** Classes of locks that every thread holds which comes into a function; empty when none is known to come. */
  heldOnEntry(f: ProgramFunction): readonly string[] {
    const [first, ...rest] = this.classesOf(f);
    return first === undefined ? [] : first.holds.filter((lock) => rest.every((c) => c.holds.includes(lock)));
  }

  private spread(): Map<ProgramFunction, Set<EntryClass>> {
    const reached = new Map<ProgramFunction, Set<EntryClass>>();
    const work: { f: ProgramFunction; entry: EntryClass }[] = [];
    const arrive = (f: ProgramFunction, entry: EntryClass): void => {
      const own = reached.get(f) ?? new Set();
      if (own.has(entry)) return;
      reached.set(f, own.add(entry));
      work.push({ f, entry });
    };
    for (const [f, entries] of this.roots) for (const entry of entries) arrive(f, entry);
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      // The core's dispatcher calls each class with what that class holds: below it, the classes of its callees count.
      for (const { callee } of this.graph.callsFrom(next.f)) if (!this.roots.has(callee)) arrive(callee, next.entry);
    }
    return reached;
  }
}
