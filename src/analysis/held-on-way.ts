/**
 * On which ways a lock is held when a function is entered: from where it is taken visibly, and from the entry classes that hold
 * it, down every call, calls through tables included. A may-analysis over ways: each function keeps the shortest one.
 */
import type { CallEdge, CallGraph } from "./call-graph.js";
import type { ProgramFunction } from "./definitions.js";
import type { Event } from "./events.js";
import { classOfLock, familyOf, ONE } from "./lock-class.js";
import { containerStructs, type EntryClass, type LockOrder } from "./models.js";
import type { Held } from "./state.js";
import type { Value } from "./value.js";

/** How a thread came into a function with the lock held. */
export interface Way {
  f: ProgramFunction;
  /** The call by which it came; null where the way begins. */
  by: CallEdge | null;
  from: Way | null;
  /** The class of entry that held the lock from the start; null when it was taken visibly at `by`. */
  entry: EntryClass | null;
  /** The lock as the function at the start of the way spells it. */
  held: Held | null;
  /** Which container's lock it is, in this function's terms. */
  family: string;
}

/** What a function, seen by itself, says about the locks of an order. */
export class OrderView {
  readonly two: boolean;
  private readonly dropped: ReadonlySet<string>;

  constructor(
    private readonly graph: CallGraph,
    f: ProgramFunction,
    private readonly order: LockOrder,
  ) {
    const { program } = graph;
    const { params } = program.facts(f);
    const containers = containerStructs(program.models.objects);
    this.two = params.filter((p) => p.type?.pointers === 1 && containers.has(p.type.name)).length > 1;
    const dropped = graph.locksIn(f).filter((e) => e.kind === "unlock" && this.is(e.lock, order.inner));
    this.dropped = new Set(dropped.map((e) => e.lock.key));
  }

  private is(lock: Value, name: string): boolean {
    return classOfLock(lock)?.name === name;
  }

  familyOf(lock: Value): string {
    const owner = classOfLock(lock)?.owner ?? null;
    return owner === null ? ONE : familyOf(owner, this.graph.program.models.objects, this.two);
  }

  /** The inner lock that is held at an event, of this container or of any. */
  innerAt(event: Event, family: string | null = null): Held | null {
    return this.heldAt(event, this.order.inner, family);
  }

  outerAt(event: Event, family: string): Held | null {
    return this.heldAt(event, this.order.outer, family);
  }

  private heldAt({ held }: Event, name: string, family: string | null): Held | null {
    return held.find((h) => this.is(h.lock, name) && (family === null || this.familyOf(h.lock) === family)) ?? null;
  }

  /** True when the lock that was held on entry may have been given back on the way to an event. */
  gaveBack(event: Event): boolean {
    return [...event.given].some((key) => this.dropped.has(key));
  }

  /** Which of the callee's containers is the one that is meant here; null when the callee cannot name it. */
  handOver({ callee, event }: CallEdge, family: string, of: (f: ProgramFunction) => OrderView): string | null {
    if (!of(callee).two) return this.two && !event.args.some((a) => this.belongs(a, family)) ? null : ONE;
    const index = event.args.findIndex((a) => this.belongs(a, family));
    const param = this.graph.program.facts(callee).params[index];
    return param === undefined ? null : familyOf(param, this.graph.program.models.objects, true);
  }

  private belongs(arg: Value, family: string): boolean {
    const { objects } = this.graph.program.models;
    const isOne =
      objects.some((o) => arg.type?.name === o.struct) || containerStructs(objects).has(arg.type?.name ?? "");
    return isOne && familyOf(arg, objects, this.two) === family;
  }
}

/** For one order: how functions are entered with the inner lock held, and what they do then. */
export class HeldOnWay {
  private readonly views = new Map<ProgramFunction, OrderView>();
  private readonly ways = new Map<ProgramFunction, Way[]>();

  constructor(
    private readonly graph: CallGraph,
    readonly order: LockOrder,
    functions: readonly ProgramFunction[],
  ) {
    const work: Way[] = [];
    for (const way of this.starts(functions)) this.arrive(way, work);
    for (let way = work.shift(); way !== undefined; way = work.shift()) this.follow(way, work);
  }

  view = (f: ProgramFunction): OrderView => {
    const own = this.views.get(f) ?? new OrderView(this.graph, f, this.order);
    this.views.set(f, own);
    return own;
  };

  /** The ways into a function on which the lock is held, the shortest first. */
  waysTo(f: ProgramFunction): readonly Way[] {
    return this.ways.get(f) ?? [];
  }

  private *starts(functions: readonly ProgramFunction[]): Generator<Way> {
    const { program } = this.graph;
    for (const entry of program.models.entryClasses) {
      if (!entry.holds.includes(this.order.inner)) continue;
      for (const f of this.graph.rootsOf(entry)) yield { f, by: null, from: null, entry, held: null, family: ONE };
    }
    for (const f of functions) {
      const view = this.view(f);
      for (const edge of this.graph.callsFrom(f)) {
        if (edge.event.held.length === 0) continue;
        const held = view.innerAt(edge.event);
        if (held === null) continue;
        const family = view.familyOf(held.lock);
        if (view.outerAt(edge.event, family) !== null) continue;
        const there = view.handOver(edge, family, this.view);
        if (there !== null) yield { f: edge.callee, by: edge, from: null, entry: null, held, family: there };
      }
    }
  }

  /** Keeps a way when it is the first into this function for its container. */
  private arrive(way: Way, work: Way[]): void {
    const own = this.ways.get(way.f) ?? [];
    if (own.some((w) => w.family === way.family)) return;
    this.ways.set(way.f, [...own, way]);
    work.push(way);
  }

  private follow(way: Way, work: Way[]): void {
    const view = this.view(way.f);
    for (const edge of this.graph.callsFrom(way.f)) {
      if (view.outerAt(edge.event, way.family) !== null || view.gaveBack(edge.event)) continue;
      const family = view.handOver(edge, way.family, this.view);
      if (family === null) continue;
      this.arrive({ f: edge.callee, by: edge, from: way, entry: way.entry, held: way.held, family }, work);
    }
  }
}
