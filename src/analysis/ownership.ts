/**
 * Whose an object is: nobody but this thread can see one that was just allocated, lies on the stack, is being set up or torn
 * down. Such an object needs no lock yet, or no longer; accesses to it are no evidence of how the others treat it.
 */
import type { CFunction } from "../source/ast.js";
import type { ProgramFunction } from "./definitions.js";
import type { CallEvent } from "./events.js";
import { objectOf } from "./field-class.js";
import { MAX_DOWN, mayHandle } from "./handlers.js";
import { digestOf } from "./lock-digest.js";
import type { Program } from "./program.js";
import { Answers } from "./trace.js";
import type { Value } from "./value.js";

/** Calls are followed this far up (who passes a private object) and down (who sets one up, or disposes of it). */
const MAX_DEPTH = 5;

/** Answers by function, depth and more. How deep is part of the question: no answer hangs on what was asked before. */
class ByFunction<V> {
  private readonly byFunction = new Map<CFunction, Answers<number, V>>();

  constructor(private readonly program: Program) {}

  of(f: ProgramFunction, key: number, find: () => V): V {
    let own = this.byFunction.get(f.fn);
    if (own === undefined) {
      own = new Answers(this.program.trace);
      this.byFunction.set(f.fn, own);
    }
    return own.of(key, find);
  }
}

export class Ownership {
  private readonly params: ByFunction<boolean>;
  private readonly handled: ByFunction<readonly Value[]>;
  private readonly returns: ByFunction<boolean>;

  constructor(private readonly program: Program) {
    this.params = new ByFunction(program);
    this.handled = new ByFunction(program);
    this.returns = new ByFunction(program);
  }

  /** True when no other thread can see what a place of this function stands in. */
  isPrivate(f: ProgramFunction, place: Value, depth = MAX_DEPTH): boolean {
    if (f.fn.annotations.some((a) => this.program.models.setupAttributes.has(a.name))) return true;
    const handled = this.handledBy(f);
    for (let v: Value | null = objectOf(place); v !== null; v = v.base) {
      if (handled.includes(v) || this.isFresh(f, v, depth)) return true;
    }
    return false;
  }

  private isFresh(f: ProgramFunction, v: Value, depth: number): boolean {
    switch (v.kind) {
      case "local":
        return v.type === null || v.type.pointers === 0;
      case "result":
        return this.program.models.allocators.has(v.name) || this.returnsFresh(f, v.name, depth);
      case "merge":
        return v.parts.some((p) => this.isFresh(f, p, depth));
      case "op":
        return v.name.startsWith("container_of.") || v.name === "?"
          ? v.parts.some((p) => p.kind !== "constant" && this.isPrivate(f, p, depth))
          : false;
      case "param":
        return this.isPrivateParam(f, v.index, depth);
      default:
        return false;
    }
  }

  private returnsFresh(f: ProgramFunction, name: string, depth: number): boolean {
    const callee = depth === 0 ? null : this.program.resolve(name, f.file);
    if (callee === null || !callee.fn.whole) return false;
    return this.returns.of(callee, depth, () =>
      this.program
        .facts(callee)
        .events.some((e) => e.kind === "return" && e.value !== null && this.isFresh(callee, e.value, depth - 1)),
    );
  }

  /** Every call in view passes an object that is its caller's own. */
  private isPrivateParam(f: ProgramFunction, index: number, depth: number): boolean {
    if (depth === 0) return false;
    return this.params.of(f, index * (MAX_DEPTH + 1) + depth, () => {
      let calls = 0;
      const passesOwn = (caller: ProgramFunction): boolean =>
        (digestOf(this.program.facts(caller)).callsTo.get(f.fn.name) ?? []).every((e) => {
          calls++;
          const arg = e.args[index];
          return arg !== undefined && this.isPrivateValue(caller, arg, depth - 1);
        });
      return this.program.callersOf(f).every((c) => c.fn !== f.fn && passesOwn(c)) && calls > 0;
    });
  }

  /** True when no other thread can see an object. */
  isPrivateObject(f: ProgramFunction, value: Value): boolean {
    return this.isPrivateValue(f, value, MAX_DEPTH);
  }

  private isPrivateValue(f: ProgramFunction, value: Value, depth: number): boolean {
    if (f.fn.annotations.some((a) => this.program.models.setupAttributes.has(a.name))) return true;
    const handled = this.handledBy(f);
    for (let v: Value | null = value; v !== null; v = v.base)
      if (handled.includes(v) || this.isFresh(f, v, depth)) return true;
    return false;
  }

  /** Objects that a function sets up (it makes their locks ready) or disposes of, itself or by a call. */
  private handledBy(f: ProgramFunction, depth = MAX_DOWN): readonly Value[] {
    return this.handled.of(f, depth, () => this.findHandled(f, depth));
  }

  private findHandled(f: ProgramFunction, depth: number): Value[] {
    const out = new Set<Value>();
    const { models } = this.program;
    this.program.trace.note(`H ${f.fn.name}`);
    for (const e of digestOf(this.program.facts(f)).calls) {
      if (models.lockSetup.has(e.name)) for (const arg of e.args) out.add(objectOf(arg));
      else if (models.disposers.has(e.name)) {
        for (const arg of e.args) if (arg.kind !== "constant") out.add(arg.type?.pointers === 0 ? objectOf(arg) : arg);
      } else if (depth > 0 && mayHandle(this.program, e.name, depth - 1))
        for (const v of this.handledByCallee(f, e, depth)) out.add(v);
    }
    return [...out].filter((v) => v.kind !== "constant" && v.kind !== "global");
  }

  private handledByCallee(f: ProgramFunction, call: CallEvent, depth: number): Value[] {
    const callee = call.resolved ? this.program.resolve(call.name, f.file) : null;
    if (callee === null || callee.fn === f.fn) return [];
    const { params } = this.program.facts(callee);
    return this.handledBy(callee, depth - 1).flatMap((v) => {
      const arg = call.args[params.indexOf(v)];
      return arg === undefined || arg.kind === "constant" ? [] : [arg];
    });
  }
}
