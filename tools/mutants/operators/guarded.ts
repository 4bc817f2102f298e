/** Faults seeded into the tree's own critical sections about another vCPU's run state. */
import type { SyntaxNode } from "../../../src/source/parse-c.js";
import { type FnSite, isIn, nodesOf, placeOf, statementsOf, textOf } from "../code.js";
import { before, behind, type Edit, helper, indentOf, remove, replace } from "../edit.js";
import { type Draft, draft, groupsOf, type LockGroup, type Operator, type Scope } from "../operator.js";
import { condition, identifiers, insertionPoints, type Section, sectionOf, variablesOf } from "../shapes.js";
import { boundOthers, ownVcpu, reachable } from "../vcpus.js";

const RULES = ["kvm/cross-vcpu-mp-state", "kvm/check-then-act"];

interface Guarded {
  fn: FnSite;
  group: LockGroup;
  section: Section;
  points: SyntaxNode[];
  other: string;
}

/** Sections of the tree that hold the lock of a vCPU which a loop or getter gave. */
const guarded = (scope: Scope): Guarded[] =>
  reachable(scope, "kvm/cross-vcpu-mp-state").flatMap((fn) => {
    const others = new Set(boundOthers(fn).map((o) => o.name));
    return groupsOf(fn).flatMap((group): Guarded[] => {
      const other = /^&(\w+)->arch\.mp_state_lock$/.exec(group.lock)?.[1];
      const lock = group.locks[0]?.node;
      const section = lock === undefined ? null : sectionOf(group, lock);
      if (other === undefined || !others.has(other) || section === null || group.locks.length !== 1) return [];
      return [{ fn, group, section, points: insertionPoints(group, section), other }];
    });
  });

const fault = (name: string, what: string, propose: (g: Guarded) => Draft[]): Operator => ({
  name,
  kind: "fault",
  rules: RULES,
  what,
  drafts: (scope) => guarded(scope).flatMap(propose),
});

const withoutLock = ({ fn, group }: Guarded): Edit[] =>
  [...group.locks, ...group.unlocks].map((l) => remove(fn, l.node));

/** The first way to name the running vCPU that is not the other. */
const ownName = ({ fn, other }: Guarded): string | undefined =>
  [
    ownVcpu(fn),
    ...variablesOf(fn).flatMap((v) => (v.type === "struct kvm_vcpu" && v.pointers === 1 ? [v.name] : [])),
  ].find((v): v is string => v !== null && v !== other);

const wrongInstance = (g: Guarded, which: readonly { node: SyntaxNode }[]): Edit[] => {
  const own = ownName(g);
  if (own === undefined) return [];
  return which.map((l) => replace(l.node, textOf(g.fn, l.node).replace(new RegExp(`\\b${g.other}\\b`), own)));
};

/** Statements inside that touch the state. */
const touching = ({ fn, section }: Guarded): SyntaxNode[] =>
  section.inside
    .flatMap(nodesOf)
    .filter((n) => /^(?:expression|if)_statement$/.test(n.type) && /mp_state|stopped\(/.test(textOf(fn, n)));

const one = (g: Guarded, edits: Edit[]): Draft[] => (edits.length === 0 ? [] : [draft(g.fn, g.section.lock, edits)]);

/** The store to the state becomes a call of a new helper. */
function splitOff(g: Guarded): Draft[] {
  const write = touching(g).find((n) => n.type === "expression_statement");
  if (
    write === undefined ||
    identifiers(g.fn, write).some((n) => variablesOf(g.fn).some((v) => v.name === n && n !== g.other))
  )
    return [];
  const name = `${g.fn.fn.name}_change`;
  const made = helper(g.fn, `void ${name}(struct kvm_vcpu *${g.other})`, textOf(g.fn, write));
  const edits = [made, ...withoutLock(g), replace(write, `${name}(${g.other});`)];
  return [draft(g.fn, write, edits, [g.fn.fn.name, name])];
}

/** The whole section by another name for the vCPU, without the lock. */
function aliased(g: Guarded): Draft[] {
  const uses = g.section.inside.flatMap(nodesOf).filter((n) => n.type === "identifier" && textOf(g.fn, n) === g.other);
  const first = g.section.inside[0];
  if (first === undefined || uses.length === 0) return [];
  const rest = g.group.unlocks.filter((u) => u.node !== g.section.unlock).map((u) => remove(g.fn, u.node));
  const edits = [
    replace(g.section.lock, `struct kvm_vcpu *target = ${g.other};`),
    ...uses.filter((u) => !g.group.unlocks.some((l) => isIn(u, l.node))).map((u) => replace(u, "target")),
    ...(g.section.unlock === null ? [] : [remove(g.fn, g.section.unlock)]),
    ...rest,
  ];
  return one(g, edits);
}

/** A loop that only locks, stores and unlocks loses its lock and its braces. */
function bareLoop(g: Guarded): Draft[] {
  const body = g.fn.parents.get(g.section.lock);
  const loop = body && g.fn.parents.get(body);
  const [only] = g.section.inside;
  if (loop?.type !== "while_statement" || body === undefined || only === undefined || g.section.inside.length !== 1)
    return [];
  if (statementsOf(body).length !== 3) return [];
  return one(g, [replace(body, `\n${indentOf(g.fn, loop)}\t${textOf(g.fn, only)}`)]);
}

function checkHoisted(g: Guarded): Draft[] {
  const [first, ...rest] = g.section.inside;
  if (first === undefined || rest.length === 0 || !touching(g).some((t) => isIn(t, first))) return [];
  return one(g, [remove(g.fn, g.section.lock), behind(g.fn, first, textOf(g.fn, g.section.lock))]);
}

export const guardedFaults: readonly Operator[] = [
  fault("guard-removed", "lock and unlocks around the access are left out", (g) => one(g, withoutLock(g))),
  fault("guard-dropped-at-once", "the unlock moves up to the lock", (g) =>
    one(g, [
      ...g.group.unlocks.map((u) => remove(g.fn, u.node)),
      behind(g.fn, g.section.lock, textOf(g.fn, (g.group.unlocks[0] ?? g.group.locks[0])?.node ?? g.section.lock)),
    ]),
  ),
  fault("guard-of-wrong-instance", "the running vCPU's lock is taken", (g) =>
    one(g, wrongInstance(g, [...g.group.locks, ...g.group.unlocks])),
  ),
  fault("guard-on-one-branch", "lock and unlocks happen on some condition only", (g) => {
    const cond = condition(g.fn, g.section.lock.start);
    const placed = [...g.group.locks, ...g.group.unlocks].filter((l) => placeOf(g.fn, l.node) !== null);
    return one(
      g,
      placed.map((l) => before(g.fn, l.node, `if (${cond})`)),
    );
  }),
  fault("guard-dropped-between", "unlock and lock again behind the check", (g) => {
    const [lock, unlock] = [textOf(g.fn, g.section.lock), g.group.unlocks[0]?.node];
    const at = g.points[1];
    if (at === undefined || unlock === undefined) return [];
    return one(g, [before(g.fn, at, textOf(g.fn, unlock), lock)]);
  }),
  fault("guard-dropped-early", "the unlock moves up before the last statement that touches the state", (g) => {
    const last = touching(g).at(-1);
    if (last === undefined || g.group.unlocks.length !== 1 || placeOf(g.fn, last) === null) return [];
    return one(g, [
      ...g.group.unlocks.map((u) => remove(g.fn, u.node)),
      before(g.fn, last, textOf(g.fn, (g.group.unlocks[0] as { node: SyntaxNode }).node)),
    ]);
  }),
  fault("check-hoisted", "the lock moves behind the check", checkHoisted),
  fault("access-split-off", "the store moves into a new helper, the lock goes", splitOff),
  fault("access-by-alias", "the section works on a second pointer, the lock goes", aliased),
  fault("loop-made-bare", "the loop loses its lock and its braces", bareLoop),
  fault("guard-form-too-short", "scoped_guard() around the first statement only", (g) => {
    const [first, ...rest] = g.section.inside;
    if (first === undefined || rest.length === 0 || !touching(g).some((t) => rest.some((r) => isIn(t, r)))) return [];
    return one(g, [
      ...g.group.unlocks.map((u) => remove(g.fn, u.node)),
      replace(g.section.lock, `scoped_guard(spinlock, &${g.other}->arch.mp_state_lock)\n\t\tbarrier();`),
    ]);
  }),
];
