/** How the functions in view treat a lock: where it is held, who takes it, who has it for himself. */
import type { ProgramFunction } from "../analysis/definitions.js";
import { entryClassesOf } from "../analysis/entry-class.js";
import type { Event } from "../analysis/events.js";
import type { FactIndex } from "../analysis/fact-index.js";
import type { FunctionFacts } from "../analysis/function-facts.js";
import { digestOf } from "../analysis/lock-digest.js";
import type { AnalysisModels } from "../analysis/models.js";
import type { Program } from "../analysis/program.js";
import type { Held } from "../analysis/state.js";
import { pathOf, type Value } from "../analysis/value.js";

/** taken: by this function; asserted: it says so; reading: for reading where writing is asked. */
export type Standing = "taken" | "asserted" | "reading" | "dropped" | "absent" | "unsure";

/** A lock that came in as a pointer of its own, or out of a call: it may be any. */
const isOpaque = (lock: Value): boolean => lock.kind !== "field" && lock.kind !== "global";

const sameName = (key: string, lock: Value): boolean => key === lock.key || key.endsWith(`.${lock.name}`);

/** What the functions of a program are looked up by: locks that they take themselves or make ready, and whether they assert. */
export function* lockWords({ fn }: ProgramFunction, facts: FunctionFacts, models: AnalysisModels): Generator<string> {
  const { locks, calls, asserts } = digestOf(facts);
  for (const { via, lock } of locks) {
    if (via.length > 0) continue;
    yield `takes ${lock.name}`;
    if (lock.kind === "global") yield `takes global ${lock.name}`;
    else {
      yield `takes field ${lock.name}`;
      yield lock.base?.type?.tag === true
        ? `takes of ${lock.base.type.name} ${lock.name}`
        : `takes of any ${lock.name}`;
    }
  }
  for (const e of calls)
    if (models.lockSetup.has(e.name)) for (const { name } of e.args) yield `readies ${fn.name} ${name}`;
  if (asserts.length > 0) yield `asserts ${fn.name}`;
}

export class LockUse {
  constructor(
    private readonly program: Program,
    private readonly index: FactIndex,
  ) {}

  /** Functions that take a lock of this name themselves, in the program's order. */
  takersOf(name: string): readonly ProgramFunction[] {
    return this.index.with(`takes ${name}`);
  }

  /** Whether somebody in view takes this lock of some instance. */
  isTaken(lock: Value): boolean {
    if (lock.kind === "global") return this.namesLock(lock.name, true);
    const struct = lock.base?.type;
    if (struct?.tag !== true) return this.namesLock(lock.name, false);
    if (this.program.structs.lacksField(struct.name, lock.name)) return false;
    return this.index.has(`takes of ${struct.name} ${lock.name}`) || this.index.has(`takes of any ${lock.name}`);
  }

  /** Whether somebody in view takes a lock of this name, be it a global or a field of anything. */
  namesLock(name: string, global: boolean): boolean {
    return this.index.has(`takes ${global ? "global" : "field"} ${name}`);
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
    if (struct?.tag === true && this.program.structs.has(struct.name)) return false;
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
    if (
      entryClassesOf(this.program)
        .rootsAt(f)
        .some((c) => c.lifecycle)
    )
      return true;
    const { root } = pathOf(lock);
    if (this.isFresh(f, root, 3)) return true;
    for (const e of digestOf(this.program.facts(f)).calls) {
      if (models.disposers.has(e.name) && e.args.some((a) => a === root || this.isBelow(lock, a))) return true;
      if (models.lockSetup.has(e.name) && e.args.some((a) => a.name === lock.name)) return true;
      if (e.resolved && this.index.has(`readies ${e.name} ${lock.name}`)) return true;
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
