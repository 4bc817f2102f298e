/** Faults against what the code itself shows: a lock pair taken away from around a write that others make under it. */
import type { SyntaxNode } from "../../../src/source/parse-c.js";
import { type FnSite, fieldOf, nodesOf, textOf } from "../code.js";
import { before, remove, replace } from "../edit.js";
import { type Draft, draft, groupsOf, type LockGroup, type Operator, type Scope } from "../operator.js";
import { type Section, sectionOf } from "../shapes.js";

/** A critical section that writes fields. */
interface Writing {
  fn: FnSite;
  group: LockGroup;
  section: Section;
  /** Last word of the lock's path, and the fields that are written inside. */
  lock: string;
  fields: ReadonlySet<string>;
}

const lastWord = (path: string): string => path.split(/->|\./).at(-1) ?? "";

/** The field that a node writes by a plain assignment or by counting, or null. */
function writtenField(fn: FnSite, n: SyntaxNode): string | null {
  const target =
    n.type === "assignment_expression"
      ? fieldOf(n, "left")
      : n.type === "update_expression"
        ? fieldOf(n, "argument")
        : undefined;
  const field = target?.type === "field_expression" ? fieldOf(target, "field") : undefined;
  return field === undefined ? null : textOf(fn, field);
}

const writing = (scope: Scope): Writing[] =>
  scope.files.flatMap((file) =>
    file.functions.flatMap((fn) =>
      groupsOf(fn).flatMap((group): Writing[] => {
        const [only] = group.locks;
        const section = only === undefined || group.locks.length !== 1 ? null : sectionOf(group, only.node);
        if (section === null || group.mode !== "exclusive") return [];
        const fields = new Set(section.inside.flatMap(nodesOf).flatMap((n) => writtenField(fn, n) ?? []));
        return fields.size === 0 ? [] : [{ fn, group, section, lock: lastWord(group.lock), fields }];
      }),
    ),
  );

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));

/** Sections of which a field is written under a lock of that name in two other functions of the folder. */
function known(scope: Scope): Writing[] {
  const all = writing(scope);
  return all.filter((w) => {
    if (!w.fn.file.path.endsWith(".c")) return false;
    const others = (field: string): Set<string> =>
      new Set(
        all
          .filter((o) => o.fn !== w.fn && o.lock === w.lock && o.fields.has(field))
          .filter((o) => folderOf(o.fn.file.path) === folderOf(w.fn.file.path))
          .map((o) => o.fn.fn.name),
      );
    return [...w.fields].some((field) => others(field).size > 1);
  });
}

const fault = (name: string, rule: string, what: string, propose: (w: Writing) => Draft[]): Operator => ({
  name,
  kind: "fault",
  rules: [rule],
  what,
  drafts: (scope) => known(scope).flatMap(propose),
});

export const evidenceFaults: readonly Operator[] = [
  fault(
    "field-write-unlocked",
    "locking/inconsistent-guard",
    "the lock pair is left out around a field that others write under it",
    ({ fn, group, section }) => [
      draft(
        fn,
        section.lock,
        [...group.locks, ...group.unlocks].map((l) => remove(fn, l.node)),
      ),
    ],
  ),
  fault(
    "unlock-before-last-write",
    "locking/inconsistent-guard",
    "the unlock moves up, in front of the write",
    ({ fn, group, section }) => {
      const last = section.inside.at(-1);
      const unlock = section.unlock;
      if (last === undefined || unlock === null || group.unlocks.length !== 1) return [];
      if (!nodesOf(last).some((n) => writtenField(fn, n) !== null)) return [];
      return [draft(fn, last, [before(fn, last, textOf(fn, unlock)), replace(unlock, ";")])];
    },
  ),
];
