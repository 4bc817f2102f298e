/** Which shared thing a place belongs to, and whose it is. */
import type { ObjectModel } from "../analysis/models.js";
import type { Value } from "../analysis/value.js";

/** A field of an object or of its container. */
export interface SharedPlace {
  scope: "object" | "container";
  owner: Value;
  /** Fields from the owner, joined with dots: "arch.mp_state". */
  field: string;
}

/**
 * One value for an object by whichever of its structs it is known: `&vsk->sk` is vsk, and what a cast or container_of() makes of
 * `sk` is sk.
 */
export function objectOf(value: Value, { base }: ObjectModel): Value {
  if (base === null || value.type === null) return value;
  if (value.kind === "op" && value.name === `container_of.${base.field}`) return value.parts[0] ?? value;
  const isPart = value.kind === "field" && value.name === base.field && value.type.name === base.struct;
  return isPart && value.base !== null && value.type.pointers === 0 ? value.base : value;
}

const isOfStruct = (type: Value["type"], { struct, base }: ObjectModel): boolean =>
  type !== null && type.pointers <= 1 && (type.name === struct || type.name === base?.struct);

/** Splits a place at the object or container it belongs to; null when it belongs to neither. */
export function sharedPlace(place: Value, model: ObjectModel): SharedPlace | null {
  for (let v: Value | null = place; v !== null; v = v.base) {
    const isContainer = v.kind === "container" || (model.container !== null && v.type?.name === model.container.struct);
    if (v !== place && (isContainer || isOfStruct(v.type, model))) {
      const field = fieldOf(place, v);
      return isContainer
        ? { scope: "container", owner: v, field }
        : { scope: "object", owner: objectOf(v, model), field };
    }
    if (v.kind !== "field") return null;
  }
  return null;
}

/** Fields from an owner to a place, joined with dots; elements and bits stand without. */
function fieldOf(place: Value, owner: Value): string {
  let field = place.name;
  for (let v = place.base; v !== null && v !== owner; v = v.base) field = `${v.name}.${field}`;
  return field.includes(".[") || field.includes(".{") ? field.replace(/\.(?=[[{])/g, "") : field;
}

/** Whose object a value is: the running thread's own, certainly another's (or any of all), the caller's argument, or unknown. */
export type Identity = "self" | "other" | "param" | "unknown";

/** Decides by where a value came from, never by its name. */
export function identityOf(value: Value, model: ObjectModel): Identity {
  switch (value.kind) {
    case "element":
      return isOfStruct(value.type, model) ? "other" : "unknown";
    case "result":
      if (value.others === true) return "other";
      if (model.own.has(value.name)) return "self";
      return model.shared || (model.getters.has(value.name) && value.type?.name === model.struct) ? "other" : "unknown";
    case "param":
      return "param";
    case "merge": {
      const kinds = new Set(value.parts.filter((p) => p.kind !== "constant").map((p) => identityOf(p, model)));
      // It may be another's: then what is done to it is done to another's.
      if (kinds.has("other")) return "other";
      const [only] = kinds;
      return kinds.size === 1 && only !== undefined ? only : "unknown";
    }
    case "op": {
      const [, yes, no] = value.parts;
      if (value.name.startsWith("container_of.")) return model.shared ? "other" : "unknown";
      if (value.name !== "?" || yes === undefined || no === undefined) return "unknown";
      return [yes, no].some((v) => identityOf(v, model) === "other") ? "other" : "unknown";
    }
    case "field":
    case "global":
      return model.shared ? "other" : "unknown";
    default:
      return "unknown";
  }
}
