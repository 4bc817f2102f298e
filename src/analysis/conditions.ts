/** Questions about values: what decides a condition, what is a mask, whether something is zero. */
import type { TypeRef } from "../source/ast.js";
import type { Value } from "./value.js";

export const COMPARE = new Set(["==", "!=", "<", ">", "<=", ">="]);
const ORDER = new Set(["<", ">", "<=", ">="]);
export const isOrder = (value: Value): boolean =>
  value.kind === "op" && ORDER.has(value.name) && value.parts.length === 2;
export const NEGATED: Record<string, string> = { "!=": "==", "==": "!=", "<": ">=", ">": "<=", ">=": "<", "<=": ">" };

/** A bit mask: a constant or a name for one, or a parameter that a caller gives. */
export const isMask = (value: Value): boolean =>
  ["constant", "global", "param"].includes(value.kind) || (value.kind === "op" && value.parts.every(isMask));

/** A name in capitals: an enumerator or a macro for a constant, as the kernel spells them. */
export const isNamedConstant = (v: Value): boolean => v.kind === "global" && /^[A-Z0-9_]+$/.test(v.name);

/** A plain constant, or a name in capitals for one. */
export const isPlain = (v: Value): boolean => v.kind === "constant" || isNamedConstant(v);

/** `a == b` where neither is a plain constant: a look at whose something is. */
export function comparesThings(test: Value): boolean {
  return test.parts.length === 2 && !test.parts.some(isPlain);
}

/** The constant, number or name, that a comparison is with; null when there is none. */
export function comparedWith(test: Value): { against: string; unlike: boolean } | null {
  if (test.kind !== "op" || (test.name !== "==" && test.name !== "!=")) return null;
  const constant = test.parts.find(isPlain);
  return constant === undefined ? null : { against: constant.name, unlike: test.name === "!=" };
}

/** Strips comparisons with zero and negations: the value whose truth decides, and which truth. */
export function normalise(value: Value, truth: boolean): [Value, boolean] {
  let v = value;
  let t = truth;
  for (;;) {
    if (v.kind !== "op") return [v, t];
    const [a, b] = v.parts;
    if (v.name === "!" && a !== undefined) {
      v = a;
      t = !t;
    } else if (
      (v.name === "!=" || v.name === "==") &&
      b?.kind === "constant" &&
      a !== undefined &&
      truthOf(b) === "zero"
    ) {
      if (v.name === "==") t = !t;
      v = a;
    } else return [v, t];
  }
}

/** Whether a constant is zero; null when it is not a plain constant. */
export function truthOf(value: Value | null): "zero" | "nonzero" | null {
  if (value?.kind !== "constant") return null;
  if (/^(?:0[xX]?0*[uUlL]*|'\\0')$/.test(value.name)) return "zero";
  return /^(?:0[xX])?[0-9a-fA-F]+[uUlL]*$|^'.*'$/.test(value.name) ? "nonzero" : null;
}

export function elementType(base: Value): TypeRef | null {
  if (base.type === null || base.type.pointers === 0) return base.type;
  return { ...base.type, pointers: base.type.pointers - 1 };
}

export function mentions(value: Value, root: Value): boolean {
  for (let v: Value | null = value; v !== null; v = v.base) if (v === root) return true;
  return false;
}
