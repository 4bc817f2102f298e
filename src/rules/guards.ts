/** Guards of a rule against the locks that are held. */
import type { ObjectModel } from "../analysis/models.js";
import type { Held } from "../analysis/state.js";
import type { Value } from "../analysis/value.js";
import { sharedPlace } from "./places.js";

export interface Guard {
  scope: "object" | "container";
  field: string;
  /** As a sentence spells it: "mp_state_lock". */
  label: string;
}

/** Reads "$object->arch.mp_state_lock". The schema has checked the form. */
export function parseGuard(lock: string): Guard {
  const [owner, rest] = lock.split(/->(.*)/s) as [string, string];
  const field = rest.replace(/->/g, ".");
  return { scope: owner === "$object" ? "object" : "container", field, label: field.split(".").at(-1) ?? field };
}

/** A held lock read as a guard of some object or container; null when it is none of the rule's. */
function asGuard(held: Held, model: ObjectModel, guards: readonly Guard[]): { guard: Guard; owner: Value } | null {
  const place = sharedPlace(held.lock, model);
  if (place === null) return null;
  const guard = guards.find((g) => g.scope === place.scope && g.field === place.field);
  return guard === undefined ? null : { guard, owner: place.owner };
}

/** The held lock that guards this object, or null. An object's lock counts only on the same instance. */
export function guardHeld(
  held: readonly Held[],
  object: Value,
  model: ObjectModel,
  guards: readonly Guard[],
  exclusive = false,
): Held | null {
  for (const h of held) {
    if (exclusive && h.mode === "shared") continue;
    const found = asGuard(h, model, guards);
    if (found !== null && (found.guard.scope === "container" || found.owner === object || h.all === true)) return h;
  }
  return null;
}

/** A held lock of the right class on another instance, or null. */
export function wrongInstance(
  held: readonly Held[],
  object: Value,
  model: ObjectModel,
  guards: readonly Guard[],
): Held | null {
  for (const h of held) {
    const found = asGuard(h, model, guards);
    if (found !== null && found.guard.scope === "object" && found.owner !== object) return h;
  }
  return null;
}
