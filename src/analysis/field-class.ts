/**
 * Fields and locks by class: the struct a field stands in and its name, "btrfs_delayed_ref_root.num_heads", whatever path leads
 * there. lockdep classes locks in the same way (Documentation/locking/lockdep-design.rst).
 */
import { pathOf, type Value } from "./value.js";

export interface ClassedField {
  /** "struct.field"; the name alone for a global. */
  name: string;
  struct: string;
  field: string;
  /** What the field is part of; null for a global. */
  owner: Value | null;
}

/** Bits of a word and elements of an array count as the word and the array. */
function wholeField(place: Value): Value {
  let v = place;
  while (v.kind === "field" && v.base !== null && (v.parts.length > 0 || v.name.startsWith("["))) v = v.base;
  return v;
}

/** The class of a field or lock; null when its struct is not known. */
export function classOfField(place: Value): ClassedField | null {
  const v = wholeField(place);
  if (v.kind === "global") return { name: v.name, struct: "", field: v.name, owner: null };
  const owner = v.kind === "field" ? v.base : null;
  const type = owner?.type ?? null;
  if (owner === null || type === null || !type.tag || type.name === "" || type.pointers > 1) return null;
  return { name: `${type.name}.${v.name}`, struct: type.name, field: v.name, owner };
}

/** The object that a place is embedded in: where the last pointer on the way leads. */
export function objectOf(place: Value): Value {
  let v = wholeField(place).base ?? place;
  while (v.kind === "field" && v.base !== null && (v.type === null || v.type.pointers === 0)) v = v.base;
  return v;
}

/**
 * Where a lock is, seen from the owner of a field: "->lock", "->parent->lock", "(owner of it)->lock" as "^part->lock"; the name of
 * a global lock. null when the two have no part of their paths in common.
 */
export function relationOf(owner: Value, lock: Value): string | null {
  const { root, fields } = pathOf(lock);
  if (root.kind === "global") return [root.name, ...fields].join("->");
  const ups: string[] = [];
  for (let v: Value | null = owner; v !== null; v = v.base) {
    const down: string[] = [];
    for (let l: Value | null = lock; l !== null; l = l.base) {
      if (l === v) return down.length === 0 ? null : `${ups.join("")}->${down.reverse().join("->")}`;
      down.push(l.name);
    }
    ups.push(`^${v.name}`);
  }
  return null;
}
