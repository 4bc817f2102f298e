/** Two threads where a required lock is missing: one that holds it, and the caller that comes in between. */
import type { Outcome } from "../rules/outcome.js";
import type { InterleavingStep } from "./finding.js";

/** The steps of a missing lock; empty for any other outcome. */
export function interleaveMissingLock({ detail, anchor, rival }: Outcome): InterleavingStep[] {
  if (detail.kind !== "missing-lock") return [];
  const held = rival
    ? `${rival.function}(), holding ${rival.held.join(", ")}: ${rival.statement}`
    : `holds ${detail.lock}`;
  return [
    { thread: "B", text: held },
    { thread: "A", text: `${anchor.function}(), without ${detail.lock}: ${anchor.statement}` },
    { thread: "B", text: "goes on as if nobody else had been there" },
  ];
}
