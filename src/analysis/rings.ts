/**
 * Functions that call each other in a ring (Tarjan, "Depth-first search and linear graph algorithms", 1972). What a ring's
 * members say of each other must not depend on which of them is asked first, so they are found before any is analysed.
 */

interface Visit<T> {
  node: T;
  callees: readonly T[];
  next: number;
}

/** Strongly connected components of a graph that is explored as far as it is asked about. */
export class Rings<T> {
  private readonly index = new Map<T, number>();
  private readonly low = new Map<T, number>();
  private readonly rings = new Map<T, readonly T[]>();
  private readonly open: T[] = [];

  constructor(private readonly calleesOf: (node: T) => readonly T[]) {}

  /** The ring that a node is part of, itself included; empty when it cannot reach itself. */
  of(node: T): readonly T[] {
    if (!this.rings.has(node)) this.explore(node);
    return this.rings.get(node) ?? [];
  }

  private enter(node: T, visits: Visit<T>[]): void {
    this.low.set(node, this.index.size);
    this.index.set(node, this.index.size);
    this.open.push(node);
    visits.push({ node, callees: this.calleesOf(node), next: 0 });
  }

  private explore(root: T): void {
    const visits: Visit<T>[] = [];
    this.enter(root, visits);
    for (let top = visits.at(-1); top !== undefined; top = visits.at(-1)) {
      const callee = top.callees[top.next++];
      if (callee === undefined) {
        visits.pop();
        this.leave(top);
        const caller = visits.at(-1);
        if (caller !== undefined) this.lower(caller.node, this.low.get(top.node) as number);
      } else if (!this.index.has(callee)) this.enter(callee, visits);
      else if (!this.rings.has(callee)) this.lower(top.node, this.index.get(callee) as number);
    }
  }

  private lower(node: T, to: number): void {
    if (to < (this.low.get(node) as number)) this.low.set(node, to);
  }

  private leave({ node, callees }: Visit<T>): void {
    if (this.low.get(node) !== this.index.get(node)) return;
    const ring = this.open.splice(this.open.lastIndexOf(node));
    const alone = ring.length === 1 && !callees.includes(node);
    for (const member of ring) this.rings.set(member, alone ? [] : ring);
  }
}
