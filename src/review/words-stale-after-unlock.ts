/** What is said of a check that is old when it is acted on (rule kind stale-after-unlock). */
import type { OutcomeDetail } from "../rules/outcome.js";
import { call, type Words } from "./wording.js";
import { lockOf, some } from "./words-inconsistent-guard.js";

export function staleAfterUnlock(d: Extract<OutcomeDetail, { kind: "stale-after-unlock" }>): Words {
  const lock = lockOf(d);
  const again = d.again ? " The lock is taken again before the write, but nobody looks again." : "";
  return {
    message: `Is ${d.checked} still what it was when ${call(d.writer)} acts on it?`,
    why:
      `It is looked at under ${lock}, which is given back before "${d.act}". Meanwhile ${some(d.under)} can change ` +
      `${d.field}, and the write rests on an old value.${again}`,
    suggestion: `I would keep ${lock} until the write is done, or look again under it.`,
  };
}
