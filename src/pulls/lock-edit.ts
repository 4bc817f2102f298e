/**
 * The one edit that is mechanical: a lock is taken around a statement that lacks it, by the calls by which the same file takes and
 * gives back that lock of other objects. Read and checked as C; whether it is right is for the rule to say (edits.ts).
 */
import type { LockCall } from "../analysis/models.js";
import { walkStmts } from "../analysis/walk.js";
import type { CFile, Expr, Stmt } from "../source/ast.js";

/** What the edit is about: the object as the source spells it, the path of the lock in it, the function. */
export interface LockAround {
  object: string;
  field: string;
  function: string;
}

/** How a lock is taken and given back: names of functions that are given its address and nothing else. */
interface LockCalls {
  lock: string;
  unlock: string;
}

type Locks = ReadonlyMap<string, LockCall>;

/** "arch.mp_state_lock" for the operand of `&v->arch.mp_state_lock`, whatever v is; null for what is no member. */
function memberPath(expr: Expr): string | null {
  const fields: string[] = [];
  let at = expr;
  for (; at.kind === "member"; at = at.base) fields.unshift(at.field);
  return fields.length === 0 ? null : fields.join(".");
}

/** The call by which the file does `op` to locks of that path, the one that it uses most; null where it does not. */
function callFor(op: "lock" | "unlock", field: string, { functions }: CFile, locks: Locks): string | null {
  const used = new Map<string, number>();
  for (const { body } of functions)
    walkStmts(body, (expr) => {
      if (expr.kind !== "call" || expr.callee.kind !== "id" || expr.args.length !== 1) return;
      const call = locks.get(expr.callee.name);
      const [arg] = expr.args;
      if (call?.op !== op || call.field.length > 0 || call.global !== null || call.mode !== "exclusive") return;
      if (op === "lock" && (call.success !== null || !call.waits)) return;
      if (arg?.kind !== "unary" || arg.op !== "&" || memberPath(arg.arg) !== field) return;
      used.set(expr.callee.name, (used.get(expr.callee.name) ?? 0) + 1);
    });
  const [best] = [...used].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return best?.[0] ?? null;
}

/** Lists of statements in which another one can be put before or behind any: blocks and cases, not the arm of an `if`. */
function* lists(body: readonly Stmt[]): Generator<readonly Stmt[]> {
  yield body;
  for (const stmt of body) yield* listsBelow(stmt);
}

function* listsBelow(stmt: Stmt): Generator<readonly Stmt[]> {
  if (stmt.kind === "block" || stmt.kind === "case") yield* lists(stmt.body);
  else if (stmt.kind === "if") {
    yield* listsBelow(stmt.yes);
    if (stmt.no !== null) yield* listsBelow(stmt.no);
  } else if ("body" in stmt && stmt.body !== null && !Array.isArray(stmt.body)) yield* listsBelow(stmt.body as Stmt);
}

/** The statement that begins at a line of a function, with its place among its siblings; null where there is no such list. */
function statementAt(file: CFile, name: string, line: number): { list: readonly Stmt[]; index: number } | null {
  const fn = file.functions.find((f) => f.name === name);
  for (const list of fn === undefined ? [] : lists(fn.body)) {
    const index = list.findIndex((stmt) => stmt.kind === "expr" && file.lineAt(stmt.at) === line);
    if (index >= 0) return { list, index };
  }
  return null;
}

const isCallOf = (stmt: Stmt | undefined, name: string): boolean =>
  stmt?.kind === "expr" &&
  stmt.expr.kind === "call" &&
  stmt.expr.callee.kind === "id" &&
  stmt.expr.callee.name === name;

/**
 * The lines that should stand in place of lines `from` to `to` of a file (1-based); null where the edit is not mechanical: the
 * statement is not alone on them, no block holds it, or the file shows no way to take the lock. `read` reads a text as C.
 */
export function lockAround(
  text: string,
  { from, to }: { from: number; to: number },
  around: LockAround,
  locks: Locks,
  read: (text: string) => CFile,
): string[] | null {
  const file = read(text);
  const [lock, unlock] = (["lock", "unlock"] as const).map((op) => callFor(op, around.field, file, locks));
  if (lock == null || unlock == null || statementAt(file, around.function, from) === null) return null;
  const lines = text.split("\n");
  const own = lines.slice(from - 1, to);
  const [first = ""] = own;
  const indent = first.slice(0, first.length - first.trimStart().length);
  const place = `&${around.object}->${around.field}`;
  const edit = [`${indent}${lock}(${place});`, ...own, `${indent}${unlock}(${place});`];
  const edited = read(lines.toSpliced(from - 1, own.length, ...edit).join("\n"));
  return standsBetween(edited, around.function, { from, to }, { lock, unlock }) ? edit : null;
}

/** Whether the edited text reads as meant: the statement with the two calls around it, and nothing else between them. */
function standsBetween(
  file: CFile,
  name: string,
  { from, to }: { from: number; to: number },
  { lock, unlock }: LockCalls,
): boolean {
  const found = statementAt(file, name, from + 1);
  if (found === null) return false;
  const { list, index } = found;
  const [before, after] = [list[index - 1], list[index + 1]];
  return (
    isCallOf(before, lock) &&
    isCallOf(after, unlock) &&
    before !== undefined &&
    after !== undefined &&
    file.lineAt(before.at) === from &&
    file.lineAt(after.at) === to + 2
  );
}
