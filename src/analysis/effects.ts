/**
 * Expressions as statements: `a && b();`, `x ? a() : b();`, `a(), b();`, `v = x ? a() : b();`. Where an arm does something,
 * they are branches, and the control flow graph wants them as such.
 */
import type { Expr } from "../source/ast.js";

/** True for an expression that calls or stores. */
function hasEffect(expr: Expr): boolean {
  switch (expr.kind) {
    case "call":
    case "assign":
    case "block":
      return true;
    case "unary":
      return /\+\+|--/.test(expr.op) || hasEffect(expr.arg);
    case "binary":
    case "comma":
      return hasEffect(expr.left) || hasEffect(expr.right);
    case "cond":
      return hasEffect(expr.test) || (expr.yes !== null && hasEffect(expr.yes)) || hasEffect(expr.no);
    case "member":
      return hasEffect(expr.base);
    case "index":
      return hasEffect(expr.base) || hasEffect(expr.index);
    case "cast":
      return hasEffect(expr.arg);
    default:
      return false;
  }
}

/** An expression of which one of two arms is run: `test`, and what is done when it holds and when it does not. */
export interface Fork {
  test: Expr;
  yes: Expr | null;
  no: Expr | null;
}

/** `t ? a() : b()`, where an arm does something; null for anything else. */
export function conditional(expr: Expr): { test: Expr; yes: Expr; no: Expr } | null {
  const inner = expr.kind === "cast" ? expr.arg : expr;
  if (inner.kind !== "cond" || inner.yes === null) return null;
  return hasEffect(inner.yes) || hasEffect(inner.no) ? { test: inner.test, yes: inner.yes, no: inner.no } : null;
}

/** A statement's expression as a fork; null when it is none. */
export function forkOf(expr: Expr): Fork | null {
  if (expr.kind === "binary" && (expr.op === "&&" || expr.op === "||") && hasEffect(expr.right))
    return expr.op === "&&"
      ? { test: expr.left, yes: expr.right, no: null }
      : { test: expr.left, yes: null, no: expr.right };
  if (expr.kind === "assign" && expr.op === "=") {
    const found = conditional(expr.right);
    return found && { test: found.test, yes: { ...expr, right: found.yes }, no: { ...expr, right: found.no } };
  }
  return conditional(expr);
}
