/**
 * The second stage: many mails. {@link buildThreads} says which mail answers which and which belong together
 * (In-Reply-To and References, RFC 5322, 3.6.4); collect-series.ts puts patches into series, versions.ts finds what
 * came before, series-record.ts is what the contract prints. Nothing here reads a body: which mails carry a diff is data.
 */
import type { Message } from "../message/message.js";

/** Threads of a list of messages, by position in that list. */
export interface Threads {
  /** Position of the mail that this one answers, or -1. Free of circles. */
  parent: readonly number[];
  /** Positions of the mails of the same conversation have the same number here. */
  thread: readonly number[];
  /** First position of each Message-ID. */
  byId: ReadonlyMap<string, number>;
}

/** Merges sets of small integers; finding the set of one is all but constant. */
class DisjointSets {
  readonly #up: number[] = [];

  /** Adds a set of one and gives its number. */
  add(): number {
    this.#up.push(this.#up.length);
    return this.#up.length - 1;
  }

  find(item: number): number {
    let root = item;
    while ((this.#up[root] ?? root) !== root) root = this.#up[root] ?? root;
    for (let at = item; at !== root; ) {
      const next = this.#up[at] ?? root;
      this.#up[at] = root;
      at = next;
    }
    return root;
  }

  /** Merges two sets into the one with the smaller number; false when they were one already. */
  union(a: number, b: number): boolean {
    const [x, y] = [this.find(a), this.find(b)];
    if (x === y) return false;
    this.#up[Math.max(x, y)] = Math.min(x, y);
    return true;
  }
}

/**
 * Threads messages. Mails that name a common ancestor belong together even when it is not in the list. References that
 * go round in a circle are cut where the circle would close.
 */
export function buildThreads(messages: readonly Message[]): Threads {
  const byId = new Map<string, number>();
  messages.forEach((message, at) => {
    if (message.messageId !== null && !byId.has(message.messageId)) byId.set(message.messageId, at);
  });
  return { parent: findParents(messages, byId), thread: groupByIds(messages), byId };
}

function findParents(messages: readonly Message[], byId: ReadonlyMap<string, number>): number[] {
  const trees = new DisjointSets();
  for (const _ of messages) trees.add();
  return messages.map((message, at) => {
    const named = [...message.inReplyTo, ...message.references.toReversed()];
    for (const id of named) {
      const candidate = byId.get(id);
      if (candidate === undefined || candidate === at) continue;
      // A mail has no parent yet when it is asked, so one tree already means a circle.
      return trees.union(at, candidate) ? candidate : -1;
    }
    return -1;
  });
}

function groupByIds(messages: readonly Message[]): number[] {
  const sets = new DisjointSets();
  const positions = messages.map(() => sets.add());
  const ofId = new Map<string, number>();
  messages.forEach((message, at) => {
    const own = message.messageId === null ? [] : [message.messageId];
    for (const id of [...own, ...message.inReplyTo, ...message.references]) {
      const known = ofId.get(id);
      if (known === undefined) ofId.set(id, at);
      else sets.union(at, known);
    }
  });
  return positions.map((at) => sets.find(at));
}
