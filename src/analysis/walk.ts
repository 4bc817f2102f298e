/** Walks over the plain objects of a function's body. */
import type { Expr, Stmt } from "../source/ast.js";

/** Visits every expression of a list of statements, outermost first. */
export function walkStmts(body: readonly Stmt[], visit: (expr: Expr) => void): void {
  const stack: (Stmt | Expr)[] = [...body].reverse();
  while (stack.length > 0) {
    const node = stack.pop() as Stmt | Expr;
    if (EXPRESSIONS.has(node.kind)) visit(node as Expr);
    for (const value of Object.values(node)) pushChildren(stack, value);
  }
}

const EXPRESSIONS = new Set<string>(
  "id number string member index unary binary assign call cond cast comma init sizeof".split(" "),
);

function pushChildren(stack: (Stmt | Expr)[], value: unknown): void {
  if (Array.isArray(value)) for (const v of value) pushChildren(stack, v);
  else if (typeof value === "object" && value !== null) {
    if ("kind" in value) stack.push(value as Stmt);
    else for (const v of Object.values(value)) pushChildren(stack, v);
  }
}

/** The tests of the branches that the expression at an offset stands under, outermost first. */
export function testsAround(body: readonly Stmt[], at: number): Expr[] {
  const search = (node: Stmt | Expr, tests: readonly Expr[]): readonly Expr[] | null => {
    if (node.at === at && EXPRESSIONS.has(node.kind)) return tests;
    const inner: (Stmt | Expr)[] = [];
    for (const value of Object.values(node)) pushChildren(inner, value);
    const own = node.kind === "if" || node.kind === "cond" || node.kind === "switch" ? node.test : null;
    for (const part of inner) {
      const found = search(part, own === null || part === own ? tests : [...tests, own]);
      if (found !== null) return found;
    }
    return null;
  };
  for (const stmt of body) {
    const found = search(stmt, []);
    if (found !== null) return [...found];
  }
  return [];
}

/** Names that an expression mentions. */
export function namesIn(expr: Expr): Set<string> {
  const out = new Set<string>();
  walkStmts([{ kind: "expr", expr, at: expr.at }], (e) => {
    if (e.kind === "id") out.add(e.name);
  });
  return out;
}
