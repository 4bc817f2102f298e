/**
 * Whether a function works on one container (VM) or on two. With one, every path to a container leads to the same: vcpu->kvm
 * is kvm. With two, such as in a migration from one VM to another, a lock of the one says nothing of the other.
 */
import type { CFunction, Expr, Stmt } from "../source/ast.js";
import type { ObjectModel } from "./models.js";

type Container = NonNullable<ObjectModel["container"]>;

/** True when nothing in the function can lead to a second container. */
export function hasOneContainer(fn: CFunction, objects: readonly ObjectModel[]): boolean {
  return objects.every((o) => o.container === null || sources(fn, o, o.container) <= 1);
}

/** In how many ways a container comes into the function: parameters, an object's own, variables that get one from elsewhere. */
function sources(fn: CFunction, object: ObjectModel, container: Container): number {
  const given = fn.params.filter((p) => p.type.name === container.struct).length;
  const objects = fn.params.some((p) => p.type.name === object.struct) ? 1 : 0;
  const variables = new Set<string>();
  for (const stmt of fn.body) declared(stmt, container.struct, variables);
  if (variables.size === 0) return given;
  const names = new Set([...fn.params.map((p) => p.name), ...variables]);
  const foreign = new Set<string>();
  const see = (name: string, value: Expr): void => {
    if (variables.has(name) && !isKnown(value, names, container.field)) foreign.add(name);
  };
  for (const stmt of fn.body) assigned(stmt, see);
  return Math.max(given, given === 0 && foreign.size > 0 ? objects : given) + foreign.size;
}

/** A path to the container that the function has anyway: an object's field, or another variable. */
function isKnown(value: Expr, names: ReadonlySet<string>, field: string): boolean {
  if (value.kind === "cast") return isKnown(value.arg, names, field);
  if (value.kind === "cond") return [value.yes ?? value.test, value.no].every((arm) => isKnown(arm, names, field));
  if (value.kind === "number") return true;
  return value.kind === "member" ? value.field === field : value.kind === "id" && names.has(value.name);
}

function declared(stmt: Stmt, struct: string, out: Set<string>): void {
  visit(stmt, (s) => {
    if (s.kind === "decl")
      for (const d of s.declarators) if (d.type.name === struct && d.type.pointers === 1) out.add(d.name);
  });
}

function assigned(stmt: Stmt, see: (name: string, value: Expr) => void): void {
  visit(stmt, (s) => {
    if (s.kind === "decl") for (const d of s.declarators) if (d.init !== null) see(d.name, d.init);
    const expr = s.kind === "expr" || s.kind === "if" || s.kind === "while" ? ("expr" in s ? s.expr : s.test) : null;
    if (expr?.kind === "assign" && expr.left.kind === "id") see(expr.left.name, expr.right);
  });
}

/** Visits a statement and all that stand in it. */
function visit(stmt: Stmt, seen: (stmt: Stmt) => void): void {
  const stack: Stmt[] = [stmt];
  for (let s = stack.pop(); s !== undefined; s = stack.pop()) {
    seen(s);
    if (s.kind === "if") stack.push(s.yes, ...(s.no === null ? [] : [s.no]));
    else if (s.kind === "for") stack.push(s.body, ...(s.init === null ? [] : [s.init]));
    else if (s.kind === "block" || s.kind === "case") stack.push(...s.body);
    else if (s.kind === "while" || s.kind === "do" || s.kind === "macro-loop" || s.kind === "switch")
      stack.push(s.body);
    else if (s.kind === "label" && s.body !== null) stack.push(s.body);
  }
}
