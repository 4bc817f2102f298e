/** How the functions in view treat a lock: where it is held, who takes it, who has it for himself. */
import { CallGraph } from "../analysis/call-graph.js";
import { EntryClasses } from "../analysis/entry-class.js";
import type { Event } from "../analysis/events.js";
import { digestOf } from "../analysis/lock-digest.js";
import type { Program, ProgramFunction } from "../analysis/program.js";
import type { Held } from "../analysis/state.js";
import { pathOf, type Value } from "../analysis/value.js";

/** taken: by this function; asserted: it says so; reading: for reading where writing is asked. */
export type Standing = "taken" | "asserted" | "reading" | "dropped" | "absent" | "unsure";

/** A lock that came in as a pointer of its own, or out of a call: it may be any. */
const isOpaque = (lock: Value): boolean => lock.kind !== "field" && lock.kind !== "global";

const sameName = (key: string, lock: Value): boolean => key === lock.key || key.endsWith(`.${lock.name}`);

export class LockUse {
  /** "struct field", the field alone where the struct is not known, and globals. */
  private readonly fields = new Set<string>();
  private readonly globals = new Set<string>();
  private readonly takers = new Map<string, Set<ProgramFunction>>();
  /** Last names of locks that a function, or one that it calls, makes ready or puts away. */
  private readonly setUp = new Map<string, Set<string>>();

  private readonly entryClasses: EntryClasses;

  constructor(private readonly program: Program) {
    this.entryClasses = new EntryClasses(new CallGraph(program));
    for (const f of program.functions) {
      const { locks, calls } = digestOf(program.facts(f));
      for (const e of locks) if (e.via.length === 0) this.noteTaken(e.lock, f);
      for (const e of calls) {
        if (!program.models.lockSetup.has(e.name)) continue;
        for (const arg of e.args) this.setUp.set(f.fn.name, (this.setUp.get(f.fn.name) ?? new Set()).add(arg.name));
      }
    }
  }

  /** Functions that take a lock of this name themselves, in the program's order. */
  takersOf(name: string): ReadonlySet<ProgramFunction> {
    return this.takers.get(name) ?? new Set();
  }

  private noteTaken(lock: Value, f: ProgramFunction): void {
    this.takers.set(lock.name, (this.takers.get(lock.name) ?? new Set()).add(f));
    if (lock.kind === "global") this.globals.add(lock.name);
    else this.fields.add(lock.base?.type?.tag === true ? `${lock.base.type.name} ${lock.name}` : lock.name);
  }

  /** Whether somebody in view takes this lock of some instance. */
  isTaken(lock: Value): boolean {
    if (lock.kind === "global") return this.globals.has(lock.name);
    const struct = lock.base?.type;
    if (struct?.tag !== true) return this.namesField(lock.name);
    if (this.program.lacksField(struct.name, lock.name)) return false;
    return this.fields.has(`${struct.name} ${lock.name}`) || this.fields.has(lock.name);
  }

  /** Whether somebody in view takes a lock of this name, be it a global or a field of anything. */
  namesLock(name: string, global: boolean): boolean {
    return global ? this.globals.has(name) : this.namesField(name);
  }

  private namesField(name: string): boolean {
    if (this.fields.has(name)) return true;
    for (const field of this.fields) if (field.endsWith(` ${name}`)) return true;
    return false;
  }

  standing(event: Event, lock: Value, write: boolean): Standing {
    const held = this.heldAs(event.held, lock);
    if (held !== null) {
      if (write && held.mode === "shared" && held.how === "taken") return "reading";
      return held.how;
    }
    for (const key of event.unsure) {
      // Marks of how a key came to be unsure: in a loop, by an unknown call, under a condition.
      if (sameName(key.replace(/^[*?~]+/, ""), lock)) return "unsure";
      // Somebody who is not in view, or a guard of an unknown class, may have locked what leads to it.
      if (key.startsWith("?") && lock.key.startsWith(`${key.slice(1)}.`)) return "unsure";
    }
    // The same lock by another path, or that of another instance: which of the two is not known.
    if (event.held.some((h) => h.lock.name === lock.name || isOpaque(h.lock))) return "unsure";
    return event.given.has(lock.key) ? "dropped" : "absent";
  }

  private heldAs(held: readonly Held[], lock: Value): Held | null {
    const { root, fields } = pathOf(lock);
    for (const h of held) {
      if (h.lock === lock) return h;
      if (h.all !== true) continue;
      const other = pathOf(h.lock);
      if (other.root.kind === root.kind && other.fields.join() === fields.join()) return h;
    }
    return null;
  }

  /** A function that takes the lock itself somewhere, not to have it back: then its callers do not hold it. */
  manages(f: ProgramFunction, lock: Value): boolean {
    return digestOf(this.program.facts(f)).locks.some((e) => e.lock === lock && e.always && !e.given.has(lock.key));
  }

  /**
   * Whether a function that is not in view may have taken the lock on the way: it was given what the lock hangs on, and the
   * struct that holds the lock is not one of the files in view, so that others have calls of their own to lock it.
   */
  mayBeTakenOutside(f: ProgramFunction, event: Event, lock: Value): boolean {
    const struct = lock.base?.type;
    if (struct?.tag === true && this.program.hasStruct(struct.name)) return false;
    return digestOf(this.program.facts(f)).calls.some(
      (e) =>
        !e.resolved &&
        e.at < event.at &&
        !this.program.models.pure(e.name) &&
        e.args.some((a) => this.isBelow(lock, a)),
    );
  }

  /** Nobody else can have the object: it is new, on the stack or about to go, its lock is made here, or the kernel starts up. */
  isOwn(f: ProgramFunction, lock: Value): boolean {
    const { models } = this.program;
    if (f.fn.annotations.some((a) => models.setupAttributes.has(a.name))) return true;
    if (this.entryClasses.rootsAt(f).some((c) => c.lifecycle)) return true;
    const { root } = pathOf(lock);
    if (this.isFresh(f, root, 3)) return true;
    for (const e of digestOf(this.program.facts(f)).calls) {
      if (models.disposers.has(e.name) && e.args.some((a) => a === root || this.isBelow(lock, a))) return true;
      if (models.lockSetup.has(e.name) && e.args.some((a) => a.name === lock.name)) return true;
      if (e.resolved && this.setUp.get(e.name)?.has(lock.name) === true) return true;
    }
    return false;
  }

  private isBelow(lock: Value, object: Value): boolean {
    for (let v: Value | null = lock.base; v !== null; v = v.base) if (v === object) return true;
    return false;
  }

  private isFresh(f: ProgramFunction, root: Value, depth: number): boolean {
    if (root.kind === "local") return root.type === null || root.type.pointers === 0;
    if (root.kind === "merge") return root.parts.some((p) => this.isFresh(f, pathOf(p).root, depth));
    if (root.kind !== "result") return false;
    if (this.program.models.allocators.has(root.name)) return true;
    const callee = depth > 0 ? this.program.resolve(root.name, f.file) : null;
    if (callee === null || !callee.fn.whole) return false;
    return this.program
      .facts(callee)
      .events.some(
        (e) => e.kind === "return" && e.value !== null && this.isFresh(callee, pathOf(e.value).root, depth - 1),
      );
  }
}
