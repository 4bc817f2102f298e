/** Predicates without a visible body that read guarded state: in a function the object is asked while its guard is held. */
import type { ObjectModel } from "../analysis/models.js";
import type { Digest } from "./digest.js";
import { type Guard, guardHeld } from "./guards.js";

/** What a function asks an object while it holds a guard of it. */
export function guardedAsks({ checks }: Digest, model: ObjectModel, guards: readonly Guard[]): Set<string> {
  const found = new Set<string>();
  for (const event of checks) {
    for (const dep of event.deps) {
      // Only what is asked in the condition itself: a return code that is kept for later is no look at a state.
      if (dep.predicate === null || dep.at !== event.at) continue;
      if (guardHeld(dep.held, dep.place, model, guards) !== null) found.add(dep.predicate);
    }
  }
  return found;
}
