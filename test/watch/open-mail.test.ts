/** What a look at the bytes of a mail comes to is what reading all of it comes to: on fixtures, real mails and made ones. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIGESTS } from "../../src/apps/watch/context.js";
import { readHead } from "../../src/message/head.js";
import { parseMessage } from "../../src/message/parse-message.js";
import { splitMbox } from "../../src/message/split-mbox.js";
import { readAuthor, readPatches } from "../../src/patch/read-patch.js";
import { openClosely, openMail } from "../../src/watch/open-mail.js";
import type { MailRecord } from "../../src/watch/records.js";

const { sha256 } = DIGESTS;

const root = join(import.meta.dirname, "../..");
const MAILS = join(root, "fixtures/mail");
const CORPUS = join(root, "../shared/corpus/linux-riscv-2019-2020.mbox.gz");

const comparable = (record: MailRecord) => ({ ...record, raw: Buffer.from(record.raw).toString("latin1") });

async function same(raw: Buffer): Promise<MailRecord> {
  const mail = { ref: "1", form: "mail", raw } as const;
  const opened = await openMail(mail, sha256);
  expect(comparable(opened)).toEqual(comparable(await openClosely(mail, sha256)));
  return opened;
}

/** Series are sorted by authors that are read without the diff. */
async function sameAuthor(raw: Buffer): Promise<void> {
  const message = await parseMessage(raw);
  expect(readAuthor(message)).toEqual(readPatches(message).author);
}

describe("a mail that is looked at", () => {
  it.each(readdirSync(MAILS).sort())("has the record that reading it would make: %s", async (name) => {
    await same(readFileSync(join(MAILS, name)));
  });

  it.skipIf(!existsSync(CORPUS))("has it in a list archive (skipped without ../shared)", async () => {
    const kinds = { patch: 0, cover: 0, other: 0 };
    for (const { bytes } of splitMbox(gunzipSync(readFileSync(CORPUS)))) {
      const mail = { ref: "1", form: "mail", raw: bytes } as const;
      const [opened, read] = [await openMail(mail, sha256), await openClosely(mail, sha256)];
      kinds[opened.kind]++;
      if (opened.kind === "patch") await sameAuthor(bytes);
      if (JSON.stringify(comparable(opened)) !== JSON.stringify(comparable(read))) expect(opened).toEqual(read);
    }
    expect(kinds).toEqual({ patch: 2064, cover: 256, other: 3838 });
  });
});

const DIFF =
  "diff --git a/x.c b/x.c\nindex 0123456..89abcde 100644\n--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,2 @@ f\n a\n-b\n+c\n";
const RENAME = "diff --git a/x.c b/y.c\nsimilarity index 100%\nrename from x.c\nrename to y.c\n";
const MODE = "diff --git a/x.sh b/x.sh\nold mode 100644\nnew mode 100755\n";
const TYPES = [
  "text/plain",
  'text/plain; charset="utf-8"',
  "text/plain; charset=utf-16le",
  "text/plain; format=flowed",
  "text/html",
  "text/x-patch",
  "multipart/mixed; boundary=b",
  "application/octet-stream",
];

describe("a mail that was made", () => {
  const subject = fc.constantFrom(
    "[PATCH] x: y",
    "[PATCH 0/2] x",
    "[PATCHv2 1/2] x",
    "Re: [PATCH] x: y",
    "[GIT PULL] x",
    "=?utf-8?q?=5BPATCH_0/2=5D?= x",
    "v2PATCH00/15",
  );
  const line = fc.constantFrom(
    DIFF,
    RENAME,
    MODE,
    DIFF.replace("a/x.c b", "a/x,y@z.c b"),
    DIFF.replaceAll("b/x.c", "b/a b.c"),
    DIFF.replace("--- a/x.c\n+++ b/x.c\n", "--- a/x.c\n+++ /dev/null\n").replace(
      "index",
      "deleted file mode 100644\nindex",
    ),
    "@@ -1,9 +1,9 @@\n a\n",
    "diff --git a/x.c b/x.c\n",
    "--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n",
    "---\n x.c | 2 +-\n\n",
    "From: Somebody Else <else@example.org>\n\n",
    "-- >8 --\n",
    "> diff --git a/x.c b/x.c\n> @@ -1 +1 @@\n",
    "--b\nContent-Type: text/plain\n\n",
    "--b--\n",
    "Text.\r\n",
    "\n",
    "caf\u00e9 \u0000 \r text\n",
  );
  const encoding = fc.constantFrom("", "7bit", "8bit", "base64", "quoted-printable", '"8bit"');

  it("has the record that reading it would make", async () => {
    const parts = fc.record({
      subject,
      type: fc.constantFrom(...TYPES),
      encoding,
      lines: fc.array(line, { maxLength: 6 }),
      crlf: fc.boolean(),
      start: fc.constantFrom("", "\n\n", "From x\n", "nonsense\n"),
      truthful: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(parts, async ({ subject, type, encoding, lines, crlf, start, truthful }) => {
        const plain = lines.join("");
        const body = encoding === "base64" && truthful ? `${Buffer.from(plain).toString("base64")}\n` : plain;
        const head = `${start}From: A <a@example.org>\nSubject: ${subject}\nMessage-ID: <1@example.org>\nContent-Type: ${type}\n`;
        const text = `${head}${encoding === "" ? "" : `Content-Transfer-Encoding: ${encoding}\n`}\n${body}`;
        const raw = Buffer.from(crlf ? text.replace(/\r?\n/g, "\r\n") : text);
        if ((await same(raw)).kind === "patch") await sameAuthor(raw);
      }),
      { numRuns: 2000 },
    );
  });

  it("has the head that a whole parse gives, whatever the header is", async () => {
    const field = fc.constantFrom(
      "Subject: a\n",
      "SUBJECT : =?utf-8?q?b=5D?=\n\tfolded\n",
      "From: B <b@example.org>\n",
      "From: C via list <list@example.org>\n",
      "Reply-To: c@example.org, list@example.org\n",
      "List-Post: <mailto:list@example.org>\n",
      "X-Original-From: d@example.org\n",
      "Message-ID: <1@x> <2@x>\n",
      "References: <a@b><c@d>\n <e @f>\n",
      "In-Reply-To: <a@b> (somebody's message)\n",
      "References: a@b >c@d< <<e@f>\n",
      "Date: Thu, 29 Feb 2024 23:59:60 +0530\n",
      "Date: 29 Feb 2023 10:00\n",
      "Received: from x\n by y\n",
      " folded before\n",
      "From somebody\n",
      "no header\n",
      "Received: caf\u00e9\n",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(field, { maxLength: 8 }), fc.constantFrom("", "\n", "\n\n"), async (fields, start) => {
        const raw = Buffer.from(`${start}${fields.join("")}\nText.\n`);
        const { bodyStart: _, headers: _all, ...head } = readHead(raw);
        const message = await parseMessage(raw);
        expect(message).toMatchObject(head);
      }),
      { numRuns: 1000 },
    );
  });
});
