/** What is said of a lock that a callee or a field asks for and that nobody holds. */
import type { OutcomeDetail } from "../rules/outcome.js";
import type { Words } from "./wording.js";

type Detail = Extract<OutcomeDetail, { kind: "missing-lock" }>;

const STANDING: Record<Detail["standing"], (d: Detail) => string> = {
  absent: (d) => `nothing on this path through ${d.writer}() takes it`,
  dropped: (d) => `${d.writer}() has given it back before it comes here`,
  reading: () => "here it is held for reading only",
};

function asked(d: Detail): string {
  if (d.asker.what === "field") return `${d.asker.name} is marked ${d.word}`;
  if (d.by !== "") return `${d.asker.name}() leads to ${d.by}(), which asks for it (${d.word}, ${d.where})`;
  return `${d.asker.name}() asks for it (${d.word}, ${d.where})`;
}

/** The words of a missing lock: a question, the reason, what to change. */
export function missingLock(d: Detail): Words {
  const place =
    d.asker.what === "call" ? `when ${d.writer}() calls ${d.asker.name}()` : `where ${d.asker.name} is used`;
  const around = d.asker.what === "call" ? "the call" : "the access";
  return {
    message: `Is ${d.lock} held ${d.standing === "reading" ? "for writing " : ""}${place}?`,
    why: `${asked(d)}, and ${STANDING[d.standing](d)}.`,
    suggestion:
      d.standing === "dropped"
        ? `I would give ${d.lock} back behind ${around}.`
        : `I would hold ${d.lock} around ${around}; if a caller holds it, lockdep_assert_held() would say so.`,
  };
}
