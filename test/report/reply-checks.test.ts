/** The checks of every reply see what they are for: each fault that is put into a sound reply is named. */
import { describe, expect, it } from "vitest";
import { replyMail } from "../../src/report/mail-reply.js";
import { toMboxrd } from "../../src/report/mboxrd.js";
import type { ReviewedPatch } from "../../src/review/finding.js";
import { hasPython, readWithPython } from "./python-mail.js";
import { checkReply } from "./reply-checks.js";
import { gateFinding, sampleMessage, sampleResult } from "./sample.js";

const result = sampleResult({
  findings: [gateFinding()],
  message: sampleMessage({ references: ["cover@example.org"] }),
});
const [reviewed] = result.reviewed as [ReviewedPatch];
const SOUND = replyMail(reviewed, result, { tree: null, from: null }) ?? "";
const QUOTED = "> +\tWRITE_ONCE(vcpu->kvm->arch.park_pending, false);";

const FAULTS: [string, RegExp, (raw: string) => string][] = [
  ["another In-Reply-To", /^In-Reply-To/, (raw) => raw.replace(/^In-Reply-To: .*/m, "In-Reply-To: <x@y.example>")],
  [
    "References without the cover",
    /^References/,
    (raw) => raw.replace(/^References: <cover@example.org>\s+/m, "References: "),
  ],
  ["HTML", /^part/, (raw) => raw.replace("text/plain", "text/html")],
  ["another charset", /^charset/, (raw) => raw.replace("charset=utf-8", "charset=us-ascii")],
  ["quoted-printable", /8bit/, (raw) => raw.replace(": 8bit", ": 7bit")],
  ["a broken address", /^defects/, (raw) => raw.replace(/^To: .*/m, 'To: "P. Parker <parker@example.org>')],
  [
    "a quote with its tab expanded",
    /^not as it was sent/,
    (raw) => raw.replace(QUOTED, QUOTED.replace("\t", "        ")),
  ],
  ["a quote that lost its end", /^not as it was sent/, (raw) => raw.replace(QUOTED, QUOTED.slice(0, -2))],
  ["a wide line", /^wider/, (raw) => raw.replace("For example", `${"long ".repeat(15)}\nFor example`)],
  ["a tag", /^a tag/, (raw) => raw.replace("For example", "Reviewed-by: A <a@b.example>\nFor example")],
  ["a line number", /^a line number/, (raw) => raw.replace("For example", "See park.c:42.\nFor example")],
  ["an address to the author", /^talks/, (raw) => raw.replace("For example", "Did you test it?\nFor example")],
  ["shouting", /^shouts/, (raw) => raw.replace("For example", "THIS IS WRONG.\nFor example")],
  ["markdown", /^markdown/, (raw) => raw.replace("For example", "- see `park_pending`\nFor example")],
  ["evidence of nothing", /^empty evidence/, (raw) => raw.replace(/(two threads A and B:\n)( .*\n)+/, "$1")],
  ["one question", /^answered 0 times: Was/, (raw) => raw.replace(/^Was this.*\n/m, "")],
  ["a question without an answer", /^answered 0 times: Is it/, (raw) => raw.replace(/(end of the series\?).*/, "$1")],
  ["a quote without a comment", /^nothing is said/, (raw) => raw.replace(`${QUOTED}\n\n`, `${QUOTED}\n\n\n`)],
  ["no signature", /signature/, (raw) => raw.replace("\n-- \n", "\n--\n")],
  ["five lines in the footer", /^footer of 5/, (raw) => `${raw}More.\n`],
  ["a wide footer", /^footer too wide/, (raw) => raw.replace("Reproduce:", `Reproduce: ${"x".repeat(80)}`)],
  ["forty lines", /lines for 1/, (raw) => raw.replace("For example", `${"One line.\n".repeat(30)}For example`)],
];

describe.skipIf(!hasPython)("the checks of a reply (skipped without python3)", () => {
  const mails = hasPython ? readWithPython(toMboxrd([SOUND, ...FAULTS.map(([, , spoil]) => spoil(SOUND))])) : [];
  const complaintsOf = (at: number): string[] =>
    checkReply(mails[at] as (typeof mails)[number], reviewed, 1).complaints;

  it("have nothing against a sound one", () => {
    expect(mails).toHaveLength(FAULTS.length + 1);
    expect(complaintsOf(0)).toEqual([]);
  });

  it.each(FAULTS.map(([what, complaint], at) => [what, complaint, at + 1] as const))("name %s", (_, complaint, at) => {
    expect(complaintsOf(at).filter((one) => complaint.test(one))).not.toEqual([]);
  });
});
