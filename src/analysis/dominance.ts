/**
 * Which blocks every path from the entry, or every path to an exit, goes through (Cooper, Harvey, Kennedy: "A Simple, Fast
 * Dominance Algorithm", 2001).
 */
import type { Cfg } from "./cfg.js";

/** Blocks in the order in which a walk in depth leaves them; those that cannot be reached are missing. */
export function postorder(count: number, root: number, succ: readonly (readonly number[])[]): number[] {
  const order: number[] = [];
  const seen = new Uint8Array(count);
  const stack: { node: number; next: number }[] = [{ node: root, next: 0 }];
  seen[root] = 1;
  while (stack.length > 0) {
    const top = stack[stack.length - 1] as { node: number; next: number };
    const to = succ[top.node]?.[top.next++];
    if (to === undefined) {
      stack.pop();
      order.push(top.node);
    } else if (seen[to] === 0) {
      seen[to] = 1;
      stack.push({ node: to, next: 0 });
    }
  }
  return order;
}

/** Immediate dominator of each block in some direction; -1 for the root and for blocks that cannot be reached. */
function immediate(count: number, root: number, succ: readonly number[][]): number[] {
  const order = postorder(count, root, succ);
  const rank = new Array<number>(count).fill(-1);
  for (const [i, node] of order.entries()) rank[node] = i;
  const pred: number[][] = Array.from({ length: count }, () => []);
  for (const [from, list] of succ.entries()) for (const to of list) pred[to]?.push(from);
  const idom = new Array<number>(count).fill(-1);
  idom[root] = root;
  const meet = (x: number, y: number): number => {
    let [a, b] = [x, y];
    while (a !== b) {
      while ((rank[a] as number) < (rank[b] as number)) a = idom[a] as number;
      while ((rank[b] as number) < (rank[a] as number)) b = idom[b] as number;
    }
    return a;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = order.length - 1; i >= 0; i--) {
      const node = order[i] as number;
      if (node === root) continue;
      const known = (pred[node] ?? []).filter((p) => idom[p] !== -1);
      if (known.length === 0) continue;
      const best = known.reduce(meet);
      if (idom[node] !== best) {
        idom[node] = best;
        changed = true;
      }
    }
  }
  idom[root] = -1;
  return idom;
}

/** Dominators and postdominators of a control flow graph. */
export class Dominance {
  private readonly dominators: number[];
  private readonly postdominators: number[];
  private readonly successors: readonly (readonly number[])[];
  private readonly reachable = new Map<number, ReadonlySet<number>>();

  constructor(cfg: Cfg) {
    const count = cfg.blocks.length;
    const succ = cfg.blocks.map((b) => (endsHere(b) ? [] : b.edges.map((e) => e.to)));
    this.successors = succ;
    this.dominators = immediate(count, cfg.entry, succ);
    const back: number[][] = Array.from({ length: count + 1 }, () => []);
    for (const [from, list] of succ.entries()) {
      for (const to of list) back[to]?.push(from);
      if (list.length === 0) back[count]?.push(from);
    }
    this.postdominators = immediate(count + 1, count, back);
  }

  /** The branch that decides whether a block runs: its immediate dominator, or -1. */
  deciderOf(block: number): number {
    return this.dominators[block] ?? -1;
  }

  /** True when some path leads from one block to another, or they are the same. */
  reaches(from: number, to: number): boolean {
    const known = this.reachable.get(from);
    if (known !== undefined) return known.has(to);
    const seen = new Set([from]);
    for (const block of seen) for (const next of this.successors[block] ?? []) seen.add(next);
    this.reachable.set(from, seen);
    return seen.has(to);
  }

  /** True when every path from `from` to an exit goes through `block`. */
  alwaysReaches(from: number, block: number): boolean {
    for (let b = from; b !== -1 && b !== undefined; b = this.postdominators[b] ?? -1) if (b === block) return true;
    return false;
  }
}

const endsHere = (block: Cfg["blocks"][number]): boolean =>
  block.steps.some((s) => s.kind === "return" || s.kind === "leave");
