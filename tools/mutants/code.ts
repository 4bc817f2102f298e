/**
 * A C file as the mutators see it: functions with the concrete nodes of the source stage, whose offsets are offsets of the
 * file's text. The pre-pass has taken comments and macros out of the way without moving a character.
 */
import type { AnalysisModels, LockMode } from "../../src/analysis/models.js";
import type { CFile, CFunction } from "../../src/source/ast.js";
import { cutItems } from "../../src/source/items.js";
import type { SyntaxNode } from "../../src/source/parse-c.js";
import { prepass } from "../../src/source/prepass.js";
import type { CReader } from "../../src/source/read-file.js";

export interface SourceFile {
  path: string;
  text: string;
  cfile: CFile;
  functions: FnSite[];
}

/** One function: what it was read as, and the nodes it was read from. */
export interface FnSite {
  file: SourceFile;
  fn: CFunction;
  node: SyntaxNode;
  body: SyntaxNode;
  /** Where a new function can be put in front of this one and of its comment. */
  above: number;
  /** Offset of a `while` that stands for a macro -> the macro's name. */
  loops: ReadonlyMap<number, string>;
  parents: ReadonlyMap<SyntaxNode, SyntaxNode>;
  locks: LockStmt[];
  /** Locks that are also taken in a condition, or by guard(): not told by statements alone. */
  conditional: ReadonlySet<string>;
}

/** `mutex_lock(&x->lock);` as a statement of its own. */
export interface LockStmt {
  node: SyntaxNode;
  call: string;
  op: "lock" | "unlock";
  /** The lock without blanks: "&x->lock". */
  lock: string;
  /** All arguments as they stand: "&x->lock, flags". */
  args: string;
  family: string;
  mode: LockMode;
}

const FAMILIES = new Set(["spinlock", "mutex", "rwsem"]);

/** Every node below (and with) this one, outermost first. */
export function nodesOf(node: SyntaxNode): SyntaxNode[] {
  const out: SyntaxNode[] = [];
  const stack = [node];
  for (let n = stack.pop(); n !== undefined; n = stack.pop()) {
    out.push(n);
    for (let i = n.children.length - 1; i >= 0; i--) stack.push(n.children[i] as SyntaxNode);
  }
  return out;
}

export const fieldOf = (node: SyntaxNode, field: string): SyntaxNode | undefined =>
  node.children.find((c) => c.field === field);

export const textOf = (fn: FnSite, node: SyntaxNode): string => fn.file.text.slice(node.start, node.end);

const squeeze = (text: string): string => text.replace(/\s+/g, "");

/** The function called and its arguments, for a call by name. */
function callOf(fn: { file: { text: string } }, node: SyntaxNode): { name: string; args: SyntaxNode[] } | null {
  if (node.type !== "call_expression") return null;
  const callee = fieldOf(node, "function");
  if (callee?.type !== "identifier") return null;
  const name = fn.file.text.slice(callee.start, callee.end);
  return { name, args: fieldOf(node, "arguments")?.children ?? [] };
}

/** Names that a function calls. */
export const identifiersCalled = (fn: FnSite): Set<string> =>
  new Set(nodesOf(fn.body).flatMap((node) => callOf(fn, node)?.name ?? []));

/** Nodes whose children are statements one behind the other. */
export const isList = (node: SyntaxNode | undefined): node is SyntaxNode =>
  node?.type === "compound_statement" || node?.type === "case_statement";

export const statementsOf = (list: SyntaxNode): SyntaxNode[] =>
  list.children.filter((c) => c.field !== "value" && c.type !== "comment");

/** The list a statement stands in and its place there; null for the bare body of an if or a loop. */
export function placeOf(fn: FnSite, node: SyntaxNode): { list: SyntaxNode; all: SyntaxNode[]; index: number } | null {
  const list = fn.parents.get(node);
  if (!isList(list)) return null;
  const all = statementsOf(list);
  return { list, all, index: all.indexOf(node) };
}

export const isIn = (node: SyntaxNode, outer: SyntaxNode): boolean =>
  node.start >= outer.start && node.end <= outer.end;

function readLocks(fn: Pick<FnSite, "file" | "body">, models: AnalysisModels): Pick<FnSite, "locks" | "conditional"> {
  const locks: LockStmt[] = [];
  const conditional = new Set<string>();
  const slice = (n: SyntaxNode): string => fn.file.text.slice(n.start, n.end);
  const statements = new Map<SyntaxNode, SyntaxNode>();
  for (const node of nodesOf(fn.body))
    if (node.type === "expression_statement" && node.children[0] !== undefined) statements.set(node.children[0], node);
  for (const node of nodesOf(fn.body)) {
    const call = callOf(fn, node);
    const model = call === null ? undefined : models.locks.get(call.name);
    const arg = call?.args[model?.argument ?? 0];
    if (call === null && node.type === "call_expression" && /^guard\b/.test(slice(node)))
      conditional.add(squeeze(slice(node)).replace(/^guard\(\w+\)\((.*)\)$/, "$1"));
    if (call === null || model === undefined || arg === undefined || !FAMILIES.has(model.family)) continue;
    const stmt = statements.get(node);
    const lock = squeeze(slice(arg));
    const { op, family, mode } = model;
    const args = call.args.map(slice).join(", ");
    if (stmt === undefined || model.success !== null) conditional.add(lock);
    else if (op === "lock" || op === "unlock")
      locks.push({ node: stmt, call: call.name, op, lock, args, family, mode });
  }
  return { locks, conditional };
}

function parentsOf(root: SyntaxNode): Map<SyntaxNode, SyntaxNode> {
  const out = new Map<SyntaxNode, SyntaxNode>();
  for (const node of nodesOf(root)) for (const child of node.children) out.set(child, node);
  return out;
}

const LOCKS = /lock|guard|down|up/;

/**
 * Reads a file for mutation; functions with a parse error are left out, and unless `all` is given those without a word of
 * locking.
 */
export function readSource(cfile: CFile, reader: CReader, models: AnalysisModels, all: boolean): SourceFile {
  const { path, text } = cfile;
  const file: SourceFile = { path, text, cfile, functions: [] };
  const pre = prepass(text, reader.syntax);
  for (const item of cutItems(pre.text)) {
    if (item.kind !== "function" || (!all && !LOCKS.test(pre.text.slice(item.start, item.end)))) continue;
    const { root, errors } = reader.parse(pre.text.slice(item.start, item.end), item.start);
    const node = root.children.find((c) => c.type === "function_definition");
    const body = node && fieldOf(node, "body");
    const fn = file.cfile.functions.find((f) => f.at === node?.start);
    if (errors > 0 || node === undefined || body === undefined || fn === undefined) continue;
    const above = item.start === 0 ? node.start : item.start;
    const site = { file, fn, node, body, above, loops: pre.loops, parents: parentsOf(node) };
    file.functions.push({ ...site, ...readLocks(site, models) });
  }
  return file;
}
