/**
 * What a caller needs to know of a callee, relative to its parameters: accesses to shared state, locks taken or given back,
 * and the reads its result rests on (compositional summaries as in RacerD, Blackshear et al., OOPSLA 2018).
 */
import type { TypeRef } from "../source/ast.js";
import type { AccessEvent, Event, ReturnEvent, Site } from "./events.js";
import type { FunctionFacts } from "./function-facts.js";
import { comparesThings, type Interpreter, truthOf } from "./interpret.js";
import type { AnalysisModels } from "./models.js";
import {
  dropLock,
  type Fact,
  type Held,
  joinHeld,
  type PathState,
  type ReadDep,
  snapshotOf,
  takeLock,
} from "./state.js";
import { pathOf, type Value } from "./value.js";

/** Beyond this many effects a summary keeps the first ones; the caller is told by `cut`. */
const MAX_EFFECTS = 160;
const MAX_DEPTH = 12;

interface LockEffect {
  held: Held;
  /** The result under which it is held; null when it always is. */
  success: "zero" | "nonzero" | null;
}

interface Acquired {
  held: Held;
  via: string[];
  /** True when every path through the callee takes it. */
  always: boolean;
}

export class Summary {
  constructor(
    readonly name: string,
    private readonly effects: readonly { event: AccessEvent; origin: Site; via: string[] }[],
    private readonly taken: readonly LockEffect[],
    private readonly released: readonly { lock: Value; always: boolean }[],
    /** Locks of the caller that it gives back, whether or not it takes them again. */
    private readonly drops: readonly { lock: Value; family: string; via: string[] }[],
    /** Locks that it takes although its caller might hold them, with the calls that lead there. */
    private readonly acquires: readonly Acquired[],
    private readonly returned: readonly ReadDep[],
    private readonly params: readonly Value[],
    /** True when it returns an object that a getter gave it: not the caller's own. */
    private readonly returnsOthers: TypeRef | null,
    /** Locks of the object it returns which it may leave held, as fields joined with dots. */
    private readonly lockedOfResult: readonly string[],
    /** True when it is seen to write shared state. */
    readonly mutates: boolean,
    readonly cut: boolean,
  ) {}

  /** Does to the caller's state what the callee does, and records the callee's accesses at the call. */
  apply(interpreter: Interpreter, s: PathState, args: readonly Value[], at: number, result: Value): void {
    const translate = (v: Value): Value | null => this.translate(interpreter, v, args);
    const heldIn = (held: readonly Held[]): Held[] =>
      held.flatMap((h) => {
        const lock = translate(h.lock) ?? (h.all ? this.anyElement(interpreter, h.lock, at) : null);
        return lock === null ? [] : [{ ...h, lock, acquired: at }];
      });
    const joined = new Map<readonly Held[], Held[]>();
    for (const { event, origin, via } of interpreter.log === null ? [] : this.effects) {
      const place = translate(event.place);
      if (place === null) continue;
      const held = joined.get(event.held) ?? joinHeld(snapshotOf(s).held, heldIn(event.held));
      joined.set(event.held, held);
      const changed = { place, ...storedAt(event, translate) };
      const { facts: own, ...rest } = event;
      rest.owned ||= own.some((f) => f.comparesObject);
      rest.rechecked ||= own.some((f) => isFresh(f, event.place));
      interpreter.record(s, { ...rest, ...changed, at, held, origin, via: [this.name, ...via] });
    }
    for (const { lock, family, via } of interpreter.log === null ? [] : this.drops) {
      const dropped = translate(lock);
      if (dropped !== null) interpreter.emitUnlock(s, dropped, family, at, [this.name, ...via]);
    }
    for (const { held, via, always } of interpreter.log === null ? [] : this.acquires) {
      const lock = translate(held.lock);
      if (lock !== null) interpreter.emitLock(s, { ...held, lock }, at, [this.name, ...via], always);
    }
    for (const { lock, always } of this.released) {
      const value = translate(lock);
      if (value === null) continue;
      dropLock(s, value.key, value, at);
      if (!always) s.unsure.add(value.key);
    }
    for (const { held, success } of this.taken) {
      const lock = translate(held.lock) ?? (held.all ? this.anyElement(interpreter, held.lock, at) : null);
      if (lock === null) continue;
      const here = { ...held, lock, acquired: at, block: interpreter.block };
      if (success === null) takeLock(s, here);
      else s.pending.set(result.key, { held: here, success });
    }
    if (this.returnsOthers !== null) {
      result.others = true;
      result.type ??= this.returnsOthers;
    }
    // What is locked of the object that is returned, on some ways out at least.
    for (const field of this.lockedOfResult) s.unsure.add(`${result.key}.${field}`);
    s.snapshot = null;
    const deps: ReadDep[] = [];
    for (const dep of this.returned) {
      const place = translate(dep.place) ?? this.anyElement(interpreter, dep.place, at);
      const held = [...s.locks.values(), ...heldIn(dep.held)];
      const released = new Map<string, number>();
      for (const h of dep.held) {
        const lock = dep.released.has(h.lock.key) ? translate(h.lock) : null;
        if (lock !== null) released.set(lock.key, at);
      }
      if (place !== null) deps.push({ ...dep, place, at, held, released });
    }
    if (deps.length > 0) s.deps.set(result.key, deps);
  }

  /** What a callee says of each element of a loop, in the caller: the same of one that stands for all. */
  private anyElement(interpreter: Interpreter, value: Value, at: number): Value | null {
    if (value.kind === "element") return interpreter.values.element(-1 - at, value.name, value.type);
    if (value.kind !== "field" || value.base === null) return null;
    const base = this.anyElement(interpreter, value.base, at);
    return base === null
      ? null
      : interpreter.values.field(base, value.name, value.type, value.show.endsWith(`->${value.name}`));
  }

  /** A callee's value in the caller's terms; null when the caller has no name for it. */
  private translate(interpreter: Interpreter, value: Value, args: readonly Value[]): Value | null {
    switch (value.kind) {
      case "param":
        return args[value.index] ?? null;
      case "container": {
        const i = this.params.indexOf(value);
        if (i !== -1) return args[i] ?? null;
        const object = this.params.findIndex((p) => interpreter.isObject(p));
        const arg = args[object];
        return arg === undefined ? null : interpreter.containerOfObject(arg);
      }
      case "global":
      case "constant":
        return value.kind === "global"
          ? interpreter.values.global(value.name, value.type)
          : interpreter.values.constant(value.name);
      case "field": {
        const base = value.base === null ? null : this.translate(interpreter, value.base, args);
        const mask = value.parts[0];
        if (mask !== undefined && base !== null) {
          return interpreter.values.bit(base, this.translate(interpreter, mask, args) ?? mask);
        }
        const arrow = value.show.endsWith(`->${value.name}`);
        return base === null ? null : interpreter.values.field(base, value.name, value.type, arrow);
      }
      default:
        return null;
    }
  }
}

/** What a callee stores, in the caller's terms: `set_flag(kvm, true)` stores true. */
function storedAt(event: AccessEvent, translate: (v: Value) => Value | null): Pick<AccessEvent, "value" | "stored"> {
  const value = event.value === null ? null : translate(event.value);
  return { value, stored: truthOf(value) };
}

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
  for (let v: Value | null = event.place; v !== null; v = v.base) {
    const name = v.type?.name;
    if (v !== event.place && (v.kind === "container" || models.objects.some((o) => o.container?.struct === name)))
      return true;
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
      const field = fields.reverse().join(".");
      return event.kind === "write" || models.watched.some((w) => field === w || field.startsWith(`${w}.`));
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
    acquiredLocks(facts, drops),
    returnedDeps(returns),
    facts.params,
    returnedOthers(returns, models),
    lockedOfResult(returns),
    facts.events.some((e) => isEffect(e, models)),
    cut,
  );
}

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
  }
  return out;
}

/** Locks of the caller that are given back here or in a callee. */
function droppedLocks(events: readonly Event[]): { lock: Value; family: string; via: string[] }[] {
  const out = new Map<string, { lock: Value; family: string; via: string[] }>();
  for (const e of events) {
    if (e.kind !== "unlock" || !e.callers || !isShared(e.lock) || out.has(e.lock.key)) continue;
    if (e.via.length < MAX_DEPTH && out.size < MAX_LOCKS)
      out.set(e.lock.key, { lock: e.lock, family: e.family, via: e.via });
  }
  return [...out.values()];
}

/** Of the caller's locks those that are given back and not taken again: on every way out, or on some. */
function releasedLocks(returns: readonly ReturnEvent[]): { lock: Value; always: boolean }[] {
  const out = new Map<Value, boolean>();
  for (const r of returns) {
    for (const lock of r.freed)
      if (isShared(lock))
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
    if (e.kind !== "lock" || !isShared(e.lock) || released.has(e.lock) || out.has(e.lock.key)) continue;
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
      add({ ...dep, compares: dep.compares || compares, inverted: dep.inverted !== isNegation(r.value) });
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

const rootOf = (value: Value): Value => (value.base === null ? value : rootOf(value.base));

/** A check of the same object, under a lock that is still held. */
function isFresh(fact: Fact, place: Value): boolean {
  return rootOf(fact.dep.place) === rootOf(place) && fact.dep.held.length > 0 && fact.dep.released.size === 0;
}

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
