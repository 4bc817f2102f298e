/** Builds the summary of a function from its facts: what its callers must know, and no more. */
import type { CFunction, TypeRef } from "../source/ast.js";
import { type Acquired, type LockEffect, rootOf } from "./application.js";
import { comparedWith, comparesThings, isMask, truthOf } from "./conditions.js";
import type { AccessEvent, CallEvent, Event, ReturnEvent, Site } from "./events.js";
import type { FunctionFacts } from "./function-facts.js";
import { type AnalysisModels, containerStructs } from "./models.js";
import type { Fact, Held, ReadDep } from "./state.js";
import { Summary } from "./summary.js";
import { POINTEE, pathOf, type Value } from "./value.js";

/** Beyond this many effects a summary keeps the first ones; the caller is told by `cut`. */
const MAX_EFFECTS = 160;
const MAX_DEPTH = 12;

/** A lock that the caller has a name for: of something shared, or handed over by itself. */
const isCallers = (lock: Value): boolean => lock.kind === "param" || isShared(lock);

/** True for a place that other threads can reach through a parameter, the container or a global. */
function isShared(value: Value): boolean {
  for (let v: Value | null = value; v !== null; v = v.base) {
    if (v.kind === "param" || v.kind === "container" || v.kind === "global")
      return value.kind === "field" || v.kind === "global";
  }
  return false;
}

/**
 * True for an access that rules ask about across functions: anything of a container, writes to an object of a model, reads
 * of its watched fields.
 */
function concernsModel(event: AccessEvent, models: AnalysisModels): boolean {
  const fields: string[] = [];
  // What it points to is known to the caller only.
  if (event.place.name === POINTEE) return true;
  for (let v: Value | null = event.place; v !== null; v = v.base) {
    const name = v.type?.name;
    if (v !== event.place && (v.kind === "container" || containerStructs(models.objects).has(name ?? ""))) return true;
    if (v !== event.place && v.kind === "param" && !models.objects.some((o) => o.struct === name)) {
      // Part of an object, handed over by itself: `struct kvm_vcpu_arch *`; or the untyped parameter of a macro.
      const field = fields.slice().reverse().join(".");
      const [first] = field.split(".");
      return (
        v.type?.name === "P" ||
        models.watched.some((w) => w.endsWith(`.${field}`) || w.split(".").includes(first ?? ""))
      );
    }
    if (v !== event.place && models.objects.some((o) => o.struct === name)) {
      const field = fields.reverse().join(".").replace(".{", "{");
      // A bit that the caller names: any of the word.
      const word = event.place.parts[0]?.kind === "param" ? field.replace(/\{[^{]*$/, "{") : null;
      const isWatched = (w: string): boolean =>
        field === w || field.startsWith(`${w}.`) || (word !== null && w.startsWith(word));
      return event.kind === "write" || models.watched.some(isWatched);
    }
    fields.push(v.name);
  }
  return false;
}

/** Builds the summary of a function from its facts. */
export function summarise(facts: FunctionFacts, models: AnalysisModels): Summary {
  const here = { path: facts.file.path, name: facts.fn.name };
  const effects: { event: AccessEvent; origin: Site; via: string[] }[] = [];
  const seen = new Set<string>();
  let cut = !facts.complete;
  for (const event of facts.events) {
    if (event.kind !== "read" && event.kind !== "write") continue;
    if (!isShared(event.place) || !concernsModel(event, models) || event.via.length >= MAX_DEPTH) continue;
    const key = effectKey(event);
    if (seen.has(key)) continue;
    seen.add(key);
    if (effects.length >= MAX_EFFECTS) {
      cut = true;
      break;
    }
    effects.push({
      event,
      origin: event.origin ?? { fn: here, at: event.at },
      via: event.via,
    });
  }
  const drops = droppedLocks(facts.events);
  const returns = facts.events.filter((e): e is ReturnEvent => e.kind === "return");
  return new Summary(
    facts.fn.name,
    effects,
    takenLocks(returns),
    releasedLocks(returns),
    drops,
    unnamedDrops(facts.events),
    acquiredLocks(facts, drops),
    calledBack(facts.events),
    returnedDeps(returns),
    facts.params,
    returnedOthers(returns, models),
    lockedOfResult(returns),
    returnedPath(facts, returns, models),
    facts.events.some((e) => isEffect(e, models)),
    cut,
  );
}

/** Calls of what a caller gave as an argument. */
const calledBack = (events: readonly Event[]): CallEvent[] =>
  events.filter((e): e is CallEvent => e.kind === "call" && e.target?.kind === "param").slice(0, MAX_LOCKS);

function effectKey(event: AccessEvent): string {
  const locks = event.held.map((h) => h.lock.key).join();
  return `${event.kind}:${event.place.key}:${event.value?.key}:${locks}:${event.origin?.fn.name ?? ""}`;
}

function takenLocks(returns: readonly ReturnEvent[]): LockEffect[] {
  const all = new Map<string, Held>();
  for (const r of returns) for (const h of r.held) if (h.how === "taken") all.set(h.lock.key, h);
  const out: LockEffect[] = [];
  for (const [key, held] of all) {
    const having = returns.filter((r) => r.held.some((h) => h.lock.key === key));
    const lacking = returns.filter((r) => !having.includes(r));
    const only = (truth: "zero" | "nonzero"): boolean =>
      having.every((r) => truthOf(r.value) === truth) && lacking.every((r) => truthOf(r.value) !== truth);
    // Taken for each element of a loop: where there was none, nothing is missing.
    if (lacking.length === 0 || held.all) out.push({ held, success: null });
    else if (only("zero")) out.push({ held, success: "zero" });
    else if (only("nonzero")) out.push({ held, success: "nonzero" });
    else out.push({ held, success: "maybe" });
  }
  return out;
}

/** Locks of the caller that are given back here or in a callee. */
function droppedLocks(events: readonly Event[]): { lock: Value; family: string; via: string[] }[] {
  const out = new Map<string, { lock: Value; family: string; via: string[] }>();
  for (const e of events) {
    if (e.kind !== "unlock" || !e.callers || !isCallers(e.lock) || out.has(e.lock.key)) continue;
    if (e.via.length < MAX_DEPTH && out.size < MAX_LOCKS)
      out.set(e.lock.key, { lock: e.lock, family: e.family, via: e.via });
  }
  return [...out.values()];
}

/** Locks that were not taken here, are given back, and hang on something that the caller has no name for. */
function unnamedDrops(events: readonly Event[]): { name: string; family: string }[] {
  const out = new Map<string, { name: string; family: string }>();
  for (const e of events)
    if (e.kind === "unlock" && e.callers && !isCallers(e.lock))
      out.set(`${e.lock.name} ${e.family}`, { name: e.lock.name, family: e.family });
  return [...out.values()];
}

/** Of the caller's locks those that are given back and not taken again: on every way out, or on some. */
function releasedLocks(returns: readonly ReturnEvent[]): { lock: Value; always: boolean }[] {
  const out = new Map<Value, boolean>();
  for (const r of returns) {
    for (const lock of r.freed)
      if (isCallers(lock))
        out.set(
          lock,
          returns.every((o) => o.freed.includes(lock)),
        );
  }
  return [...out].map(([lock, always]) => ({ lock, always }));
}

/** Beyond this many locks a summary keeps the first ones. */
const MAX_LOCKS = 24;

/** Locks that are taken without the caller's having been given back before. */
function acquiredLocks({ events, dominance }: FunctionFacts, drops: readonly { lock: Value }[]): Acquired[] {
  const released = new Set(drops.map((d) => d.lock));
  const out = new Map<string, Acquired>();
  for (const e of events) {
    if (e.kind !== "lock" || e.attempt || !isCallers(e.lock) || released.has(e.lock) || out.has(e.lock.key)) continue;
    if (e.via.length >= MAX_DEPTH || out.size >= MAX_LOCKS) continue;
    const { lock, mode, family, at, block } = e;
    const always = e.always && dominance.alwaysReaches(0, block);
    out.set(lock.key, { held: { lock, mode, family, acquired: at, block, how: "taken" }, via: e.via, always });
  }
  return [...out.values()];
}

/** The reads that the result rests on: those in its value, and the checks that decide which constant it is. */
function returnedDeps(returns: readonly ReturnEvent[]): ReadDep[] {
  const out = new Map<string, ReadDep>();
  const add = (dep: ReadDep): void => {
    if (isShared(dep.place) || rootOf(dep.place).kind === "element") out.set(`${dep.place.key}:${dep.predicate}`, dep);
  };
  for (const r of returns) {
    const compares = r.value?.kind === "op" && r.value.name === "==" && comparesThings(r.value);
    for (const dep of r.deps)
      add({
        ...dep,
        ...(r.value === null || dep.against !== undefined ? null : comparedWith(r.value)),
        compares: dep.compares || compares,
        inverted: dep.inverted !== isNegation(r.value),
      });
  }
  for (const { fact, result } of decidingFacts(returns)) add({ ...fact.dep, inverted: fact.truth !== result });
  return [...out.values()];
}

const isNegation = (value: Value | null): boolean =>
  value?.kind === "op" && (value.name === "!" || (value.name === "==" && truthOf(value.parts[1] ?? null) === "zero"));

/** Checks whose outcome goes with one truth of the result: `if (!stopped(v)) return false; ... return true;`. */
function decidingFacts(returns: readonly ReturnEvent[]): { fact: Fact; result: boolean }[] {
  const out: { fact: Fact; result: boolean }[] = [];
  const yes = returns.filter((r) => truthOf(r.value) === "nonzero");
  const no = returns.filter((r) => truthOf(r.value) === "zero" || isErrno(r.value));
  if (yes.length + no.length !== returns.length || yes.length === 0 || no.length === 0) return decidingErrors(returns);
  for (const r of yes)
    for (const fact of r.facts) if (!no.some((n) => hasFact(n, fact))) out.push({ fact, result: true });
  return out;
}

/** The kernel's other habit: zero is yes, a negative errno is no. */
function decidingErrors(returns: readonly ReturnEvent[]): { fact: Fact; result: boolean }[] {
  const good = returns.filter((r) => truthOf(r.value) === "zero");
  const bad = returns.filter((r) => isErrno(r.value));
  if (good.length + bad.length !== returns.length || good.length === 0 || bad.length === 0) return [];
  return good.flatMap((r) =>
    r.facts.filter((f) => !bad.some((b) => hasFact(b, f))).map((fact) => ({ fact, result: false })),
  );
}

const isErrno = (value: Value | null): boolean =>
  value?.kind === "op" && value.name === "-" && value.parts.length === 1;

const hasFact = (r: ReturnEvent, fact: Fact): boolean =>
  r.facts.some((f) => f.dep.at === fact.dep.at && f.dep.place === fact.dep.place && f.truth === fact.truth);

function isEffect(event: Event, models: AnalysisModels): boolean {
  if (event.kind === "call")
    return event.mutates || (!event.resolved && event.use === "statement" && !models.pure(event.name));
  return event.kind === "write" && isShared(event.place);
}

/** The type of what is returned, when every object that is returned came from a getter; null otherwise. */
function returnedOthers(returns: readonly ReturnEvent[], models: AnalysisModels): TypeRef | null {
  const objects = returns.flatMap((r) => (r.value === null || r.value.kind === "constant" ? [] : [r.value]));
  const isOther = (v: Value): boolean =>
    v.others === true ||
    (v.kind === "element" && models.objects.some((o) => v.type?.name === o.struct)) ||
    (v.kind === "result" && models.objects.some((o) => o.getters.has(v.name) && v.type?.name === o.struct)) ||
    (v.kind === "merge" &&
      v.parts.some((p) => p.kind !== "constant") &&
      v.parts.every((p) => p.kind === "constant" || isOther(p)));
  return objects.length > 0 && objects.every(isOther) ? (objects[0]?.type ?? null) : null;
}

function lockedOfResult(returns: readonly ReturnEvent[]): string[] {
  const out = new Set<string>();
  for (const { value, held } of returns) {
    for (const h of held) {
      const { root, fields } = pathOf(h.lock);
      if (root === value && root.kind === "result") out.add(fields.join("."));
    }
  }
  return [...out];
}

/**
 * The place that a getter returns the address or the contents of, when that is the same on all ways out: `to_dev(x)` is then
 * one more spelling of a path from x. Pointers to structs, which paths lead on from, and what predicates ask of paths.
 */
function returnedPath(
  { fn, events }: FunctionFacts,
  returns: readonly ReturnEvent[],
  models: AnalysisModels,
): { value: Value; type: TypeRef } | null {
  const path = returns[0]?.value ?? null;
  if (path === null) return null;
  // A macro has no type of its own: what it comes out as tells. `#define to_dev(x) container_of(x, struct dev, part)`.
  if (
    isMacro(fn) &&
    isStructPointer(path) &&
    isPath(path) &&
    returns.length === 1 &&
    !events.some((e) => isEffect(e, models))
  )
    return { value: path, type: path.type as TypeRef };
  const kind = fn.returns.pointers === 0 ? isQuestion : fn.returns.tag && fn.returns.pointers === 1 ? isPath : null;
  // What was a path before the function wrote something need not be one after.
  const same = kind?.(path) === true && returns.every((r) => r.value === path && r.held.length === 0);
  return same && !events.some((e) => isEffect(e, models)) ? { value: path, type: fn.returns } : null;
}

/** What read-file.ts makes of a macro returns a type of this name. */
const isMacro = ({ returns }: CFunction): boolean => returns.name === "T" && returns.pointers === 0 && !returns.tag;

const isStructPointer = ({ type }: Value): boolean => type?.tag === true && type.pointers === 1;

/** A question about paths and constants: what a predicate returns. Asked twice of the same things, it has the same answer. */
function isQuestion(value: Value): boolean {
  if (value.kind === "constant") return false;
  if (value.kind === "field" && value.parts.length > 0)
    return value.base !== null && isPath(value.base) && value.parts.every(isMask);
  const isTerm = (v: Value): boolean => isPath(v) || v.kind === "constant" || isQuestion(v);
  return value.kind === "op" && !value.name.includes(".") && value.parts.length > 0 && value.parts.every(isTerm);
}

/** A path from a parameter, the container or a global, through fields and container_of(). */
function isPath(value: Value): boolean {
  if (value.kind === "op") {
    const [inner] = value.parts;
    return value.name.startsWith("container_of.") && inner !== undefined && isPath(inner);
  }
  if (value.kind === "field") return value.parts.length === 0 && value.base !== null && isPath(value.base);
  return value.kind === "param" || value.kind === "container" || value.kind === "global";
}
