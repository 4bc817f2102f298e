/**
 * The transfer function: what one step of a function does to a path state, and the events it makes on the way. Expressions
 * are evaluated in C's order to symbolic values (value.ts).
 */
import type { Declarator, Expr, Stmt, TypeRef } from "../source/ast.js";
import { type Step, stripHints } from "./cfg.js";
import { ConditionInterpreter } from "./condition-interpreter.js";
import { elementType, isMask, NEGATED } from "./conditions.js";
import type { CallEvent } from "./events.js";
import { type AccessCall, containerStructs, type ObjectModel } from "./models.js";
import { dispatched, pointerOf } from "./pointers.js";
import { callKey } from "./recorder.js";
import { signsOf } from "./signs.js";
import { copyState, type Held, newDep, type PathState, type ReadDep, takeLock } from "./state.js";
import { POINTEE, type Value } from "./value.js";

const isContainerOf = (name: string): boolean =>
  ["container_of", "container_of_const", "list_entry", "rb_entry"].includes(name);

export class Interpreter extends ConditionInterpreter {
  /** Arguments of iteration macros that are variables of the loop, as "loop argument". */
  private readonly loopVariables = new Set<string>();

  step(s: PathState, step: Step): void {
    switch (step.kind) {
      case "eval":
        if (step.use === "branch") this.eval(s, step.expr);
        else this.statement(s, step.expr, step.use);
        return;
      case "decl":
        this.declare(s, step.declarator);
        return;
      case "next":
        this.nextElement(s, step.loop.id, step.loop.name, step.loop.args);
        return;
      case "done":
        for (const value of new Set(s.env.values())) {
          if (value.kind === "element" && value.index === step.loop.id) this.rebind(s, value);
        }
        return;
      case "guard":
        this.guard(s, step);
        return;
      case "release":
        for (const id of step.ids) this.releaseGuard(s, id, step.at);
        return;
      case "return": {
        const value = step.value === null ? null : this.quiet(() => this.evalAgain(s, step.value as Expr));
        const freed = [...s.freed.values()].filter((f) => f.callers).map((f) => f.lock);
        this.record(s, {
          kind: "return",
          at: step.at,
          freed,
          signs: value === null ? 0 : signsOf(s.known, value),
          value: (step.value === null ? null : this.pathReturned(s, step.value)) ?? value,
          deps: value === null ? [] : this.depsOf(s, value),
        });
        return;
      }
      case "leave":
        return;
    }
  }

  /** The path that a returned call stands for: `return to_dev(x);`; null when it stands for none. */
  protected pathReturned(s: PathState, expr: Expr): Value | null {
    if (expr.kind !== "call" || expr.callee.kind !== "id") return null;
    if (isContainerOf(expr.callee.name)) return this.quiet(() => this.containerOf(s, expr));
    const summary = this.ctx.models.locks.has(expr.callee.name) ? null : this.ctx.summaryOf(expr.callee.name);
    return (
      summary?.returnedPath(
        this,
        expr.args.map((a) => this.quiet(() => this.evalAgain(s, a))),
      ) ?? null
    );
  }

  protected statement(s: PathState, expr: Expr, use: "statement" | "returned"): void {
    const inner = expr.kind === "cast" ? expr.arg : expr;
    if (inner.kind === "call") this.call(s, inner, use);
    else this.eval(s, expr);
  }

  protected declare(s: PathState, d: Declarator): void {
    if (d.isStatic) return;
    const value = d.init === null || d.init.kind === "init" ? null : this.eval(s, d.init);
    if (d.init?.kind === "init") for (const entry of d.init.entries) this.eval(s, entry.value);
    this.bind(s, d.name, value === null ? this.values.local(d.name, d.type, d.at) : this.typed(value, d.type, d.name));
  }

  protected nextElement(s: PathState, loop: number, name: string, args: Expr[]): void {
    const found = this.iterator(name);
    const isVariable = (arg: Expr): boolean => {
      const kind = arg.kind === "id" ? s.env.get(arg.name)?.kind : undefined;
      return kind === "local" || kind === "element";
    };
    // queue_for_each_hw_ctx(q, hctx, i): the parameter is what is gone through, the variables are what goes.
    const hasVariable = args.some(isVariable);
    args.forEach((arg, i) => {
      if (arg.kind !== "id") return;
      const old = s.env.get(arg.name);
      if (found === null && (old?.kind === "param" || old?.kind === "container") && hasVariable) return;
      const isObject = found !== null && found.variable === i;
      const isFresh = found === null && (i === 0 || old?.kind === "local" || old?.kind === "element");
      // Once a loop's variable, always: it may have been found equal to another name meanwhile.
      if (!isObject && !isFresh && !this.loopVariables.has(`${loop} ${i}`)) return;
      this.loopVariables.add(`${loop} ${i}`);
      const type: TypeRef | null = isObject
        ? { name: found.model.struct, pointers: 1, tag: true }
        : (old?.type ?? null);
      const element = this.values.element(loop, arg.name, type);
      if (!this.ctx.oneContainer)
        element.within = this.containerIn(args.map((a) => this.quiet(() => this.place(s, a))));
      this.rebind(s, element);
      this.bind(s, arg.name, element);
    });
  }

  /** The container that one of the values is, or belongs to: kvm, or &kvm->vcpu_array. */
  private containerIn(values: readonly Value[]): Value | null {
    const structs = containerStructs(this.ctx.models.objects);
    for (const value of values)
      for (let v: Value | null = value; v !== null; v = v.base)
        if (v.type !== null && structs.has(v.type.name)) return v;
    return null;
  }

  protected iterator(name: string): { model: ObjectModel; variable: number } | null {
    for (const model of this.ctx.models.objects) {
      const found = model.iterators.get(name);
      if (found !== undefined) return { model, variable: found.variable };
    }
    return null;
  }

  /** The value of an expression, with a read event where it ends in memory. */
  eval(s: PathState, expr: Expr): Value {
    switch (expr.kind) {
      case "id":
        return this.identifier(s, expr.name, expr.at, true);
      case "number":
        return this.values.constant(expr.text);
      case "string":
      case "sizeof":
        return this.values.constant(expr.kind);
      case "member":
      case "index": {
        const place = this.place(s, expr);
        this.access(s, "read", place, expr.at);
        return place;
      }
      case "unary":
        return this.unary(s, expr);
      case "binary":
        return this.binary(s, expr);
      case "assign":
        return this.assign(s, expr);
      case "call":
        return this.call(s, expr, "value");
      case "cond": {
        const test = this.eval(s, expr.test);
        const yes = expr.yes === null ? test : this.eval(s, expr.yes);
        const no = this.eval(s, expr.no);
        if (yes === no) return yes;
        const either = this.values.op("?", [test, yes, no]);
        either.type ??= yes.type ?? no.type;
        return either;
      }
      case "cast":
        return this.castTo(this.eval(s, expr.arg), expr.type);
      case "comma":
        this.eval(s, expr.left);
        return this.eval(s, expr.right);
      case "block":
        return this.statementExpr(s, expr.body, expr.at);
      case "init":
        for (const entry of expr.entries) this.eval(s, entry.value);
        return this.values.constant("{}");
      case "unknown":
        for (const part of expr.parts) this.eval(s, part);
        return this.values.result(expr.what, expr.at, null);
    }
  }

  protected castTo(value: Value, type: TypeRef): Value {
    if (type.tag && type.pointers > 0 && value.type === null && value.kind === "result") value.type = type;
    return value;
  }

  protected identifier(s: PathState, name: string, at: number, read: boolean): Value {
    const bound = s.env.get(name);
    if (bound !== undefined) return bound;
    if (!this.ctx.whole) return this.values.free(name);
    const global = this.values.global(name);
    if (read && !/^[A-Z0-9_]+$/.test(name)) this.access(s, "read", global, at);
    return global;
  }

  /** The place an expression names, without reading it. */
  place(s: PathState, expr: Expr): Value {
    switch (expr.kind) {
      case "id":
        return this.identifier(s, expr.name, expr.at, false);
      case "member":
        return this.member(this.place(s, expr.base), expr.field, expr.arrow);
      case "index": {
        const base = this.place(s, expr.base);
        const index = this.eval(s, expr.index);
        return this.values.field(
          base,
          `[${index.kind === "constant" ? index.name : index.show}]`,
          elementType(base),
          false,
        );
      }
      case "unary":
        if (expr.op === "*") return this.pointee(this.place(s, expr.arg));
        if (expr.op === "&") return this.place(s, expr.arg);
        return this.eval(s, expr);
      case "cast":
        return this.castTo(this.place(s, expr.arg), expr.type);
      case "call":
        return this.memberMacro(s, expr) ?? this.eval(s, expr);
      default:
        return this.eval(s, expr);
    }
  }

  /** ACCESS_PRIVATE(p, lock) names p->lock; null for any other call. */
  protected memberMacro(s: PathState, expr: Extract<Expr, { kind: "call" }>): Value | null {
    const [object, field] = expr.args;
    if (expr.callee.kind !== "id" || !this.ctx.models.memberMacros.has(expr.callee.name)) return null;
    if (object === undefined || field?.kind !== "id") return null;
    return this.member(this.place(s, object), field.name, true);
  }

  /** What a pointer points to: the same path, except that a parameter is not what its caller made it point to. */
  pointee(pointer: Value): Value {
    if (pointer.kind !== "param" || pointer.type === null || pointer.type.pointers === 0) return pointer;
    return this.values.field(pointer, POINTEE, elementType(pointer), false);
  }

  protected member(of: Value, field: string, arrow: boolean): Value {
    const base = of.name === POINTEE && of.base !== null ? of.base : of;
    const struct = base.type?.name ?? null;
    for (const model of this.ctx.models.objects) {
      const container = model.container;
      if (container?.field !== field) continue;
      if (struct !== model.struct && struct !== null) continue;
      if (struct === null && base.kind === "field") continue;
      const type: TypeRef = { name: container.struct, pointers: 1, tag: true };
      if (base.type === null) base.type = { name: model.struct, pointers: 1, tag: true };
      if (this.ctx.oneContainer) return this.values.container(`${base.show}->${field}`, type);
      if (base.within) return base.within;
      return this.values.field(base, field, type, arrow);
    }
    const type = struct === null ? null : this.ctx.fieldType(struct, field);
    return this.values.field(base, field, type, arrow);
  }

  protected unary(s: PathState, expr: Extract<Expr, { kind: "unary" }>): Value {
    if (expr.op === "&") return this.place(s, expr.arg);
    if (/\+\+|--/.test(expr.op)) {
      const place = this.place(s, expr.arg);
      if (expr.arg.kind === "id" && s.env.has(expr.arg.name)) {
        const next = this.values.op(expr.op, [place, this.values.constant(`@${expr.at}`)]);
        this.bind(s, expr.arg.name, next.key.length > 400 ? this.values.result("++", expr.at, place.type) : next);
        return place;
      }
      this.access(s, "read", place, expr.at);
      this.access(s, "write", place, expr.at, { step: expr.op.includes("+") ? 1 : -1 });
      return place;
    }
    const arg = this.eval(s, expr.arg);
    if (expr.op === "*") {
      const place = this.pointee(arg);
      this.access(s, "read", place, expr.at);
      return place;
    }
    if (expr.op === "!" && arg.kind === "op" && NEGATED[arg.name])
      return this.values.op(NEGATED[arg.name] as string, arg.parts);
    return this.values.op(expr.op, [arg]);
  }

  protected binary(s: PathState, expr: Extract<Expr, { kind: "binary" }>): Value {
    const left = this.eval(s, expr.left);
    const right = this.eval(s, expr.right);
    if (expr.op === "&" && left.kind === "field" && isMask(right)) return this.bitOf(s, left, right, expr);
    const value = this.values.op(expr.op, [left, right]);
    return value.key.length > 400 ? this.values.result(expr.op, expr.at, null) : value;
  }

  /** `word & FLAG`: the bit is a place of its own, and read as such. */
  protected bitOf(s: PathState, word: Value, mask: Value, expr: Extract<Expr, { kind: "binary" }>): Value {
    const bit = this.values.bit(word, mask);
    const deps = s.deps.get(word.key);
    // A variable was read from memory earlier: what is known of that read of the word holds for the bit.
    if (expr.left.kind !== "id") this.access(s, "read", bit, expr.at);
    if (deps !== undefined)
      s.deps.set(
        bit.key,
        deps.map((d) => (d.place === word ? { ...d, place: bit } : d)),
      );
    return bit;
  }

  protected assign(s: PathState, expr: Extract<Expr, { kind: "assign" }>): Value {
    const right = this.eval(s, expr.right);
    const target = expr.left.kind === "cast" ? expr.left.arg : expr.left;
    if (target.kind === "id" && (s.env.has(target.name) || !this.ctx.whole)) {
      const old = s.env.get(target.name);
      const value = expr.op === "=" ? right : this.values.result(expr.op, expr.at, null);
      if (expr.op === "=") this.bind(s, target.name, this.typed(value, old?.type ?? null, target.name));
      else {
        this.bind(s, target.name, value);
        s.deps.set(value.key, [...this.depsOf(s, right), ...(old ? this.depsOf(s, old) : [])]);
      }
      return value;
    }
    const place = this.place(s, target);
    const mask =
      expr.op === "|=" ? right : expr.op === "&=" && right.kind === "op" && right.name === "~" ? right.parts[0] : null;
    if (mask && isMask(mask)) {
      const value = this.values.constant(expr.op === "|=" ? "1" : "0");
      this.access(s, "write", this.values.bit(place, mask), expr.at, { value });
      return right;
    }
    if (expr.op !== "=") this.access(s, "read", place, expr.at);
    const step = expr.op === "+=" ? 1 : expr.op === "-=" ? -1 : 0;
    this.access(s, "write", place, expr.at, { value: expr.op === "=" ? right : null, step });
    return right;
  }

  /** `({ ... })`: evaluated in text order, as one path; its value is the last expression's. */
  protected statementExpr(s: PathState, body: readonly Stmt[], at: number): Value {
    let last: Value = this.values.result("({})", at, null);
    const visit = (stmt: Stmt): void => {
      if (stmt.kind === "expr") last = this.eval(s, stmt.expr);
      else if (stmt.kind === "decl") for (const d of stmt.declarators) this.declare(s, d);
      else if (stmt.kind === "block") stmt.body.forEach(visit);
      else if (stmt.kind === "if") {
        this.eval(s, stmt.test);
        visit(stmt.yes);
        if (stmt.no !== null) visit(stmt.no);
      } else if (stmt.kind === "while" || stmt.kind === "do") {
        this.eval(s, stmt.test);
        visit(stmt.body);
      } else if (stmt.kind === "for" || stmt.kind === "macro-loop") visit(stmt.body);
    };
    body.forEach(visit);
    return last;
  }

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
    if (accessor !== undefined) return this.accessorCall(s, accessor, callee, expr);
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

  protected accessorCall(s: PathState, model: AccessCall, name: string, expr: Extract<Expr, { kind: "call" }>): Value {
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
    const { once, exclusive, step } = model;
    if (model.op !== "write") this.access(s, "read", place, expr.at, { once, exclusive });
    if (model.op !== "read") this.access(s, "write", place, expr.at, { value, once, exclusive, step });
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
