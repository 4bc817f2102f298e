/**
 * Rule kind `lock-order`: a lock is waited for while one is held that a kernel document puts inside it. The inner lock is taken
 * visibly, here or in a caller, or the way by which the thread came in holds it (KVM_RUN holds vcpu->mutex); the orders are data
 * (rules/models/orders.yaml). A trylock does not wait, and is no finding.
 */
import { CallGraph } from "../analysis/call-graph.js";
import type { ProgramFunction } from "../analysis/definitions.js";
import type { LockEvent } from "../analysis/events.js";
import { HeldOnWay, type Way } from "../analysis/held-on-way.js";
import { classOfLock } from "../analysis/lock-class.js";
import type { LockOrder } from "../analysis/models.js";
import type { Program } from "../analysis/program.js";
import type { Held } from "../analysis/state.js";
import { NAMES } from "../analysis/trace.js";
import { globs } from "./glob.js";
import { ORDERS } from "./order-words.js";
import type { Outcome, OutcomeSite } from "./outcome.js";
import type { RuleOf } from "./rule-schema.js";
import { acknowledgement, siteAt, siteOf } from "./sites.js";
import type { Unit } from "./units.js";

type Rule = RuleOf<"lock-order">;

/** One outcome for each function that waits for the outer lock, and order. */
export function lockOrder(program: Program, rule: Rule): Unit[] {
  const inScope = globs(rule.scope.paths);
  const orders = rule.severity.wrongOrder === "silent" ? [] : program.models.orders;
  let known: { graph: CallGraph; functions: readonly ProgramFunction[] } | null = null;
  const found = (order: LockOrder): Outcome[] => {
    known ??= { graph: new CallGraph(program), functions: program.definitions.all.filter((f) => inScope(f.file.path)) };
    return brokenOrder(rule, order, known.graph, known.functions);
  };
  return orders
    .filter((order) => rule.orders.includes(order.name))
    .map((order) => ({ key: order.name, find: () => noting(program, () => found(order)) }));
}

/**
 * An order is about all functions at once: what it rests on is what each of them says of the orders, which names there are, and
 * the functions that are shown.
 */
function noting(program: Program, find: () => Outcome[]): Outcome[] {
  const { trace } = program;
  const outcomes = trace.within(null, find);
  trace.notes([`W ${ORDERS}`, NAMES]);
  const shown = new Set(outcomes.flatMap((o) => o.sites.map((s) => `${s.path}\0${s.function}`)));
  for (const { file, fn } of shown.size === 0 ? [] : program.definitions.all)
    if (shown.has(`${file.path}\0${fn.name}`)) trace.note(fn);
  return outcomes;
}

function brokenOrder(rule: Rule, order: LockOrder, graph: CallGraph, functions: readonly ProgramFunction[]): Outcome[] {
  const held = new HeldOnWay(graph, order, functions);
  const found = functions.flatMap((f) => wrongOrder(graph, held, f) ?? []);
  const rival = found.length === 0 ? null : rightOrder(graph, order, functions);
  return found.map((one) => outcome(rule, order, one, rival));
}

/** A lock that is waited for, and how the inner one came to be held. */
interface Wrong {
  f: ProgramFunction;
  event: LockEvent;
  held: Held | null;
  way: Way | null;
}

/** True for a lock that the function takes itself: in its own lines, or by a macro. */
function isOwn(program: Program, f: ProgramFunction, event: LockEvent): boolean {
  const [name] = event.via;
  if (name === undefined) return true;
  const callee = program.resolve(name, f.file);
  return callee !== null && !callee.file.functions.includes(callee.fn);
}

function wrongOrder(graph: CallGraph, held: HeldOnWay, f: ProgramFunction): Wrong | null {
  const { order } = held;
  const view = held.view(f);
  for (const event of graph.locksIn(f)) {
    if (event.kind !== "lock" || !event.waits || classOfLock(event.lock)?.name !== order.outer) continue;
    if (!isOwn(graph.program, f, event)) continue;
    const family = view.familyOf(event.lock);
    // Held already, on every path: what waits for itself is another rule's matter.
    if (view.outerAt(event, family) !== null) continue;
    const own = view.innerAt(event, family);
    if (own !== null) return { f, event, held: own, way: null };
    const way = view.gaveBack(event) ? undefined : held.waysTo(f).find((w) => w.family === family);
    if (way !== undefined) return { f, event, held: null, way };
  }
  return null;
}

/**
 * A function that takes both as documented: the other thread. The outer lock is held there, or on a way to it; of several the
 * nearest to where both are taken, then the first by path and line.
 */
function rightOrder(graph: CallGraph, order: LockOrder, functions: readonly ProgramFunction[]): OutcomeSite | null {
  const along = new HeldOnWay(graph, { ...order, outer: order.inner, inner: order.outer }, functions);
  let best: { site: OutcomeSite; key: string } | null = null;
  for (const f of functions) {
    const view = along.view(f);
    for (const event of graph.locksIn(f)) {
      if (
        event.kind !== "lock" ||
        event.via.length > 0 ||
        !event.waits ||
        classOfLock(event.lock)?.name !== order.inner
      )
        continue;
      const family = view.familyOf(event.lock);
      const own = view.innerAt(event, family);
      const way = own === null ? along.waysTo(f).find((w) => w.family === family) : null;
      if (way === undefined) continue;
      const start = way === null ? null : callsOf(way)[0];
      const site = siteOf(f, event, "lock");
      if (start?.held) site.held.unshift(start.held.lock.show);
      const key = `${way === null ? 0 : callsOf(way).length} ${site.path} ${String(site.line).padStart(9, "0")}`;
      if (best === null || key < best.key) best = { site, key };
    }
  }
  return best?.site ?? null;
}

/** The calls of a way, the outermost first. */
function callsOf(way: Way): Way[] {
  const out: Way[] = [];
  for (let w: Way | null = way; w !== null; w = w.from) out.unshift(w);
  return out;
}

/** Where the way begins: the call that leads on, or the lock that is taken there. */
function startOf(chain: readonly Way[], inner: string): { caller: string; sites: OutcomeSite[] } {
  const [start, next] = chain;
  if (start === undefined) return { caller: "", sites: [] };
  const names = chain.map((w) => w.f.fn.name);
  if (start.by !== null) {
    const { caller, event } = start.by;
    const taken =
      start.held !== null && start.held.how === "taken" ? [siteAt(caller, start.held.acquired, "lock", [])] : [];
    return { caller: caller.fn.name, sites: [{ ...siteOf(caller, event, "act"), via: names }, ...taken] };
  }
  if (next?.by == null) return { caller: start.f.fn.name, sites: [] };
  const call = siteOf(start.f, next.by.event, "act");
  return { caller: start.f.fn.name, sites: [{ ...call, held: [inner, ...call.held], via: names.slice(1) }] };
}

function outcome(rule: Rule, order: LockOrder, { f, event, held, way }: Wrong, rival: OutcomeSite | null): Outcome {
  const chain = way === null ? [] : callsOf(way);
  const inner = held?.lock.show ?? chain[0]?.held?.lock.show ?? order.innerSpelled;
  const start = startOf(chain, inner);
  const plain = siteOf(f, event, "lock");
  const anchor = held === null ? { ...plain, held: [...plain.held, inner] } : plain;
  const taken = held !== null && held.how === "taken" ? [siteAt(f, held.acquired, "lock", [])] : [];
  return {
    rule,
    detail: {
      kind: "wrong-order",
      outer: order.outerSpelled,
      inner,
      taker: f.fn.name,
      caller: start.caller === "" ? f.fn.name : start.caller,
      entry: chain[0]?.entry?.label ?? "",
      rival: rival?.function ?? "",
      says: order.says,
    },
    key: `wrong-order ${f.fn.name} ${order.name}`,
    severity: rule.severity.wrongOrder as Outcome["severity"],
    anchor,
    sites: [anchor, ...taken, ...start.sites, ...(rival === null ? [] : [rival])],
    rival,
    competitors: [],
    whole: f.fn.whole,
    acknowledgedBy: acknowledgement(f, rule.acknowledged),
  };
}
