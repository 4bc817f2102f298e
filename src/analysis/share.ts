/**
 * Events of one function say the same over and over: no lock held, nothing given back, the same two checks in force. What is
 * equal becomes one object, which is most of what facts take in memory and in the index.
 */
import type { Event } from "./events.js";
import type { Held, ReadDep } from "./state.js";

/** Gives equal parts the same object. Equal: the same members in the same order, told apart by identity. */
class Pool {
  private readonly ids = new Map<object, number>();
  private readonly known = new Map<string, unknown>();

  private idOf(member: object): number {
    const own = this.ids.get(member) ?? this.ids.size;
    this.ids.set(member, own);
    return own;
  }

  private one<T>(key: string, part: T): T {
    const own = this.known.get(key);
    if (own !== undefined) return own as T;
    this.known.set(key, part);
    return part;
  }

  words<T extends readonly string[] | ReadonlySet<string>>(part: T): T {
    return this.one(`${Array.isArray(part) ? "list" : "set"} ${[...part].join("\0")}`, part);
  }

  list<T extends readonly object[]>(part: T): T {
    return this.one(`objects ${part.map((m) => this.idOf(m)).join()}`, part);
  }

  /** Locks, those that are equal in all they say made one as well: each path took its own. */
  locks(part: readonly Held[]): Held[] {
    const members = part.map((h) => {
      const { mode, acquired, block, family, how, all, askedFor } = h;
      return this.one(`held ${this.idOf(h.lock)} ${[mode, acquired, block, family, how, all, askedFor].join(" ")}`, h);
    });
    return this.list(members);
  }

  map(part: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    return this.one(`map ${[...part].join("\0")}`, part);
  }
}

/** Shares the parts of a function's events, in place. */
export function shareParts(events: readonly Event[]): void {
  const pool = new Pool();
  const seen = new Set<ReadDep>();
  const share = (dep: ReadDep): void => {
    if (seen.has(dep)) return;
    seen.add(dep);
    dep.held = pool.locks(dep.held);
    dep.released = pool.map(dep.released);
  };
  for (const event of events) {
    event.held = pool.locks(event.held);
    event.unsure = pool.words(event.unsure);
    event.given = pool.words(event.given);
    event.via = pool.words(event.via);
    for (const fact of event.facts) share(fact.dep);
    event.facts = pool.list(event.facts);
    if (event.kind === "check" || event.kind === "return") {
      event.deps.forEach(share);
      event.deps = pool.list(event.deps);
    }
  }
}
