/** Locks at a call, in the callee's terms: what it can name of them through its parameters, its container, or as globals. */
import type { FunctionFacts } from "./function-facts.js";
import type { Held } from "./state.js";
import type { Value } from "./value.js";

/** The locks that a call hands over, by their keys in the callee. A lock with several names there stands under each. */
export function handOver(
  held: readonly Held[],
  args: readonly Value[],
  callee: Pick<FunctionFacts, "params" | "values">,
): Map<string, Held> {
  const out = new Map<string, Held>();
  for (const h of held) {
    for (const lock of namesOf(h, args, callee))
      out.set(lock.key, { ...h, lock, acquired: ON_ENTRY, block: 0, how: "asserted" });
  }
  return out;
}

const ON_ENTRY = -1;

/** Every name that the callee has for a lock of its caller. */
function namesOf(held: Held, args: readonly Value[], callee: Pick<FunctionFacts, "params" | "values">): Value[] {
  const { params, values } = callee;
  const out: Value[] = [];
  // From the lock outwards: the fields below the part that an argument names are the same for the callee.
  const fields: Value[] = [];
  for (let v: Value | null = held.lock; v !== null; v = v.base) {
    const rebuild = (root: Value): Value =>
      fields.reduceRight((base, f) => values.field(base, f.name, f.type, f.show.endsWith(`->${f.name}`)), root);
    const owner = v;
    args.forEach((arg, i) => {
      const param = params[i];
      if (param === undefined) return;
      if (arg === owner) out.push(rebuild(param));
      // The callee is given a part of the lock's owner, and finds the whole by container_of().
      else if (fields.length > 0 && arg.kind === "field" && arg.base === owner && arg !== held.lock)
        out.push(rebuild(values.op(`container_of.${arg.name}`, [param])));
    });
    if (v.kind === "container" && v.type !== null) out.push(rebuild(values.container(v.show, v.type)));
    if (v.kind === "global") out.push(rebuild(values.global(v.name, v.type)));
    if (v.kind !== "field" || v.parts.length > 0) break;
    fields.push(v);
  }
  return out;
}
