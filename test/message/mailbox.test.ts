import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MboxSplitter, type RawMail, splitMbox } from "../../src/message/split-mbox.js";

const RD = "From mboxrd@z Thu Jan  1 00:00:00 1970";
const O = "From author@example.org Tue Mar  3 10:20:30 2020";
const mail = (n: number, body: string): string => `Subject: mail ${n}\nFrom: a@example.org\n\n${body}`;
const texts = (mails: RawMail[]): string[] => mails.map((one) => one.bytes.toString("latin1"));

describe("splitMbox", () => {
  it("splits an mboxrd and takes one > from every escaped line", () => {
    const mbox = `${RD}\n${mail(1, ">From here\n>>From there\n> From quoted\nFrom prose Mon\n")}\n${RD}\n${mail(2, "x\n")}`;
    expect(texts(splitMbox(Buffer.from(mbox)))).toEqual([
      mail(1, "From here\n>From there\n> From quoted\nFrom prose Mon\n"),
      mail(2, "x\n"),
    ]);
  });

  it("splits an mboxo and takes back >From alone", () => {
    const mbox = `${O}\n${mail(1, ">From here\n>>From there\n")}\n${O}\n${mail(2, "x\n")}\n`;
    expect(texts(splitMbox(Buffer.from(mbox)))).toEqual([mail(1, "From here\n>>From there\n"), mail(2, "x\n")]);
  });

  it("splits the output of git format-patch --stdout, escaped nowhere", () => {
    const line = `From ${"0123456789".repeat(4)} Mon Sep 17 00:00:00 2001`;
    const patch = `From: A. Author <a@example.org>\nSubject: [PATCH] x\n\n>From here on\nFrom 1 to 9 Mon 10:20\n-- \n2.30.0\n`;
    expect(texts(splitMbox(Buffer.from(`${line}\n${patch}\n${line}\n${patch}\n`)))).toEqual([patch, patch]);
  });

  it("splits a pipermail month only where a From: header follows", () => {
    const line = "From author at example.org  Wed May  1 00:11:27 2019";
    const first = `From: author at example.org (A. Author)\nSubject: x\n\nFrom author at example.org  Wed May  1 00:11:27 2019\nis how it began.\n>From stays\n\nFrom ${"0123456789".repeat(4)} Mon Sep 17 00:00:00 2001\nFrom: pasted by hand\n`;
    expect(texts(splitMbox(Buffer.from(`${line}\n${first}\n${line}\n${first}`)))).toEqual([first, first]);
  });

  it("keeps what stands before the first mail, with a problem", () => {
    const [before, after] = splitMbox(Buffer.from(`some words\n\n${O}\n${mail(1, "x\n")}`));
    expect(before?.bytes.toString()).toBe("some words\n");
    expect(before?.problems.map((problem) => problem.code)).toEqual(["no-from-line"]);
    expect(after?.bytes.toString()).toBe(mail(1, "x\n"));
  });

  it("keeps mails without a line and a mailbox that ends in its From line", () => {
    expect(texts(splitMbox(Buffer.from(`${RD}\n${RD}\n${mail(1, "x\n")}\n${RD}\n`)))).toEqual(["", mail(1, "x\n"), ""]);
    expect(texts(splitMbox(Buffer.from(RD)))).toEqual([""]);
    expect(splitMbox(Buffer.from("\n\n"))).toEqual([]);
  });

  it("reads CRLF as LF", () => {
    const mbox = `${O}\n${mail(1, ">From here\n")}\n${O}\n${mail(2, "x\n")}\n`.replaceAll("\n", "\r\n");
    expect(texts(splitMbox(Buffer.from(mbox))).map((text) => text.replaceAll("\r\n", "\n"))).toEqual([
      mail(1, "From here\n"),
      mail(2, "x\n"),
    ]);
  });

  it("cuts a mail at the limit and goes on behind it", () => {
    const mbox = Buffer.from(`${RD}\n${mail(1, "x".repeat(5000))}\n\n${RD}\n${mail(2, "y\n")}`);
    const [first, second] = splitMbox(mbox, { maxBytes: 1000 });
    expect(first?.bytes.length).toBe(1000);
    expect(first?.problems.map((problem) => problem.code)).toEqual(["message-too-large"]);
    expect(second?.bytes.toString()).toBe(mail(2, "y\n"));
  });

  it("gives the same mails however the bytes arrive", () => {
    const words = fc.constantFrom(
      RD,
      O,
      "From ",
      ">From x",
      ">>From y",
      "",
      "\r",
      "Subject: a",
      "From: b",
      "text",
      "x".repeat(50),
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 30 }), fc.array(fc.nat(40), { maxLength: 200 }), (lines, cuts) => {
        const bytes = Buffer.from(lines.join("\n"));
        const splitter = new MboxSplitter();
        const mails: RawMail[] = [];
        let at = 0;
        for (const cut of cuts) {
          mails.push(...splitter.push(bytes.subarray(at, at + cut)));
          at += cut;
        }
        mails.push(...splitter.push(bytes.subarray(Math.min(at, bytes.length))), ...splitter.end());
        expect(mails).toEqual(splitMbox(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it("loses no mail of an mboxrd that was written by the rule", () => {
    const bodies = fc.array(
      fc.array(fc.constantFrom("From x", ">From y", ">>From", "text", "", RD, O), { maxLength: 6 }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(bodies, (all) => {
        const mails = all.map((lines, n) => mail(n, `${lines.join("\n")}\nend\n`));
        const mbox = mails.map(
          (text) =>
            `${RD}\n${text.replace(/^(>*From )/gm, (whole, _at, offset) => (offset > text.indexOf("\n\n") ? `>${whole}` : whole))}\n`,
        );
        expect(texts(splitMbox(Buffer.from(mbox.join(""))))).toEqual(mails);
      }),
    );
  });
});
