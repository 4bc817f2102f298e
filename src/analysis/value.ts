/**
 * What an expression denotes, symbolically: a canonical access path from a root (parameter, global, result of a call) over
 * fields. `&`, `.`, `->` and `*` fall together: a pointer and what it points to are one path. Values are interned by function,
 * so that equal paths are equal objects.
 */
import type { TypeRef } from "../source/ast.js";

/** Name of the field that stands for what a pointer parameter points to. */
export const POINTEE = "*";

export type ValueKind =
  | "param"
  | "local"
  /** A variable whose declaration the shown lines do not hold. */
  | "free"
  | "global"
  | "constant"
  | "field"
  | "result"
  /** An element that an iteration macro binds. */
  | "element"
  /** The one container (VM) that this function works on, however it is spelled. */
  | "container"
  | "op"
  | "merge";

export interface Value {
  kind: ValueKind;
  key: string;
  /** Parameter, variable, field or callee name; text of a constant; operator. */
  name: string;
  /** Base of a field; null otherwise. */
  base: Value | null;
  type: TypeRef | null;
  /** How the source spells it, for reports. */
  show: string;
  /** Parameter index; loop id of an element; offset of a call; -1 otherwise. */
  index: number;
  /** Operands of an "op", components of a "merge". */
  parts: readonly Value[];
  /** True for the result of a helper that returns somebody's object: another's. */
  others?: boolean;
  /** The container whose object this is, where it came from a getter or an iteration. */
  within?: Value | null;
}

/** The values of one function. */
export class Values {
  private readonly table = new Map<string, Value>();

  private intern(key: string, make: () => Omit<Value, "key">): Value {
    const found = this.table.get(key);
    if (found !== undefined) return found;
    const value: Value = { ...make(), key };
    this.table.set(key, value);
    return value;
  }

  private leaf(kind: ValueKind, key: string, name: string, type: TypeRef | null, index = -1): Value {
    return this.intern(key, () => ({ kind, name, base: null, type, show: name, index, parts: [] }));
  }

  param(index: number, name: string, type: TypeRef): Value {
    return this.leaf("param", `p${index}`, name, type, index);
  }

  local(name: string, type: TypeRef, at: number): Value {
    return this.leaf("local", `l${at}`, name, type);
  }

  free(name: string): Value {
    return this.leaf("free", `f:${name}`, name, null);
  }

  global(name: string, type: TypeRef | null = null): Value {
    return this.leaf("global", `g:${name}`, name, type);
  }

  constant(text: string): Value {
    return this.leaf("constant", `#${text}`, text, null);
  }

  container(show: string, type: TypeRef): Value {
    return this.leaf("container", "VM", show, type);
  }

  result(callee: string, at: number, type: TypeRef | null): Value {
    return this.intern(`r${at}`, () => ({
      kind: "result",
      name: callee,
      base: null,
      type,
      show: `${callee}()`,
      index: at,
      parts: [],
    }));
  }

  element(loop: number, name: string, type: TypeRef | null): Value {
    return this.leaf("element", `e${loop}:${name}`, name, type, loop);
  }

  merge(block: number, name: string, parts: readonly Value[]): Value {
    const kinds = parts.filter((p) => p.kind !== "merge");
    return this.intern(`m${block}:${name}`, () => ({
      kind: "merge",
      name,
      base: null,
      type: parts.find((p) => p.type !== null)?.type ?? null,
      show: name,
      index: block,
      parts: kinds,
    }));
  }

  field(base: Value, name: string, type: TypeRef | null, arrow: boolean): Value {
    const separator = name.startsWith("[") ? "" : arrow ? "->" : ".";
    const show = name === POINTEE ? `*${base.show}` : `${base.show}${separator}${name}`;
    return this.intern(`${base.key}.${name}`, () => ({
      kind: "field",
      name,
      base,
      type,
      show,
      index: -1,
      parts: [],
    }));
  }

  /** One bit (or masked part) of a word; the mask is kept, so that a caller can put its own in. */
  bit(word: Value, mask: Value): Value {
    const name = `{${mask.show}}`;
    return this.intern(`${word.key}.{${mask.key}}`, () => ({
      kind: "field",
      name,
      base: word,
      type: null,
      show: `${word.show}${name}`,
      index: -1,
      parts: [mask],
    }));
  }

  op(operator: string, parts: readonly Value[]): Value {
    return this.intern(`(${operator} ${parts.map((p) => p.key).join(" ")})`, () => ({
      kind: "op",
      name: operator,
      base: null,
      type: null,
      show: parts.map((p) => p.show).join(` ${operator} `),
      index: -1,
      parts,
    }));
  }
}

/** The root of a path and the fields that lead from it, outermost first. */
export function pathOf(value: Value): { root: Value; fields: string[] } {
  const fields: string[] = [];
  let v = value;
  while (v.base !== null && v.kind === "field") {
    fields.push(v.name);
    v = v.base;
  }
  return { root: v, fields: fields.reverse() };
}
