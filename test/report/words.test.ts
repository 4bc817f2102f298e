import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressField, idField, isUsableAddress, safeMessageId, textField } from "../../src/report/mail-headers.js";
import { toMboxrd } from "../../src/report/mboxrd.js";
import { FAIL_ON, isPosted, isShown, makesFail } from "../../src/report/plan.js";
import { mailSafe, oneLine, visible, visibleLines } from "../../src/report/visible.js";
import { columns, wrap } from "../../src/report/wrap.js";
import { SEVERITIES, STATUSES } from "../../src/review/finding.js";
import { gateFinding } from "./sample.js";

describe("wrap", () => {
  it("keeps to the width, loses no character, and indents", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), fc.integer({ min: 10, max: 80 }), (text, width) => {
        const lines = wrap(text, width, "  ", "    ");
        for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(width);
        expect(lines.join("").replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
      }),
    );
    expect(wrap("one two three", 9, "- ", "  ")).toEqual(["- one two", "  three"]);
    expect(wrap("a bcdefghi", 10, "  ", "    ")).toEqual(["  a bcdefg", "    hi"]);
    expect(wrap("abcdefghijkl m", 8)).toEqual(["abcdefgh", "ijkl m"]);
    expect(wrap("  \n ", 8)).toEqual([]);
  });
});

describe("visible", () => {
  it("spells controls, bidirectional and invisible characters out, and leaves the rest", () => {
    expect(visible("a\u001b[31m\u202eb\tü完")).toBe("a␛[31m<U+202E>b\tü完");
    expect(visible("\u009b\u200b\ud800x")).toBe("<U+009B><U+200B>\ufffdx");
    expect(visibleLines("a\nb\r")).toBe("a\nb␍");
    expect(mailSafe("\tcode \u202e\0")).toBe("\tcode \u202e␀");
    expect(oneLine(" a\r\n b\u0007 ")).toBe("a  b␇");
  });

  it("gives text without controls, and never changes plain text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(oneLine(text)).not.toMatch(/[\0-\x1f\x7f-\x9f]/);
        expect(Buffer.from(oneLine(text)).toString()).toBe(oneLine(text));
      }),
    );
    fc.assert(fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => void expect(visible(text)).toBe(text)));
  });
});

describe("header fields", () => {
  it("fold at blanks, and encode what is not ASCII in words of at most 75 characters", () => {
    const field = textField("Subject", "größer ".repeat(40));
    for (const line of field.split("\n")) expect(line.length).toBeLessThanOrEqual(76);
    for (const word of field.match(/=\?\S+/g) ?? []) expect(word.length).toBeLessThanOrEqual(75);
    expect(textField("Subject", "Re: =?utf-8?q?x?=")).toBe("Subject: =?utf-8?B?UmU6ID0/dXRmLTg/cT94Pz0=?=");
    expect(idField("References", ["a@b", "a@b", "c@d"])).toBe("References: <a@b> <c@d>");
  });

  it("leave out what cannot be an address or an id", () => {
    expect(isUsableAddress("a@b.example")).toBe(true);
    for (const bad of ["", "a", "a@", "@b", "a b@c", "a@b>", "a@b,c@d", "ü@b", "a@b\n"])
      expect(isUsableAddress(bad)).toBe(false);
    expect(addressField("To", [{ name: "X", address: "no address" }])).toBeNull();
    expect(
      addressField("Cc", [
        { name: "", address: "A@b" },
        { name: "Twice", address: "a@B" },
      ]),
    ).toBe("Cc: A@b");
    expect(safeMessageId("a b@c")).toBeNull();
    expect(safeMessageId("a@b>\r\nBcc: x@y")).toBeNull();
    expect(safeMessageId("20260101.1-a@b.example")).toBe("20260101.1-a@b.example");
  });
});

describe("mboxrd", () => {
  it("escapes lines that look like separators, however deep", () => {
    expect(toMboxrd(["A: b\n\nFrom x\n>>From y\n> From z\n"])).toBe(
      "From mboxrd@z Thu Jan  1 00:00:00 1970\nA: b\n\n>From x\n>>>From y\n> From z\n\n",
    );
  });
});

describe("plan", () => {
  it("fails and posts only for what the patch brings or does not mend", () => {
    const failing = STATUSES.filter((status) => makesFail(gateFinding({ status }), "note"));
    expect(failing).toEqual(["introduced", "incomplete-fix"]);
    expect(STATUSES.filter((status) => isPosted(gateFinding({ status })))).toEqual(failing);
    expect(STATUSES.filter((status) => !isShown(gateFinding({ status }), false))).toEqual([
      "pre-existing",
      "fixed-later",
    ]);
  });

  it("counts severities at or above the level", () => {
    const table = FAIL_ON.map((level) => SEVERITIES.filter((severity) => makesFail(gateFinding({ severity }), level)));
    expect(table).toEqual([["error"], ["error", "warning"], ["error", "warning", "note"], []]);
  });
});
