/**
 * Whose an object is: nobody but this thread can see one that was just allocated, lies on the stack, is being set up or torn
 * down. Such an object needs no lock yet, or no longer; accesses to it are no evidence of how the others treat it.
 */
import type { CFunction } from "../source/ast.js";
import type { CallEvent } from "./events.js";
import { objectOf } from "./field-class.js";
import type { Program, ProgramFunction } from "./program.js";
import type { Value } from "./value.js";

/** Calls are followed this far up (who passes a private object) and down (who sets one up, or disposes of it). */
const MAX_DEPTH = 5;

export class Ownership {
  private readonly params = new Map<CFunction, Map<number, boolean>>();
  private readonly handled = new Map<CFunction, readonly Value[]>();
  private readonly returns = new Map<CFunction, boolean>();

  constructor(private readonly program: Program) {}

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
    const known = this.returns.get(callee.fn);
    if (known !== undefined) return known;
    this.returns.set(callee.fn, false);
    const fresh = this.program
      .facts(callee)
      .events.some((e) => e.kind === "return" && e.value !== null && this.isFresh(callee, e.value, depth - 1));
    this.returns.set(callee.fn, fresh);
    return fresh;
  }

  /** Every call in view passes an object that is its caller's own. */
  private isPrivateParam(f: ProgramFunction, index: number, depth: number): boolean {
    const own = this.params.get(f.fn) ?? new Map<number, boolean>();
    this.params.set(f.fn, own);
    const known = own.get(index);
    if (known !== undefined) return known;
    if (depth === 0) return false;
    own.set(index, false);
    let calls = 0;
    const passesOwn = (caller: ProgramFunction): boolean =>
      this.program.facts(caller).events.every((e) => {
        if (e.kind !== "call" || e.name !== f.fn.name) return true;
        calls++;
        const arg = e.args[index];
        return arg !== undefined && this.isPrivateValue(caller, arg, depth - 1);
      });
    const found = this.program.callersOf(f).every((c) => c.fn !== f.fn && passesOwn(c)) && calls > 0;
    own.set(index, found);
    return found;
  }

  private isPrivateValue(f: ProgramFunction, value: Value, depth: number): boolean {
    if (f.fn.annotations.some((a) => this.program.models.setupAttributes.has(a.name))) return true;
    const handled = this.handledBy(f);
    for (let v: Value | null = value; v !== null; v = v.base)
      if (handled.includes(v) || this.isFresh(f, v, depth)) return true;
    return false;
  }

  /** Objects that a function sets up (it makes their locks ready) or disposes of, itself or by a call. */
  private handledBy(f: ProgramFunction, depth = 3): readonly Value[] {
    const known = this.handled.get(f.fn);
    if (known !== undefined) return known;
    this.handled.set(f.fn, []);
    const out = new Set<Value>();
    const { models } = this.program;
    for (const e of this.program.facts(f).events) {
      if (e.kind !== "call") continue;
      if (models.lockSetup.has(e.name)) for (const arg of e.args) out.add(objectOf(arg));
      else if (models.disposers.has(e.name)) {
        for (const arg of e.args) if (arg.kind !== "constant") out.add(arg.type?.pointers === 0 ? objectOf(arg) : arg);
      } else if (depth > 0) for (const v of this.handledByCallee(f, e, depth)) out.add(v);
    }
    const list = [...out].filter((v) => v.kind !== "constant" && v.kind !== "global");
    if (depth === 3) this.handled.set(f.fn, list);
    else this.handled.delete(f.fn);
    return list;
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
