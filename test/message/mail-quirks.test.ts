/** Each file of fixtures/mail is one quirk of real mail; each is read with LF and with CRLF line ends. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/message/message.js";
import { parseMessage } from "../../src/message/parse-message.js";

const folder = new URL("../../fixtures/mail/", import.meta.url);

const author = { name: "A. Author", address: "author@example.org" };
const codes = (message: Message): string[] => message.problems.map((problem) => problem.code);

/** What each fixture must come out as. */
const EXPECTED: Record<string, (message: Message) => void> = {
  "plain.eml": (m) => {
    expect(m.messageId).toBe("20200303.1-2-author@example.org");
    expect(m.subject).toBe("[PATCH v2 1/2] widget: hold the lock while the queue is walked");
    expect(m.subjectInfo).toEqual({
      title: "widget: hold the lock while the queue is walked",
      reply: false,
      prefixes: ["PATCH"],
      patch: true,
      pull: false,
      version: 2,
      index: 1,
      total: 2,
    });
    expect(m.from).toEqual(author);
    expect(m.cc).toEqual([
      { name: "", address: "first@example.org" },
      { name: "Second, The", address: "second@example.org" },
    ]);
    expect(m.date).toBe("2020-03-03T09:20:30.000Z");
    expect(m.inReplyTo).toEqual(["20200303.1-1-author@example.org"]);
    expect(m.references).toEqual(["root@example.org", "20200303.1-1-author@example.org"]);
    expect(m.headers.get("references")).toEqual(["<root@example.org> <20200303.1-1-author@example.org>"]);
    expect(m.body.text).toContain("\n-walk();\n+locked_walk();\n-- \n2.30.0\n");
    expect(m.body.flowed).toBeNull();
    expect(codes(m)).toEqual([]);
  },
  "charset-that-lies.eml": (m) => {
    expect(m.from.name).toBe("Jörn Author");
    expect(m.subject).toBe("Grüße from a build machine");
    expect(m.body.text).toBe("Grüße in UTF-8, whatever the header says.\n");
    expect(codes(m)).toEqual([]);
  },
  "encoded-words.eml": (m) => {
    expect(m.from.name).toBe("Jörn Author");
    expect(m.to).toEqual([{ name: "André", address: "andre@example.org" }]);
    expect(m.subject).toBe("[PATCH] café: stays =?UTF-8?X?broken?= and =?nowhere-1?Q?x?=");
    expect(m.subjectInfo.title).toBe("café: stays =?UTF-8?X?broken?= and =?nowhere-1?Q?x?=");
  },
  "base64-with-footer.eml": (m) => {
    expect(m.from).toEqual(author);
    expect(m.body.text).toMatch(
      /^The list added its footer in clear text\.\nSecond line\.\n\n_{47}\nwidget mailing list\n/,
    );
    expect(codes(m)).toEqual([]);
  },
  "quoted-printable.eml": (m) => {
    expect(m.body.text).toBe("café and a soft break, a = sign, a lone = one, and a space at the end \n");
  },
  "flowed.eml": (m) => {
    expect(m.body.flowed).toEqual({ delSp: true });
    expect(m.body.text).toContain("> @@ -1,2 +1,2 @@ \n> -old \n>  same\n");
    expect(m.subjectInfo.reply).toBe(true);
  },
  "gnus-in-reply-to.eml": (m) => {
    expect(m.inReplyTo).toEqual(["parent@example.org"]);
    expect(m.references).toEqual(["root@example.org", "parent@example.org"]);
  },
  "munged-sender.eml": (m) => expect(m.from).toEqual({ name: "A. Author", address: "author@strict.example" }),
  "relayed-sender.eml": (m) => expect(m.from).toEqual(author),
  "nonsense-date.eml": (m) => {
    expect(m.date).toBeNull();
    expect(codes(m)).toEqual(["bad-date"]);
  },
  "no-id-no-date.eml": (m) => {
    expect(m.messageId).toBeNull();
    expect(codes(m)).toEqual(["no-message-id", "no-date"]);
  },
  "two-ids.eml": (m) => {
    expect(m.messageId).toBe("one@example.org");
    expect(codes(m)).toEqual(["several-message-ids"]);
  },
  "attachments.eml": (m) => {
    expect(m.body.flowed).toEqual({ delSp: false });
    expect(m.body.text).toContain("which \nis short.\nContent-Type: text/plain is only a line here.\n");
    expect(m.body.text).toContain(
      "--- a/widget.c\n+++ b/widget.c\n@@ -1 +1 @@\n-walk();\n+locked_walk();\ndiff --git a/gadget.c",
    );
    expect(m.body.text).not.toContain("<p>");
    expect(m.body.text).not.toContain("PGP");
    expect(m.body.text).not.toContain("old clients");
    expect(codes(m)).toEqual([]);
  },
  "unclosed-parts.eml": (m) => {
    expect(m.body.text).toContain("First part, which \nis flowed.\n--- a/widget.c\n");
    expect(m.body.text).toMatch(/\n-café\n\+coffee\n$/);
    expect(m.body.flowed).toEqual({ delSp: false });
    expect(codes(m)).toEqual(["unclosed-parts"]);
  },
  "forwarded.eml": (m) => {
    expect(m.body.text).toMatch(/^Please see below\.\nFrom: B\. Other/);
    expect(m.body.text).toMatch(/\n\n--- a\/widget\.c\n\+\+\+ b\/widget\.c\n@@ -1 \+1 @@\n-a\n\+b\n$/);
    expect(codes(m)).toEqual([]);
  },
  "html-only.eml": (m) => {
    expect(m.body.text).toBe("First & last\n\nif (a < b)\n\treturn;\n");
    expect(codes(m)).toEqual(["html-only"]);
  },
  "missing-boundary.eml": (m) => {
    expect(m.body.text).toBe("The text stands here all the same.\n");
    expect(codes(m)).toEqual(["missing-boundary"]);
  },
  "broken-header.eml": (m) => {
    expect(m.messageId).toBe("broken@example.org");
    expect(m.body.text).toBe("Here is the text.\n");
    expect(codes(m)).toEqual(["broken-header"]);
  },
};

describe("mail quirks", () => {
  it("says of every fixture what it must come out as", () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  for (const [name, check] of Object.entries(EXPECTED)) {
    const bytes = readFileSync(new URL(name, folder));
    it(`${name} with LF`, async () => check(await parseMessage(bytes)));
    it(`${name} with CRLF`, async () => {
      check(await parseMessage(Buffer.from(bytes.toString("latin1").replaceAll("\n", "\r\n"), "latin1")));
    });
  }
});
