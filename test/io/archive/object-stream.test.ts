/** Objects are cut out of what git writes, wherever its pieces end. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ObjectReader } from "../../../src/io/archive/object-stream.js";

const id = (n: number): string => n.toString(16).padStart(40, "0");

describe("the output of git cat-file", () => {
  it("gives its objects in whatever pieces it comes (property)", () => {
    const object = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: null });
    fc.assert(
      fc.property(fc.array(object, { maxLength: 8 }), fc.integer({ min: 1, max: 30 }), (objects, size) => {
        const output = Buffer.concat(
          objects.map((bytes, n) =>
            bytes === null
              ? Buffer.from(`${id(n)}:m missing\n`)
              : Buffer.concat([Buffer.from(`blob ${bytes.length} ${id(n)}\n`), bytes, Buffer.from("\n")]),
          ),
        );
        const reader = new ObjectReader(30);
        const found = [];
        for (let at = 0; at < output.length; at += size) found.push(...reader.take(output.subarray(at, at + size)));
        expect(reader.within).toBe(false);
        expect(found.map(({ note }) => note)).toEqual(objects.map((_, n) => id(n)));
        const contents = found.map((one) => one.object?.content ?? null);
        expect(contents.map((c) => c && [...c])).toEqual(objects.map((b) => (b && b.length <= 30 ? [...b] : null)));
        for (const [n, one] of found.entries()) expect(one.object === null).toBe(objects[n] === null);
      }),
    );
  });

  it("knows that it was cut off, and an answer that is none", () => {
    const reader = new ObjectReader(100);
    reader.take(Buffer.from("blob 9 x\nabc"));
    expect(reader.within).toBe(true);
    expect(() => new ObjectReader(100).take(Buffer.from("fatal: no\n"))).toThrow(/answer that is none/);
    expect(() => new ObjectReader(100).take(Buffer.alloc(70_000, 97))).toThrow(/without a line end/);
  });
});
