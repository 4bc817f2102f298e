/** What a function's facts say of locks, picked out once for as long as the facts are kept: they have events by the thousand. */
import type { AssertEvent, CallEvent, LockEvent } from "./events.js";
import type { FunctionFacts } from "./function-facts.js";

export interface LockDigest {
  /** Locks that are taken, also in callees. */
  locks: readonly LockEvent[];
  unlocks: readonly LockEvent[];
  asserts: readonly AssertEvent[];
  calls: readonly CallEvent[];
  /** By the name that is called. */
  callsTo: ReadonlyMap<string, readonly CallEvent[]>;
  /** Calls that every way through the function makes. */
  sureCalls: readonly CallEvent[];
}

const known = new WeakMap<FunctionFacts, LockDigest>();

/** The digest of a function's facts. */
export function digestOf(facts: FunctionFacts): LockDigest {
  const own = known.get(facts);
  if (own !== undefined) return own;
  const made = digest(facts);
  known.set(facts, made);
  return made;
}

function digest({ events, dominance }: FunctionFacts): LockDigest {
  const [locks, unlocks]: LockEvent[][] = [[], []];
  const asserts: AssertEvent[] = [];
  const calls: CallEvent[] = [];
  for (const e of events) {
    if (e.kind === "lock") locks?.push(e);
    else if (e.kind === "unlock") unlocks?.push(e);
    else if (e.kind === "assert") asserts.push(e);
    else if (e.kind === "call") calls.push(e);
  }
  const sure = new Map<number, boolean>();
  const sureCalls = calls.filter(({ block }) => {
    if (!sure.has(block)) sure.set(block, dominance.alwaysReaches(0, block));
    return sure.get(block) === true;
  });
  return { locks: locks ?? [], unlocks: unlocks ?? [], asserts, calls, callsTo: byName(calls), sureCalls };
}

function byName(calls: readonly CallEvent[]): Map<string, CallEvent[]> {
  const out = new Map<string, CallEvent[]>();
  for (const e of calls) {
    const list = out.get(e.name);
    if (list === undefined) out.set(e.name, [e]);
    else list.push(e);
  }
  return out;
}
