/**
 * What a path knows of the sign of a value: whether it is negative (an errno, an ERR_PTR), zero or positive. The kernel tells
 * its callers how things went by exactly this.
 */
import { isNamedConstant, isOrder, truthOf } from "./conditions.js";
import type { PathMap } from "./path-map.js";
import type { Value } from "./value.js";

/** What a path knows of conditions: their truth, by value key. */
export type Known = PathMap<string, boolean>;

export const NEGATIVE = 1;
export const ZERO = 2;
export const POSITIVE = 4;
const ANY = NEGATIVE | ZERO | POSITIVE;

const below = (key: string): string => `(< ${key} #0)`;
const above = (key: string): string => `(> ${key} #0)`;

/** The keys under which a path keeps what it knows of the sign of a value. */
export const signKeys = (key: string): string[] => [key, below(key), above(key)];

/** What a constant, a negated constant or a truth value can be, whatever the path. */
function ownSigns(value: Value): number {
  const truth = truthOf(value);
  if (truth !== null) return truth === "zero" ? ZERO : POSITIVE;
  if (value.kind === "constant") return value.name === "string" ? POSITIVE : ANY;
  if (value.kind !== "op") return ANY;
  const [only] = value.parts;
  const isName = only !== undefined && isNamedConstant(only);
  if (value.name === "-" && value.parts.length === 1 && only !== undefined)
    return isName || truthOf(only) === "nonzero" ? NEGATIVE : ANY;
  return value.name === "!" || value.name === "==" || value.name === "!=" || isOrder(value) ? ZERO | POSITIVE : ANY;
}

/** The signs that a value can have on a path, as a mask; 0 when the path cannot be. */
export function signsOf(known: Known, value: Value): number {
  if (value.kind === "op" && value.name === "?" && value.parts.length === 3) {
    const [, yes, no] = value.parts as [Value, Value, Value];
    return signsOf(known, yes) | signsOf(known, no);
  }
  const nonzero = known.get(value.key);
  const negative = known.get(below(value.key));
  const positive = known.get(above(value.key));
  let mask = ownSigns(value);
  if (nonzero !== undefined) mask &= nonzero ? NEGATIVE | POSITIVE : ZERO;
  if (negative !== undefined) mask &= negative ? NEGATIVE : ZERO | POSITIVE;
  if (positive !== undefined) mask &= positive ? POSITIVE : NEGATIVE | ZERO;
  return mask;
}

/** Keeps that a value has one of these signs. */
export function limitSigns(known: Known, value: Value, mask: number): void {
  for (const key of signKeys(value.key)) known.delete(key);
  if ((mask & ZERO) === 0) known.set(value.key, true);
  else if (mask === ZERO) known.set(value.key, false);
  if ((mask & NEGATIVE) === 0) known.set(below(value.key), false);
  else if (mask === NEGATIVE) known.set(below(value.key), true);
  if ((mask & POSITIVE) === 0) known.set(above(value.key), false);
}

/** What a test says of the sign of something, if anything: of what, and the signs for which it comes out as `truth`. */
export function signTest(test: Value, truth: boolean): { of: Value; mask: number } | null {
  const [left, right] = test.parts;
  if (test.kind !== "op" || left === undefined || right === undefined || test.parts.length !== 2)
    return { of: test, mask: truth ? NEGATIVE | POSITIVE : ZERO };
  if (isOrder(test) && truthOf(right) === "zero") {
    const mask = { "<": NEGATIVE, ">": POSITIVE, "<=": NEGATIVE | ZERO, ">=": ZERO | POSITIVE }[test.name] as number;
    return { of: left, mask: truth ? mask : ANY & ~mask };
  }
  if (test.name !== "==" && test.name !== "!=") return null;
  const other = ownSigns(right);
  const isEqual = (test.name === "==") === truth;
  return isEqual && other !== ANY ? { of: left, mask: other } : null;
}
