/**
 * The transfer function: what one step of a function does to a path state, and the events it makes on the way. Expressions
 * are evaluated in C's order to symbolic values (value.ts).
 */
import type { CFunction, Declarator, Expr, Stmt, TypeRef } from "../source/ast.js";
import type { Step } from "./cfg.js";
import { stripHints } from "./cfg.js";
import type { CallEvent, Event, EventLog } from "./events.js";
import type { AccessCall, AnalysisModels, LockCall, ObjectModel } from "./models.js";
import {
  dropLock,
  type Fact,
  factKey,
  type Held,
  newDep,
  type PathState,
  type ReadDep,
  snapshotOf,
  takeLock,
} from "./state.js";
import type { Summary } from "./summary.js";
import { pathOf, type Value, Values } from "./value.js";

/** What the interpreter asks of its surroundings. */
export interface InterpretContext {
  models: AnalysisModels;
  /** The summary of a callee, or null when its body is not visible. */
  summaryOf: (name: string) => Summary | null;
  /** Type of a struct's field, or null when the struct was not seen. */
  fieldType: (struct: string, field: string) => TypeRef | null;
  /** Return type of a function, or null. */
  returnType: (name: string) => TypeRef | null;
  /** False for a function of which only a part is shown. */
  whole: boolean;
  /** True when all paths to a container in this function lead to the same one. */
  oneContainer: boolean;
}

const COMPARE = new Set(["==", "!=", "<", ">", "<=", ">="]);
const NEGATED: Record<string, string> = { "!=": "==", "==": "!=", "<": ">=", ">": "<=", ">=": "<", "<=": ">" };

export class Interpreter {
  readonly values = new Values();
  /** Events are recorded only while this is set (the last pass). */
  log: EventLog | null = null;
  /** The block that is being run. */
  block = 0;

  constructor(private readonly ctx: InterpretContext) {}

  // ---- events ----

  private emit(s: PathState, event: Record<string, unknown> & { kind: Event["kind"]; at: number }): void {
    if (this.log === null) return;
    const { freed, ...snapshot } = snapshotOf(s);
    this.log.add({ ...snapshot, given: freed, block: this.block, origin: null, via: [], ...event } as unknown as Event);
  }

  private access(
    s: PathState,
    kind: "read" | "write",
    place: Value,
    at: number,
    more: { value?: Value | null; once?: boolean; exclusive?: boolean; step?: number } = {},
  ): void {
    if (place.kind !== "field" && place.kind !== "global") return;
    const { value = null, once = false, exclusive = false, step = 0 } = more;
    this.recognise(place);
    const stored = truthOf(value);
    this.emit(s, { kind, at, place, value, stored, once, exclusive, step, owned: false, rechecked: false });
    if (kind === "read") s.deps.set(place.key, [newDep(s, place, at)]);
    else this.forgetPath(s, place);
  }

  /** A variable whose declaration is not shown is an object when it has an object's fields. */
  private recognise(place: Value): void {
    const { root, fields } = pathOf(place);
    if ((root.kind !== "free" && root.kind !== "param") || root.type !== null) return;
    const field = fields.join(".");
    const { watched, ownLocks, objects } = this.ctx.models;
    const model = objects[0];
    const known = [...watched, ...ownLocks].some((w) => field === w || field.startsWith(`${w}.`));
    if (known && model !== undefined) root.type = { name: model.struct, pointers: 1, tag: true };
  }

  private forgetPath(s: PathState, place: Value): void {
    for (const key of s.known.keys()) if (key.includes(place.key)) s.known.delete(key);
  }

  /** Records an event with the locks and checks of this state. */
  record(s: PathState, event: Record<string, unknown> & { kind: Event["kind"]; at: number }): void {
    this.emit(s, event);
  }

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
  private annotatedPath(s: PathState, text: string): Value | null {
    const parts = text.replace(/[&\s()]/g, "").split(/->|\./);
    if (parts.some((p) => !/^\w+$/.test(p))) return null;
    const [root, ...fields] = parts as [string, ...string[]];
    return fields.reduce((base, field) => this.member(base, field, true), this.identifier(s, root, 0, false));
  }

  // ---- steps ----

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
        this.emit(s, { kind: "return", at: step.at, freed, value, deps: value === null ? [] : this.depsOf(s, value) });
        return;
      }
      case "leave":
        return;
    }
  }

  /** Evaluates without events: for an expression that was evaluated before. */
  private quiet<T>(work: () => T): T {
    const log = this.log;
    this.log = null;
    const result = work();
    this.log = log;
    return result;
  }

  private statement(s: PathState, expr: Expr, use: "statement" | "returned"): void {
    const inner = expr.kind === "cast" ? expr.arg : expr;
    if (inner.kind === "call") this.call(s, inner, use);
    else this.eval(s, expr);
  }

  private declare(s: PathState, d: Declarator): void {
    if (d.isStatic) return;
    const value = d.init === null || d.init.kind === "init" ? null : this.eval(s, d.init);
    if (d.init?.kind === "init") for (const entry of d.init.entries) this.eval(s, entry.value);
    this.bind(s, d.name, value === null ? this.values.local(d.name, d.type, d.at) : this.typed(value, d.type, d.name));
  }

  /** A fresh value takes the type and name of the variable it is stored in. */
  private typed(value: Value, type: TypeRef | null, name: string): Value {
    if (type?.tag && value.type === null && value.kind !== "constant") value.type = type;
    if (value.kind === "result" && value.show.endsWith("()")) value.show = name;
    return value;
  }

  private bind(s: PathState, name: string, value: Value): void {
    s.env.set(name, value);
  }

  /** A value that stands for "the current one of many" is about to mean another: what was said of the old one moves on. */
  rebind(s: PathState, value: Value): void {
    for (const key of [...s.freed.keys()]) if (key.includes(value.key)) s.freed.delete(key);
    if (s.unsure.delete(`?${value.key}`)) s.snapshot = null;
    for (const key of [...s.known.keys()]) if (key.includes(value.key)) s.known.delete(key);
    for (const [key, held] of [...s.locks]) {
      if (!mentions(held.lock, value) || key.startsWith("*")) continue;
      s.snapshot = null;
      s.locks.delete(key);
      s.locks.set(`*${key}`, { ...held, all: true });
    }
    s.pending.delete(value.key);
  }

  private nextElement(s: PathState, loop: number, name: string, args: Expr[]): void {
    const found = this.iterator(name);
    args.forEach((arg, i) => {
      if (arg.kind !== "id") return;
      const old = s.env.get(arg.name);
      const isObject = found !== null && found.variable === i;
      const rebinds = isObject || (found === null && (i === 0 || old?.kind === "local" || old?.kind === "element"));
      if (!rebinds) return;
      const type: TypeRef | null = isObject
        ? { name: found.model.struct, pointers: 1, tag: true }
        : (old?.type ?? null);
      const element = this.values.element(loop, arg.name, type);
      this.rebind(s, element);
      this.bind(s, arg.name, element);
    });
  }

  private iterator(name: string): { model: ObjectModel; variable: number } | null {
    for (const model of this.ctx.models.objects) {
      const found = model.iterators.get(name);
      if (found !== undefined) return { model, variable: found.variable };
    }
    return null;
  }

  // ---- locks ----

  private guard(s: PathState, step: Extract<Step, { kind: "guard" }>): void {
    const args = step.args.map((a) => this.place(s, a));
    const model = this.ctx.models.guards.get(step.className);
    const lock = args[model?.argument ?? 0];
    // A guard of a kind that no model knows (DEFINE_GUARD) may lock what it is given.
    if (model === undefined) this.maybeLocked(s, args);
    if (model === undefined || lock === undefined) return;
    this.lock(s, model, lock, step.at);
    s.guards.set(step.id, lock.key);
  }

  private releaseGuard(s: PathState, id: number, at: number): void {
    const key = s.guards.get(id);
    if (key === undefined) return;
    s.guards.delete(id);
    const lock = s.locks.get(key)?.lock;
    if (lock === undefined) return;
    this.emitUnlock(s, lock, "", at);
    this.unlock(s, lock, at);
  }

  private lock(s: PathState, model: LockCall, lock: Value, at: number, asserted = false): void {
    const how = asserted ? "asserted" : "taken";
    const held: Held = { lock, mode: model.mode, acquired: at, block: this.block, family: model.family, how };
    if (!asserted) this.emitLock(s, held, at);
    if (asserted && s.locks.has(lock.key)) return;
    takeLock(s, held);
  }

  /** Records that a lock is taken; `odd` when it is held already. */
  emitLock(s: PathState, { lock, mode, family }: Held, at: number, via: string[] = [], always = true): void {
    const own = s.locks.get(lock.key);
    const odd = own !== undefined && own.how === "taken" && !(own.mode === "shared" && mode === "shared");
    this.emit(s, {
      kind: "lock",
      at,
      lock,
      family,
      mode,
      odd,
      oddOnSome: odd,
      twice: false,
      callers: false,
      always,
      via,
    });
  }

  /** Records that a lock is given back; `odd` when it is not known to be held. */
  emitUnlock(s: PathState, lock: Value, family: string, at: number, via: string[] = []): void {
    const key = this.heldKey(s, lock);
    const odd = key === null && !s.unsure.has(lock.key);
    const twice = odd && s.freed.has(lock.key);
    const callers = (odd && !twice) || (key !== null && s.locks.get(key)?.how === "asserted");
    this.emit(s, {
      kind: "unlock",
      at,
      lock,
      family,
      mode: "exclusive",
      odd,
      oddOnSome: odd,
      twice,
      callers,
      always: true,
      via,
    });
  }

  private unlock(s: PathState, lock: Value, at: number): void {
    dropLock(s, this.heldKey(s, lock) ?? lock.key, lock, at);
    // What was read of memory before may have changed from here on.
    for (const known of [...s.known.keys()]) if (known.includes(".")) s.known.delete(known);
  }

  /** The key under which a lock is held: its own, or that of the same lock of every element of a loop. */
  private heldKey(s: PathState, lock: Value): string | null {
    if (s.locks.has(lock.key)) return lock.key;
    if (s.locks.has(`*${lock.key}`)) return `*${lock.key}`;
    const { root, fields } = pathOf(lock);
    for (const [key, held] of s.locks) {
      if (held.all !== true) continue;
      const other = pathOf(held.lock);
      if (other.root.kind === root.kind && other.fields.join() === fields.join()) return key;
    }
    return null;
  }

  private lockCall(s: PathState, model: LockCall, args: Expr[], name: string, at: number): Value {
    const arg = args[model.argument];
    args.forEach((a, i) => {
      if (i !== model.argument) this.eval(s, a);
    });
    const lock = arg === undefined ? this.values.global(name) : this.place(s, arg);
    const result = this.values.result(name, at, null);
    this.rebind(s, result);
    if (model.op === "unlock") {
      this.emitUnlock(s, lock, model.family, at);
      this.unlock(s, lock, at);
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
      s.pending.set(result.key, { held, success: model.success });
    }
    return result;
  }

  // ---- expressions ----

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

  private castTo(value: Value, type: TypeRef): Value {
    if (type.tag && type.pointers > 0 && value.type === null && value.kind === "result") value.type = type;
    return value;
  }

  private identifier(s: PathState, name: string, at: number, read: boolean): Value {
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
        if (expr.op === "*" || expr.op === "&") return this.place(s, expr.arg);
        return this.eval(s, expr);
      case "cast":
        return this.castTo(this.place(s, expr.arg), expr.type);
      default:
        return this.eval(s, expr);
    }
  }

  private member(base: Value, field: string, arrow: boolean): Value {
    const struct = base.type?.name ?? null;
    for (const model of this.ctx.models.objects) {
      const container = model.container;
      if (container?.field !== field) continue;
      if (struct !== model.struct && struct !== null) continue;
      if (struct === null && base.kind === "field") continue;
      const type: TypeRef = { name: container.struct, pointers: 1, tag: true };
      if (base.type === null) base.type = { name: model.struct, pointers: 1, tag: true };
      if (this.ctx.oneContainer) return this.values.container(`${base.show}->${field}`, type);
      return this.values.field(base, field, type, arrow);
    }
    const type = struct === null ? null : this.ctx.fieldType(struct, field);
    return this.values.field(base, field, type, arrow);
  }

  private unary(s: PathState, expr: Extract<Expr, { kind: "unary" }>): Value {
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
      this.access(s, "read", arg, expr.at);
      return arg;
    }
    if (expr.op === "!" && arg.kind === "op" && NEGATED[arg.name])
      return this.values.op(NEGATED[arg.name] as string, arg.parts);
    return this.values.op(expr.op, [arg]);
  }

  private binary(s: PathState, expr: Extract<Expr, { kind: "binary" }>): Value {
    const left = this.eval(s, expr.left);
    const right = this.eval(s, expr.right);
    if (expr.op === "&" && left.kind === "field" && isMask(right)) return this.bitOf(s, left, right);
    const value = this.values.op(expr.op, [left, right]);
    return value.key.length > 400 ? this.values.result(expr.op, expr.at, null) : value;
  }

  /** `word & FLAG`: the bit is a place of its own; what is known of the read of the word holds for it. */
  private bitOf(s: PathState, word: Value, mask: Value): Value {
    const bit = this.values.bit(word, mask);
    const deps = s.deps.get(word.key);
    if (deps !== undefined)
      s.deps.set(
        bit.key,
        deps.map((d) => (d.place === word ? { ...d, place: bit } : d)),
      );
    return bit;
  }

  private assign(s: PathState, expr: Extract<Expr, { kind: "assign" }>): Value {
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
  private statementExpr(s: PathState, body: readonly Stmt[], at: number): Value {
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

  // ---- calls ----

  private call(s: PathState, expr: Extract<Expr, { kind: "call" }>, use: CallEvent["use"]): Value {
    const callee = expr.callee.kind === "id" ? expr.callee.name : null;
    if (callee === null) {
      const target = this.eval(s, expr.callee);
      const args = expr.args.map((a) => this.eval(s, a));
      this.emit(s, { kind: "call", at: expr.at, name: target.show, args, use, mutates: false, resolved: false });
      return this.fresh(s, target.show, expr.at, null);
    }
    const accessor = this.ctx.models.accessors.get(callee);
    if (accessor !== undefined) return this.accessorCall(s, accessor, callee, expr);
    const lock = this.ctx.models.locks.get(callee);
    if (lock !== undefined) return this.lockCall(s, lock, expr.args, callee, expr.at);
    if (callee === "container_of" || callee === "list_entry" || callee === "rb_entry") return this.containerOf(s, expr);
    const hint = stripHints(expr);
    if (hint !== expr) return this.eval(s, hint);
    const args = expr.args.map((a) => this.eval(s, a));
    return this.plainCall(s, callee, args, expr.at, use);
  }

  private fresh(s: PathState, name: string, at: number, type: TypeRef | null): Value {
    const result = this.values.result(name, at, type);
    this.rebind(s, result);
    s.deps.delete(result.key);
    return result;
  }

  private plainCall(s: PathState, name: string, args: Value[], at: number, use: CallEvent["use"]): Value {
    const model = this.getterModel(name, args);
    const type = model ? { name: model.struct, pointers: 1, tag: true } : this.ctx.returnType(name);
    const result = this.fresh(s, name, at, type);
    if (model !== undefined) return result;
    if (this.ctx.models.pure(name) && args.length > 0 && args.every(isMask)) return this.values.op(name, args);
    const summary = this.ctx.summaryOf(name);
    this.emit(s, { kind: "call", at, name, args, use, mutates: summary?.mutates === true, resolved: summary !== null });
    if (summary !== null) {
      summary.apply(this, s, args, at, result);
      return result;
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

  private maybeLocked(s: PathState, args: readonly Value[]): void {
    for (const arg of args) {
      if (!this.isObject(arg)) continue;
      s.unsure.add(`?${arg.key}`);
      s.snapshot = null;
    }
  }

  /** The object model whose instance a call returns, or null. */
  private getterModel(name: string, args: readonly Value[]): ObjectModel | undefined {
    return this.ctx.models.objects.find((o) => {
      if (o.own.has(name)) return true;
      return o.getters.has(name) && (name !== "xa_load" || o.arrays.has(args[0]?.name ?? ""));
    });
  }

  /** The container of an object, as this function names it. */
  containerOfObject(object: Value): Value | null {
    const model = this.ctx.models.objects.find((o) => object.type?.name === o.struct);
    const field = model?.container?.field;
    return field === undefined ? null : this.member(object, field, true);
  }

  /** True for a value known to be an instance of an object model. */
  isObject(value: Value): boolean {
    if (value.kind === "constant") return false;
    return this.ctx.models.objects.some((o) => value.type?.name === o.struct);
  }

  private accessorCall(s: PathState, model: AccessCall, name: string, expr: Extract<Expr, { kind: "call" }>): Value {
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

  private containerOf(s: PathState, expr: Extract<Expr, { kind: "call" }>): Value {
    const [pointer, struct, member] = expr.args;
    const inner = pointer === undefined ? this.values.constant("0") : this.eval(s, pointer);
    const type: TypeRef = { name: struct?.kind === "id" ? struct.name : "", pointers: 1, tag: true };
    const field = member?.kind === "id" ? member.name : null;
    if (inner.kind === "field" && inner.name === field && inner.base !== null) return inner.base;
    const value = this.values.op(`container_of.${field ?? ""}`, [inner]);
    if (value.type === null) value.type = type;
    return value;
  }

  // ---- conditions ----

  /** All reads that a value rests on. */
  depsOf(s: PathState, value: Value): ReadDep[] {
    const own = s.deps.get(value.key);
    if (own !== undefined) return [...own];
    const out: ReadDep[] = [];
    for (const part of value.parts) out.push(...this.depsOf(s, part));
    return out;
  }

  /** Goes along an edge taken on `expr` being `truth`. Returns false when this path cannot go there. */
  assume(s: PathState, expr: Expr, truth: boolean): boolean {
    const value = this.quiet(() => this.evalAgain(s, expr));
    const [test, positive] = normalise(value, truth);
    if (test.kind === "constant") {
      const constant = truthOf(test);
      return constant === null || (constant === "nonzero") === positive;
    }
    const known = s.known.get(test.key);
    if (known !== undefined && known !== positive) return false;
    s.known.set(test.key, positive);
    this.settlePending(s, test, positive);
    const equal = test.kind === "op" && test.name === (positive ? "==" : "!=") && comparesThings(test);
    for (const dep of this.depsOf(s, test)) {
      const comparesObject = equal || (dep.compares && positive !== dep.inverted);
      this.learn(s, { dep, truth: positive !== dep.inverted, comparesObject, at: expr.at });
    }
    this.learnEquality(s, value, truth);
    return true;
  }

  /** The reads that a condition rests on, after its evaluation. */
  conditionDeps(s: PathState, expr: Expr): ReadDep[] {
    return this.depsOf(
      s,
      normalise(
        this.quiet(() => this.evalAgain(s, expr)),
        true,
      )[0],
    );
  }

  /** The value of a condition that was just evaluated: calls are not made again. */
  private evalAgain(s: PathState, expr: Expr): Value {
    if (expr.kind === "call" && expr.callee.kind === "id") {
      const accessor = this.ctx.models.accessors.get(expr.callee.name);
      const target = accessor?.op === "read" ? expr.args[accessor.argument] : undefined;
      if (accessor !== undefined && target !== undefined) {
        const place = this.place(s, target);
        const bit = accessor.bit === null ? undefined : expr.args[accessor.bit];
        return bit ? this.values.bit(place, this.evalAgain(s, bit)) : place;
      }
      if (stripHints(expr) !== expr) return this.evalAgain(s, stripHints(expr));
      if (this.ctx.models.pure(expr.callee.name) && expr.args.length > 0) {
        const args = expr.args.map((a) => this.evalAgain(s, a));
        if (args.every(isMask)) return this.values.op(expr.callee.name, args);
      }
      return this.values.result(expr.callee.name, expr.at, null);
    }
    if (expr.kind === "binary") {
      const [left, right] = [this.evalAgain(s, expr.left), this.evalAgain(s, expr.right)];
      if (expr.op === "&" && left.kind === "field" && isMask(right)) return this.values.bit(left, right);
      return this.values.op(expr.op, [left, right]);
    }
    if (expr.kind === "unary" && (expr.op === "&" || expr.op === "*")) return this.place(s, expr.arg);
    if (expr.kind === "unary") return this.values.op(expr.op, [this.evalAgain(s, expr.arg)]);
    if (expr.kind === "assign" && expr.op === "=") {
      return expr.left.kind === "id"
        ? (s.env.get(expr.left.name) ?? this.values.free(expr.left.name))
        : this.evalAgain(s, expr.right);
    }
    if (expr.kind === "id" || expr.kind === "member" || expr.kind === "index") return this.place(s, expr);
    if (expr.kind === "number") return this.values.constant(expr.text);
    if (expr.kind === "cast") return this.evalAgain(s, expr.arg);
    return this.values.result(`cond`, expr.at, null);
  }

  private settlePending(s: PathState, test: Value, truth: boolean): void {
    const direct = s.pending.get(test.key);
    const lessThan = test.kind === "op" && (test.name === "<" || test.name === "==") ? test.parts[0] : undefined;
    const pending = direct ?? (lessThan ? s.pending.get(lessThan.key) : undefined);
    if (pending === undefined) return;
    s.pending.delete(direct ? test.key : (lessThan as Value).key);
    if ((pending.success === "nonzero") === truth) takeLock(s, pending.held);
  }

  private learn(s: PathState, fact: Fact): void {
    s.snapshot = null;
    for (const [key, old] of [...s.facts]) {
      if (old.dep.place === fact.dep.place && old.dep.predicate === fact.dep.predicate && old.dep.at !== fact.dep.at)
        s.facts.delete(key);
    }
    s.facts.delete(factKey(fact.dep, !fact.truth));
    s.facts.set(factKey(fact.dep, fact.truth), fact);
  }

  /** After `a == b` the one name stands for the other: `if (tmp == vcpu)` makes tmp the own vCPU in that branch. */
  private learnEquality(s: PathState, value: Value, truth: boolean): void {
    if (value.kind !== "op" || !COMPARE.has(value.name)) return;
    const [a, b] = value.parts;
    if (a === undefined || b === undefined || (value.name === "==") !== truth || !["==", "!="].includes(value.name))
      return;
    // v->vcpu_id == vcpu->vcpu_id says that v is vcpu.
    if (a.kind === "field" && b.kind === "field" && a.name === b.name && a.base !== null && b.base !== null) {
      if (this.isObject(a.base) && this.isObject(b.base)) this.nameAlike(s, a.base, b.base);
      return;
    }
    if (this.isObject(a) || this.isObject(b)) this.nameAlike(s, a, b);
  }

  private nameAlike(s: PathState, a: Value, b: Value): void {
    if (a.kind === "constant" || b.kind === "constant") return;
    const locked = [...s.locks.values()].some((h) => mentions(h.lock, a));
    const [from, to] = a.kind === "param" || a.kind === "free" || locked ? [b, a] : [a, b];
    for (const [name, bound] of s.env) if (bound === from) s.env.set(name, to);
  }
}

/** A bit mask: a constant or a name for one, or a parameter that a caller gives. */
const isMask = (value: Value): boolean =>
  ["constant", "global", "param"].includes(value.kind) || (value.kind === "op" && value.parts.every(isMask));

/** `a == b` where neither is a plain constant: a look at whose something is. */
export function comparesThings(test: Value): boolean {
  const isPlain = (v: Value): boolean => v.kind === "constant" || (v.kind === "global" && /^[A-Z0-9_]+$/.test(v.name));
  return test.parts.length === 2 && !test.parts.some(isPlain);
}

/** Strips comparisons with zero and negations: the value whose truth decides, and which truth. */
function normalise(value: Value, truth: boolean): [Value, boolean] {
  let v = value;
  let t = truth;
  for (;;) {
    if (v.kind !== "op") return [v, t];
    const [a, b] = v.parts;
    if (v.name === "!" && a !== undefined) {
      v = a;
      t = !t;
    } else if (
      (v.name === "!=" || v.name === "==") &&
      b?.kind === "constant" &&
      a !== undefined &&
      truthOf(b) === "zero"
    ) {
      if (v.name === "==") t = !t;
      v = a;
    } else return [v, t];
  }
}

/** Whether a constant is zero; null when it is not a plain constant. */
export function truthOf(value: Value | null): "zero" | "nonzero" | null {
  if (value?.kind !== "constant") return null;
  if (/^(?:0[xX]?0*[uUlL]*|'\\0')$/.test(value.name)) return "zero";
  return /^(?:0[xX])?[0-9a-fA-F]+[uUlL]*$|^'.*'$/.test(value.name) ? "nonzero" : null;
}

function elementType(base: Value): TypeRef | null {
  if (base.type === null || base.type.pointers === 0) return base.type;
  return { ...base.type, pointers: base.type.pointers - 1 };
}

function mentions(value: Value, root: Value): boolean {
  for (let v: Value | null = value; v !== null; v = v.base) if (v === root) return true;
  return false;
}
