/** What is said of locks that do not balance. */
import type { OutcomeDetail } from "../rules/outcome.js";
import { call, type Words } from "./wording.js";

type Detail<K extends OutcomeDetail["kind"]> = Extract<OutcomeDetail, { kind: K }>;

export function heldOnReturn(d: Detail<"held-on-return">): Words {
  const rest = d.others
    ? "given back on the other ways out; this one leaves with it held."
    : `nothing gives it back: the callers of ${call(d.writer)} are left with it held.`;
  return {
    message: `Does this way out of ${call(d.writer)} mean to keep ${d.lock}?`,
    why: `It is taken by "${d.taken}" and ${rest}`,
    suggestion: `If not, ${d.lock} wants to be given back before the return, or the return to go through the label that does so.`,
  };
}

export function doubleAcquire(d: Detail<"double-acquire">): Words {
  const how = d.callee === "" ? "taken here again" : `taken again by ${call(d.callee)}`;
  return {
    message: `Is ${d.lock} not held already?`,
    why: `${call(d.writer)} holds it at this point, and it is ${how}, without having been given back in between: that waits for itself.`,
    suggestion:
      d.callee === ""
        ? "One of the two acquisitions wants to go."
        : `A variant of ${call(d.callee)} for callers that hold ${d.lock} would do, or to give it back before the call.`,
  };
}

const STRAY: Record<Detail<"stray-unlock">["how"], (writer: string) => string> = {
  twice: (writer) => `On one path ${writer} has given it back already when it comes here.`,
  branch: (writer) => `${writer} takes it on some paths only, and others come here, too.`,
  never: (writer) => `${writer} gives it back, but nothing that is seen of it takes it before.`,
};

export function strayUnlock(d: Detail<"stray-unlock">): Words {
  const through = d.callee === "" ? "" : ` It is ${call(d.callee)} that gives it back.`;
  return {
    message: `Is ${d.lock} held here on every path?`,
    why: `${STRAY[d.how](call(d.writer))}${through}`,
    suggestion: `Lock and unlock of ${d.lock} want to stand on the same paths.`,
  };
}

export function attemptIgnored(d: Detail<"attempt-ignored">): Words {
  return {
    message: `What if ${d.lock} is not had here?`,
    why: `This way to take it can fail, and ${call(d.writer)} goes on as if it had the lock, whatever the answer.`,
    suggestion: "The answer wants a test, and a way out for the case that the lock is not held.",
  };
}
