/** Guards of a rule against the locks that are held. */
import type { ObjectModel } from "../analysis/models.js";
import type { Program } from "../analysis/program.js";
import type { Held } from "../analysis/state.js";
import type { Value } from "../analysis/value.js";
import { sharedPlace } from "./places.js";

export interface Guard {
  scope: "object" | "container";
  field: string;
  /** As a sentence spells it: "mp_state_lock". */
  label: string;
  /** A caveat, as a sentence; "" when there is none. */
  note: string;
}

/**
 * What keeps others from a state, as sentences name it: a lock of the object ("mp_state_lock"), a lock of its container
 * ("kvm->lock"), or nothing but the rule that only the object's own thread changes it.
 */
export interface Protection {
  by: "object" | "container" | "owner";
  label: string;
  /** A lock of the object: its path in it, "arch.mp_state_lock"; "" for all else. */
  field: string;
  /** What to mind when that lock is proposed, as a sentence; "" when nothing. */
  note: string;
  /** No object has a thread of its own: there is no own state to be told apart. */
  shared: boolean;
}

/** The first guard whose lock is there in the code in view: an older tree may not have the one that the rule names first. */
export function protectionOf(program: Program, model: ObjectModel, guards: readonly Guard[]): Protection {
  const { container } = model;
  const struct = (g: Guard): string => (g.scope === "object" ? model.struct : (container?.struct ?? ""));
  const found = guards.find((g) => !program.structs.lacksField(struct(g), g.field)) ?? guards[0];
  if (found === undefined) return { by: "owner", label: "", field: "", note: "", shared: model.shared };
  const { label, note } = found;
  const { shared } = model;
  if (found.scope === "object" || container === null) return { by: "object", label, field: found.field, note, shared };
  return { by: "container", label: `${container.field}->${found.field}`, field: "", note, shared };
}

/** Reads "$object->arch.mp_state_lock". The schema has checked the form. */
export function parseGuard({ lock, note = "" }: { lock: string; note?: string | undefined }): Guard {
  const [owner, rest] = lock.split(/->(.*)/s) as [string, string];
  const field = rest.replace(/->/g, ".");
  return { scope: owner === "$object" ? "object" : "container", field, label: field.split(".").at(-1) ?? field, note };
}

/** The objects of which a value is one: what a choice chooses from, and what paths that met brought. */
function choicesOf(value: Value, depth = 4): readonly Value[] {
  if (depth === 0) return [value];
  const { kind, name, parts } = value;
  if (kind === "merge") return parts.flatMap((part) => choicesOf(part, depth - 1));
  return kind === "op" && name === "?" ? parts.slice(1).flatMap((part) => choicesOf(part, depth - 1)) : [value];
}

interface FoundGuard {
  guard: Guard;
  owner: Value;
}

/** A held lock read as a guard of some object or container, each of them where it is chosen from several; empty when it is none. */
function asGuards(held: Held, model: ObjectModel, guards: readonly Guard[]): FoundGuard[] {
  return choicesOf(held.lock).flatMap((lock) => {
    const place = sharedPlace(lock, model);
    // An object's lock that a callee asks for would have been taken where the object is bound.
    if (place === null || (held.askedFor === true && place.scope === "object")) return [];
    const guard = guards.find((g) => g.scope === place.scope && g.field === place.field);
    return guard === undefined ? [] : [{ guard, owner: place.owner }];
  });
}

/** False when it is known that the object is one of another container. */
function isContainerOf(container: Value, object: Value): boolean {
  const own = object.within;
  if (!own || own === container) return true;
  return [own, container].some((v) => v.kind !== "param" && v.kind !== "field");
}

/** True where both may be one object: `first = a < b ? a : b` is a or b, as locks of two are taken in an order. */
function mayBeSame(a: Value, b: Value): boolean {
  if (a === b) return true;
  const [some, others] = [choicesOf(a), choicesOf(b)];
  return (some.length > 1 || others.length > 1) && some.some((one) => others.includes(one));
}

const isIts = ({ guard, owner }: FoundGuard, object: Value): boolean =>
  guard.scope === "container" ? isContainerOf(owner, object) : mayBeSame(owner, object);

/**
 * The held lock that guards this object, or null. An object's lock counts only on the same instance, as far as it is known which
 * that is.
 */
export function guardHeld(
  held: readonly Held[],
  object: Value,
  model: ObjectModel,
  guards: readonly Guard[],
  exclusive = false,
): Held | null {
  for (const h of held) {
    if (exclusive && h.mode === "shared") continue;
    const found = asGuards(h, model, guards);
    if (found.some((one) => h.all === true || isIts(one, object))) return h;
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
    const found = asGuards(h, model, guards);
    if (found.length > 0 && found.every((one) => one.guard.scope === "object" && !isIts(one, object))) return h;
  }
  return null;
}

/** How one guard of a rule stands at an access: what an author has to know who wonders why it does not count. */
export interface GuardStanding {
  guard: Guard;
  standing: "held" | "not-held" | "other-instance" | "shared-only" | "asked-for";
  /** The lock that is held, as the source spells it; "" when none is. */
  lock: string;
}

/** How each guard stands; `exclusive` when being held for reading is not enough. */
export function standingsOf(
  held: readonly Held[],
  object: Value,
  model: ObjectModel,
  guards: readonly Guard[],
  exclusive: boolean,
): GuardStanding[] {
  return guards.map((guard): GuardStanding => {
    const one = guardHeld(held, object, model, [guard], exclusive);
    if (one !== null) return { guard, standing: "held", lock: one.lock.show };
    const reading = guardHeld(held, object, model, [guard]);
    if (reading !== null) return { guard, standing: "shared-only", lock: reading.lock.show };
    const asked = guardHeld(
      held.map((h) => ({ ...h, askedFor: false })),
      object,
      model,
      [guard],
    );
    if (asked !== null) return { guard, standing: "asked-for", lock: asked.lock.show };
    const other = held.find((h) => asGuards(h, model, [guard]).length > 0);
    return { guard, standing: other === undefined ? "not-held" : "other-instance", lock: other?.lock.show ?? "" };
  });
}
