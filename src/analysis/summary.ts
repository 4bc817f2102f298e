/**
 * What a caller needs to know of a callee, relative to its parameters: accesses to shared state, locks taken or given back,
 * and the reads its result rests on (compositional summaries as in RacerD, Blackshear et al., OOPSLA 2018).
 */
import type { TypeRef } from "../source/ast.js";
import {
  type Acquired,
  Application,
  type Dropped,
  type Effect,
  isFresh,
  type LockEffect,
  type Released,
  type Unnamed,
} from "./application.js";
import type { CallInterpreter } from "./call-interpreter.js";
import type { CallEvent } from "./events.js";
import type { PathState, ReadDep } from "./state.js";
import { depText, heldText, typeText, valueText } from "./summary-text.js";
import { Terms } from "./terms.js";
import type { Value } from "./value.js";

export class Summary {
  private said: string | null = null;

  constructor(
    readonly name: string,
    private readonly effects: readonly Effect[],
    private readonly taken: readonly LockEffect[],
    private readonly released: readonly Released[],
    /** Locks of the caller that it gives back, whether or not it takes them again. */
    private readonly drops: readonly Dropped[],
    /** Locks that it gives back by a path of its own: which of the caller's that is, only their kind and name may tell. */
    private readonly unnamed: readonly Unnamed[],
    /** Locks that it takes although its caller might hold them, with the calls that lead there. */
    private readonly acquires: readonly Acquired[],
    /** Calls of what the caller gave it to call. */
    private readonly callsBack: readonly CallEvent[],
    private readonly returned: readonly ReadDep[],
    private readonly params: readonly Value[],
    /** True when it returns an object that a getter gave it: not the caller's own. */
    private readonly returnsOthers: TypeRef | null,
    /** Locks of the object it returns which it may leave held, as fields joined with dots. */
    private readonly lockedOfResult: readonly string[],
    /** The path that it returns, in its own terms. */
    private readonly path: { value: Value; type: TypeRef } | null,
    /** True when it is seen to write shared state. */
    readonly mutates: boolean,
    readonly cut: boolean,
  ) {}

  /** True when both tell a caller the same, of the same places in the source. */
  sameAs(other: Summary): boolean {
    return this === other || this.text() === other.text();
  }

  /** All that a caller is told, as text. */
  private text(): string {
    this.said ??= JSON.stringify([
      this.name,
      this.effects.map(({ event: e, origin, via }) => [
        [e.kind, valueText(e.place), valueText(e.value), e.stored, e.once, e.exclusive, e.step],
        [e.owned, e.rechecked, e.facts.map((f) => [f.comparesObject, isFresh(f, e.place)])],
        [e.held.map(heldText), [...e.unsure], origin.fn.path, origin.fn.name, origin.at, via],
      ]),
      this.taken.map(({ held, success }) => [heldText(held), success]),
      this.released.map(({ lock, always }) => [valueText(lock), always]),
      this.drops.map(({ lock, family, via }) => [valueText(lock), family, via]),
      this.unnamed.map(({ name, family }) => [name, family]),
      this.acquires.map(({ held, via, always }) => [heldText(held), via, always]),
      this.callsBack.map(({ target, args, held }) => [valueText(target), args.map(valueText), held.map(heldText)]),
      this.returned.map(depText),
      this.params.map(valueText),
      typeText(this.returnsOthers),
      this.lockedOfResult,
      this.path === null ? null : [valueText(this.path.value), typeText(this.path.type)],
      [this.mutates, this.cut],
    ]);
    return this.said;
  }

  /** Does to the caller's state what the callee does, and records the callee's accesses at the call. */
  apply(interpreter: CallInterpreter, s: PathState, args: readonly Value[], at: number, result: Value): void {
    const call = new Application(this.name, new Terms(interpreter, this.params, args, at), interpreter, s, at);
    if (interpreter.log !== null) {
      call.access(this.effects);
      call.callBack(this.callsBack);
      call.emit(this.drops, this.acquires);
    }
    call.release(this.unnamed, this.released);
    call.take(this.taken, result);
    call.returns(result, this.returned, this.returnsOthers, this.lockedOfResult);
  }

  /** What a call returns, when that is a path of the caller's: `to_dev(x)` is x->dev. */
  returnedPath(interpreter: CallInterpreter, args: readonly Value[]): Value | null {
    if (this.path === null) return null;
    const path = new Terms(interpreter, this.params, args, 0).of(this.path.value);
    // The getter's header tells what a field of an unknown struct, or of type void *, is.
    if (path !== null && path.type === null) path.type = this.path.type;
    return path;
  }
}
