/** Functions that have, or can get, another vCPU at hand, and whose threads no lock of the VM keeps apart. */
import type { SyntaxNode } from "../../src/source/parse-c.js";
import { type FnSite, fieldOf, isList, nodesOf, placeOf, statementsOf, textOf } from "./code.js";
import { before, behind, type Edit } from "./edit.js";
import type { Scope } from "./operator.js";
import { identifiers, leaves, params, variablesOf } from "./shapes.js";

/** Where lines about a vCPU can be put. `put` makes the edit, for lines in terms of `other`, or of every other in turn. */
export interface Seat {
  fn: FnSite;
  at: SyntaxNode;
  /** Name of the other vCPU's variable. */
  other: string;
  /** The vCPU whose thread runs, when a parameter says it. */
  own: string | null;
  put: (lines: readonly string[], bare?: boolean) => Edit;
  how: "loop" | "getter" | "new loop" | "new getter";
}

const GETTERS = /^(?:kvm_get_vcpu|kvm_get_vcpu_by_id|kvm_mpidr_to_vcpu)$/;
const VM_LOCKED = /\bkvm->lock\b|lock_all_vcpus|mp_state_lock[\s\S]{0,40}\bheld\b/;

/** Names of vCPU variables that a loop or a getter binds, with the node that does. */
export function boundOthers(fn: FnSite): { name: string; node: SyntaxNode; how: "loop" | "getter" }[] {
  const out: { name: string; node: SyntaxNode; how: "loop" | "getter" }[] = [];
  for (const node of nodesOf(fn.body)) {
    if (node.type === "while_statement" && fn.loops.get(node.start) === "kvm_for_each_vcpu") {
      const [, name] = identifiers(fn, fieldOf(node, "condition") ?? node);
      if (name !== undefined) out.push({ name, node, how: "loop" });
    }
    const assign = node.type === "expression_statement" ? node.children[0] : undefined;
    const right = assign?.type === "assignment_expression" ? fieldOf(assign, "right") : undefined;
    const callee = right?.type === "call_expression" ? fieldOf(right, "function") : undefined;
    const left = assign && fieldOf(assign, "left");
    if (callee !== undefined && left?.type === "identifier" && GETTERS.test(textOf(fn, callee)))
      out.push({ name: textOf(fn, left), node, how: "getter" });
  }
  return out;
}

/** Functions that a function may run under, by name, a few calls up. */
function callersIndex(scope: Scope): Map<string, FnSite[]> {
  const index = new Map<string, FnSite[]>();
  for (const file of scope.files)
    for (const fn of file.functions)
      for (const name of new Set(identifiers(fn, fn.body))) index.set(name, [...(index.get(name) ?? []), fn]);
  return index;
}

/** True for functions in which an unlocked access would be no fault: the VM is locked, or not up, or it is not the host. */
function excluded(fn: FnSite, callers: ReadonlyMap<string, FnSite[]>, scope: Scope): boolean {
  const lifecycle = new Set(scope.models.entryClasses.flatMap((c) => (c.lifecycle ? [...c.functions] : [])));
  const seen = new Set<FnSite>();
  let level = [fn];
  for (let depth = 0; depth < 6 && level.length > 0; depth++) {
    for (const f of level) {
      seen.add(f);
      if (lifecycle.has(f.fn.name) || VM_LOCKED.test(f.file.text.slice(f.above, f.node.end))) return true;
    }
    level = [...new Set(level.flatMap((f) => callers.get(f.fn.name) ?? []))].filter((f) => !seen.has(f));
  }
  return false;
}

/** Functions of a scope that a rule speaks of and in which its fault would be one. */
export function reachable(scope: Scope, rule: string): FnSite[] {
  const callers = callersIndex(scope);
  return scope.files
    .filter((f) => scope.covers(rule, f.path) && /\.c$/.test(f.path) && !f.path.includes("/hyp/"))
    .flatMap((f) => f.functions)
    .filter((fn) => !excluded(fn, callers, scope));
}

/** The parameter that is the running vCPU, or null. */
export const ownVcpu = (fn: FnSite): string | null =>
  params(fn).find((p) => p.pointers === 1 && p.type === "struct kvm_vcpu")?.name ?? null;

/** An expression for the VM. */
const vmOf = (fn: FnSite): string | null => {
  const own = ownVcpu(fn);
  const vm = params(fn).find((p) => p.pointers === 1 && p.type === "struct kvm");
  return vm !== undefined ? vm.name : own === null ? null : `${own}->kvm`;
};

/** First statements of a function's body behind its declarations, before any way out at that level. */
export function openings(fn: FnSite): SyntaxNode[] {
  const all = statementsOf(fn.body);
  const first = all.findIndex((s) => s.type !== "declaration");
  if (first === -1) return [];
  const end = all.findIndex((s, i) => i >= first && (leaves(s) || s.type === "labeled_statement"));
  return all
    .slice(first, Math.min(first + 3, end === -1 ? all.length : end + 1))
    .filter((s) => s.type !== "declaration" && s.type !== "labeled_statement");
}

function existingSeats(fn: FnSite): Seat[] {
  const vcpus = new Set(
    variablesOf(fn).flatMap((v) => (v.type === "struct kvm_vcpu" && v.pointers === 1 ? [v.name] : [])),
  );
  const own = ownVcpu(fn);
  return boundOthers(fn).flatMap(({ name, node, how }): Seat[] => {
    if (!vcpus.has(name) || name === own) return [];
    if (how === "loop") {
      const body = fieldOf(node, "body");
      const first = isList(body) ? statementsOf(body).find((s) => s.type !== "declaration") : undefined;
      if (first === undefined) return [];
      return [{ fn, at: first, other: name, own, how, put: (lines) => before(fn, first, ...lines) }];
    }
    const place = placeOf(fn, node);
    const next = place?.all[place.index + 1];
    if (place === null) return [];
    const checks =
      next?.type === "if_statement" && /^if\s*\(\s*!/.test(textOf(fn, next)) && textOf(fn, next).includes(name);
    const at = checks && next !== undefined ? next : node;
    return [{ fn, at, other: name, own, how, put: (lines) => behind(fn, at, ...lines) }];
  });
}

function newSeats(fn: FnSite): Seat[] {
  const own = ownVcpu(fn);
  const vm = vmOf(fn);
  const [at] = openings(fn);
  if (vm === null || at === undefined || /\bpeer\b/.test(textOf(fn, fn.node))) return [];
  const tabbed = (lines: readonly string[], by: string): string[] => lines.map((l) => (l === "" ? l : by + l));
  const loop = (lines: readonly string[], bare = false): Edit =>
    before(
      fn,
      at,
      "{",
      "\tstruct kvm_vcpu *peer;",
      "\tunsigned long n;",
      "",
      `\tkvm_for_each_vcpu(n, peer, ${vm})${bare ? "" : " {"}`,
      ...tabbed(lines, "\t\t"),
      ...(bare ? [] : ["\t}"]),
      "}",
    );
  const getter = (lines: readonly string[]): Edit =>
    before(
      fn,
      at,
      "{",
      `\tstruct kvm_vcpu *peer = kvm_get_vcpu_by_id(${vm}, 0);`,
      "",
      "\tif (peer) {",
      ...tabbed(lines, "\t\t"),
      "\t}",
      "}",
    );
  const base = { fn, at, other: "peer", own };
  return [
    { ...base, how: "new loop", put: loop },
    { ...base, how: "new getter", put: getter },
  ];
}

/** Every place of a scope where another vCPU is at hand, or can be had. */
export const seatsOf = (scope: Scope, rule: string): Seat[] =>
  reachable(scope, rule).flatMap((fn) => [...existingSeats(fn), ...newSeats(fn)]);

/** The state as this tree spells it; null where there is no lock of its own for it. */
export function stateOf(scope: Scope): { state: (v: string) => string; lock: (v: string) => string } | null {
  if (!scope.files.some((f) => f.text.includes("arch.mp_state_lock"))) return null;
  const deep = scope.files.some((f) => f.text.includes("arch.mp_state.mp_state"));
  return {
    state: (v) => (deep ? `${v}->arch.mp_state.mp_state` : `${v}->arch.mp_state`),
    lock: (v) => `&${v}->arch.mp_state_lock`,
  };
}
