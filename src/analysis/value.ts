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
  others: boolean;
  /** The container whose object this is, where it came from a getter or an iteration. */
  within: Value | null;
}

const NO_PARTS: readonly Value[] = [];

/** The values of one function. */
export class Values {
  /** By key; made of `listed` when one is first looked up. */
  private made: Map<string, Value> | null = null;

  /** `listed`: the values that there are already. */
  constructor(private readonly listed: readonly Value[] = []) {}

  private get table(): Map<string, Value> {
    this.made ??= new Map(this.listed.map((v) => [v.key, v]));
    return this.made;
  }

  /** All values, in the order in which they came up. */
  get list(): readonly Value[] {
    return this.made === null ? this.listed : [...this.made.values()];
  }

  /** A value is looked up before it is made. All are made here, from one literal: V8 then gives them one hidden class. */
  private make(kind: ValueKind, key: string, name: string, show: string, more: Partial<Value>): Value {
    const { base = null, type = null, index = -1, parts = NO_PARTS } = more;
    const value: Value = { kind, key, name, base, type, show, index, parts, others: false, within: null };
    this.table.set(key, value);
    return value;
  }

  private leaf(kind: ValueKind, key: string, name: string, type: TypeRef | null, index = -1): Value {
    return this.table.get(key) ?? this.make(kind, key, name, name, { type, index });
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
    const key = `r${at}`;
    return this.table.get(key) ?? this.make("result", key, callee, `${callee}()`, { type, index: at });
  }

  element(loop: number, name: string, type: TypeRef | null): Value {
    return this.leaf("element", `e${loop}:${name}`, name, type, loop);
  }

  merge(block: number, name: string, parts: readonly Value[]): Value {
    const key = `m${block}:${name}`;
    const known = this.table.get(key);
    if (known !== undefined) return known;
    const type = parts.find((p) => p.type !== null)?.type ?? null;
    const plain = parts.filter((p) => p.kind !== "merge");
    return this.make("merge", key, name, name, { type, index: block, parts: plain });
  }

  field(base: Value, name: string, type: TypeRef | null, arrow: boolean): Value {
    const key = `${base.key}.${name}`;
    const known = this.table.get(key);
    if (known !== undefined) return known;
    const separator = name.startsWith("[") ? "" : arrow ? "->" : ".";
    const show = name === POINTEE ? `*${base.show}` : `${base.show}${separator}${name}`;
    return this.make("field", key, name, show, { base, type });
  }

  /** One bit (or masked part) of a word; the mask is kept, so that a caller can put its own in. */
  bit(word: Value, mask: Value): Value {
    const key = `${word.key}.{${mask.key}}`;
    const name = `{${mask.show}}`;
    return this.table.get(key) ?? this.make("field", key, name, `${word.show}${name}`, { base: word, parts: [mask] });
  }

  op(operator: string, parts: readonly Value[]): Value {
    const key = `(${operator} ${parts.map((p) => p.key).join(" ")})`;
    const known = this.table.get(key);
    if (known !== undefined) return known;
    const [first, ...rest] = parts.map((p) => p.show);
    const show = operator === "?" ? `${first} ? ${rest.join(" : ")}` : [first, ...rest].join(` ${operator} `);
    return this.make("op", key, operator, show, { parts });
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
