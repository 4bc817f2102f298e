/** What a branch teaches: which reads a condition rests on, which locks it settles, which names are one object. */
import type { Expr } from "../source/ast.js";
import { type Assumption, stripHints } from "./cfg.js";
import {
  COMPARE,
  comparedWith,
  comparesThings,
  isMask,
  isPlain,
  mentions,
  NEGATED,
  normalise,
  truthOf,
} from "./conditions.js";
import { LockInterpreter } from "./lock-interpreter.js";
import { callKey } from "./recorder.js";
import { type Known, limitSigns, signsOf, signTest, ZERO } from "./signs.js";
import { type Fact, factKey, type PathState, type ReadDep, takeLock } from "./state.js";
import type { Value } from "./value.js";

/** Keys of two names of constants, or of two numbers that are not the same in another spelling. */
function areDifferent(a: string, b: string): boolean {
  if (/^g:[A-Z0-9_]+$/.test(a) && /^g:[A-Z0-9_]+$/.test(b)) return a !== b;
  const [x, y] = [a, b].map((key) => (/^#\w+$/.test(key) ? Number(key.slice(1).replace(/[uUlL]+$/, "")) : Number.NaN));
  return !Number.isNaN(x) && !Number.isNaN(y) && x !== y;
}

/**
 * Whether a test of two things for being equal goes against another one that was decided before: `a != X` against `a == X` (a
 * switch asks in one way what a flag was set by in the other), `a == X` against `a == Y` for two names of constants.
 */
function contradicts(known: Known, test: Value, truth: boolean): boolean {
  const [left, right] = test.parts;
  if (test.kind !== "op" || left === undefined || right === undefined || !["==", "!="].includes(test.name))
    return false;
  if (known.get(`(${NEGATED[test.name]} ${left.key} ${right.key})`) === truth) return true;
  if ((test.name === "==") !== truth || !isPlain(right)) return false;
  for (const [key, was] of known) {
    if (was !== key.startsWith(`(== ${left.key} `) || !(was || key.startsWith(`(!= ${left.key} `))) continue;
    const other = key.slice(`(== ${left.key} `.length, -1);
    if (areDifferent(other, right.key)) return true;
  }
  return false;
}

export abstract class ConditionInterpreter extends LockInterpreter {
  /** All reads that a value rests on. */
  depsOf(s: PathState, value: Value): ReadDep[] {
    const own = s.deps.get(value.key);
    if (own !== undefined) return [...own];
    const out: ReadDep[] = [];
    for (const part of value.parts) out.push(...this.depsOf(s, part));
    return out;
  }

  /** Goes along an edge. Returns false when this path cannot go there. */
  follow(s: PathState, { expr, truth, whole = false }: Assumption): boolean {
    if (whole) return this.assumeWhole(s, expr, truth);
    if (expr.kind === "id" && s.env.has(expr.name)) {
      // A variable keeps its value when the memory that it was read from changes.
      const key = `$${expr.name}`;
      if ((s.known.get(key) ?? truth) !== truth) return false;
      s.known.set(key, truth);
    }
    return this.assume(s, expr, truth);
  }

  /** Takes `expr` to be `truth`. Returns false when it cannot be on this path. */
  protected assume(s: PathState, expr: Expr, truth: boolean): boolean {
    const value = this.quiet(() => this.evalAgain(s, expr));
    const [test, positive] = normalise(value, truth);
    if (test.kind === "constant") {
      const constant = truthOf(test);
      return constant === null || (constant === "nonzero") === positive;
    }
    if (!this.decide(s, test, positive)) return false;
    const equal = test.kind === "op" && test.name === (positive ? "==" : "!=") && comparesThings(test);
    for (const dep of this.depsOf(s, test)) {
      const comparesObject = equal || (dep.compares && positive !== dep.inverted);
      const told = dep.against === undefined && !dep.inverted ? { ...dep, ...comparedWith(test) } : dep;
      this.learn(s, { dep: told, truth: positive !== dep.inverted, comparesObject, at: expr.at });
    }
    this.learnEquality(s, value, truth);
    return true;
  }

  /** Notes the outcome of a test; false when it goes against what this path knows. */
  private decide(s: PathState, test: Value, truth: boolean): boolean {
    const known = s.known.get(test.key);
    if (known !== undefined && known !== truth) return false;
    if (contradicts(s.known, test, truth)) return false;
    // A lock that is held was taken through a pointer that is not null.
    if (!truth && s.locks.has(test.key)) return false;
    const sign = signTest(test, truth);
    if (sign !== null) {
      const mask = signsOf(s.known, sign.of) & sign.mask;
      if (mask === 0) return false;
      if (sign.of.kind !== "constant") limitSigns(s.known, sign.of, mask);
      this.settlePending(s, sign.of, mask);
    }
    s.known.set(test.key, truth);
    return true;
  }

  /** Goes along the outcome of `a || b` as a whole: what was decided of it once is not decided otherwise later. */
  private assumeWhole(s: PathState, expr: Expr, truth: boolean): boolean {
    const [test, positive] = normalise(
      this.quiet(() => this.evalAgain(s, expr)),
      truth,
    );
    const known = s.known.get(test.key);
    if (known !== undefined && known !== positive) return false;
    s.known.set(test.key, positive);
    return true;
  }

  /** What must hold behind `BUG_ON(x)` and is taken to hold behind `WARN_ON(x)`. */
  protected takeForGranted(s: PathState, expr: Expr): void {
    const value = this.quiet(() => this.evalAgain(s, expr));
    this.learnEquality(s, value, false);
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
  protected evalAgain(s: PathState, expr: Expr): Value {
    if (expr.kind === "call" && expr.callee.kind === "id") {
      const answered = s.env.get(callKey(expr.at));
      if (answered !== undefined) return answered;
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
    if (expr.kind === "unary" && (expr.op === "&" || expr.op === "*")) return this.place(s, expr);
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

  /** The answer of a trylock or killable form has one of these signs: taken, not taken, or not told yet. */
  protected settlePending(s: PathState, answer: Value, signs: number): void {
    const pending = s.pending.get(answer.key);
    if (pending === undefined) return;
    const isZero = signs === ZERO;
    if (!isZero && (signs & ZERO) !== 0) return;
    s.pending.delete(answer.key);
    if (isZero === (pending.success === "zero")) takeLock(s, pending.held);
  }

  protected learn(s: PathState, fact: Fact): void {
    s.snapshot = null;
    for (const [key, old] of fact.dep.vague === true ? [] : [...s.facts]) {
      if (old.dep.place === fact.dep.place && old.dep.predicate === fact.dep.predicate && old.dep.at !== fact.dep.at)
        s.facts.set(key, { ...old, superseded: true });
    }
    s.facts.delete(factKey(fact.dep, !fact.truth));
    s.facts.set(factKey(fact.dep, fact.truth), fact);
  }

  /** After `a == b` the one name stands for the other: `if (tmp == vcpu)` makes tmp the own vCPU in that branch. */
  protected learnEquality(s: PathState, value: Value, truth: boolean): void {
    if (value.kind !== "op" || !COMPARE.has(value.name)) return;
    const [a, b] = value.parts;
    if (a === undefined || b === undefined || (value.name === "==") !== truth || !["==", "!="].includes(value.name))
      return;
    // v->vcpu_id == vcpu->vcpu_id says that v is vcpu.
    if (a.kind === "field" && b.kind === "field" && a.name === b.name && a.base !== null && b.base !== null) {
      if (this.isObject(a.base) && this.isObject(b.base)) this.nameAlike(s, a.base, b.base);
      return;
    }
    const ownsLock = (v: Value): boolean => [...s.locks.values()].some((h) => mentions(h.lock, v));
    if (this.isObject(a) || this.isObject(b) || ownsLock(a) || ownsLock(b)) this.nameAlike(s, a, b);
  }

  protected nameAlike(s: PathState, a: Value, b: Value): void {
    if (a.kind === "constant" || b.kind === "constant") return;
    const locked = [...s.locks.values()].some((h) => mentions(h.lock, a));
    const [from, to] = a.kind === "param" || a.kind === "free" || locked ? [b, a] : [a, b];
    for (const [name, bound] of s.env) if (bound === from) s.env.set(name, to);
  }
}
