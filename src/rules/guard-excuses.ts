/** What excuses an access without the lock that others hold, beside being one to an object that nobody else can see. */
import type { ProgramFunction } from "../analysis/definitions.js";
import { classOfField, objectOf } from "../analysis/field-class.js";
import type { FieldAccess, GuardEvidence } from "../analysis/guard-evidence.js";
import type { Program } from "../analysis/program.js";
import type { Held } from "../analysis/state.js";
import { pathOf } from "../analysis/value.js";
import type { GuardCase } from "./guard-case.js";

/**
 * True for a lock that only the code in view can take: its struct is defined there. Of a lock of struct inode, or of a socket,
 * nobody can say that no caller outside holds it.
 */
export function isPrivateLock(program: Program, { lock }: Pick<GuardCase, "lock">): boolean {
  const [struct, field] = lock.split(".") as [string, string?];
  return field === undefined || program.structs.fieldType(struct, field) !== null;
}

/** True when an access may be sound without the lock, as far as the code in view tells. */
export function isExcused(access: FieldAccess, own: GuardCase, evidence: GuardEvidence): boolean {
  const { event, guards, f } = access;
  // It cannot be torn, or is one step: who wrote it knew that others are at it.
  if (event.once || event.exclusive) return true;
  // Another lock that the writers hold as well, or one of which it is not known which it is.
  if (guards.some((g) => g.name === "" || own.company.has(g.name))) return true;
  for (const key of event.unsure) {
    const lock = key.replace(/^[*?]+/, "");
    if (lock === own.word || lock.endsWith(`.${own.word}`) || key.startsWith("?")) return true;
  }
  const above = evidence.heldAbove(f);
  if (above.has(own.lock) || above.has(`?.${own.word}`)) return true;
  return speaksOf(f, own.word) || asksFor(f, own, evidence.program);
}

/** True when a function that is called here asserts that the lock is held: an assertion in a wrapper of its own. */
function asksFor(f: ProgramFunction, own: GuardCase, program: Program): boolean {
  return program.facts(f).events.some((e) => {
    const helper = e.kind === "call" && e.resolved ? program.resolve(e.name, f.file) : null;
    if (helper === null || helper.fn === f.fn) return false;
    const isAsserted = (h: Held): boolean => h.how === "asserted" && classOfField(h.lock)?.name === own.lock;
    return program.facts(helper).events.some((t) => t.kind === "return" && t.held.some(isAsserted));
  });
}

/**
 * True when others can see the object for sure: it is changed in place (a counter, one bit of a word), comes out of a list, a
 * lookup or a global, or the function took the lock before. A plain store may be the one that makes an object ready.
 */
export function isShared({ f, event }: FieldAccess, own: GuardCase, program: Program): boolean {
  if (event.place.parts.length > 0 || event.step !== 0) return true;
  const { events } = program.facts(f);
  if (events.some((e) => e.kind === "read" && e.at === event.at && e.place === event.place)) return true;
  if (events.some((e) => e.kind === "lock" && e.at < event.at && classOfField(e.lock)?.name === own.lock)) return true;
  const { root } = pathOf(objectOf(event.place));
  // What a function out of view returns may be new.
  if (root.kind === "result") return program.resolve(root.name, f.file) !== null;
  return root.kind === "element" || root.kind === "global";
}

/** True when a comment in the function, or right above it, names the lock: what it says is for people to read. */
function speaksOf({ file, fn }: ProgramFunction, word: string): boolean {
  const name = new RegExp(`\\b${word}\\b`);
  return file.comments.some((c) => {
    if (c.at > fn.end || c.end < fn.at - NEAR) return false;
    const isAbove = c.end <= fn.at && file.text.slice(c.end, fn.at).trim() === "";
    return (isAbove || c.at >= fn.at) && name.test(c.text);
  });
}

/** Between a comment and the function below it stand blanks only. */
const NEAR = 80;
