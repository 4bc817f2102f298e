/** Calls through pointers: where the pointer comes from, so that the tables which hold its targets can be found. */
import type { Expr } from "../source/ast.js";
import type { Pointer } from "./events.js";
import type { DispatchMacro } from "./models.js";
import type { Value } from "./value.js";

/** Types that say nothing of what a pointer to a function is for: those of its result. */
const PLAIN = /^(?:(?:unsigned|signed|const) )*(?:void|bool|char|short|int|long|long long|[us](?:8|16|32|64)|size_t|)$/;

/** Where a called pointer was read from; null when nothing says. */
export function pointerOf(value: Value): Pointer | null {
  const isElement = value.kind === "field" && value.name.startsWith("[");
  const field = value.kind === "field" && !isElement ? value.name : "";
  const table = tableOf(value);
  const base = value.base?.type;
  if (field !== "") return { type: base?.tag === true ? base.name : null, table, field };
  const own = value.type;
  const type = own !== null && !own.tag && !PLAIN.test(own.name) ? own.name : null;
  return type === null && table === null ? null : { type, table, field: "" };
}

/** The global at the root of a path. */
function tableOf(value: Value): string | null {
  let v = value;
  while (v.base !== null) v = v.base;
  return v.kind === "global" && v !== value ? v.name : null;
}

/** `static_call(kvm_x86_run)`: the field that a macro stands for; null for any other expression. */
export function dispatched(callee: Expr, macros: readonly DispatchMacro[]): Pointer | null {
  if (callee.kind !== "call" || callee.callee.kind !== "id") return null;
  const [arg] = callee.args;
  const name = callee.callee.name;
  if (arg?.kind !== "id") return null;
  const macro = macros.find((m) => m.macro === name && arg.name.startsWith(m.prefix));
  return macro === undefined ? null : { type: macro.type, table: null, field: arg.name.slice(macro.prefix.length) };
}
