/** Calls: what a model or a summary says of the function, or what is assumed of one that is not in view. */
import type { Expr, TypeRef } from "../source/ast.js";
import { stripHints } from "./cfg.js";
import { isMask } from "./conditions.js";
import type { CallEvent } from "./events.js";
import { ExpressionInterpreter } from "./expression-interpreter.js";
import type { AccessCall, ObjectModel } from "./models.js";
import { dispatched, pointerOf } from "./pointers.js";
import { callKey } from "./recorder.js";
import { copyState, type Held, newDep, type PathState, type ReadDep, takeLock } from "./state.js";
import { POINTEE, type Value } from "./value.js";

export const isContainerOf = (name: string): boolean =>
  ["container_of", "container_of_const", "list_entry", "rb_entry"].includes(name);

export abstract class CallInterpreter extends ExpressionInterpreter {
  protected call(s: PathState, expr: Extract<Expr, { kind: "call" }>, use: CallEvent["use"]): Value {
    const callee = expr.callee.kind === "id" ? expr.callee.name : null;
    if (callee === null) {
      const target = this.eval(s, expr.callee);
      const args = expr.args.map((a) => this.eval(s, a));
      const through = dispatched(expr.callee, this.ctx.models.dispatch) ?? pointerOf(target);
      const name = target.show;
      const pointee = target.name === POINTEE && target.base !== null ? target.base : target;
      if (pointee.kind === "global") return this.plainCall(s, pointee.name, args, expr.at, use);
      this.record(s, {
        kind: "call",
        at: expr.at,
        name,
        args,
        use,
        mutates: false,
        resolved: false,
        through,
        target: pointee,
      });
      return this.fresh(s, target.show, expr.at, null);
    }
    const accessor = this.ctx.models.accessors.get(callee);
    if (accessor !== undefined) return this.accessorCall(s, accessor, callee, expr, use);
    const lock = this.ctx.models.locks.get(callee);
    if (lock !== undefined) return this.lockCall(s, lock, expr, callee, use);
    if (isContainerOf(callee)) return this.containerOf(s, expr);
    if (this.complaint(s, expr, callee)) return this.fresh(s, callee, expr.at, null);
    const hint = stripHints(expr);
    if (hint !== expr) return this.hinted(s, hint, use);
    const args = expr.args.map((a) => this.eval(s, a));
    if (this.ctx.models.noreturn.has(callee)) s.dead = true;
    const pointed = s.env.get(callee);
    const name = pointed?.kind === "global" ? pointed.name : callee;
    const value = this.valueCall(name, args) ?? this.plainCall(s, name, args, expr.at, use);
    if (value.kind === "result" && value.index === expr.at) s.env.delete(callKey(expr.at));
    else s.env.set(callKey(expr.at), value);
    return value;
  }

  /** `WARN_ON(x)` as a statement: what comes behind it counts on x being false. */
  protected hinted(s: PathState, inner: Expr, use: CallEvent["use"]): Value {
    const value = this.eval(s, inner);
    if (use === "statement") this.takeForGranted(s, inner);
    return value;
  }

  /** What a getter or a predicate comes out as, in the caller's terms; what its result rests on, this rests on. */
  protected answerOf(s: PathState, value: Value | null, result: Value): Value {
    if (value === null) return result;
    const deps = s.deps.get(result.key);
    if (value.kind === "op" && deps !== undefined) s.deps.set(value.key, deps);
    return value;
  }

  /** Calls that only spell a value or a question about it another way: `PTR_ERR(x)` is x, `IS_ERR(x)` asks for x < 0. */
  protected valueCall(name: string, args: readonly Value[]): Value | null {
    const [only] = args;
    if (only === undefined) return null;
    if (this.ctx.models.sameValue.has(name)) return only;
    const question = this.ctx.models.signTests.get(name);
    return question === undefined ? null : this.values.op(question, [only, this.values.constant("0")]);
  }

  protected fresh(s: PathState, name: string, at: number, type: TypeRef | null): Value {
    const result = this.values.result(name, at, type);
    this.rebind(s, result);
    s.deps.delete(result.key);
    return result;
  }

  protected plainCall(s: PathState, name: string, args: Value[], at: number, use: CallEvent["use"]): Value {
    const model = this.getterModel(name, args);
    const type = model ? { name: model.struct, pointers: 1, tag: true } : this.ctx.returnType(name);
    const result = this.fresh(s, name, at, type);
    if (model !== undefined) {
      if (!this.ctx.oneContainer) result.within = this.containerIn(args);
      return result;
    }
    const isValue = this.ctx.models.pure(name) && !this.ctx.models.disposers.has(name);
    if (isValue && args.length > 0 && args.every(isMask)) return this.values.op(name, args);
    const summary = this.ctx.summaryOf(name);
    const pointer = s.env.get(name);
    this.record(s, {
      kind: "call",
      at,
      name,
      args,
      use,
      mutates: summary?.mutates === true,
      resolved: summary !== null,
      through: pointer === undefined ? null : pointerOf(pointer),
      target: pointer ?? null,
    });
    if (summary !== null) {
      summary.apply(this, s, args, at, result);
      return this.answerOf(s, summary.returnedPath(this, args), result);
    }
    if (this.ctx.models.pure(name)) return result;
    // What a function that is not in view does with the object, it may lock it.
    const isHint = this.ctx.models.objects.some((o) => o.hints.has(name));
    if (use === "statement" && !isHint) this.maybeLocked(s, args);
    if (use !== "statement") {
      const deps: ReadDep[] = [];
      for (const place of args) if (this.isObject(place)) deps.push(newDep(s, place, at, name));
      if (deps.length > 0) s.deps.set(result.key, deps);
    }
    return result;
  }

  /** What a callee does through a pointer that this function gave it: `each(kvm, park)`. */
  callBack(s: PathState, target: Value, args: Value[], at: number, held: readonly Held[]): void {
    const use = "value" as const;
    if (target.kind !== "global") {
      const call = { name: target.show, args, use, mutates: false, resolved: false, through: null, target };
      if (target.kind === "param") this.record(s, { kind: "call", at, ...call });
      return;
    }
    const summary = this.ctx.summaryOf(target.name);
    if (summary === null) return;
    const inside = copyState(s);
    for (const h of held) takeLock(inside, h);
    const call = {
      name: target.name,
      args,
      use,
      mutates: summary.mutates,
      resolved: true,
      through: null,
      target: null,
    };
    this.record(inside, { kind: "call", at, ...call });
    summary.apply(this, inside, args, at, this.values.result(target.name, at, null));
  }

  /** The object model whose instance a call returns, or null. */
  protected getterModel(name: string, args: readonly Value[]): ObjectModel | undefined {
    return this.ctx.models.objects.find((o) => {
      if (o.own.has(name)) return true;
      return o.getters.has(name) && (name !== "xa_load" || o.arrays.has(args[0]?.name ?? ""));
    });
  }

  protected accessorCall(
    s: PathState,
    model: AccessCall,
    name: string,
    expr: Extract<Expr, { kind: "call" }>,
    use: CallEvent["use"],
  ): Value {
    const target = expr.args[model.argument];
    const others = expr.args.map((a, i) => (i === model.argument ? null : this.eval(s, a)));
    if (target === undefined) return this.fresh(s, name, expr.at, null);
    let place = this.place(s, target);
    const bit = model.bit === null ? null : others[model.bit];
    if (bit) place = this.values.bit(place, bit);
    const source = model.value;
    const value =
      source === null
        ? null
        : "constant" in source
          ? this.values.constant(String(source.constant))
          : (others[source.argument] ?? null);
    const { once, step } = model;
    const exclusive = model.exclusive && !(model.unconditional && use === "statement");
    if (model.op !== "write") this.access(s, "read", place, expr.at, { once, exclusive });
    // cmpxchg(&kvm->owner, vcpu, NULL): what is cleared is the own.
    const expected = model.expects === null ? null : others[model.expects];
    const owned = expected?.kind === "param" && expected.type?.pointers === 1;
    if (model.op !== "read") this.access(s, "write", place, expr.at, { value, once, exclusive, step, owned });
    if (model.op === "write") return this.fresh(s, name, expr.at, null);
    if (model.op === "read") return place;
    const result = this.fresh(s, name, expr.at, null);
    s.deps.set(result.key, s.deps.get(place.key) ?? []);
    return result;
  }

  protected containerOf(s: PathState, expr: Extract<Expr, { kind: "call" }>): Value {
    const [pointer, struct, member] = expr.args;
    const inner = pointer === undefined ? this.values.constant("0") : this.eval(s, pointer);
    // In a macro the type may not be readable: the variable that it is stored in tells then.
    const type: TypeRef | null = struct?.kind === "id" ? { name: struct.name, pointers: 1, tag: true } : null;
    return this.wholeOf(inner, member?.kind === "id" ? member.name : "", type);
  }

  /** What a part is the field of: `container_of(&x->part, struct T, part)` is x. */
  wholeOf(part: Value, field: string, type: TypeRef | null): Value {
    if (part.kind === "field" && part.name === field && part.base !== null) return part.base;
    const value = this.values.op(`container_of.${field}`, [part]);
    value.type ??= type;
    return value;
  }
}
