/**
 * What a variable says of a check that decided its value: after `if (!ready(v)) all = false;` a test of `all` is a test of
 * `ready(v)`. Found where the two outcomes of a branch meet again with different values (implicit flow: Denning and Denning,
 * "Certification of programs for secure information flow", CACM 1977).
 */
import { truthOf } from "./conditions.js";
import { factKey, type PathState, type ReadDep, sameRead } from "./state.js";
import type { Value } from "./value.js";

/** Beyond this many reads a value is taken to rest on anything; more would not make a finding clearer. */
const MAX_DEPS = 24;

function truthAs(value: Value): "zero" | "nonzero" | null {
  const isErrno = value.kind === "op" && value.name === "-" && value.parts.length === 1;
  return isErrno ? "nonzero" : truthOf(value);
}

function ownDeps(s: PathState, value: Value): readonly ReadDep[] {
  return s.deps.get(value.key) ?? value.parts.flatMap((p) => ownDeps(s, p));
}

/** The reads of checks that went one way for `here` and the other way for `there`. */
function decided(here: PathState, there: PathState, value: Value, other: Value): ReadDep[] {
  const [own, opposite] = [truthAs(value), truthAs(other)];
  const known = own !== null && opposite !== null && own !== opposite;
  const out: ReadDep[] = [];
  for (const [key, fact] of here.facts) {
    if (fact.superseded === true || there.facts.has(key)) continue;
    const opposite = factKey(fact.dep, !fact.truth);
    if (here.facts.has(opposite) || !there.facts.has(opposite)) continue;
    const inverted = known && fact.truth !== (own === "nonzero");
    out.push({ ...fact.dep, inverted, vague: fact.dep.vague === true || !known });
  }
  return out;
}

/** Gives a variable that two paths bring with different values the reads which it rests on. True when there are new ones. */
export function mergeDeps(into: PathState, from: PathState, merged: Value, value: Value, other: Value): boolean {
  if (merged.kind === "constant" || merged.kind === "param") return false;
  const known = into.deps.get(merged.key) ?? [];
  if (known.length >= MAX_DEPS) return false;
  const out = [...known];
  const found = [...ownDeps(into, value), ...ownDeps(from, other), ...decided(into, from, value, other)];
  for (const dep of found)
    if (out.length < MAX_DEPS && !out.some((o) => sameRead(o, dep) && o.inverted === dep.inverted)) out.push(dep);
  if (out.length === known.length) return false;
  into.deps.set(merged.key, out);
  return true;
}
