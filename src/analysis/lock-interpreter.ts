/** What locks, unlocks, guards and assertions do to a path state. */
import type { CFunction, Expr } from "../source/ast.js";
import type { Step } from "./cfg.js";
import type { CallEvent } from "./events.js";
import type { LockCall } from "./models.js";
import { Recorder } from "./recorder.js";
import { limitSigns, NEGATIVE, POSITIVE, ZERO } from "./signs.js";
import { dropLock, type Held, OF_EACH, type PathState, takeLock } from "./state.js";
import { pathOf, type Value } from "./value.js";

/** More of how a lock is taken: in which callee, whether on every path there, and whether by a form that can fail. */
interface LockDetail {
  via?: string[];
  always?: boolean;
  attempt?: boolean;
  ignored?: boolean;
  waits?: boolean;
}

export abstract class LockInterpreter extends Recorder {
  /** The place an expression names, without reading it. */
  abstract place(s: PathState, expr: Expr): Value;

  /** The value of an expression. */
  abstract eval(s: PathState, expr: Expr): Value;

  protected abstract identifier(s: PathState, name: string, at: number, read: boolean): Value;

  /** Locks that the function's own annotations say are held on entry: `__must_hold(&vcpu->mutex)`. */
  enter(s: PathState, fn: CFunction): void {
    for (const { name, args, at } of fn.annotations) {
      const model = this.ctx.models.locks.get(name);
      if (model?.op !== "assert") continue;
      const lock = this.annotatedPath(s, args);
      if (lock !== null) this.lock(s, model, lock, at, true);
    }
  }

  /** A plain path such as `&vcpu->kvm->lock`; null for anything else. */
  protected annotatedPath(s: PathState, text: string): Value | null {
    const parts = text.replace(/[&\s()]/g, "").split(/->|\./);
    if (parts.some((p) => !/^\w+$/.test(p))) return null;
    const [root, ...fields] = parts as [string, ...string[]];
    return fields.reduce((base, field) => this.member(base, field, true), this.identifier(s, root, 0, false));
  }

  protected guard(s: PathState, step: Extract<Step, { kind: "guard" }>): void {
    const args = step.args.map((a) => this.place(s, a));
    const model = this.ctx.models.guards.get(step.className);
    // A guard of a kind that no model knows (DEFINE_GUARD) may lock what it is given.
    if (model === undefined) this.maybeLocked(s, args, true);
    const lock = model === undefined ? null : this.modelledLock(model, args[model.argument], null);
    if (model === undefined || lock === null) return;
    this.lock(s, model, lock, step.at);
    s.guards.set(step.id, { key: lock.key, family: model.family });
  }

  protected releaseGuard(s: PathState, id: number, at: number): void {
    const guard = s.guards.get(id);
    if (guard === undefined) return;
    s.guards.delete(id);
    // Not held any more: somebody gave back by hand what the guard gives back too.
    const lock = s.locks.get(guard.key)?.lock ?? s.freed.get(guard.key)?.lock;
    if (lock === undefined) return;
    this.emitUnlock(s, lock, guard.family, at);
    this.unlock(s, lock, at);
  }

  protected lock(s: PathState, model: LockCall, lock: Value, at: number, asserted = false): void {
    const how = asserted ? "asserted" : "taken";
    const held: Held = { lock, mode: model.mode, acquired: at, block: this.block, family: model.family, how };
    if (!asserted) this.emitLock(s, held, at, { waits: model.waits });
    else this.record(s, { kind: "assert", at, lock, write: model.write });
    if (asserted && s.locks.has(lock.key)) return;
    takeLock(s, held);
    // Guarded state may have changed until the lock was had: a second look under it decides anew.
    const isState = (key: string): boolean => this.ctx.models.watched.some((w) => key.includes(`.${w}`));
    for (const known of [...s.known.keys()]) if (isState(known)) s.known.delete(known);
  }

  /** Records that a lock is taken; `odd` when it is held already. */
  emitLock(s: PathState, { lock, mode, family }: Held, at: number, more: LockDetail = {}): void {
    const { via = [], always = true, attempt = false, ignored = false, waits = true } = more;
    const own = s.locks.get(lock.key);
    const isShared = own?.mode === "shared" && mode === "shared";
    const how = {
      odd: own?.how === "taken" && !isShared,
      oddOnSome: own !== undefined,
      twice: false,
      there: false,
      callers: false,
      always,
      attempt,
      ignored,
      waits,
    };
    this.record(s, { kind: "lock", at, lock, family, mode, ...how, via });
  }

  /** Records that a lock is given back; `odd` when it is not known to be held. */
  emitUnlock(s: PathState, lock: Value, family: string, at: number, via: string[] = []): void {
    const key = this.heldKey(s, lock);
    const odd = key === null && !s.unsure.has(lock.key);
    const twice = odd && s.freed.has(lock.key);
    const callers = (odd && !twice) || (key !== null && s.locks.get(key)?.how === "asserted");
    this.record(s, {
      kind: "unlock",
      at,
      lock,
      family,
      mode: "exclusive",
      odd,
      oddOnSome: odd,
      twice,
      there: s.freed.get(lock.key)?.there === true,
      callers,
      always: true,
      attempt: false,
      waits: false,
      ignored: false,
      via,
    });
  }

  protected unlock(s: PathState, lock: Value, at: number): void {
    dropLock(s, this.heldKey(s, lock) ?? lock.key, lock, at);
    // What was read of memory before may have changed from here on.
    for (const known of [...s.known.keys()]) if (known.includes(".")) s.known.delete(known);
  }

  /** The key under which a lock is held: its own, or that of the same lock of every element of a loop. */
  protected heldKey(s: PathState, lock: Value): string | null {
    if (s.locks.has(lock.key)) return lock.key;
    const ofEach = `${OF_EACH}${lock.key}`;
    if (s.locks.has(ofEach)) return ofEach;
    const { root, fields } = pathOf(lock);
    for (const [key, held] of s.locks) {
      if (held.all !== true) continue;
      const other = pathOf(held.lock);
      if (other.root.kind === root.kind && other.fields.join() === fields.join()) return key;
    }
    return null;
  }

  protected lockCall(
    s: PathState,
    model: LockCall,
    { args, at }: Extract<Expr, { kind: "call" }>,
    name: string,
    use: CallEvent["use"],
  ): Value {
    const arg = model.global === null ? args[model.argument] : undefined;
    args.forEach((a) => {
      if (a !== arg) this.eval(s, a);
    });
    const lock = this.modelledLock(model, arg && this.place(s, arg), name) as Value;
    const result = this.values.result(name, at, null);
    this.rebind(s, result);
    if (model.op === "unlock") {
      this.emitUnlock(s, lock, model.family, at);
      this.unlock(s, lock, at);
    } else if (model.op === "downgrade") {
      const held = s.locks.get(lock.key);
      if (held !== undefined) s.locks.set(lock.key, { ...held, mode: "shared" });
      s.snapshot = null;
    } else if (model.op === "assert") {
      this.lock(s, model, lock, at, true);
    } else if (model.success === null) {
      this.lock(s, model, lock, at);
    } else {
      const held: Held = {
        lock,
        mode: model.mode,
        acquired: at,
        block: this.block,
        family: model.family,
        how: "taken",
      };
      this.emitLock(s, held, at, { attempt: true, waits: model.waits, ignored: use === "statement" });
      s.pending.set(result.key, { held, success: model.success });
      limitSigns(s.known, result, model.success === "zero" ? NEGATIVE | ZERO : ZERO | POSITIVE);
    }
    return result;
  }

  /** The lock that a call is about, from the argument that leads to it; `name` stands for one that nothing names. */
  protected modelledLock(model: LockCall, place: Value | undefined, name: string | null): Value | null {
    if (model.global !== null) return this.values.global(model.global);
    if (place === undefined) return name === null ? null : this.values.global(name);
    return model.field.reduce((base, field, i) => this.member(base, field, i === 0), place);
  }

  /**
   * `WARN_ON(!mutex_is_locked(&x->lock))`, `lockdep_assert(lockdep_is_held(&x->lock))`: says that the lock is held. True when
   * the call was such a one.
   */
  protected complaint(s: PathState, expr: Extract<Expr, { kind: "call" }>, name: string): boolean {
    const whenTrue = this.ctx.models.complaints.get(name);
    const arg = expr.args[0];
    if (whenTrue === undefined || arg === undefined) return false;
    const negated = arg.kind === "unary" && arg.op === "!";
    const test = negated ? arg.arg : arg;
    if (negated !== whenTrue || test.kind !== "call" || test.callee.kind !== "id") return false;
    const model = this.ctx.models.lockTests.get(test.callee.name);
    if (model === undefined) return false;
    const place = test.args[model.argument];
    const lock = this.modelledLock(model, place && this.place(s, place), null);
    if (lock !== null) this.lock(s, model, lock, expr.at, true);
    return lock !== null;
  }

  protected maybeLocked(s: PathState, args: readonly Value[], anything = false): void {
    for (const arg of args) {
      if (!anything && !this.isObject(arg)) continue;
      s.unsure.add(`?${arg.key}`);
      s.snapshot = null;
    }
  }
}
