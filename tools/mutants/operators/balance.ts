/** Faults of lock balance in functions that take and give back a lock by plain statements. */
import type { SyntaxNode } from "../../../src/source/parse-c.js";
import { hashOf } from "../choice.js";
import { type FnSite, fieldOf, isIn, nodesOf, placeOf, textOf } from "../code.js";
import { before, behind, type Edit, helper, indentOf, remove, replace } from "../edit.js";
import { type Draft, draft, groupsOf, type LockGroup, type Operator, perFunction, singles } from "../operator.js";
import {
  condition,
  failure,
  insertionPoints,
  labelsOf,
  leaves,
  lockArg,
  lockType,
  loopAround,
  type Section,
  sectionOf,
} from "../shapes.js";

const RULE = ["locking/unbalanced"];
const fault = (name: string, what: string, propose: (fn: FnSite, seed: number) => Draft[]): Operator => ({
  name,
  kind: "fault",
  rules: RULE,
  what,
  drafts: perFunction((fn, scope) => propose(fn, scope.seed)),
});

const key = (fn: FnSite, node: SyntaxNode): number => hashOf(`${fn.file.path}:${node.start}`);
const nth = <T>(list: readonly T[], n: number): T | undefined => list[n % Math.max(1, list.length)];

/** Critical sections that lie in one list of statements. */
const sections = (fn: FnSite): { group: LockGroup; section: Section; points: SyntaxNode[] }[] =>
  groupsOf(fn).flatMap((group) =>
    group.locks.flatMap((l) => {
      const section = sectionOf(group, l.node);
      return section === null ? [] : [{ group, section, points: insertionPoints(group, section) }];
    }),
  );

/** A lock that is taken again behind this unlock makes leaving it out a different fault. */
const removals: Operator[] = [
  fault("unlock-removed-on-one-path", "one of several unlocks is left out", (fn) =>
    singles(fn)
      .filter((g) => g.unlocks.length > 1)
      .flatMap((g) => g.unlocks.map((u) => draft(fn, u.node, [remove(fn, u.node)]))),
  ),
  fault("unlock-removed-everywhere", "no unlock is left", (fn) =>
    singles(fn).map((g) =>
      draft(
        fn,
        g.taken.node,
        g.unlocks.map((u) => remove(fn, u.node)),
      ),
    ),
  ),
  fault("lock-removed", "the lock is left out, its unlocks stay", (fn) =>
    singles(fn).map((g) => draft(fn, g.taken.node, [remove(fn, g.taken.node)])),
  ),
];

const leaving: Operator[] = [
  fault("early-return-inserted", "a return on some condition inside a critical section", (fn) => {
    const out = failure(fn);
    if (out === null) return [];
    return sections(fn).flatMap(({ points }) => {
      const at = nth(points, key(fn, fn.body));
      return at === undefined ? [] : [draft(fn, at, [before(fn, at, `if (${condition(fn, at.start)})`, `\t${out}`)])];
    });
  }),
  fault("goto-made-return", "a jump to the label that unlocks becomes a return", (fn) => {
    const out = failure(fn);
    const labels = labelsOf(fn);
    if (out === null) return [];
    return sections(fn).flatMap(({ group, section }) =>
      section.inside.flatMap((stmt) =>
        nodesOf(stmt)
          .filter((n) => n.type === "goto_statement")
          .filter((g) => {
            const label = fieldOf(g, "label");
            const target = (label && labels.get(textOf(fn, label))) ?? [];
            const unlocks = group.unlocks.map(({ node }) => node);
            const unlock = target.findIndex((t) => unlocks.includes(t));
            // A label in front of the lock is a second try, to which nobody jumps with it held.
            return unlock !== -1 && !target.slice(0, unlock).some((t) => group.locks.some((l) => isIn(l.node, t)));
          })
          .map((g) => draft(fn, g, [replace(g, out)])),
      ),
    );
  }),
  fault("continue-inserted", "a loop goes on to its next turn without unlocking", (fn) =>
    sections(fn).flatMap(({ section, points }) => {
      const at = nth(points, key(fn, fn.body));
      if (at === undefined || section.unlock === null || loopAround(fn, section.lock) === null) return [];
      return [draft(fn, at, [before(fn, at, "if (need_resched())", "\tcontinue;")])];
    }),
  ),
  fault("break-inserted", "a loop is left without unlocking", (fn) =>
    sections(fn).flatMap(({ section, points }) => {
      const at = nth(points, key(fn, fn.body));
      if (at === undefined || section.unlock === null || loopAround(fn, section.lock) === null) return [];
      return [draft(fn, at, [before(fn, at, "if (signal_pending(current))", "\tbreak;")])];
    }),
  ),
  fault("braces-dropped", "`if (e) { unlock(); return e; }` loses its braces", (fn) =>
    singles(fn).flatMap((g) =>
      g.unlocks.flatMap((u) => {
        const place = placeOf(fn, u.node);
        const block = place?.list;
        const owner = block && fn.parents.get(block);
        const last = place?.all[1];
        if (place === null || block === undefined || owner?.type !== "if_statement" || last === undefined) return [];
        if (fieldOf(owner, "alternative") !== undefined || place.all.length !== 2 || !leaves(last)) return [];
        const indent = indentOf(fn, owner);
        const text = `\n${indent}\t${textOf(fn, u.node)}\n${indent}\t${textOf(fn, last)}`;
        return [draft(fn, u.node, [replace(block, text)])];
      }),
    ),
  ),
];

const branches: Operator[] = [
  fault("lock-on-one-branch", "the lock is taken on some condition, given back always", (fn) =>
    singles(fn).map((g) => {
      const cond = condition(fn, g.taken.node.start);
      return draft(fn, g.taken.node, [before(fn, g.taken.node, `if (${cond})`)]);
    }),
  ),
  fault("unlock-on-one-branch", "the lock is given back on some condition", (fn) =>
    singles(fn)
      .filter((g) => g.unlocks.length === 1)
      .flatMap((g) =>
        g.unlocks.map((u) => draft(fn, u.node, [before(fn, u.node, `if (${condition(fn, u.node.start)})`)])),
      ),
  ),
  fault("lock-behind-first-exit", "the lock moves behind a way out that unlocks", (fn) =>
    singles(fn).flatMap((g) => {
      const section = sectionOf(g, g.taken.node);
      const first = section?.inside[0];
      const gotoUnlock = (n: SyntaxNode): boolean => {
        const label = n.type === "goto_statement" ? fieldOf(n, "label") : undefined;
        const target = label && labelsOf(fn).get(textOf(fn, label));
        return target?.some((t) => g.unlocks.some((u) => u.node === t)) === true;
      };
      if (first?.type !== "if_statement") return [];
      const unlocks = g.unlocks.some((u) => isIn(u.node, first)) || nodesOf(first).some(gotoUnlock);
      if (!unlocks) return [];
      return [draft(fn, first, [remove(fn, g.taken.node), behind(fn, first, textOf(fn, g.taken.node))])];
    }),
  ),
];

const doubles: Operator[] = [
  fault("lock-doubled", "the lock statement stands twice", (fn) =>
    sections(fn).map(({ section }) => draft(fn, section.lock, [behind(fn, section.lock, textOf(fn, section.lock))])),
  ),
  fault("lock-doubled-late", "the lock is taken again before it is given back", (fn) =>
    sections(fn).flatMap(({ section, points }) => {
      const at = points.at(-1);
      return at === undefined ? [] : [draft(fn, at, [before(fn, at, textOf(fn, section.lock))])];
    }),
  ),
  fault("unlock-doubled", "the unlock statement stands twice", (fn) =>
    groupsOf(fn).flatMap((g) =>
      g.unlocks
        .filter((u) => placeOf(fn, u.node) !== null)
        .map((u) => draft(fn, u.node, [behind(fn, u.node, textOf(fn, u.node))])),
    ),
  ),
  fault("unlock-added-early", "an unlock more, earlier in the critical section", (fn) =>
    sections(fn).flatMap(({ group, section, points }) => {
      const at = nth(points, key(fn, fn.body));
      const unlock = section.unlock ?? group.unlocks[0]?.node;
      return at === undefined || unlock === undefined ? [] : [draft(fn, at, [before(fn, at, textOf(fn, unlock))])];
    }),
  ),
  fault("unlock-behind-loop", "a lock taken in every turn is given back behind the loop only", (fn) =>
    sections(fn).flatMap(({ group, section }) => {
      const loop = loopAround(fn, section.lock);
      if (loop === null || section.unlock === null || group.unlocks.length !== 1 || placeOf(fn, loop) === null)
        return [];
      if (!group.lock.match(/^&?\w+/)) return [];
      return [draft(fn, section.unlock, [remove(fn, section.unlock), behind(fn, loop, textOf(fn, section.unlock))])];
    }),
  ),
];

/** Locks whose taking needs no further variable, with their types. */
const typed = (
  fn: FnSite,
): {
  group: LockGroup;
  section: Section;
  points: SyntaxNode[];
  type: string;
  guard: string;
  call: string;
  arg: string;
}[] =>
  sections(fn).flatMap(({ group, section, points }) => {
    const taken = group.locks.find((l) => l.node === section.lock);
    const type = taken && lockType(taken.call);
    if (taken === undefined || type === null || type === undefined) return [];
    return [{ group, section, points, ...type, call: taken.call, arg: lockArg(taken.args) }];
  });

const simple = (fn: FnSite): ReturnType<typeof typed> => typed(fn).filter((t) => !/irqsave/.test(t.call));
const unlockOf = (group: LockGroup): string => group.unlocks[0]?.call ?? "";

const indirect: Operator[] = [
  fault("helper-takes-lock-again", "a new helper that takes the same lock is called under it", (fn) =>
    simple(fn).flatMap(({ group, points, type, call, arg }) => {
      const at = nth(points, key(fn, fn.body));
      if (at === undefined) return [];
      const name = `${fn.fn.name}_sync`;
      const lines = [`${call}(lock);`, `${unlockOf(group)}(lock);`];
      const edits = [helper(fn, `void ${name}(${type} *lock)`, ...lines), before(fn, at, `${name}(${arg});`)];
      return [draft(fn, at, edits)];
    }),
  ),
  fault("helper-gives-back-too", "a new helper gives the lock back before the caller does", (fn) =>
    simple(fn).flatMap(({ group, section, type, arg }) => {
      if (section.unlock === null) return [];
      const name = `${fn.fn.name}_done`;
      const edits = [
        helper(fn, `void ${name}(${type} *lock)`, `${unlockOf(group)}(lock);`),
        before(fn, section.unlock, `${name}(${arg});`),
      ];
      return [draft(fn, section.unlock, edits)];
    }),
  ),
  fault("lock-doubled-by-alias", "the same lock is taken again through a pointer", (fn) =>
    simple(fn).flatMap(({ section, type, call, arg }) => [
      draft(fn, section.lock, [
        behind(fn, section.lock, "{", `\t${type} *again = ${arg};`, "", `\t${call}(again);`, "}"),
      ]),
    ]),
  ),
  fault("guard-and-unlock", "the lock becomes a guard(), the unlock stays", (fn) =>
    typed(fn).flatMap(({ group, section, guard, arg }) => {
      if (group.locks.length !== 1 || section.unlock === null) return [];
      return [draft(fn, section.lock, [replace(section.lock, `guard(${guard})(${arg});`)])];
    }),
  ),
  fault("guard-over-lock", "a guard() of a lock that is held already", (fn) =>
    typed(fn).flatMap(({ points, guard, arg }) => {
      const at = points.at(-1);
      return at === undefined ? [] : [draft(fn, at, [before(fn, at, `guard(${guard})(${arg});`)])];
    }),
  ),
  fault("guard-made-lock", "guard() becomes a bare lock that nobody gives back", (fn) =>
    nodesOf(fn.body)
      .filter((n) => n.type === "expression_statement" && /^guard\(mutex\)\(/.test(textOf(fn, n)))
      .map((n) => draft(fn, n, [replace(n, textOf(fn, n).replace("guard(mutex)", "mutex_lock"))])),
  ),
];

const TRIES: Record<string, string> = {
  mutex_lock: "mutex_trylock",
  spin_lock: "spin_trylock",
  raw_spin_lock: "raw_spin_trylock",
  down_read: "down_read_trylock",
  down_write: "down_write_trylock",
  read_lock: "read_trylock",
  write_lock: "write_trylock",
};
const KILLS: Record<string, string> = {
  mutex_lock: "mutex_lock_killable",
  down_read: "down_read_killable",
  down_write: "down_write_killable",
};

const respell = (fn: FnSite, table: Record<string, string>): Draft[] =>
  singles(fn).flatMap((g) => {
    const other = table[g.taken.call];
    if (other === undefined) return [];
    const edit: Edit = replace(g.taken.node, `${other}(${g.taken.args});`);
    return [draft(fn, g.taken.node, [edit])];
  });

/** Another lock of the same type that the file takes by the same call. */
function otherLock(fn: FnSite, group: LockGroup): string | undefined {
  const own = lockArg(group.locks[0]?.args ?? "");
  const root = /^&?(\w+)/.exec(own)?.[1] ?? "";
  for (const other of fn.file.functions)
    for (const l of other.locks) {
      const arg = lockArg(l.args);
      if (l.call === group.locks[0]?.call && l.lock !== group.lock && (/^&?(\w+)/.exec(arg)?.[1] ?? "") === root)
        return arg;
    }
  return undefined;
}

const misused: Operator[] = [
  fault("trylock-ignored", "the lock becomes a trylock whose result nobody looks at", (fn) => respell(fn, TRIES)),
  fault("killable-ignored", "the lock becomes a killable one whose result nobody looks at", (fn) => respell(fn, KILLS)),
  fault("other-lock-given-back", "one of several unlocks gives back another lock of the same object", (fn) =>
    singles(fn).flatMap((g) => {
      const other = otherLock(fn, g);
      const u = nth(g.unlocks, key(fn, fn.body));
      if (other === undefined || u === undefined) return [];
      const args = [other, ...u.args.split(", ").slice(1)].join(", ");
      return [draft(fn, u.node, [replace(u.node, `${u.call}(${args});`)])];
    }),
  ),
];

export const balanceFaults: readonly Operator[] = [
  ...removals,
  ...leaving,
  ...branches,
  ...doubles,
  ...indirect,
  ...misused,
];
