/** The answers to attackers as Python's email package reads them. */
import { describe, expect, it } from "vitest";
import { toMboxrd } from "../../src/report/mboxrd.js";
import { oneLine } from "../../src/report/visible.js";
import { hasPython, headerOf, readWithPython } from "../report/python-mail.js";
import { ATTACKS, answerTo } from "./attack-cases.js";

describe.skipIf(!hasPython)("answers to attackers, read by Python (skipped without python3)", () => {
  it("have the recipients, the ids and the one plain part that we meant, and no defect", async () => {
    const answers = (await Promise.all(ATTACKS.map(answerTo))).filter((answer) => typeof answer !== "string");
    expect(answers.length).toBeGreaterThan(50);
    const read = readWithPython(toMboxrd(answers.map(({ raw }) => raw)));
    expect(read).toHaveLength(answers.length);
    for (const [at, mail] of read.entries()) {
      const { messageId, recipients, inReplyTo, subject, raw } = answers[at] as (typeof answers)[number];
      expect(mail).toMatchObject({
        defects: [],
        contentType: "text/plain",
        charset: "utf-8",
        multipart: false,
        carriageReturns: 0,
      });
      expect(headerOf(mail, "Message-ID")).toBe(`<${messageId}>`);
      expect(headerOf(mail, "In-Reply-To")?.replace(/\s/g, "")).toBe(`<${inReplyTo}>`);
      const all = [...mail.to, ...mail.cc].map(([, address]) => address.toLowerCase());
      expect(all).toEqual(recipients.map((address) => address.toLowerCase()));
      const said = oneLine(subject).replace(/\s+/g, "");
      expect(headerOf(mail, "Subject")?.replace(/\s+/g, "")).toBe(`Re:${said}`);
      expect(mail.longest).toBeLessThanOrEqual(998);
      const body = raw.slice(raw.indexOf("\n\n") + 2).trimEnd();
      expect(mail.body.trimEnd()).toBe(body);
    }
  });
});
