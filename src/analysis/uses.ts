/**
 * The names by which a function rests on others: what it calls, and the fields it names, whose types structs give. Facts of a
 * function can change with nothing but its own text and what these names mean.
 */
import type { CFunction, Expr, Stmt } from "../source/ast.js";
import { walkStmts } from "./walk.js";

export interface Uses {
  calls: ReadonlySet<string>;
  fields: ReadonlySet<string>;
}

const known = new WeakMap<CFunction, Uses>();

/** A function that knows what it uses without its body. */
export interface KnowsUses {
  findUses(): Uses;
}

const knowsUses = (fn: CFunction): fn is CFunction & KnowsUses => "findUses" in fn;

/** What a function uses; looked up once for as long as the function is kept. */
export function usesOf(fn: CFunction): Uses {
  const own = known.get(fn);
  if (own !== undefined) return own;
  const uses = knowsUses(fn) ? fn.findUses() : findUses(fn.body);
  known.set(fn, uses);
  return uses;
}

function findUses(body: readonly Stmt[]): Uses {
  const calls = new Set<string>();
  const fields = new Set<string>();
  walkStmts(body, (expr) => {
    if (expr.kind === "call") {
      if (expr.callee.kind === "id") calls.add(expr.callee.name);
      for (const arg of expr.args) addCallback(arg, calls);
    } else if (expr.kind === "member") fields.add(expr.field);
  });
  return { calls, fields };
}

/** What is handed on by name may be called there: `each(kvm, park)`. A variable's name does no harm. */
function addCallback(arg: Expr, calls: Set<string>): void {
  if (arg.kind === "id" && !/^[A-Z0-9_]+$/.test(arg.name)) calls.add(arg.name);
  else if ((arg.kind === "unary" && arg.op === "&") || arg.kind === "cast") addCallback(arg.arg, calls);
}
