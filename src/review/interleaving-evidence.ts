/** Two threads for what the code's own evidence shows: one function that keeps to the lock, and the one that does not. */
import type { Outcome, OutcomeSite } from "../rules/outcome.js";
import type { InterleavingStep } from "./finding.js";
import { givesBack } from "./wording.js";

const step = (thread: "A" | "B", text: string): InterleavingStep => ({ thread, text });

const done = ({ function: name, held, statement }: OutcomeSite): string =>
  `${name}()${held.length > 0 ? `, holding ${held.join(", ")}` : ""}: ${statement}`;

/** The steps of an access without the lock that others hold; empty for any other outcome. */
export function interleaveInconsistentGuard({ detail, anchor, rival }: Outcome): InterleavingStep[] {
  if (detail.kind !== "inconsistent-guard") return [];
  const other = rival ? done(rival) : `holds ${detail.lock} and writes ${detail.field}`;
  if (detail.access === "read") {
    return [step("A", done(anchor)), step("B", other), step("A", "goes by what it saw before")];
  }
  return [
    step("B", other),
    step("A", done(anchor)),
    step("B", `goes on as if ${detail.field} were still what it wrote`),
  ];
}

/** The steps of a check that is old when it is acted on; empty for any other outcome. */
export function interleaveStaleAfterUnlock({ detail, anchor, sites, rival }: Outcome): InterleavingStep[] {
  if (detail.kind !== "stale-after-unlock") return [];
  const check = sites.find((s) => s.role === "check");
  const unlock = sites.find((s) => s.role === "unlock");
  return [
    step("A", check ? done(check) : `${detail.writer}() looks at ${detail.field}`),
    ...(unlock ? [step("A", givesBack(unlock))] : []),
    step("B", rival ? done(rival) : `changes ${detail.field} under ${detail.lock}`),
    step("A", `${anchor.statement}, on what it saw before`),
  ];
}
