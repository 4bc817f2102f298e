/** Addresses, dates, ids, encoded words, transfer encodings and trailers, each by a table. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Problem } from "../../src/errors.js";
import { parseAddressList } from "../../src/message/address.js";
import { decodeText } from "../../src/message/charset.js";
import { parseDate } from "../../src/message/date.js";
import { decodeEncodedWords } from "../../src/message/encoded-words.js";
import { parseMessageIds } from "../../src/message/message-ids.js";
import { parseTrailers } from "../../src/message/trailers.js";
import { decodeBase64Body, decodeQuotedPrintable } from "../../src/message/transfer.js";

describe("parseAddressList", () => {
  it.each([
    ["a@example.org", "|a@example.org"],
    ["A B <a@example.org>", "A B|a@example.org"],
    ['"B, A" <a@example.org>, c@example.org', "B, A|a@example.org;|c@example.org"],
    ["a@example.org (A. (the one) Name)", "A. (the one) Name|a@example.org"],
    ["<@relay1,@relay2:a@example.org>", "|a@example.org"],
    ["Group: a@example.org, B <b@example.org>;, c@example.org", "|a@example.org;B|b@example.org;|c@example.org"],
    ["undisclosed-recipients:;", ""],
    ["a at example.org (A. Name)", "A. Name|a@example.org"],
    ['"quote \\" inside" <a@example.org>', 'quote " inside|a@example.org'],
    ["=?UTF-8?Q?J=C3=B6rn?= <a@example.org>", "Jörn|a@example.org"],
    ["'A. Name' <a@example.org>", "A. Name|a@example.org"],
    ["=?utf-8?q?B,_A:_x?= <a@example.org>, c@example.org", "B, A: x|a@example.org;|c@example.org"],
    ["A <a@example.org", "A|a@example.org"],
    ['"never closed <a@example.org>', "never closed|a@example.org"],
    ["=?utf-8?q?A=0D=0ABcc=3A_x?= <a@example.org>", "A Bcc: x|a@example.org"],
  ])("%s", (value, expected) => {
    const boxes = parseAddressList(value).map((box) => `${box.name}|${box.address}`);
    expect(boxes.join(";")).toBe(expected);
  });

  it("never throws and never lets a line end into a name or an address", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (value) => {
        for (const box of parseAddressList(value)) expect(`${box.name}${box.address}`).not.toMatch(/[\r\n\0]/);
      }),
    );
  });

  it("reads long runs of anything in linear time", () => {
    const start = performance.now();
    for (const unit of ["(", '"', "<", "a@b,", "a:", "\\", "a ", "(a)", "@a:", '"a"', "=?", "=?u?q?a?=", '\\"'])
      parseAddressList(unit.repeat(300_000 / unit.length));
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe("parseDate", () => {
  it.each([
    ["Tue, 3 Mar 2020 10:20:30 +0100", "2020-03-03T09:20:30.000Z"],
    ["3 Mar 2020 10:20 -0800", "2020-03-03T18:20:00.000Z"],
    ["Tue, 03 Mar 20 10:20:30 GMT", "2020-03-03T10:20:30.000Z"],
    ["Tue,  3 Mar 2020 10:20:30 +0100 (CET)", "2020-03-03T09:20:30.000Z"],
    ["Tuesday, 3 March 2020 10:20:30 PST", "2020-03-03T18:20:30.000Z"],
    ["Tue Mar  3 10:20:30 2020", "2020-03-03T10:20:30.000Z"],
    ["Tue Mar  3 10:20:30 PDT 2020", "2020-03-03T17:20:30.000Z"],
    ["Thu May 21 17:23:56 PDT 2026", "2026-05-22T00:23:56.000Z"],
    ["2020-03-03 10:20:30 +0100", "2020-03-03T09:20:30.000Z"],
    ["Sat, 29 Feb 2020 00:00:00 +0000", "2020-02-29T00:00:00.000Z"],
  ])("%s", (value, expected) => expect(parseDate(value)).toBe(expected));

  it.each([
    "",
    "now",
    "yesterday 5",
    "Tue, 3 Foo 2020 10:20:30 +0000",
    "Sun, 30 Feb 2020 10:20:30 +0000",
    "Tue, 3 Mar 2020 25:20:30 +0000",
    "Tue, 3 Mar 2020 10:61:30 +0000",
    "Tue, 3 Mar 2020 10:20:30 +9900",
    "Tue, 3 Mar 9999 10:20:30 +0000",
    "Tue, 3 Mar 0020 10:20:30 +0000",
    "3".repeat(100_000),
  ])("%s is no date", (value) => expect(parseDate(value)).toBeNull());

  it("reads back every moment that mail can name", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("1970-01-02"), max: new Date("2190-01-01"), noInvalidDate: true }),
        (date) => {
          const whole = new Date(Math.floor(date.getTime() / 1000) * 1000);
          expect(parseDate(whole.toUTCString().replace("GMT", "+0000"))).toBe(whole.toISOString());
        },
      ),
    );
  });
});

describe("parseMessageIds", () => {
  it.each([
    ["<a@b>", "a@b"],
    ["<a@b><c@d>", "a@b c@d"],
    ["<a@b> (X's message of <not@this>)", "a@b"],
    ["Message of Tue <a@b>", "a@b"],
    ["<a@\tb>", "a@b"],
    ["<a@b> <a@b>", "a@b"],
    ["a@b", "a@b"],
    ["(never closed <a@b>", "a@b"],
    ["<broken <a@b>", "a@b"],
    ["words only", ""],
  ])("%s", (value, expected) => expect(parseMessageIds(value).join(" ")).toBe(expected));
});

describe("decodeEncodedWords", () => {
  it.each([
    ["=?UTF-8?Q?caf=C3?= =?UTF-8?Q?=A9?=", "café"],
    ["=?utf-8?B?w7w=?= x", "ü x"],
    ["a =?utf-8?q?b?= c =?utf-8?q?d?=", "a b c d"],
    ["=?utf-8*en?q?b?=", "b"],
    ["=?gb2312?B?u9i4tA==?=", "回复"],
    ["=?utf-8?q?with space?=", "with space"],
    ["=?utf-8?q?open", "=?utf-8?q?open"],
    ["=?utf-8?b?!!!?=", "=?utf-8?b?!!!?="],
    ["=?iso-8859-1?q?=E9?==?utf-8?q?=C3=A9?=", "éé"],
  ])("%s", (value, expected) => expect(decodeEncodedWords(value)).toBe(expected));

  it("reads long runs of broken words in linear time", () => {
    const start = performance.now();
    for (const unit of ["=?", "=?a?q?", "?=", "=?utf-8?q?a?= "]) decodeEncodedWords(unit.repeat(300_000 / unit.length));
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe("bodies", () => {
  it("decodes what was encoded", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const lines = Buffer.from(bytes).toString("base64").replace(/.{76}/g, "$&\n");
        const problems: Problem[] = [];
        expect(decodeBase64Body(Buffer.from(`${lines}\n`), problems).decoded).toEqual(Buffer.from(bytes));
        const hex = [...bytes].map((byte) => `=${byte.toString(16).padStart(2, "0")}`).join("=\r\n");
        expect(decodeQuotedPrintable(Buffer.from(hex))).toEqual(Buffer.from(bytes));
        expect(problems).toEqual([]);
      }),
    );
  });

  it("goes on after padding inside base64 and stops at clear words", () => {
    const first = Buffer.from("first part of the mail, of any length\n").toString("base64");
    const second = Buffer.from("second part of the mail, of such a length!\n").toString("base64");
    const { decoded, clear } = decodeBase64Body(Buffer.from(`${first}\n${second}\nThanks\n`), []);
    expect(decoded.toString()).toBe(
      "first part of the mail, of any length\nsecond part of the mail, of such a length!\n",
    );
    expect(clear.toString()).toBe("Thanks\n");
  });

  it("leaves strange bytes out of a damaged line and says so", () => {
    const line = Buffer.from("x".repeat(57)).toString("base64");
    const problems: Problem[] = [];
    const { decoded } = decodeBase64Body(Buffer.from(`${line.slice(0, 10)}*${line.slice(10)}\n${line}\n`), problems);
    expect(decoded.toString()).toBe("x".repeat(114));
    expect(problems.map((problem) => problem.code)).toEqual(["bad-base64"]);
  });

  it("reads stray bytes as windows-1252, line by line", () => {
    const problems: Problem[] = [];
    const bytes = Buffer.concat([Buffer.from("grüße\n"), Buffer.from([0x67, 0xfc, 0x0a]), Buffer.from("ende é\n")]);
    expect(decodeText(bytes, "utf-8", problems)).toBe("grüße\ngü\nende é\n");
    expect(problems.map((problem) => problem.code)).toEqual(["invalid-utf8"]);
  });
});

describe("parseTrailers", () => {
  it("takes the last paragraph, unfolds, and leaves prose", () => {
    const message =
      'Say why.\n\nKey: not one of them\n\nFixes: 0123456789ab ("a title\n that goes on")\n[ b.reviewer: reworded ]\nSigned-off-by: A. Author <author@example.org>\n';
    expect(parseTrailers(message)).toEqual([
      { key: "Fixes", value: '0123456789ab ("a title that goes on")' },
      { key: "Signed-off-by", value: "A. Author <author@example.org>" },
    ]);
    expect(parseTrailers("A paragraph\nNote: that is prose\nmore of it\n")).toEqual([]);
    expect(parseTrailers("")).toEqual([]);
  });
});
