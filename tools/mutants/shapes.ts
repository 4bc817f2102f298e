/** Questions about a function that several mutators ask: variables and their types, ways out, critical sections. */
import type { SyntaxNode } from "../../src/source/parse-c.js";
import { type FnSite, fieldOf, isIn, nodesOf, placeOf, statementsOf, textOf } from "./code.js";
import type { LockGroup } from "./operator.js";

/** A parameter or local variable: `text` declares it. */
export interface Variable {
  name: string;
  text: string;
  isParam: boolean;
  /** Number of `*`; -1 for arrays and pointers to functions. */
  pointers: number;
  type: string;
  node: SyntaxNode;
  /** The declaration statement, for a local. */
  declaration: SyntaxNode | null;
}

function unwrap(declarator: SyntaxNode | undefined): { name: SyntaxNode; pointers: number } | null {
  let pointers = 0;
  for (let d = declarator; d !== undefined; d = fieldOf(d, "declarator")) {
    if (d.type === "identifier") return { name: d, pointers };
    if (d.type === "pointer_declarator") pointers++;
    else if (d.type !== "init_declarator") return null;
  }
  return null;
}

function variablesAt(fn: FnSite, node: SyntaxNode, isParam: boolean): Variable[] {
  const typeNode = fieldOf(node, "type");
  if (typeNode === undefined) return [];
  const qualifier = node.children.some((c) => c.type === "type_qualifier" && textOf(fn, c) === "const") ? "const " : "";
  return node.children
    .filter((c) => c.field === "declarator")
    .flatMap((c) => {
      const found = unwrap(c);
      if (found === null) return [];
      const name = textOf(fn, found.name);
      const type = textOf(fn, typeNode);
      const text = `${qualifier}${type} ${"*".repeat(found.pointers)}${name}`;
      const { pointers } = found;
      return [{ name, text, isParam, pointers, type, node: found.name, declaration: isParam ? null : node }];
    });
}

/** Parameters and locals, in order; a name declared twice is left out. */
export function variablesOf(fn: FnSite): Variable[] {
  const all = nodesOf(fn.node).flatMap((n) =>
    n.type === "parameter_declaration"
      ? variablesAt(fn, n, true)
      : n.type === "declaration"
        ? variablesAt(fn, n, false)
        : [],
  );
  return all.filter((v) => all.filter((o) => o.name === v.name).length === 1);
}

export const params = (fn: FnSite): Variable[] => variablesOf(fn).filter((v) => v.isParam);

export const identifiers = (fn: FnSite, node: SyntaxNode): string[] =>
  nodesOf(node).flatMap((n) => (n.type === "identifier" ? [textOf(fn, n)] : []));

/** The variable that a node gives another value, or lets others do so by its address; null when it does neither. */
export function changedVariable(fn: FnSite, n: SyntaxNode): string | null {
  const target =
    n.type === "assignment_expression"
      ? fieldOf(n, "left")
      : n.type === "update_expression" || (n.type === "pointer_expression" && fn.file.text[n.start] === "&")
        ? fieldOf(n, "argument")
        : undefined;
  return target?.type === "identifier" ? textOf(fn, target) : null;
}

/** True when a variable is given another value anywhere in the function. */
export function isReassigned(fn: FnSite, name: string): boolean {
  return nodesOf(fn.body).some((n) => changedVariable(fn, n) === name);
}

/** `return` with a failure that fits the function's type; null when none is plain. */
export function failure(fn: FnSite): string | null {
  const { name, pointers } = fn.fn.returns;
  if (pointers > 0) return "return NULL;";
  if (name === "void") return "return;";
  if (name === "bool") return "return false;";
  if (/^(?:int|long|s32|s64|ssize_t|vm_fault_t)$/.test(name)) return "return -EINVAL;";
  return /^(?:unsigned|u\d+|size_t|gpa_t|hpa_t|gfn_t)/.test(name) ? "return 0;" : null;
}

/** A condition of which nothing is known: on a parameter that keeps its value, or on the running task. */
export function condition(fn: FnSite, which: number): string {
  const fixed = params(fn).filter(
    (p) =>
      p.pointers >= 0 &&
      !isReassigned(fn, p.name) &&
      !/^struct /.test(p.text.replace(/\*.*/, p.pointers > 0 ? "" : "$&")),
  );
  const plain = fixed.filter((p) => p.pointers === 0);
  const chosen = plain[which % Math.max(1, plain.length)];
  if (chosen !== undefined) return chosen.name;
  return which % 2 === 0 ? "signal_pending(current)" : "need_resched()";
}

/** A parameter that can be tested twice with the same answer. */
export const steadyParam = (fn: FnSite): Variable | undefined =>
  params(fn).find((p) => p.pointers === 0 && !isReassigned(fn, p.name));

const LEAVES = new Set(["return_statement", "goto_statement", "break_statement", "continue_statement"]);
export const leaves = (node: SyntaxNode | undefined): boolean => node !== undefined && LEAVES.has(node.type);
export const hasLeave = (node: SyntaxNode): boolean => nodesOf(node).some(leaves);

/** Statements behind a lock in its own list, up to the first that mentions the unlock; `unlock` is that, if it is plain. */
export interface Section {
  inside: SyntaxNode[];
  lock: SyntaxNode;
  unlock: SyntaxNode | null;
}

export function sectionOf(group: LockGroup, lock: SyntaxNode): Section | null {
  const place = placeOf(group.fn, lock);
  if (place === null) return null;
  const inside: SyntaxNode[] = [];
  for (const stmt of place.all.slice(place.index + 1)) {
    if (group.unlocks.some((u) => u.node === stmt)) return { inside, lock, unlock: stmt };
    if (stmt.type === "labeled_statement" && group.unlocks.some((u) => isIn(u.node, stmt))) break;
    inside.push(stmt);
  }
  return { inside, lock, unlock: null };
}

/** Statements of a section in front of which something can be put while the lock is certainly held. */
export function insertionPoints(group: LockGroup, section: Section): SyntaxNode[] {
  const out: SyntaxNode[] = [];
  for (const stmt of section.inside) {
    if (stmt.type === "labeled_statement") break;
    if (stmt.type !== "declaration") out.push(stmt);
    // Behind an unlock on some path, or another lock statement, things are no longer certain.
    if ([...group.unlocks, ...group.locks].some((l) => isIn(l.node, stmt)) && !unlocksAndLeaves(group, stmt)) break;
  }
  return out;
}

/** `if (x) { unlock(); return; }`: behind it the lock is held. */
function unlocksAndLeaves(group: LockGroup, stmt: SyntaxNode): boolean {
  const unlocks = group.unlocks.filter((u) => isIn(u.node, stmt));
  const inner = [...group.locks].some((l) => isIn(l.node, stmt));
  return (
    !inner &&
    unlocks.every((u) => {
      const place = placeOf(group.fn, u.node);
      return place !== null && place.list !== group.fn.body && place.all.slice(place.index + 1).some(leaves);
    })
  );
}

/** Labels of a function with the statements behind each, up to the end of the body. */
export function labelsOf(fn: FnSite): Map<string, SyntaxNode[]> {
  const out = new Map<string, SyntaxNode[]>();
  const all = statementsOf(fn.body);
  all.forEach((stmt, i) => {
    if (stmt.type !== "labeled_statement") return;
    const label = fieldOf(stmt, "label");
    const own = stmt.children.filter((c) => c !== label && c.type !== "comment");
    if (label !== undefined) out.set(textOf(fn, label), [...own, ...all.slice(i + 1)]);
  });
  return out;
}

export const hasGoto = (fn: FnSite): boolean => nodesOf(fn.body).some((n) => n.type === "goto_statement");

/** The loop nearest around a node. */
export function loopAround(fn: FnSite, node: SyntaxNode): SyntaxNode | null {
  for (let n = fn.parents.get(node); n !== undefined; n = fn.parents.get(n)) {
    if (/^(?:for|while|do)_statement$/.test(n.type)) return fn.loops.get(n.start)?.includes("guard") ? null : n;
    if (n.type === "switch_statement") return null;
  }
  return null;
}

/** Type of a lock and its guard class, by the call that takes it. */
export function lockType(call: string): { type: string; guard: string } | null {
  const table: [RegExp, string, string][] = [
    [/^mutex_lock$/, "struct mutex", "mutex"],
    [/^spin_lock$/, "spinlock_t", "spinlock"],
    [/^spin_lock_irq$/, "spinlock_t", "spinlock_irq"],
    [/^spin_lock_irqsave$/, "spinlock_t", "spinlock_irqsave"],
    [/^raw_spin_lock$/, "raw_spinlock_t", "raw_spinlock"],
    [/^raw_spin_lock_irq$/, "raw_spinlock_t", "raw_spinlock_irq"],
    [/^raw_spin_lock_irqsave$/, "raw_spinlock_t", "raw_spinlock_irqsave"],
    [/^read_lock$/, "rwlock_t", "read_lock"],
    [/^write_lock$/, "rwlock_t", "write_lock"],
    [/^down_read$/, "struct rw_semaphore", "rwsem_read"],
    [/^down_write$/, "struct rw_semaphore", "rwsem_write"],
  ];
  const found = table.find(([pattern]) => pattern.test(call));
  return found === undefined ? null : { type: found[1], guard: found[2] };
}

/** The lock argument alone, as it is spelled. */
export const lockArg = (args: string): string => args.split(", ")[0] ?? args;
