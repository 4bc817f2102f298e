import { describe, expect, it } from "vitest";
import { makeHeapKeeper } from "../../src/io/heap.js";

const MB = 1024 * 1024;
const fill = (): number[][] => Array.from({ length: 40 }, () => Array.from({ length: MB / 8 }, (_, i) => i + 0.5));

describe("the heap keeper", () => {
  it("clears when a good deal was added, and not before", () => {
    const keep = makeHeapKeeper(16 * MB);
    keep();
    expect(keep()).toBe(false);
    let added: number[][] | null = fill();
    expect(added.length).toBe(40);
    const before = process.memoryUsage().heapUsed;
    added = null;
    expect(keep()).toBe(true);
    expect(process.memoryUsage().heapUsed).toBeLessThan(before - 16 * MB);
    expect(keep()).toBe(false);
  });
});
