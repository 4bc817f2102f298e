import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/message/message.js";
import { type ReplyOptions, renderReplies as renderAll, replyMail } from "../../src/report/mail-reply.js";
import type { Finding, ReviewResult } from "../../src/review/finding.js";
import { hasPython, headerOf, type PeerMail, readWithPython } from "./python-mail.js";
import {
  checkFinding,
  gateFinding,
  readDiff,
  SAMPLE_BODY,
  sampleMessage,
  samplePatch,
  sampleReport,
  sampleResult,
} from "./sample.js";

const renderReplies = (result: ReviewResult, options: ReplyOptions): string => renderAll(result, options).mboxrd;
const OPTIONS: ReplyOptions = { tree: null, from: null };
const PARENT = "20260309164002.4711-1-parker@example.org";

const bodyOf = (result: ReviewResult, options = OPTIONS): string[] => {
  const [reviewed] = result.reviewed;
  const mail = reviewed === undefined ? null : replyMail(reviewed, result, options);
  if (mail === null) throw new Error("no mail");
  return mail.slice(mail.indexOf("\n\n") + 2).split("\n");
};

const isQuote = (line: string): boolean => line.startsWith(">");
const beforeFooter = (lines: readonly string[]): string[] => lines.slice(0, lines.indexOf("-- "));
const withPatch = (body: string): ReviewResult => {
  const bodyLines = body.split("\n");
  return sampleResult({ patch: samplePatch({ bodyLines, files: readDiff(bodyLines) }) });
};

const only = (mails: PeerMail[]): PeerMail => {
  const [mail] = mails;
  if (mail === undefined || mails.length !== 1) throw new Error(`${mails.length} mails`);
  return mail;
};

describe.skipIf(!hasPython)("a reply as Python's email package reads it (skipped without python3)", () => {
  const mail = hasPython ? only(readWithPython(renderReplies(sampleResult(), OPTIONS))) : null;
  const header = (name: string): string | null => (mail === null ? null : headerOf(mail, name));

  it("answers the patch", () => {
    expect(header("Subject")).toBe("Re: [PATCH] KVM: arm64: Keep wake calls out while the system parks");
    expect(header("In-Reply-To")).toBe(`<${PARENT}>`);
    expect(header("References")).toBe(`<${PARENT}>`);
    expect(mail?.to).toEqual([["P. Parker", "parker@example.org"]]);
    expect(mail?.cc.map(([, address]) => address)).toEqual([
      "maintainer@example.org",
      "kvm-example@lists.example.org",
      "linux-kernel@vger.example.org",
    ]);
    expect(header("Reply-To")).toBe("kvm-example@lists.example.org");
    expect(header("Date")).toBe("Mon, 09 Mar 2026 16:40:02 +0000");
  });

  it("says what it is and what it was made from", () => {
    expect(header("Auto-Submitted")).toBe("auto-generated");
    expect(header("X-Patchwitness-Rule")).toBe("kvm/self-clearing-flag, kvm/check-then-act");
    expect(header("X-Patchwitness-Finding-Id")).toBe("5f0c2b9d1a77, a83e44c0d512");
    expect(header("X-Patchwitness-Engine-Version")).toBe("0.1.0");
    expect(header("X-Patchwitness-Base-Commit")).toBe("unknown");
    expect(header("X-Patchwitness-Series-Version")).toBe("1");
  });

  it("is a single part of plain UTF-8, 8bit, LF only, without defects", () => {
    expect(mail).toMatchObject({
      contentType: "text/plain",
      charset: "utf-8",
      multipart: false,
      defects: [],
      carriageReturns: 0,
    });
    expect(header("Content-Transfer-Encoding")).toBe("8bit");
    expect(header("MIME-Version")).toBe("1.0");
  });

  it("refers to the whole thread when the patch is deep in one", () => {
    const message = sampleMessage({
      references: ["cover@example.org", "one@example.org"],
      inReplyTo: ["one@example.org"],
    });
    const deep = only(readWithPython(renderReplies(sampleResult({ message }), OPTIONS)));
    expect(headerOf(deep, "References")?.split(/\s+/)).toEqual([
      "<cover@example.org>",
      "<one@example.org>",
      `<${PARENT}>`,
    ]);
    const noReferences = sampleMessage({ inReplyTo: ["cover@example.org"] });
    const flat = only(readWithPython(renderReplies(sampleResult({ message: noReferences }), OPTIONS)));
    expect(headerOf(flat, "References")).toBe(`<cover@example.org> <${PARENT}>`);
  });

  it("keeps names and subjects beyond ASCII, folds long ones", () => {
    const subject = `[PATCH v2 03/17] KVM: ${"größere Änderung der Zustände ".repeat(12)}— 完`;
    const author = { name: 'Ж. "Quoted" Ørsted, Kernel', address: "author@example.org" };
    const patch = samplePatch({ subject, author });
    const cc = Array.from({ length: 60 }, (_, at) => ({ name: `Reader, ${at}`, address: `reader${at}@example.org` }));
    const peer = only(readWithPython(renderReplies(sampleResult({ patch, message: sampleMessage({ cc }) }), OPTIONS)));
    expect(headerOf(peer, "Subject")).toBe(`Re: ${subject}`);
    expect(peer.to).toEqual([[author.name, author.address]]);
    expect(peer.cc.slice(-1)).toEqual([["Reader, 59", "reader59@example.org"]]);
    expect(peer.defects).toEqual([]);
  });

  it("lets nothing into the header that was not put there", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 60 }),
        fc.constantFrom("\r\n", "\n", "\r", "\0", "\u2028"),
        (word, end) => {
          const evil = `${word}${end}Bcc: victim@example.org${end}${end}<html>`;
          const patch = samplePatch({ subject: evil, messageId: evil, author: { name: evil, address: evil } });
          const message = sampleMessage({
            from: { name: evil, address: "sender@example.org" },
            to: [{ name: evil, address: `a@b${end}Bcc: victim@example.org` }],
            references: [evil, "good@example.org"],
            headers: new Map([["list-post", [`<mailto:${evil}>`]]]),
          });
          const result = sampleResult({ patch, message, findings: [gateFinding({ id: evil, rule: evil })] });
          const text = renderReplies(result, OPTIONS);
          const head = text.slice(0, text.indexOf("\n\n"));
          const names = head
            .split("\n")
            .slice(1)
            .filter((line) => !line.startsWith(" "))
            .map((line) => line.split(":")[0]);
          expect(names).not.toContain("Bcc");
          expect(new Set(names).size).toBe(names.length);
          expect(/^[\x20-\x7e\n]*$/.test(head)).toBe(true);
          expect(Math.max(...head.split("\n").map((line) => line.length))).toBeLessThanOrEqual(998);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("is one mboxrd, whatever the number of mails, and lines that look like separators survive", () => {
    const from = gateFinding({ message: "From here on the flag is a gate.", why: "From now on.", suggestion: "Why?" });
    const one = sampleResult({ findings: [from] });
    const two = { ...one, reviewed: [...one.reviewed, ...sampleResult().reviewed] };
    const mails = readWithPython(renderReplies(two, OPTIONS));
    expect(mails).toHaveLength(2);
    expect(mails[0]?.body.split("\n")).toContain("From here on the flag is a gate. From now on.");
    expect(renderReplies(two, OPTIONS)).toContain("\n>From here on the flag");
  });
});

describe("what a reply says", () => {
  const lines = bodyOf(sampleResult());

  it("puts each comment below its own quoted line, in the order of the patch", () => {
    const at = (text: string): number => lines.findIndex((line) => line.startsWith(text));
    expect(at("park_pending is a gate")).toBe(at("> +\tWRITE_ONCE(vcpu->kvm->arch.park_pending, false);") + 2);
    expect(at("Each mp_state_lock")).toBe(at("> +\t\tspin_unlock(&other->arch.mp_state_lock);") + 2);
    expect(at("park_pending is a gate")).toBeLessThan(at("Each mp_state_lock"));
  });

  it("quotes lines of the mail byte for byte, with the headers that say where", () => {
    const sent = new Set(SAMPLE_BODY.split("\n"));
    for (const line of lines.filter(isQuote)) expect(sent).toContain(line.slice(2));
    expect(lines).toContain("> diff --git a/arch/arm64/kvm/park.c b/arch/arm64/kvm/park.c");
    expect(lines.filter((line) => line.startsWith("> @@"))).toHaveLength(2);
    expect(lines.filter((line) => line === "[ ... ]").length).toBeGreaterThan(0);
    expect(lines.filter(isQuote).length).toBeLessThan(30);
  });

  it("keeps its own text to 72 columns and a finding to 30 lines", () => {
    for (const line of lines.filter((own) => !isQuote(own))) expect([...line].length).toBeLessThanOrEqual(72);
    expect(beforeFooter(lines).length).toBeLessThanOrEqual(60);
  });

  it("says shared advice once, before the comments", () => {
    const text = lines.join(" ").replace(/\s+/g, " ");
    expect(text.split("be serialised by one lock of the VM?")).toHaveLength(2);
    const advice = lines.findIndex((line) => line.startsWith("One thing first"));
    expect(advice).toBe(0);
    expect(advice).toBeLessThan(lines.findIndex((line) => line.startsWith("> diff --git")));
  });

  it("does not tear an afterthought off advice that differs, and says no sentence twice", () => {
    const tail = "The rest can stay as it is.";
    const one = gateFinding({ suggestion: `Could kvm_one() take a lock of the VM? ${tail}` });
    const two = checkFinding({ suggestion: `Could kvm_two() take a lock of the VM? ${tail}` });
    const text = bodyOf(sampleResult({ findings: [one, two] }));
    expect(text[0]).toMatch(/^On Mon/);
    expect(text.join("\n").split(tail)).toHaveLength(2);
    expect(text).toContain("Could kvm_two() take a lock of the VM?");
  });

  it("puts two comments on one line below one quote", () => {
    const there = checkFinding({ path: gateFinding().path, line: gateFinding().line });
    const body = bodyOf(sampleResult({ findings: [gateFinding(), there] })).join("\n");
    expect(body.split("> +\tWRITE_ONCE(vcpu->kvm->arch.park_pending, false);")).toHaveLength(2);
    expect(body).not.toContain("\n\n\n");
  });

  it("answers both questions, for each finding where they differ and once where they agree", () => {
    const count = (all: readonly string[], start: string): number =>
      all.filter((line) => line.startsWith(start)).length;
    expect(count(lines, "Was this there before the patch?")).toBe(2);
    expect(count(lines, "Is it still there at the end of the series?")).toBe(2);
    const same = bodyOf(sampleResult({ findings: [gateFinding(), checkFinding({ status: "introduced" })] }));
    expect(count(same, "Was this there before the patch?")).toBe(1);
    expect(count(same, "Is it still there at the end of the series?")).toBe(1);
  });

  it("ends with a signature of four lines", () => {
    const footer = lines.slice(lines.indexOf("-- ") + 1).filter((line) => line !== "");
    expect(footer).toHaveLength(4);
    expect(footer[0]).toContain("kvm/self-clearing-flag, kvm/check-then-act");
    expect(footer[1]).toContain("Base: ");
    expect(footer[2]).toContain("Reproduce: ");
    expect(footer[3]).toContain("#review invalid 5f0c2b9d1a77");
  });

  it("has no line numbers, no tags, no markdown, and does not talk to a person", () => {
    const own = beforeFooter(lines)
      .filter((line) => !isQuote(line))
      .join("\n");
    expect(own).not.toMatch(/\.[ch]:\d|\bline \d/);
    expect(own).not.toMatch(/(Reviewed|Acked|Tested|Signed-off)-by/i);
    expect(own).not.toMatch(/[`*#]/);
    expect(own).not.toMatch(/\byou(r|rs)?\b/i);
    expect(own).toContain("?");
  });

  it("asks where a finding does not ask by itself", () => {
    const finding = gateFinding({ suggestion: "One lock for all of them." });
    expect(bodyOf(sampleResult({ findings: [finding] }))).toContain("Is there something that rules this out?");
  });

  it("says at low confidence that nothing is visible, not that nothing is held", () => {
    const finding = gateFinding({ confidence: "low", interleaving: [] });
    const text = bodyOf(sampleResult({ findings: [finding] })).join(" ");
    expect(text).toContain("none visible in the patch");
    expect(text).not.toContain("no lock held");
  });

  it("cuts the quote, then steps, and the reason last", () => {
    const why = gateFinding().why;
    const steps = gateFinding().interleaving;
    const finding = gateFinding({
      why: `${why} ${why.replaceAll("flag", "gate")}`,
      interleaving: [...steps, ...steps],
    });
    const lines = bodyOf(sampleResult({ findings: [finding, checkFinding({ suggestion: "" })] }));
    const start = lines.findIndex((line) => line.startsWith("> diff"));
    expect(lines.slice(start, start + 4).map((line) => line.slice(0, 8))).toEqual([
      "> diff -",
      "> @@ -11",
      "[ ... ]",
      "> +\tWRIT",
    ]);
    expect(lines.join(" ")).toContain(
      "A second caller of the park call clears it as well, on its way out with an error.",
    );
    expect(lines).toContain("  [ ... ]");
  });

  it("shows at most 12 lines of an interleaving, and stays short with a long-winded finding", () => {
    const long = "It is said at length that the flag may be taken down by anyone who comes along. ".repeat(20);
    const interleaving = Array.from({ length: 30 }, (_, at) => ({
      thread: at % 2 === 0 ? ("A" as const) : ("B" as const),
      text: `step ${at} of a story that goes on for much longer than one line of a mail can hold`,
    }));
    const all = bodyOf(
      sampleResult({ findings: [gateFinding({ message: long, why: long, suggestion: long, interleaving })] }),
    );
    const steps = all.filter((line) => line.startsWith("  "));
    expect(steps.length).toBeGreaterThan(2);
    expect(steps.length).toBeLessThanOrEqual(12);
    const from = all.findIndex((line) => line.startsWith("> diff"));
    expect(all.indexOf("-- ") - from).toBeLessThanOrEqual(34);
  });
});

describe("who gets a reply", () => {
  const silent: Partial<Finding>[] = [
    { status: "pre-existing" },
    { status: "fixed-later" },
    { status: "acknowledged" },
    { severity: "note" },
    { nursery: true },
  ];
  it.each(silent)("nobody for %o", (over) => {
    expect(renderReplies(sampleResult({ findings: [gateFinding(over)] }), OPTIONS)).toBe("");
    const mixed = renderReplies(sampleResult({ findings: [gateFinding(over), checkFinding()] }), OPTIONS);
    expect(mixed).not.toContain("kvm/self-clearing-flag");
  });

  it("the author of a patch that stands only quoted, without claiming to answer a mail", () => {
    const clean = samplePatch();
    const bodyLines = clean.bodyLines.map((line) => (line === "" ? "> >" : `> > ${line}`));
    const patch = samplePatch({ bodyLines, depth: 2, messageId: null, fidelity: "unquoted" });
    const message = sampleMessage({
      messageId: null,
      from: { name: "M. Maintainer", address: "maintainer@example.org" },
    });
    const text = renderReplies(sampleResult({ patch, message }), OPTIONS);
    expect(text).not.toMatch(/^(In-Reply-To|References|Date):/m);
    expect(text).toContain('To: "P. Parker" <parker@example.org>');
    expect(text).toContain("\n> +\tWRITE_ONCE(vcpu->kvm->arch.park_pending, false);\n");
    expect(text).toContain("\n> diff --git a/arch/arm64/kvm/park.c b/arch/arm64/kvm/park.c\n> @@ -48,11 +48,20 @@");
    expect(text).not.toContain("> > ");
  });

  const versioned = (version: number, title = "KVM: arm64: One", over: Partial<Message> = {}): ReviewResult => {
    const messageId = `v${version}@example.org`;
    const plain = sampleMessage();
    const subjectInfo = { ...plain.subjectInfo, version, title };
    const message = sampleMessage({ messageId, subject: `[PATCH v${version}] ${title}`, subjectInfo, ...over });
    return sampleResult({ message, patch: samplePatch({ messageId, subject: message.subject, title }) });
  };

  it("not a version that another one in the input replaces, and it is counted", () => {
    const all = [versioned(1), versioned(2), versioned(3), versioned(3, "KVM: arm64: Quite another")];
    const { mboxrd, unanswered } = renderAll(
      { ...sampleResult(), reviewed: all.flatMap(({ reviewed }) => reviewed) },
      OPTIONS,
    );
    expect([...mboxrd.matchAll(/^Subject: (.*)$/gm)].map(([, subject]) => subject)).toEqual([
      "Re: [PATCH v3] KVM: arm64: One",
      "Re: [PATCH v3] KVM: arm64: Quite another",
    ]);
    expect([...unanswered]).toEqual([["superseded", 2]]);
  });

  it("not a program, and not a pull request", () => {
    const headers = new Map([["auto-submitted", ["auto-generated"]]]);
    expect(renderAll(versioned(1, "x", { headers }), OPTIONS)).toEqual({
      mboxrd: "",
      unanswered: new Map([["automatic", 1]]),
    });
    const pull = versioned(1, "x", { subjectInfo: { ...sampleMessage().subjectInfo, pull: true } });
    expect(renderAll(pull, OPTIONS).unanswered).toEqual(new Map([["pull-request", 1]]));
    const person = versioned(1, "x", { headers: new Map([["auto-submitted", ["no"]]]) });
    expect(renderAll(person, OPTIONS).mboxrd).not.toBe("");
  });

  it("says where it is when the patch does not show the line", () => {
    const finding = gateFinding({ path: "arch/arm64/kvm/other.c", line: 9, function: "kvm_other", witness: [] });
    const text = bodyOf(sampleResult({ findings: [finding] })).join(" ");
    expect(text).toContain("This is about kvm_other() in arch/arm64/kvm/other.c, outside the quoted lines.");
  });

  it("finds the line by its code when the patch was applied at an offset", () => {
    const finding = gateFinding();
    const moved = { ...finding, line: 1356, witness: finding.witness.map((w) => ({ ...w, line: w.line + 200 })) };
    const lines = bodyOf(sampleResult({ findings: [moved] }));
    const at = lines.findIndex((line) => line.startsWith("park_pending is a gate"));
    expect(lines[at - 2]).toBe("> +\tWRITE_ONCE(vcpu->kvm->arch.park_pending, false);");
  });
});

describe("what other bots would read", () => {
  it("takes the life out of commands in quotes and words", () => {
    const body = SAMPLE_BODY.replace("user space. Whoever", "pw-bot: accept").replace(
      "calls work again",
      "#syz fix: nothing",
    );
    const lines = bodyOf(withPatch(body));
    const text = lines.join("\n");
    expect(text).toContain("pw-bot : accept");
    expect(text).not.toMatch(/pw-bot:/i);
    expect(text).not.toMatch(/^[\s>+-]*#syz/m);
    expect(text).not.toMatch(/^#/m);
  });

  it("shows controls in quoted code and cuts lines that no mail may have", () => {
    const body = SAMPLE_BODY.replace("user space.", "\u001b]0;x\u0007\0\r.").replace("calls work", "é".repeat(3000));
    const text = renderReplies(withPatch(body), OPTIONS);
    expect(text).not.toMatch(/[\0\r\u001b\u0007]/);
    for (const line of text.split("\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(998);
  });
});

describe("determinism", () => {
  it("gives the same bytes, and another Message-ID for another mail", () => {
    const text = renderReplies(sampleResult(), OPTIONS);
    expect(renderReplies(sampleResult(), OPTIONS)).toBe(text);
    const id = (mail: string): string => /^Message-ID: (.*)$/m.exec(mail)?.[1] ?? "";
    expect(id(text)).toMatch(/^<[0-9a-f]{16}@patchwitness\.invalid>$/);
    expect(id(renderReplies(sampleResult({ findings: [gateFinding()] }), OPTIONS))).not.toBe(id(text));
  });

  it("names the base and the sender that it is given", () => {
    const from = { name: "R. Reviewer", address: "reviewer@example.org" };
    const report = sampleReport({ analysed: "tree", series: { version: 3, index: 1, total: 2 } });
    const text = renderReplies(sampleResult({ report }), { tree: "git 0123456789ab", from });
    expect(text).toContain('From: "R. Reviewer" <reviewer@example.org>');
    expect(text).toContain("X-Patchwitness-Base-Commit: 0123456789ab\n");
    expect(text).toContain("X-Patchwitness-Series-Version: 3\n");
    expect(text).toContain("\nBase: git 0123456789ab; rules 0123456789ab\n");
    const unread = renderReplies(sampleResult(), { tree: "git 0123456789ab", from });
    expect(unread).toContain("\nBase: none, the patch was read by itself; rules 0123456789ab\n");
    const declared = withPatch(`${SAMPLE_BODY}\nbase-commit: 89abcdef0123456789abcdef0123456789abcdef\n`);
    expect(renderReplies(declared, OPTIONS)).toContain(
      "X-Patchwitness-Base-Commit: 89abcdef0123456789abcdef0123456789abcdef\n",
    );
  });
});
