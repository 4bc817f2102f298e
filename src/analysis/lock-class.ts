/**
 * The class of a lock, as lockdep has one for each field of a struct (Documentation/locking/lockdep-design.rst): the struct that
 * a pointer leads to and the path from there, "kvm_vcpu.mutex"; a global lock is its name.
 */
import { containerStructs, type ObjectModel } from "./models.js";
import type { Value } from "./value.js";

/** A lock taken apart: its class, and what it belongs to; `owner` is null for a global lock. */
export interface ClassedLock {
  name: string;
  owner: Value | null;
}

const known = new WeakMap<Value, ClassedLock>();

/** The class of a lock; null when it cannot be told. */
export function classOfLock(lock: Value): ClassedLock | null {
  const own = known.get(lock) ?? classify(lock);
  if (own !== null) known.set(lock, own);
  return own;
}

function classify(lock: Value): ClassedLock | null {
  const fields: string[] = [];
  for (let v: Value | null = lock; v !== null; v = v.base) {
    if (v !== lock && isStruct(v)) return { name: [v.type?.name, ...fields.reverse()].join("."), owner: v };
    if (v.kind === "global") return { name: [v.name, ...fields.reverse()].join("."), owner: null };
    if (v.kind !== "field") return null;
    fields.push(v.name);
  }
  return null;
}

/** A struct that a pointer leads to, or one that is no part of another. */
const isStruct = (v: Value): boolean =>
  v.type?.tag === true && v.type.name !== "" && (v.type.pointers > 0 || v.kind !== "field");

/**
 * What a lock's owner belongs to: its container (the VM), so that locks of a vCPU and of its VM can be told to belong together;
 * the owner itself where it has none. `dev->kvm` is the VM of a function that sees no other.
 */
export function familyOf(owner: Value, models: readonly ObjectModel[], two: boolean): string {
  const isContainer = containerStructs(models).has(owner.type?.name ?? "");
  if (two) {
    const model = models.find((m) => m.struct === owner.type?.name && m.container !== null);
    return model === undefined ? owner.key : `${owner.key}.${model.container?.field}`;
  }
  if (owner.kind === "container") return ONE;
  if (isContainer)
    return owner.kind === "field" && models.some((m) => m.container?.field === owner.name) ? ONE : owner.key;
  return models.some((m) => m.struct === owner.type?.name && m.container !== null) ? ONE : owner.key;
}

/** The one container of a function that sees no other. */
export const ONE = "VM";
