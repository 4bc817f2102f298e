/** Mail that was made to hurt: each is answered within seconds, with a problem, and nothing around it is lost. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/message/message.js";
import { parseMessage } from "../../src/message/parse-message.js";
import { readSingle } from "../../src/message/read-message.js";
import { splitMbox } from "../../src/message/split-mbox.js";

const HEAD =
  "From: A. Author <author@example.org>\nSubject: [PATCH] x\nDate: Tue, 3 Mar 2020 10:20:30 +0000\nMessage-ID: <x@example.org>\n";

async function parse(text: string): Promise<{ message: Message; codes: string[]; seconds: number }> {
  const start = performance.now();
  const message = await parseMessage(Buffer.from(text, "latin1"));
  const seconds = (performance.now() - start) / 1000;
  return { message, codes: message.problems.map((problem) => problem.code), seconds };
}

describe("hostile mail", () => {
  it("keeps NULs and lone CRs and names them", async () => {
    const { message, codes } = await parse(`${HEAD}\na\0b\rc\r\nd\n`);
    expect(message.body.text).toBe("a\0b\rc\nd\n");
    expect(codes).toEqual(["lone-cr", "nul-bytes"]);
  });

  it("keeps every line of a body that is not UTF-8", async () => {
    const { message, codes } = await parse(`${HEAD}\ngood\n\xff\xfe\ngood\n`);
    expect(message.body.text).toBe("good\nÿþ\ngood\n");
    expect(codes).toEqual(["invalid-utf8"]);
  });

  it("reads 10,000 parts as one text", async () => {
    const parts = Array.from({ length: 10_000 }, (_, n) => `--b\nContent-Type: text/plain\n\npart ${n}\n`).join("");
    const { message, codes, seconds } = await parse(
      `${HEAD}Content-Type: multipart/mixed; boundary=b\n\n${parts}--b--\n`,
    );
    expect(codes).toEqual(["too-many-parts"]);
    expect(message.body.text).toContain("part 9999\n");
    expect(seconds).toBeLessThan(5);
  });

  it("reads parts nested 200 deep", async () => {
    let inner = "Content-Type: text/plain\n\ndeep\n";
    for (let n = 0; n < 200; n++)
      inner = `Content-Type: multipart/mixed; boundary=b${n}\n\n--b${n}\n${inner}\n--b${n}--\n`;
    const { message, seconds } = await parse(`${HEAD}${inner}`);
    expect(message.body.text).toContain("deep");
    expect(seconds).toBeLessThan(5);
  });

  it("reads headers of 2 MB", async () => {
    for (const value of [
      "x".repeat(2_000_000),
      "a@example.org, ".repeat(40_000),
      "<a@b>".repeat(100_000),
      "=?utf-8?q?a?= ".repeat(40_000),
      "(".repeat(500_000),
    ]) {
      for (const name of ["Subject", "To", "References", "Content-Type", "X-Original-From", "In-Reply-To", "Date"]) {
        const { message, seconds } = await parse(`${name}: ${value}\n${HEAD}\ntext\n`);
        expect(message.body.text).toBe("text\n");
        expect(seconds).toBeLessThan(5);
      }
    }
    const { message, seconds } = await parse(`${"X-Field: a\n y\n".repeat(150_000)}${HEAD}\ntext\n`);
    expect(message.headers.get("x-field")?.length).toBe(150_000);
    expect(message.problems.map((problem) => problem.code)).toEqual(["large-headers"]);
    expect(seconds).toBeLessThan(5);
  });

  it("says which fields of a multipart are beyond mailparser and still gives its text", async () => {
    const { message, seconds } = await parse(
      `${HEAD}X-Long: ${"x".repeat(2_500_000)}\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b--\n`,
    );
    expect(message.body.text).toContain("text");
    expect(seconds).toBeLessThan(5);
  });

  it("reads a body of 50 MB, and cuts it in a mailbox", async () => {
    const line = `${"y".repeat(99)}\n`;
    const { message, seconds } = await parse(`${HEAD}\n${line.repeat(500_000)}`);
    expect(message.body.text.length).toBe(50_000_000);
    expect(seconds).toBeLessThan(10);
    const mbox = `From a@b Tue Mar  3 10:20:30 2020\n${HEAD}\n${line.repeat(500_000)}\nFrom a@b Tue Mar  3 10:20:30 2020\n${HEAD}\nafter\n`;
    const mails = splitMbox(Buffer.from(mbox, "latin1"));
    expect(mails.map((mail) => mail.problems.map((problem) => problem.code))).toEqual([["message-too-large"], []]);
    expect(mails[1]?.bytes.toString()).toContain("after");
  }, 60_000);

  it("says when a mail answers itself", async () => {
    const { message, codes } = await parse(`${HEAD}In-Reply-To: <x@example.org>\n\ntext\n`);
    expect(codes).toEqual(["refers-to-itself"]);
    expect(message.inReplyTo).toEqual(["x@example.org"]);
  });

  it("does not let a name or a subject forge a field", async () => {
    const { message } = await parse(
      "From: =?utf-8?q?A=0D=0ABcc:_all=40example.org?= <author@example.org>\nSubject: =?utf-8?b?eA0KQmNjOiBhbGxAZXhhbXBsZS5vcmc=?=\n\ntext\n",
    );
    expect(message.from.name).toBe("A Bcc: all@example.org");
    expect(message.subject).not.toMatch(/[\r\n]/);
  });

  it("is quick on HTML, encodings and pages that never end", async () => {
    const units = [
      "<",
      "<a ",
      "<!--",
      "<pre>",
      "</pre",
      "&",
      "&#x",
      "<style>",
      "<script ",
      "> ",
      "=",
      "=\n",
      " at ",
      "a at ",
      "x at b.c ",
      "\n--- ",
      "\n@@ -",
    ];
    for (const unit of units) {
      const text = unit.repeat(400_000 / unit.length);
      const start = performance.now();
      await readSingle(Buffer.from(`<html>${text}`), "html");
      await readSingle(Buffer.from(`<!--beginarticle-->${text}`), "html");
      await readSingle(Buffer.from(`x\nA\na at example.org\nTue Mar  3 10:20:30 UTC 2020\n${text}`), "text");
      await readSingle(Buffer.from(text), "text");
      for (const encoding of ["quoted-printable", "base64"]) {
        await parseMessage(Buffer.from(`${HEAD}Content-Transfer-Encoding: ${encoding}\n\n${text}`));
      }
      await parseMessage(Buffer.from(`${HEAD}Content-Type: text/html\n\n${text}`));
      expect((performance.now() - start) / 1000, JSON.stringify(unit)).toBeLessThan(10);
    }
  }, 120_000);
});

describe("any bytes", () => {
  const pieces = fc.constantFrom(
    "From: a@example.org\n",
    "Subject: =?utf-8?q?x?= [PATCH 1/2]\n",
    "Date: x\n",
    "Content-Type: multipart/mixed; boundary=b\n",
    "Content-Type: text/html\n",
    "Content-Transfer-Encoding: base64\n",
    "Content-Transfer-Encoding: quoted-printable\n",
    "\n",
    "--b\n",
    "--b--\n",
    "Content-Type: text/plain; charset=gbk\n",
    "\0",
    "\r",
    "\xff",
    " folded\n",
    "text\n",
    "=C3=A9\n",
    "Zm9v\n",
    "@@ -1 +1 @@\n",
    "<b>&amp;\n",
    ": \n",
  );
  const mails = fc.oneof(
    fc.array(pieces, { maxLength: 25 }).map((all) => all.join("")),
    fc.string({ unit: "binary", maxLength: 300 }),
  );

  it("are answered by a message that names what is missing", async () => {
    await fc.assert(
      fc.asyncProperty(mails, async (text) => {
        const message = await parseMessage(Buffer.from(text, "latin1"));
        const codes = message.problems.map((problem) => problem.code);
        expect(message.messageId === null).toBe(codes.includes("no-message-id"));
        expect(message.date === null).toBe(codes.includes("no-date") || codes.includes("bad-date"));
        // Of two carriage returns the first may be the text's own: a patch of a file with CRLF, sent with CRLF.
        if (!text.includes("\r\r")) expect(message.body.text).not.toContain("\r\n");
      }),
      { numRuns: 400 },
    );
  });

  it("come out alike with LF and CRLF", async () => {
    await fc.assert(
      fc.asyncProperty(mails, async (text) => {
        const lf = text.replaceAll("\r", "");
        const [one, two] = await Promise.all([
          parseMessage(Buffer.from(lf, "latin1")),
          parseMessage(Buffer.from(lf.replaceAll("\n", "\r\n"), "latin1")),
        ]);
        expect(two).toEqual(one);
      }),
      { numRuns: 400 },
    );
  });

  it("of any kind of input are answered by one message", async () => {
    await fc.assert(
      fc.asyncProperty(mails, fc.constantFrom("mail", "html", "diff", "text", "binary"), async (text, kind) => {
        const message = await readSingle(Buffer.from(text, "latin1"), kind as "mail");
        expect(typeof message.body.text).toBe("string");
      }),
      { numRuns: 300 },
    );
  });
});
