/** What is said of a field that one function touches without the lock which the others hold (rule kind inconsistent-guard). */
import type { OutcomeDetail } from "../rules/outcome.js";
import { call, type Words } from "./wording.js";

type Detail = Extract<OutcomeDetail, { kind: "inconsistent-guard" }>;

/** "its lock", "the lock of the btrfs_fs_info it belongs to" or the name of a global lock. */
export function lockOf({ relation, lock }: Pick<Detail, "relation" | "lock">): string {
  if (relation.startsWith("->")) return `its ${relation.slice(2)}`;
  return relation.startsWith("^") ? `the ${lock} of what it belongs to` : lock;
}

/** "a(), b() and 3 more". */
export function some(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).map(call);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(", ")} and ${more} more`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

const places = (n: number): string => (n === 1 ? "one place" : `${n} places`);

export function inconsistentGuard(d: Detail): Words {
  const lock = lockOf(d);
  const reads = d.read === 0 ? "" : `, and read under it in ${places(d.read)}`;
  const rest =
    d.unguarded.length === 0 ? "" : ` ${some(d.unguarded)} read${d.unguarded.length === 1 ? "s" : ""} it without.`;
  const counted = `Elsewhere ${d.field} of a ${d.struct} is written under ${lock} in ${places(d.written)} (${some(d.under)})${reads}.${rest}`;
  if (d.access === "write") {
    return {
      message: `Does this write to ${d.place} not need ${lock}?`,
      why: `${counted} ${call(d.writer)} does not hold it here, so the write can fall into the middle of what one of them does.`,
      suggestion: `I would take ${lock} around it; if something else keeps the others away here, a comment should say what.`,
    };
  }
  return {
    message: `Can ${d.place} not change while ${call(d.writer)} decides by it?`,
    why: `${counted} It is read here without the lock, and what was seen need not hold when the branch is taken.`,
    suggestion: `I would read it under ${lock}; if an old value does no harm here, READ_ONCE() and a comment would say so.`,
  };
}
