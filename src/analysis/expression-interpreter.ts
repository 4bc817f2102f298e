/** Expressions, evaluated in C's order to symbolic values (value.ts), with the reads and writes that they make. */
import type { Declarator, Expr, Stmt, TypeRef } from "../source/ast.js";
import { ConditionInterpreter } from "./condition-interpreter.js";
import { elementType, isMask, NEGATED } from "./conditions.js";
import type { CallEvent } from "./events.js";
import { containerStructs } from "./models.js";
import type { PathState } from "./state.js";
import { POINTEE, type Value } from "./value.js";

export abstract class ExpressionInterpreter extends ConditionInterpreter {
  protected abstract call(s: PathState, expr: Extract<Expr, { kind: "call" }>, use: CallEvent["use"]): Value;
  protected abstract declare(s: PathState, d: Declarator): void;

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

  /** The container that one of the values is, or belongs to: kvm, or &kvm->vcpu_array. */
  protected containerIn(values: readonly Value[]): Value | null {
    const structs = containerStructs(this.ctx.models.objects);
    for (const value of values)
      for (let v: Value | null = value; v !== null; v = v.base)
        if (v.type !== null && structs.has(v.type.name)) return v;
    return null;
  }
}
