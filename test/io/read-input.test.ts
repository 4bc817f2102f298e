import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { EXIT, ReviewError } from "../../src/errors.js";
import { readInputs } from "../../src/io/read-input.js";
import type { Message } from "../../src/message/message.js";

const folder = mkdtempSync(join(tmpdir(), "read-input-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const mail = (id: string, body = "text\n"): string =>
  `From: A. Author <author@example.org>\nSubject: ${id}\nDate: Tue, 3 Mar 2020 10:20:30 +0000\nMessage-ID: <${id}>\n\n${body}`;
const mbox = (...ids: string[]): string =>
  ids.map((id) => `From author@example.org Tue Mar  3 10:20:30 2020\n${mail(id)}\n`).join("");

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

async function read(...inputs: string[]): Promise<{ messages: Message[]; error: unknown }> {
  const messages: Message[] = [];
  try {
    for await (const message of readInputs(inputs)) messages.push(message);
  } catch (error) {
    return { messages, error };
  }
  return { messages, error: null };
}

const ids = (messages: readonly Message[]): (string | null)[] => messages.map((message) => message.messageId);
const codes = (message: Message | undefined): string[] => (message?.problems ?? []).map((problem) => problem.code);

describe("readInputs", () => {
  it("reads mailboxes, mails and gzip of them in the order they are named", async () => {
    const { messages, error } = await read(
      file("b.mbox", mbox("b1", "b2")),
      file("a.eml", mail("a")),
      file("c.anything", gzipSync(mbox("c1", "c2"))),
      file("d.patch.gz", gzipSync(gzipSync(mail("d")))),
    );
    expect(error).toBeNull();
    expect(ids(messages)).toEqual(["b1", "b2", "a", "c1", "c2", "d"]);
    expect(messages.flatMap(codes)).toEqual([]);
  });

  it("reads a maildir without tmp and without hidden files", async () => {
    for (const [name, id] of [
      ["cur/2.x:2,S", "two"],
      ["cur/10.x:2,", "ten"],
      ["new/1.x", "one"],
      ["tmp/0.x", "none"],
      ["cur/.hidden", "none"],
    ] as const) {
      file(`maildir/${name}`, mail(id));
    }
    file("maildir/dovecot-uidlist", "3 V1\n");
    expect(ids((await read(join(folder, "maildir"))).messages)).toEqual(["ten", "two", "one"]);
  });

  it("reads a folder of patches and the folders below it by code unit", async () => {
    for (const name of ["0002-b.patch", "0001-a.patch", "B.eml", "a.eml", "sub/z.eml"])
      file(`patches/${name}`, mail(name));
    const { messages } = await read(join(folder, "patches"));
    expect(ids(messages)).toEqual(["0001-a.patch", "0002-b.patch", "B.eml", "a.eml", "sub/z.eml"]);
  });

  it("reads standard input, also compressed and in small pieces", async () => {
    const bytes = gzipSync(mbox("s1", "s2"));
    async function* stdin(): AsyncGenerator<Buffer> {
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    }
    const messages: Message[] = [];
    for await (const message of readInputs(["-"], { stdin: stdin() })) messages.push(message);
    expect(ids(messages)).toEqual(["s1", "s2"]);
  });

  it("answers everything readable and then names all that was not", async () => {
    mkdirSync(join(folder, "empty"), { recursive: true });
    const missing = [join(folder, "absent"), join(folder, "empty")];
    const { messages, error } = await read(missing[0] ?? "", file("ok.mbox", mbox("ok")), missing[1] ?? "");
    expect(ids(messages)).toEqual(["ok"]);
    expect(error).toBeInstanceOf(ReviewError);
    const fault = error as ReviewError;
    expect(fault.exit).toBe(EXIT.input);
    expect(fault.problems.map((problem) => problem.message)).toEqual([
      `${missing[0]}: no such file or folder`,
      `${missing[1]}: the folder holds no mail`,
    ]);
  });

  it("reads what a truncated or damaged gzip still holds", async () => {
    const many = Array.from({ length: 2000 }, (_, n) => `m${n}`);
    const whole = gzipSync(mbox(...many));
    const cut = await read(file("cut.gz", whole.subarray(0, whole.length - 12)), file("after.eml", mail("after")));
    expect(cut.error).toBeNull();
    expect(cut.messages.length).toBe(2001);
    expect(codes(cut.messages[1999])).toContain("truncated-gzip");
    expect(cut.messages.at(-1)?.messageId).toBe("after");
    // A stored block whose length does not agree with its complement.
    const damaged = Buffer.from(gzipSync(mbox(...many), { level: 0 }));
    damaged.fill(0xff, damaged.indexOf("Message-ID: <m1900>"));
    const bad = await read(file("bad.gz", damaged));
    expect(bad.messages.length).toBeGreaterThan(0);
    expect(codes(bad.messages.at(-1))).toContain("bad-gzip");
  });

  it("says which mails come twice", async () => {
    const { messages } = await read(file("twice.mbox", mbox("one", "two", "one")));
    expect(messages.map(codes)).toEqual([[], [], ["duplicate-message-id"]]);
  });

  it("answers rubbish, emptiness and bare diffs by one message each", async () => {
    const { messages, error } = await read(
      file("nothing", ""),
      file("words.txt", "some words\n"),
      file("binary", Buffer.from(Array.from({ length: 5000 }, (_, n) => n % 7))),
      file("bare.diff", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"),
    );
    expect(error).toBeNull();
    expect(messages.map((message) => codes(message)[0])).toEqual(["not-mail", "not-mail", "not-mail", "bare-diff"]);
  });

  it("cuts a single mail that is too long", async () => {
    const { messages } = await read(file("long.eml", mail("long", `${"x".repeat(99)}\n`.repeat(300_000))));
    expect(codes(messages[0])).toEqual(["message-too-large"]);
    expect(messages[0]?.messageId).toBe("long");
  });

  it("gives every mail of a mailbox whose other mails are anything", async () => {
    const rubbish = fc.array(
      fc.constantFrom(
        "\0",
        "\r",
        "text\n",
        "\n",
        "From \n",
        ": x\n",
        " y\n",
        "\xff",
        "Content-Type: multipart/mixed\n",
      ),
      { maxLength: 10 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(rubbish, { maxLength: 4 }), async (all) => {
        const mails = all.map((pieces) => `From mboxrd@z Thu Jan  1 00:00:00 1970\n${pieces.join("")}\n\n`);
        const bytes = Buffer.from(`${mbox("first")}${mails.join("")}${mbox("last")}`, "latin1");
        async function* stdin(): AsyncGenerator<Buffer> {
          yield bytes;
        }
        const messages: Message[] = [];
        for await (const message of readInputs(["-"], { stdin: stdin() })) messages.push(message);
        expect(messages.length).toBe(all.length + 2);
        expect(messages.at(-1)?.messageId).toBe("last");
      }),
    );
  });
});
