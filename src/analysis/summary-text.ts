/** Parts of a summary as text, to tell whether two say the same: values by what they are, locks without where they were taken. */
import type { TypeRef } from "../source/ast.js";
import type { Held, ReadDep } from "./state.js";
import type { Value } from "./value.js";

export const typeText = (type: TypeRef | null): string =>
  type === null ? "" : `${type.tag} ${type.name} ${type.pointers}`;

const known = new WeakMap<Value, string>();

/** A value with its type and spelling, and those of what it stands on. */
export function valueText(value: Value | null): string {
  if (value === null) return "";
  const own = known.get(value);
  if (own !== undefined) return own;
  const { kind, key, show, type, others, within, base, parts } = value;
  const inner = [base, within ?? null, ...parts].map(valueText).join(";");
  const text = `${kind} ${key} ${show} ${typeText(type)} ${others}(${inner})`;
  known.set(value, text);
  return text;
}

/** A lock that is held; where it was taken is the callee's own affair. */
export const heldText = ({ lock, mode, family, how, all, askedFor }: Held): string =>
  `${valueText(lock)} ${mode} ${family} ${how} ${all === true} ${askedFor === true}`;

export const depText = (dep: ReadDep): unknown[] => [
  valueText(dep.place),
  dep.predicate,
  dep.held.map(heldText),
  [...dep.released.keys()],
  dep.inverted,
  dep.compares,
  dep.vague === true,
  dep.against ?? null,
  dep.unlike === true,
];
