/** Sound edits of how a lock is taken and given back, and of what is done under it. */
import type { SyntaxNode } from "../../../src/source/parse-c.js";
import { hashOf } from "../choice.js";
import { type FnSite, fieldOf, isIn, nodesOf, placeOf, textOf } from "../code.js";
import { before, behind, type Edit, helper, indentOf, remove, replace } from "../edit.js";
import { type Draft, draft, type LockGroup, type Operator, perFunction, singles } from "../operator.js";
import {
  changedVariable,
  condition,
  failure,
  hasGoto,
  hasLeave,
  identifiers,
  insertionPoints,
  isReassigned,
  labelsOf,
  lockArg,
  lockType,
  type Section,
  sectionOf,
  steadyParam,
  variablesOf,
} from "../shapes.js";

type Single = ReturnType<typeof singles>[number];

const sound = (name: string, what: string, propose: (g: Single, fn: FnSite) => Draft[]): Operator => ({
  name,
  kind: "sound",
  rules: [],
  what,
  drafts: perFunction((fn) => singles(fn).flatMap((g) => propose(g, fn))),
});

const section = (g: Single): Section | null => sectionOf(g, g.taken.node);

/** Lock and one unlock in one list, nothing between them that leaves it or mentions the lock. */
function straight(g: Single): (Section & { unlock: SyntaxNode }) | null {
  const s = section(g);
  if (s?.unlock === undefined || s.unlock === null || g.unlocks.length !== 1) return null;
  if (s.inside.some((n) => hasLeave(n) || nodesOf(n).some((x) => x.type === "labeled_statement"))) return null;
  return { ...s, unlock: s.unlock };
}

/** True when a function-wide guard() in the lock's place gives back just where the unlocks do. */
function endsWithUnlock(g: Single): boolean {
  const { fn } = g;
  const place = placeOf(fn, g.taken.node);
  if (place?.list !== fn.body) return false;
  const early = place.all.slice(0, place.index);
  if (early.some((s) => nodesOf(s).some((n) => n.type === "goto_statement"))) return false;
  return g.unlocks.every((u) => {
    const here = placeOf(fn, u.node);
    const label = fn.parents.get(u.node)?.type === "labeled_statement" ? fn.parents.get(u.node) : undefined;
    const at = here ?? (label && placeOf(fn, label));
    const next = at?.all[at.index + 1];
    if (at === null || at === undefined) return false;
    return next === undefined ? at.list === fn.body : next.type === "return_statement";
  });
}

function toGuard(g: Single, fn: FnSite): Draft[] {
  const type = lockType(g.taken.call);
  if (type === null || !endsWithUnlock(g)) return [];
  const edits = [
    replace(g.taken.node, `guard(${type.guard})(${lockArg(g.taken.args)});`),
    ...g.unlocks.map((u) =>
      fn.parents.get(u.node)?.type === "labeled_statement" ? replace(u.node, ";") : remove(fn, u.node),
    ),
  ];
  return [draft(fn, g.taken.node, edits)];
}

function toScopedGuard(g: Single, fn: FnSite): Draft[] {
  const type = lockType(g.taken.call);
  const s = straight(g);
  if (type === null || s === null || s.inside.some((n) => n.type === "declaration")) return [];
  const head = `scoped_guard(${type.guard}, ${lockArg(g.taken.args)})`;
  return [draft(fn, s.lock, [replace(s.lock, `${head} {`), replace(s.unlock, "}")])];
}

/** The parameters that a helper needs to hold these expressions; null when they cannot be passed simply. */
function passed(fn: FnSite, nodes: readonly SyntaxNode[]): { header: string; args: string } | null {
  const variables = variablesOf(fn);
  const names = [...new Set(nodes.flatMap((n) => identifiers(fn, n)))];
  const declared = new Set(
    nodesOf(fn.node).flatMap((n) =>
      n.type === "declaration" || n.type === "parameter_declaration" ? identifiers(fn, n) : [],
    ),
  );
  const used = variables.filter((v) => names.includes(v.name));
  if (names.some((n) => declared.has(n) && !used.some((v) => v.name === n) && !/^[A-Z_0-9]+$/.test(n))) return null;
  if (used.some((v) => v.pointers < 0 || (v.pointers === 0 && /^(?:struct|union)\b/.test(v.type)))) return null;
  if (used.length === 0) return null;
  return { header: used.map((v) => v.text).join(", "), args: used.map((v) => v.name).join(", ") };
}

/** True for a statement that means the same in a function of its own. */
function canMove(fn: FnSite, stmt: SyntaxNode): boolean {
  if (stmt.type !== "expression_statement") return false;
  const own = new Set(variablesOf(fn).map((v) => v.name));
  return !nodesOf(stmt).some((n) => own.has(changedVariable(fn, n) ?? ""));
}

function extracted(g: Single, fn: FnSite, assert: boolean): Draft[] {
  const s = section(g);
  if (s === null) return [];
  const points = insertionPoints(g, s).filter((p) => canMove(fn, p) && !fn.locks.some((l) => isIn(l.node, p)));
  const stmt = points[hashOf(fn.fn.name) % Math.max(1, points.length)];
  const arg = g.taken.node.children[0]?.children.find((c) => c.field === "arguments")?.children[0];
  if (stmt === undefined || arg === undefined) return [];
  const vars = passed(fn, assert ? [stmt, arg] : [stmt]);
  if (vars === null) return [];
  const name = `${fn.fn.name}_locked`;
  const lines = assert ? [`lockdep_assert_held(${lockArg(g.taken.args)});`, ""] : [];
  const edits = [
    helper(fn, `void ${name}(${vars.header})`, ...lines, textOf(fn, stmt)),
    replace(stmt, `${name}(${vars.args});`),
  ];
  return [draft(fn, stmt, edits)];
}

/** Lock and unlock through two new helpers that get the object. */
function wrappers(g: Single, fn: FnSite): Draft[] {
  const arg = g.taken.node.children[0]?.children.find((c) => c.field === "arguments")?.children[0];
  const vars = arg && passed(fn, [arg]);
  if (!vars || /irqsave/.test(g.taken.call) || g.taken.args.includes(", ") || g.unlocks.length > 3) return [];
  const name = fn.fn.name;
  const edits = [
    helper(fn, `void ${name}_lock(${vars.header})`, `${g.taken.call}(${g.taken.args});`),
    helper(fn, `void ${name}_unlock(${vars.header})`, `${g.unlocks[0]?.call}(${g.taken.args});`),
    replace(g.taken.node, `${name}_lock(${vars.args});`),
    ...g.unlocks.map((u) => replace(u.node, `${name}_unlock(${vars.args});`)),
  ];
  return [draft(fn, g.taken.node, edits)];
}

function aliasedLock(g: Single, fn: FnSite): Draft[] {
  const type = lockType(g.taken.call);
  const place = placeOf(fn, g.taken.node);
  const root = /^&?(\w+)/.exec(g.lock)?.[1] ?? "";
  if (type === null || place?.list !== fn.body || isReassigned(fn, root) || hasGoto(fn)) return [];
  const rest = (args: string): string =>
    args
      .split(", ")
      .slice(1)
      .map((a) => `, ${a}`)
      .join("");
  const edits = [
    before(fn, g.taken.node, `${type.type} *the_lock = ${lockArg(g.taken.args)};`, ""),
    replace(g.taken.node, `${g.taken.call}(the_lock${rest(g.taken.args)});`),
    ...g.unlocks.map((u) => replace(u.node, `${u.call}(the_lock${rest(u.args)});`)),
  ];
  return [draft(fn, g.taken.node, edits)];
}

/** The object that the lock hangs on gets a second name, used for the unlock. */
function aliasedObject(g: Single, fn: FnSite): Draft[] {
  const root = /^&(\w+)->/.exec(g.lock)?.[1];
  const variable = variablesOf(fn).find((v) => v.name === root && v.pointers === 1);
  const s = straight(g);
  if (root === undefined || variable === undefined || s === null || isReassigned(fn, root)) return [];
  const declared = variable.text.replace(/\w+$/, "same");
  const unlock = textOf(fn, s.unlock).replace(new RegExp(`\\b${root}\\b`), "same");
  return [draft(fn, s.lock, [before(fn, s.lock, `${declared} = ${root};`, ""), replace(s.unlock, unlock)])];
}

/** `goto out;` with what stands behind the label in its place. */
function unwound(g: Single, fn: FnSite): Draft[] {
  const labels = labelsOf(fn);
  return nodesOf(fn.body).flatMap((n) => {
    const label = n.type === "goto_statement" ? fieldOf(n, "label") : undefined;
    const target = (label && labels.get(textOf(fn, label))) ?? [];
    const end = target.findIndex((t) => t.type === "return_statement");
    const run = target.slice(0, end + 1);
    const returnsVoid = end === -1 && fn.fn.returns.name === "void" && fn.fn.returns.pointers === 0;
    const body = returnsVoid ? target : run;
    if (body.length === 0 || body.length > 5 || !body.some((b) => g.unlocks.some((u) => u.node === b))) return [];
    if (body.some((b) => nodesOf(b).some((x) => /labeled|goto/.test(x.type)))) return [];
    const indent = indentOf(fn, n);
    const lines = [...body.map((b) => textOf(fn, b)), ...(returnsVoid ? ["return;"] : [])];
    return [draft(fn, n, [replace(n, `{\n${lines.map((l) => `${indent}\t${l}\n`).join("")}${indent}}`)])];
  });
}

function conditionalPair(g: Single, fn: FnSite): Draft[] {
  const s = straight(g);
  const param = steadyParam(fn);
  if (s === null || param === undefined || /mp_state_lock|kvm->lock|start_stop/.test(g.lock)) return [];
  const test = `if (${param.name})`;
  return [draft(fn, s.lock, [before(fn, s.lock, test), before(fn, s.unlock, test)])];
}

/** The unlock that belongs to a section, without its line. */
const unlockText = (g: LockGroup): string => textOf(g.fn, (g.unlocks[0] as LockGroup["unlocks"][0]).node);

function checkedReturn(g: Single, fn: FnSite): Draft[] {
  const s = section(g);
  const out = failure(fn);
  const points = s === null ? [] : insertionPoints(g, s);
  const at = points[hashOf(fn.fn.name) % Math.max(1, points.length)];
  if (at === undefined || out === null || fn.conditional.size > 0 || g.fn.locks.some((l) => l.lock !== g.lock))
    return [];
  const lines = [`if (${condition(fn, at.start)}) {`, `\t${unlockText(g)}`, `\t${out}`, "}"];
  return [draft(fn, at, [before(fn, at, ...lines)])];
}

function returnBefore(g: Single, fn: FnSite): Draft[] {
  const out = failure(fn);
  const place = placeOf(fn, g.taken.node);
  if (out === null || place?.list !== fn.body || fn.conditional.size > 0) return [];
  if (fn.locks.some((l) => l.lock !== g.lock && l.node.start < g.taken.node.start)) return [];
  return [draft(fn, g.taken.node, [before(fn, g.taken.node, `if (${condition(fn, g.taken.node.start)})`, `\t${out}`)])];
}

function dropAndRetake(g: Single, fn: FnSite): Draft[] {
  const s = section(g);
  const points = s === null ? [] : insertionPoints(g, s).slice(1);
  const at = points[hashOf(fn.fn.name) % Math.max(1, points.length)];
  if (at === undefined || /mp_state_lock|kvm->lock|start_stop/.test(g.lock)) return [];
  return [draft(fn, at, [before(fn, at, unlockText(g), "cond_resched();", textOf(fn, g.taken.node))])];
}

function trylockChecked(g: Single, fn: FnSite): Draft[] {
  const out = failure(fn);
  const call = { mutex_lock: "mutex_trylock", spin_lock: "spin_trylock", read_lock: "read_trylock" }[g.taken.call];
  if (out === null || call === undefined || placeOf(fn, g.taken.node)?.list !== fn.body) return [];
  if (fn.locks.some((l) => l.lock !== g.lock && l.node.start < g.taken.node.start)) return [];
  return [draft(fn, g.taken.node, [replace(g.taken.node, `if (!${call}(${g.taken.args}))\n\t\t${out}`)])];
}

/** Everything between lock and unlock in a block of its own. */
function inBlock(g: Single, fn: FnSite): Draft[] {
  const s = straight(g);
  if (s === null || s.inside.some((n) => n.type === "declaration")) return [];
  const indent = indentOf(fn, s.lock);
  const open: Edit = { start: s.lock.end, end: s.lock.end, text: `\n${indent}{` };
  return [draft(fn, s.lock, [open, before(fn, s.unlock, "}")])];
}

const unlockFirst = (g: Single, fn: FnSite): Draft[] => {
  const s = straight(g);
  const call = s?.inside.at(-1);
  if (s === null || call === undefined) return [];
  return [draft(fn, s.unlock, [behind(fn, s.unlock, "cond_resched();"), behind(fn, s.lock, "barrier();")])];
};

export const soundLocks: readonly Operator[] = [
  sound("pair-made-guard", "lock and unlocks at every way out become guard()", toGuard),
  sound("pair-made-scoped-guard", "lock and unlock of one block become scoped_guard()", toScopedGuard),
  sound("helper-extracted", "a statement under the lock moves into a new helper", (g, fn) => extracted(g, fn, false)),
  sound("helper-extracted-asserting", "the same, the helper has lockdep_assert_held()", (g, fn) =>
    extracted(g, fn, true),
  ),
  sound("lock-wrapped-in-helpers", "lock and unlock move into two new helpers", wrappers),
  sound("lock-by-alias", "the lock gets a pointer of its own", aliasedLock),
  sound("object-by-alias", "the unlock names the object by a second pointer", aliasedObject),
  sound("goto-made-unlock-return", "a jump to the unlock is replaced by unlock and return", unwound),
  sound("conditional-pair", "`if (x) lock(); ... if (x) unlock();`", conditionalPair),
  sound("checked-return-added", "a way out more, which unlocks", checkedReturn),
  sound("return-before-lock", "a way out in front of the lock", returnBefore),
  sound("dropped-and-retaken", "unlock, cond_resched(), lock in the middle", dropAndRetake),
  sound("trylock-checked", "the lock becomes a trylock that leaves on failure", trylockChecked),
  sound("section-in-block", "the critical section gets a block of its own", inBlock),
  sound("calls-around", "cond_resched() and barrier() around lock and unlock", unlockFirst),
];
