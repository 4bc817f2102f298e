import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerMark, findingMark, fixedMark, readMarks, reviewMark } from "../../../src/report/github/marks.js";
import { HEAD } from "./pull-sample.js";
import { hostileText } from "./render.js";

const ID = "0123456789abcdef";
const LONG = HEAD.padEnd(64, "0");

describe("markers", () => {
  it("are read back in their order, whatever the line ends are", () => {
    const all = [findingMark(ID), reviewMark(HEAD), reviewMark(LONG), answerMark(12), fixedMark(ID, HEAD)];
    const read = [
      { kind: "finding", key: ID },
      { kind: "review", key: HEAD },
      { kind: "review", key: LONG },
      { kind: "answer", key: "12" },
      { kind: "fixed", key: `${ID} ${HEAD}` },
    ];
    for (const end of ["\n", "\r\n", "\n\n", " \r\n\r\n"])
      expect(readMarks(`text${end}${all.join(end)}${end}`)).toEqual(read);
    expect(readMarks(all.join("\n"))).toEqual(read);
    expect(readMarks("")).toEqual([]);
  });

  it("are read at the end only, one to a line, with sound keys", () => {
    const mark = findingMark(ID);
    for (const body of [
      `${mark}\ntext`,
      `x ${mark}`,
      `> ${mark}`,
      `${mark} ${mark}`,
      "<!-- patchwitness:finding xyz -->",
    ])
      expect(readMarks(body)).toEqual([]);
    for (const kind of ["toString", "finding2", "review"])
      expect(readMarks(`<!-- patchwitness:${kind} ${ID} -->`)).toEqual([]);
  });

  it("are made of ids and heads only", () => {
    for (const id of ["", "0123", `${ID}0`, ID.toUpperCase(), "-->"]) expect(() => findingMark(id)).toThrow(RangeError);
    for (const head of ["", ID, `${HEAD}0`]) expect(() => reviewMark(head)).toThrow(RangeError);
    for (const id of [0, -1, 1.5, Number.NaN, 1e21]) expect(() => answerMark(id)).toThrow(RangeError);
  });

  it("are read from anything, in linear time", () => {
    fc.assert(
      fc.property(hostileText(), (text) => {
        expect(readMarks(`${text}\n.`)).toEqual([]);
      }),
    );
    const started = performance.now();
    for (const piece of ["\n", " \n", `${findingMark(ID)}\n`, "<!-- ", "a"]) readMarks(piece.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
