/**
 * Runs one function to a fixpoint and collects its events. The work is bounded: at most {@link MAX_STATES} path states a
 * block (beyond that they join), at most {@link MAX_VISITS} visits of a block.
 */
import type { CFile, CFunction } from "../source/ast.js";
import { buildCfg, type Cfg, type Loop } from "./cfg.js";
import { hasOneContainer } from "./containers.js";
import { Dominance, postorder } from "./dominance.js";
import { type Event, EventLog, eventAt } from "./events.js";
import { Interpreter } from "./interpret.js";
import { joinInto } from "./join.js";
import { containerStructs } from "./models.js";
import type { InterpretContext } from "./recorder.js";
import { shareParts } from "./share.js";
import { copyState, emptyState, type PathState, propertyKey } from "./state.js";
import type { Value, Values } from "./value.js";

/** What one function does, seen by itself and through its callees' summaries. */
export interface FunctionFacts {
  file: CFile;
  fn: CFunction;
  values: Values;
  events: Event[];
  loops: readonly Loop[];
  params: readonly Value[];
  dominance: Dominance;
  /** False when the work was cut off; then nothing is concluded from what was not seen. */
  complete: boolean;
}

const NOTHING: ReadonlySet<string> = new Set();

const MAX_STATES = 12;
const MAX_VISITS = 60;
const sizeOf = ({ locks, unsure, freed, env, known, deps, facts }: PathState): number =>
  locks.size + unsure.size + freed.size + env.size + known.size + deps.size + facts.size;

type BlockStates = Map<string, PathState>;

/**
 * Rank of each block, the first to be worked on highest: reverse postorder, so that a block waits for all that leads to it
 * (Kam, Ullman: "Global Data Flow Analysis and Iterative Algorithms", 1976). What stands behind a loop waits for its body.
 */
function workOrder(cfg: Cfg): number[] {
  const succ = cfg.blocks.map((b) => b.edges.map((e) => e.to).reverse());
  const rank = cfg.blocks.map(() => -1);
  for (const [i, id] of postorder(cfg.blocks.length, cfg.entry, succ).entries()) rank[id] = i;
  return rank;
}

class Run {
  readonly states: BlockStates[];
  /** States that were not gone on from since they last changed. */
  private readonly fresh = new Set<PathState>();
  private readonly visits: number[];
  /** Place of each block in the order of work: before all that it leads to, except backwards. */
  private readonly rank: number[];
  complete = true;
  /** Entries of states that were copied or joined so far. */
  private cost = 0;

  constructor(
    private readonly cfg: Cfg,
    private readonly interpreter: Interpreter,
    private readonly maxCost: number,
  ) {
    this.states = cfg.blocks.map(() => new Map());
    this.visits = cfg.blocks.map(() => 0);
    this.rank = workOrder(cfg);
  }

  fixpoint(entry: PathState): void {
    this.arrive(this.cfg.entry, entry);
    const work = [this.cfg.entry];
    const queued = new Set(work);
    while (work.length > 0 && this.isAffordable()) {
      work.sort((a, b) => (this.rank[a] as number) - (this.rank[b] as number));
      const id = work.pop() as number;
      queued.delete(id);
      const seen = (this.visits[id] ?? 0) + 1;
      this.visits[id] = seen;
      if (seen > MAX_VISITS) {
        this.complete = false;
        continue;
      }
      for (const to of this.flow(id)) {
        if (queued.has(to)) continue;
        queued.add(to);
        work.push(to);
      }
    }
  }

  /** False where the work was given up before all ways were gone. */
  get isSettled(): boolean {
    return this.cost <= this.maxCost;
  }

  private isAffordable(): boolean {
    if (this.cost <= this.maxCost) return true;
    this.complete = false;
    return false;
  }

  private copyOf(s: PathState): PathState {
    this.cost += sizeOf(s);
    return copyState(s);
  }

  /** Runs a block from its states; the ids of blocks whose states changed. */
  private flow(id: number): number[] {
    const block = this.cfg.blocks[id];
    const changed: number[] = [];
    if (block === undefined) return changed;
    this.interpreter.block = id;
    for (const start of [...(this.states[id] as BlockStates).values()]) {
      if (!this.fresh.delete(start)) continue;
      const s = this.copyOf(start);
      let ended = false;
      for (const step of block.steps) {
        this.interpreter.step(s, step);
        if (step.kind === "return" || step.kind === "leave" || s.dead) {
          ended = true;
          break;
        }
      }
      if (ended) continue;
      for (const [i, edge] of block.edges.entries()) {
        const next = i === block.edges.length - 1 ? s : this.copyOf(s);
        if (edge.assume !== null && !this.interpreter.follow(next, edge.assume)) continue;
        if (this.arrive(edge.to, next)) changed.push(edge.to);
      }
    }
    return changed;
  }

  private arrive(id: number, s: PathState): boolean {
    const states = this.states[id] as BlockStates;
    // A merged variable means another thing each time round: what was said of the last one moves on.
    for (const value of s.env.values())
      if (value.kind === "merge" && value.index === id) this.interpreter.rebind(s, value);
    let key = propertyKey(s);
    let own = states.get(key);
    if (own === undefined && states.size >= MAX_STATES) {
      [key, own] = [...states.entries()][0] as [string, PathState];
    }
    if (own === undefined) {
      states.set(key, s);
      this.fresh.add(s);
      return true;
    }
    this.cost += sizeOf(s);
    const changed = joinInto(own, s, (name, values) => this.merge(id, name, values));
    if (changed) this.fresh.add(own);
    return changed;
  }

  private merge(block: number, name: string, values: Value[]): Value {
    const known = values.filter((v) => v.kind !== "local" || v.type === null || v.type.pointers === 0);
    if (known.length === 1) return known[0] as Value;
    return this.interpreter.values.merge(block, name, values);
  }

  /** The last pass: events from the settled states. */
  record(log: EventLog): void {
    this.interpreter.log = log;
    for (const [id, block] of this.cfg.blocks.entries()) {
      this.interpreter.block = id;
      for (const start of (this.states[id] as BlockStates).values()) {
        const s = this.copyOf(start);
        for (const step of block.steps) {
          // Each event has the locks and checks of its place.
          this.cost += s.locks.size + s.facts.size;
          if (!this.isAffordable()) break;
          this.interpreter.step(s, step);
          if (step.kind === "return" || step.kind === "leave" || s.dead) break;
        }
        this.recordChecks(s, id, log);
      }
      if (!this.isAffordable()) break;
    }
    this.interpreter.log = null;
  }

  private recordChecks(s: PathState, id: number, log: EventLog): void {
    const edge = this.cfg.blocks[id]?.edges.find((e) => e.assume !== null && e.assume.whole !== true);
    if (edge?.assume === null || edge?.assume === undefined) return;
    const deps = this.interpreter.conditionDeps(s, edge.assume.expr);
    if (deps.length === 0) return;
    const held = [...s.locks.values()];
    const unsure = new Set(s.unsure);
    const here = { block: id, held, unsure, given: NOTHING, facts: [], origin: null, via: [] };
    log.add(eventAt(here, { kind: "check", at: edge.assume.expr.at, deps }));
  }
}

/**
 * Analyses one function, for at most `maxCost` (cost.ts). Never throws on odd code; a function whose work is cut off says so in
 * `complete`.
 */
export function analyseFunction(
  file: CFile,
  fn: CFunction,
  context: Omit<InterpretContext, "whole" | "oneContainer">,
  maxCost: number,
): FunctionFacts {
  const cfg = buildCfg(fn);
  const containers = containerStructs(context.models.objects);
  const oneContainer = hasOneContainer(fn, context.models.objects);
  const interpreter = new Interpreter({ ...context, whole: fn.whole, oneContainer });
  const entry = emptyState();
  const params = fn.params.map((p, i) => {
    const isContainer = oneContainer && p.type.pointers === 1 && containers.has(p.type.name);
    const value = isContainer
      ? interpreter.values.container(p.name, p.type)
      : interpreter.values.param(i, p.name, p.type);
    if (p.name !== "") entry.env.set(p.name, value);
    return value;
  });
  interpreter.enter(entry, fn);
  const run = new Run(cfg, interpreter, maxCost);
  run.fixpoint(entry);
  const log = new EventLog();
  run.record(log);
  // States that did not settle claim locks that other ways do not hold.
  const events = run.isSettled ? log.sorted() : [];
  shareParts(events);
  return {
    file,
    fn,
    values: interpreter.values,
    events,
    loops: cfg.loops,
    dominance: new Dominance(cfg),
    params,
    complete: run.complete,
  };
}
