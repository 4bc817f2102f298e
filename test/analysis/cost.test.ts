import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FUNCTION_COST, shareCost } from "../../src/analysis/cost.js";
import type { CFunction } from "../../src/source/ast.js";
import { readC } from "../../src/source/read-file.js";
import { reader } from "../engine.js";

const functionsOf = (lengths: readonly number[]): readonly CFunction[] =>
  readC("x.c", lengths.map((n, i) => `int f${i}(void)\n{\n${"\tx++;\n".repeat(n)}}\n`).join("\n"), reader).functions;

describe("what the functions of a patch may cost", () => {
  it("is as much as any function may, while they are few", () => {
    expect([...shareCost(functionsOf([20])).values()]).toEqual([FUNCTION_COST]);
    expect(shareCost([]).size).toBe(0);
  });

  it("is bounded together, longer ones get more, and their order does not matter", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { minLength: 2, maxLength: 12 }), (lengths) => {
        const fns = functionsOf(lengths);
        const shares = shareCost(fns);
        const total = [...shares.values()].reduce((sum, n) => sum + n, 0);
        expect(total).toBeLessThanOrEqual(10_000_000 + fns.length);
        for (const a of fns)
          for (const b of fns)
            if (a.end - a.at >= b.end - b.at) expect(shares.get(a)).toBeGreaterThanOrEqual(shares.get(b) ?? 0);
        const turned = shareCost([...fns].reverse());
        expect(fns.map((fn) => turned.get(fn))).toEqual(fns.map((fn) => shares.get(fn)));
      }),
    );
  });
});
