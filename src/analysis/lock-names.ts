/** Locks by name: which lock of which struct, whatever the instance; and paths that are written as text. */
import type { FunctionFacts } from "./function-facts.js";
import type { Program } from "./program.js";
import { pathOf, type Value } from "./value.js";

/** A field whose name does not depend on a variable of the function it stands in. */
const isPlainField = (name: string): boolean => /^\w+$/.test(name) || /^\[\d+\]$/.test(name);

/** A lock that a caller can be asked for: a global, or fields of a parameter, the container or a global. */
export function isNameable(lock: Value): boolean {
  const { root, fields } = pathOf(lock);
  if (!fields.every(isPlainField)) return false;
  if (root.kind === "op") return root.name.startsWith("container_of.") && isNameable(root.parts[0] as Value);
  return root.kind === "global" || root.kind === "param" || root.kind === "container";
}

/** A path such as x->a.lock as a function would read it; null when its root is neither a parameter nor given. */
export function pathIn(program: Program, facts: FunctionFacts, root: string, fields: readonly string[]): Value | null {
  const index = facts.fn.params.findIndex((p) => p.name === root && root !== "");
  const param = facts.params[index];
  if (param === undefined) return fields.length === 0 ? facts.values.global(root) : null;
  return fields.reduce((base: Value, field, i) => step(program, facts, base, field, i === 0), param);
}

function step(program: Program, facts: FunctionFacts, base: Value, field: string, arrow: boolean): Value {
  const struct = base.type?.name ?? null;
  for (const { container, struct: own } of program.models.objects) {
    if (container?.field !== field || struct !== own) continue;
    const type = { name: container.struct, pointers: 1, tag: true };
    const one = facts.fn.params.filter((p) => p.type.name === container.struct).length <= 1;
    return one ? facts.values.container(`${base.show}->${field}`, type) : facts.values.field(base, field, type, arrow);
  }
  const type = struct === null ? null : program.structs.fieldType(struct, field);
  return facts.values.field(base, field, type, arrow);
}

/** A callee's value in the terms of a caller that gives it these arguments; null when the caller has no name for it. */
export function translate(
  program: Program,
  value: Value,
  callee: FunctionFacts,
  caller: FunctionFacts,
  args: readonly Value[],
): Value | null {
  const inner = (v: Value): Value | null => translate(program, v, callee, caller, args);
  switch (value.kind) {
    case "param":
      return args[value.index] ?? null;
    case "container":
      return translateContainer(program, callee, caller, args, value);
    case "global":
      return caller.values.global(value.name, value.type);
    case "constant":
      return caller.values.constant(value.name);
    case "op": {
      const part = value.parts[0] === undefined ? null : inner(value.parts[0]);
      if (!value.name.startsWith("container_of.") || part === null) return null;
      if (part.kind === "field" && `container_of.${part.name}` === value.name) return part.base;
      const out = caller.values.op(value.name, [part]);
      out.type ??= value.type;
      return out;
    }
    case "field": {
      const base = value.base === null ? null : inner(value.base);
      if (base === null || value.parts.length > 0) return null;
      const arrow = value.show.endsWith(`->${value.name}`);
      return caller.values.field(base, value.name, value.type, arrow);
    }
    default:
      return null;
  }
}

function translateContainer(
  program: Program,
  callee: FunctionFacts,
  caller: FunctionFacts,
  args: readonly Value[],
  value: Value,
): Value | null {
  const own = callee.params.indexOf(value);
  if (own !== -1) return args[own] ?? null;
  for (const [i, param] of callee.params.entries()) {
    const model = program.models.objects.find((o) => o.struct === param.type?.name);
    const arg = args[i];
    if (model?.container && arg !== undefined)
      return step(program, caller, { ...arg, type: param.type }, model.container.field, true);
  }
  return null;
}
