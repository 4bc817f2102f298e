import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PathMap } from "../../src/analysis/path-map.js";

type Write = { on: number; key: string; value: number | null } | { copy: number };

const key = fc.constantFrom("a", "b", "c", "d");
const writes = fc.array(
  fc.oneof(
    fc.record({ on: fc.nat(5), key, value: fc.option(fc.nat(9)) }),
    fc.record({ copy: fc.nat(5) }),
  ) as fc.Arbitrary<Write>,
  { maxLength: 40 },
);

/** Does the same to maps that share and to maps that do not. */
function play(steps: readonly Write[]): { shared: PathMap<string, number>[]; plain: Map<string, number>[] } {
  const shared = [PathMap.empty<string, number>()];
  const plain = [new Map<string, number>()];
  for (const step of steps) {
    const i = ("copy" in step ? step.copy : step.on) % shared.length;
    const [map, model] = [shared[i] as PathMap<string, number>, plain[i] as Map<string, number>];
    if ("copy" in step) {
      shared.push(map.copy());
      plain.push(new Map(model));
    } else if (step.value === null) expect(map.delete(step.key)).toBe(model.delete(step.key));
    else {
      map.set(step.key, step.value);
      model.set(step.key, step.value);
    }
  }
  return { shared, plain };
}

describe("the maps of paths", () => {
  it("are as if each copy had its own entries, in the order in which they were written", () => {
    fc.assert(
      fc.property(writes, (steps) => {
        const { shared, plain } = play(steps);
        expect(shared.map((map) => [...map])).toEqual(plain.map((map) => [...map]));
        expect(shared.map((map) => [...map.keys()])).toEqual(plain.map((map) => [...map.keys()]));
        for (const [i, map] of shared.entries()) {
          expect(map.size).toBe(plain[i]?.size);
          for (const k of "abcde") expect([map.has(k), map.get(k)]).toEqual([plain[i]?.has(k), plain[i]?.get(k)]);
        }
      }),
    );
  });

  it("say that they share only what is the same", () => {
    fc.assert(
      fc.property(writes, (steps) => {
        const { shared } = play(steps);
        for (const a of shared) for (const b of shared) if (a.shares(b)) expect([...a]).toEqual([...b]);
        const [first] = shared as [PathMap<string, number>];
        const copy = first.copy();
        expect(copy.shares(first)).toBe(true);
        expect(copy.set("e", 1).shares(first)).toBe(false);
        expect(first.has("e")).toBe(false);
      }),
    );
  });
});
