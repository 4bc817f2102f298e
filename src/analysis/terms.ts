/** A callee's values in the terms of a caller: its parameters are the call's arguments, and all else is what is reached from them. */
import type { CallInterpreter } from "./call-interpreter.js";
import type { Held } from "./state.js";
import { POINTEE, type Value } from "./value.js";

export class Terms {
  constructor(
    private readonly interpreter: CallInterpreter,
    private readonly params: readonly Value[],
    private readonly args: readonly Value[],
    /** Offset of the call. */
    private readonly at: number,
  ) {}

  /** The value in the caller's terms; null when the caller has no name for it. */
  of(value: Value): Value | null {
    const { values } = this.interpreter;
    switch (value.kind) {
      case "param":
        return this.args[value.index] ?? null;
      case "container":
        return this.container(value);
      case "global":
        return values.global(value.name, value.type);
      case "constant":
        return values.constant(value.name);
      case "field":
        return this.field(value);
      case "op":
        return this.op(value);
      default:
        return null;
    }
  }

  /** What a callee says of each element of a loop, in the caller: the same of one that stands for all. */
  element(value: Value): Value | null {
    const { values } = this.interpreter;
    if (value.kind === "element") return values.element(-1 - this.at, value.name, value.type);
    if (value.kind !== "field" || value.base === null) return null;
    const base = this.element(value.base);
    return base === null ? null : values.field(base, value.name, value.type, isArrow(value));
  }

  /** Locks that have a name in the caller, as taken at the call; those of elements too where `elements`. */
  held(held: readonly Held[], elements = false): Held[] {
    return held.flatMap((h) => {
      const lock = this.of(h.lock) ?? (elements || h.all ? this.element(h.lock) : null);
      return lock === null ? [] : [{ ...h, lock, acquired: this.at }];
    });
  }

  private container(value: Value): Value | null {
    const i = this.params.indexOf(value);
    if (i !== -1) return this.args[i] ?? null;
    const arg = this.args[this.params.findIndex((p) => this.interpreter.isObject(p))];
    return arg === undefined ? null : this.interpreter.containerOfObject(arg);
  }

  private field(value: Value): Value | null {
    const base = value.base === null ? null : this.of(value.base);
    if (base === null) return null;
    if (value.name === POINTEE) return base.kind === "param" ? this.interpreter.pointee(base) : base;
    const mask = value.parts[0];
    if (mask !== undefined) return this.interpreter.values.bit(base, this.of(mask) ?? mask);
    return this.interpreter.values.field(base, value.name, value.type, isArrow(value));
  }

  private op(value: Value): Value | null {
    const [inner] = value.parts;
    if (inner === undefined) return null;
    if (!value.name.includes(".")) {
      const parts = value.parts.map((p) => this.of(p));
      return parts.some((p) => p === null) ? null : this.interpreter.values.op(value.name, parts as Value[]);
    }
    const part = this.of(inner);
    const field = value.name.slice("container_of.".length);
    return part === null ? null : this.interpreter.wholeOf(part, field, value.type);
  }
}

const isArrow = (value: Value): boolean => value.show.endsWith(`->${value.name}`);
