/** Faults of the host that are the same for a seed. */
import type { Call, Fault } from "../../io/github/respond.js";

/** Numbers from 0 to 1 that are the same for a seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Limits are a ninth of all faults: each of them stops all calls of a process for a second. */
const FAULTS: readonly Fault[] = [
  ...(["before", "after"] as const).flatMap((when): Fault[] => [
    { kind: "502", when },
    { kind: "drop", when },
    { kind: "502", when },
    { kind: "drop", when },
  ]),
  { kind: "secondary", retryAfter: 1 },
];

/** A fault of any kind for this share of all calls, reads and writes. */
export function seededFaults(
  next: () => number,
  share: number,
  told: Map<string, number>,
): (call: Call) => Fault | null {
  return () => {
    if (next() >= share) return null;
    const fault = FAULTS[Math.floor(next() * FAULTS.length)] ?? null;
    if (fault !== null) told.set(fault.kind, (told.get(fault.kind) ?? 0) + 1);
    return fault;
  };
}
