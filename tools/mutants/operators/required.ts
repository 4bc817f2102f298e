/**
 * Faults where a callee asks for a lock by lockdep_assert_held() and the lock goes from around its call; and sound edits that
 * bring such a callee. Which callee asks for which lock is read from the text of the two functions, not asked of the engine.
 */
import type { SyntaxNode } from "../../../src/source/parse-c.js";
import { hashOf } from "../choice.js";
import { type FnSite, fieldOf, isIn, nodesOf, placeOf, statementsOf, textOf } from "../code.js";
import { before, behind, helper, remove, replace } from "../edit.js";
import { type Draft, draft, groupsOf, type LockGroup, type Operator, type Scope, singles } from "../operator.js";
import {
  changedVariable,
  hasLeave,
  identifiers,
  insertionPoints,
  lockArg,
  type Section,
  sectionOf,
  variablesOf,
} from "../shapes.js";

const RULE = ["locking/missing-required-lock"];
const ASSERT = /^lockdep_assert_held(?:_write|_once)?\(\s*&?\s*(\w+)((?:->|\.)[\w.>-]+)\s*\)/;

/** What a function asks for first of all: a field of its parameter number `index`. */
interface Asked {
  index: number;
  path: string;
}

/** Functions of a scope that begin with an assertion about one of their parameters. */
function asking(scope: Scope): Map<string, Asked> {
  const out = new Map<string, Asked>();
  for (const fn of scope.files.flatMap((f) => f.functions)) {
    const first = statementsOf(fn.body).find((s) => s.type !== "declaration");
    const match = first === undefined ? null : ASSERT.exec(textOf(fn, first));
    const index = match === null ? -1 : fn.fn.params.findIndex((p) => p.name === match[1]);
    if (match !== null && index !== -1) out.set(fn.fn.name, { index, path: match[2] as string });
  }
  return out;
}

/** A call, as a statement of a critical section, of a function that asks for just that section's lock. */
interface Place {
  fn: FnSite;
  group: LockGroup;
  section: Section;
  call: SyntaxNode;
}

/** The lock that a call needs as its caller spells it, without blanks: "&x->lock". */
function neededLock(fn: FnSite, call: SyntaxNode, asked: Asked): string | null {
  const arg = fieldOf(call, "arguments")?.children[asked.index];
  const text = arg === undefined ? "" : textOf(fn, arg).replace(/\s+/g, "");
  if (!/^&?[\w.>-]+$/.test(text)) return null;
  return text.startsWith("&") ? `${text}${asked.path.replace(/^->/, ".")}` : `&${text}${asked.path}`;
}

function places(scope: Scope): Place[] {
  const known = asking(scope);
  return scope.files
    .filter((f) => f.path.endsWith(".c"))
    .flatMap((f) => f.functions)
    .flatMap((fn) => groupsOf(fn).flatMap((group) => placesIn(fn, group, known)));
}

function placesIn(fn: FnSite, group: LockGroup, known: ReadonlyMap<string, Asked>): Place[] {
  return group.locks.flatMap((l) => {
    const section = sectionOf(group, l.node);
    if (section === null) return [];
    return insertionPoints(group, section).flatMap((stmt): Place[] => {
      const expr = stmt.type === "expression_statement" ? stmt.children[0] : undefined;
      const call = expr?.type === "assignment_expression" ? fieldOf(expr, "right") : expr;
      const callee = call?.type === "call_expression" ? fieldOf(call, "function") : undefined;
      const asked = callee === undefined ? undefined : known.get(textOf(fn, callee));
      if (call === undefined || asked === undefined || neededLock(fn, call, asked) !== group.lock) return [];
      return [{ fn, group, section, call: stmt }];
    });
  });
}

const fault = (name: string, what: string, propose: (p: Place) => Draft[]): Operator => ({
  name,
  kind: "fault",
  rules: RULE,
  what,
  drafts: (scope) => places(scope).flatMap(propose),
});

const onlyOne = ({ group }: Place): boolean => group.locks.length === 1;

/** Section whose one unlock stands in the lock's own list, with no way out before it. */
const isPlain = ({ group, section }: Place): boolean =>
  section.unlock !== null && group.unlocks.length === 1 && group.locks.length === 1 && !section.inside.some(hasLeave);

const around: Operator[] = [
  fault("required-pair-removed", "lock and unlocks around a call that needs them are left out", (p) =>
    onlyOne(p)
      ? [
          draft(
            p.fn,
            p.call,
            [...p.group.locks, ...p.group.unlocks].map((l) => remove(p.fn, l.node)),
          ),
        ]
      : [],
  ),
  fault("required-section-ends-early", "the unlock moves in front of a call that needs the lock", (p) => {
    if (!isPlain(p) || p.section.unlock === null) return [];
    const unlock = textOf(p.fn, p.section.unlock);
    return [draft(p.fn, p.call, [before(p.fn, p.call, unlock), remove(p.fn, p.section.unlock)])];
  }),
  fault("required-section-begins-late", "the lock moves behind a call that needs it", (p) => {
    if (!isPlain(p)) return [];
    const lock = textOf(p.fn, p.section.lock);
    return [draft(p.fn, p.call, [behind(p.fn, p.call, lock), remove(p.fn, p.section.lock)])];
  }),
  fault("required-call-moved-out", "a call that needs the lock moves behind the unlock", (p) => {
    if (!isPlain(p) || p.section.unlock === null) return [];
    return [draft(p.fn, p.call, [remove(p.fn, p.call), behind(p.fn, p.section.unlock, textOf(p.fn, p.call))])];
  }),
  fault("required-lock-dropped-around", "the lock is given back around a call that needs it", (p) => {
    const lock = textOf(p.fn, p.section.lock);
    const unlock = p.group.unlocks[0];
    if (unlock === undefined) return [];
    return [draft(p.fn, p.call, [before(p.fn, p.call, textOf(p.fn, unlock.node)), behind(p.fn, p.call, lock)])];
  }),
];

type Single = ReturnType<typeof singles>[number];

/** A statement of a critical section that can go into a helper, with what the helper must be given. */
function movable(g: Single, fn: FnSite): { stmt: SyntaxNode; section: Section; header: string; args: string } | null {
  const section = sectionOf(g, g.taken.node);
  const arg = g.taken.node.children[0]?.children.find((c) => c.field === "arguments")?.children[0];
  if (section === null || arg === undefined) return null;
  const variables = variablesOf(fn);
  const own = new Set(variables.map((v) => v.name));
  const points = insertionPoints(g, section).filter(
    (p) =>
      p.type === "expression_statement" &&
      placeOf(fn, p) !== null &&
      !nodesOf(p).some((n) => own.has(changedVariable(fn, n) ?? "")) &&
      !fn.locks.some((l) => isIn(l.node, p)),
  );
  const stmt = points[hashOf(fn.fn.name) % Math.max(1, points.length)];
  if (stmt === undefined) return null;
  const names = new Set([...identifiers(fn, stmt), ...identifiers(fn, arg)]);
  const used = variables.filter((v) => names.has(v.name));
  const isPassable = (v: (typeof used)[number]): boolean =>
    v.pointers > 0 || (v.pointers === 0 && !/^(?:struct|union)\b/.test(v.type));
  if (used.length === 0 || !used.every(isPassable)) return null;
  const declared = nodesOf(fn.node).flatMap((n) => (n.type === "declaration" ? identifiers(fn, n) : []));
  if ([...names].some((n) => declared.includes(n) && !used.some((v) => v.name === n) && !/^[A-Z_0-9]+$/.test(n)))
    return null;
  return { stmt, section, header: used.map((v) => v.text).join(", "), args: used.map((v) => v.name).join(", ") };
}

/** How a new helper asks for its lock. */
type Word = "assertion" | "comment" | "none";

function helperText(g: Single, fn: FnSite, name: string, header: string, word: Word, body: string) {
  const lines = word === "assertion" ? [`lockdep_assert_held(${lockArg(g.taken.args)});`, ""] : [];
  const made = helper(fn, `void ${name}(${header})`, ...lines, body);
  const comment = `/* The caller must hold ${lockArg(g.taken.args).replace(/^&/, "")}. */\n`;
  return word === "comment" ? { ...made, text: made.text.replace("static void", `${comment}static void`) } : made;
}

function helperUnlocked(word: "assertion" | "comment"): (g: Single, fn: FnSite) => Draft[] {
  return (g, fn) => {
    const found = movable(g, fn);
    const unlock = found?.section.unlock;
    if (found === null || !unlock || g.unlocks.length !== 1 || found.section.inside.some(hasLeave)) return [];
    const name = `${fn.fn.name}_locked`;
    return [
      draft(fn, found.stmt, [
        helperText(g, fn, name, found.header, word, textOf(fn, found.stmt)),
        remove(fn, found.stmt),
        behind(fn, unlock, `${name}(${found.args});`),
      ]),
    ];
  };
}

/** The statement goes into a helper that is called, under the lock, by one that says nothing of it. */
function helperChain(g: Single, fn: FnSite): Draft[] {
  const found = movable(g, fn);
  if (found === null) return [];
  const [inner, outer] = [`${fn.fn.name}_inner`, `${fn.fn.name}_outer`];
  const first = helperText(g, fn, inner, found.header, "assertion", textOf(fn, found.stmt));
  const second = helperText(g, fn, outer, found.header, "none", `${inner}(${found.args});`);
  return [draft(fn, found.stmt, [first, second, replace(found.stmt, `${outer}(${found.args});`)])];
}

function helperCommented(g: Single, fn: FnSite): Draft[] {
  const found = movable(g, fn);
  if (found === null) return [];
  const name = `${fn.fn.name}_locked`;
  const made = helperText(g, fn, name, found.header, "comment", textOf(fn, found.stmt));
  return [draft(fn, found.stmt, [made, replace(found.stmt, `${name}(${found.args});`)])];
}

const perSingle = (
  kind: Operator["kind"],
  name: string,
  what: string,
  propose: (g: Single, fn: FnSite) => Draft[],
): Operator => ({
  name,
  kind,
  rules: kind === "fault" ? RULE : [],
  what,
  drafts: (scope) =>
    scope.files
      .filter((f) => f.path.endsWith(".c"))
      .flatMap((f) => f.functions)
      .flatMap((fn) => singles(fn).flatMap((g) => propose(g, fn))),
});

export const requiredFaults: readonly Operator[] = [
  ...around,
  perSingle(
    "fault",
    "asserting-helper-unlocked",
    "a statement moves into a helper with lockdep_assert_held(), called behind the unlock",
    helperUnlocked("assertion"),
  ),
  perSingle(
    "fault",
    "commented-helper-unlocked",
    "the same, the helper's comment asks for the lock",
    helperUnlocked("comment"),
  ),
];

export const requiredSounds: readonly Operator[] = [
  perSingle(
    "sound",
    "helper-commented",
    "a statement under the lock moves into a helper whose comment asks for it",
    helperCommented,
  ),
  perSingle(
    "sound",
    "asserting-helper-of-helper",
    "a helper with lockdep_assert_held() is called by another helper",
    helperChain,
  ),
  {
    name: "required-lock-asserted",
    kind: "sound",
    rules: [],
    what: "the assertion of a callee is repeated in front of its call, under the lock",
    drafts: (scope) =>
      places(scope).map((p) =>
        draft(p.fn, p.call, [before(p.fn, p.call, `lockdep_assert_held(${lockArg(p.group.locks[0]?.args ?? "")});`)]),
      ),
  },
];
