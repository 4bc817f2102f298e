/** The look at bytes may take too much for a patch, never too little. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mayCarryDiff } from "../../src/watch/triage.js";

const mail = (head: string, body: string): Buffer => Buffer.from(`${head}\n\n${body}`);
const HEAD = "From: a@example.org\nSubject: [PATCH] x: y";
const DIFF = "diff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n";

describe("mails that can carry a diff", () => {
  it.each([
    ["a git diff", mail(HEAD, `Text.\n---\n${DIFF}`)],
    ["a plain diff", mail(HEAD, "Text.\n--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n")],
    ["one in CRLF", Buffer.from(`${HEAD}\n\nText.\n${DIFF}`.replaceAll("\n", "\r\n"))],
    ["a base64 body", mail(`${HEAD}\nContent-Transfer-Encoding: base64`, Buffer.from(DIFF).toString("base64"))],
    [
      "a base64 part far down",
      mail(
        `${HEAD}\nContent-Type: multipart/mixed; boundary=b`,
        `--b\n\n${"text\n".repeat(30_000)}--b\nContent-Type: text/x-patch\nContent-Transfer-Encoding: BASE64\n\nZGlmZg==\n--b--\n`,
      ),
    ],
    ["quoted-printable", mail(`${HEAD}\nContent-Transfer-Encoding: quoted-printable`, `Text.\n${DIFF}`)],
  ])("%s", (_, raw) => expect(mayCarryDiff(raw)).toBe(true));

  it.each([
    ["an answer", mail("From: a@example.org\nSubject: Re: [PATCH] x", "> +++ b/x.c\n> @@ -1 +1 @@\n\nLooks good.\n")],
    ["a word about one", mail("From: a@example.org\nSubject: hi", "I ran diff --git and got base64.\n")],
    ["nothing", Buffer.alloc(0)],
  ])("not %s", (_, raw) => expect(mayCarryDiff(raw)).toBe(false));

  it("whatever else stands in the mail", () => {
    const text = fc.string({ unit: "binary", maxLength: 300 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(
          mayCarryDiff(
            mail(
              HEAD,
              `${before}
${DIFF}${after}`,
            ),
          ),
        ).toBe(true);
      }),
    );
  });
});
