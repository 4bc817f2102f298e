import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parsePastedPage } from "../../src/message/pasted-page.js";
import { parseRecord, parseRecordSchema } from "../../src/patch/parse-record.js";
import { quotedPatch } from "../../src/patch/quoted-patch.js";
import { readPatches } from "../../src/patch/read-patch.js";
import { DIFF, mail } from "./mail.js";

const quoted = DIFF.split("\n")
  .map((line) => `> ${line}`.trimEnd())
  .join("\n");
const PULL =
  "The following changes since commit 0123456789ab:\n\n  Linux 6.1\n\nare available in the Git repository at:\n\n  git://example.org/x.git\n";

describe("what a mail is", () => {
  it.each([
    ["[PATCH] x", DIFF, "patch"],
    ["Re: [PATCH v2] x", `Like this?\n\n${DIFF}`, "patch"],
    ["[PATCH 0/2] x", "We do.\n-- \n2.34\n", "cover"],
    ["[PATCH v2 00/10] x", `Range-diff follows\n${DIFF}`, "cover"],
    ["Re: [PATCH] x", `Author wrote:\n${quoted}\nNo.\n`, "reply"],
    ["[PATCH] x", `Author wrote:\n${quoted}\nNo.\n`, "reply"],
    ["Re: [PATCH 0/2] x", "Fine.\n", "reply"],
    ["[GIT PULL] x for 6.2", `${PULL}\n${DIFF}`, "pull-request"],
    ["x for 6.2", PULL, "pull-request"],
    ["Re: [GIT PULL] x", "Pulled.\n", "reply"],
    ["question", "How?\n", "other"],
  ])("%s", (subject, text, kind) => {
    expect(readPatches(mail(text, { subject })).kind).toBe(kind);
  });

  it("is a reply when it answers something and carries nothing", () => {
    expect(readPatches(mail("Ok.\n", { subject: "x", inReplyTo: ["2@example.org"] })).kind).toBe("reply");
  });

  it("keeps the diff of a cover letter and of a pull request", () => {
    expect(readPatches(mail(DIFF, { subject: "[PATCH 0/1] x" })).patch?.files).toHaveLength(1);
    expect(readPatches(mail(`${PULL}${DIFF}`, { subject: "[GIT PULL] x" })).patch?.files).toHaveLength(1);
  });
});

describe("answers", () => {
  it("are their sender's, whatever From: stands at their begin", () => {
    const text = "From: B. Author <b@example.org>\nSent: Monday\nSubject: [PATCH] other\n\nwords\n";
    expect(readPatches(mail(text, { subject: "RE: [PATCH] x" }))).toMatchObject({
      kind: "reply",
      title: "x",
      description: "",
      author: { address: "author@example.org" },
    });
  });

  it("may show a hunk that is neither quoted nor under a file header", () => {
    const hunk = "@@ -1,2 +1,3 @@\n a\n+b\n c\n";
    const { kind, patch, quoted: found } = readPatches(mail(`How about\n\n${hunk}`, { subject: "Re: [PATCH] x" }));
    expect([kind, patch]).toEqual(["reply", null]);
    expect(found).toMatchObject([{ depth: 0, hunksClosed: 1, diff: hunk, files: [{ oldPath: null, newPath: null }] }]);
  });

  it("that quote without marks, as Outlook does, carry no patch of their own", () => {
    const text = `No.\n\n-----Original Message-----\nFrom: B. Author\nSent: Monday\n\nWords.\n---\n${DIFF.replace(" \treturn 0;\n", "")}`;
    const { kind, patch, quoted: found } = readPatches(mail(text, { subject: "RE: [PATCH] x" }));
    expect([kind, patch]).toEqual(["reply", null]);
    expect(found).toMatchObject([{ depth: 0, hunksClosed: 0, hunksOpen: 1, files: [{ newPath: "arch/x/kvm.c" }] }]);
  });

  it("quote binary files too", () => {
    const text =
      "> diff --git a/l.png b/l.png\n> index 1234567..89abcde 100644\n> Binary files a/l.png and b/l.png differ\n> diff --git a/f b/f\n> --- a/f\n> +++ b/f\n> @@ -1 +1 @@\n> -a\n> +b\n";
    const [found] = readPatches(mail(text, { subject: "Re: [PATCH] x" })).quoted;
    expect(found?.files.map(({ newPath, binary }) => [newPath, binary])).toEqual([
      ["l.png", true],
      ["f", false],
    ]);
  });
});

describe("flowed mail", () => {
  it("undoes stuffing and soft breaks of a diff that is not quoted", () => {
    const stuffed = DIFF.split("\n")
      .map((line) => (line.startsWith(" ") ? ` ${line}` : line))
      .join("\n");
    const flowed = stuffed.replace("+\t\treturn ret;", "+\t\treturn \nret;");
    const { patch } = readPatches(mail(flowed, { body: { text: flowed, flowed: { delSp: false } } }));
    expect(patch?.diff).toBe(DIFF);
    const at = patch?.files[0]?.hunks[0]?.lines.map((line) => line.at);
    expect(at).toEqual([5, 6, 7, 8, 9, 11, 12, 13]);
  });

  it("reads the raw lines where un-flowing breaks the hunks", () => {
    const text = `--- a/f.c\n+++ b/f.c\n@@ -1,3 +1,3 @@\n a\n-b \n+c \n d\n`;
    const { patch } = readPatches(mail(text, { body: { text, flowed: { delSp: false } } }));
    expect(patch?.files[0]).toMatchObject({ additions: 1, deletions: 1 });
    expect(patch?.files[0]?.hunks[0]?.closed).toBe(true);
  });
});

describe("the record of review parse", () => {
  it("says what git would commit", () => {
    const text = `From: B. Author <b@example.org>\nSubject: [PATCH] kvm: better title\n\nWords.\n\nFixes: 0123456789ab ("kvm: x")\n\nSigned-off-by: B. Author <b@example.org>\n---\nnotes\n\n${DIFF}-- \n2.34.1\n`;
    const record = parseRecord(mail(text, { subject: "[RFC PATCH v3 2/5] kvm: title" }), { diff: true });
    expect(parseRecordSchema.parse(record)).toEqual(record);
    expect(record).toMatchObject({
      kind: "patch",
      from: { address: "author@example.org" },
      author: { name: "B. Author", address: "b@example.org" },
      series: { version: 3, index: 2, total: 5 },
      title: "kvm: better title",
      description: 'Words.\n\nFixes: 0123456789ab ("kvm: x")\n\nSigned-off-by: B. Author <b@example.org>',
      trailers: [
        { key: "Fixes", value: '0123456789ab ("kvm: x")' },
        { key: "Signed-off-by", value: "B. Author <b@example.org>" },
      ],
      files: [
        {
          oldPath: "arch/x/kvm.c",
          newPath: "arch/x/kvm.c",
          status: "modified",
          binary: false,
          additions: 2,
          deletions: 0,
          hunks: 1,
        },
      ],
      quoted: [],
      diff: DIFF,
      problems: [],
    });
    expect(parseRecord(mail(text))).not.toHaveProperty("diff");
  });

  it("tells quoted diffs apart from the mail's own", () => {
    const record = parseRecord(mail(`No:\n${quoted}\n`, { subject: "Re: [PATCH] x" }), { diff: true });
    expect(record).toMatchObject({
      kind: "reply",
      files: [],
      quoted: [{ depth: 1, hunksClosed: 1, hunksOpen: 0, diff: DIFF }],
    });
    expect(record).not.toHaveProperty("diff");
  });

  it("has no series for a mail that is no patch", () => {
    expect(parseRecord(mail("x", { subject: "question" })).series).toBeNull();
    expect(parseRecord(mail(DIFF)).series).toEqual({ version: 1, index: 1, total: 1, prefixes: ["PATCH"] });
  });
});

const thread = new URL("../../../shared/thread/riscv-susp-toctou.pipermail.txt", import.meta.url);
describe.skipIf(!existsSync(thread))("the founding document (needs ../shared/thread)", () => {
  it("gives back the patch that it quotes at depth two with its indentation eaten", () => {
    const message = parsePastedPage(readFileSync(thread, "utf8"));
    if (message === null) throw new Error("not read");
    const { kind, patch, quoted: diffs } = readPatches(message);
    expect([kind, patch, diffs.length]).toEqual(["reply", null, 1]);
    const [diff] = diffs;
    if (diff === undefined) return;
    const rebuilt = quotedPatch(message, diff);
    expect(diff).toMatchObject({ depth: 2, hunksClosed: 4, hunksOpen: 0, fidelity: "indent-lost" });
    expect(rebuilt.files.map(({ newPath, additions, deletions }) => [newPath, additions, deletions])).toEqual([
      ["arch/riscv/include/asm/kvm_host.h", 3, 0],
      ["arch/riscv/kvm/vcpu.c", 8, 0],
      ["arch/riscv/kvm/vcpu_sbi_hsm.c", 11, 0],
      ["arch/riscv/kvm/vcpu_sbi_system.c", 10, 0],
    ]);
    expect(rebuilt.title).toBe("RISC-V: KVM: Fix TOCTOU race in SBI system suspend handler");
    expect(rebuilt.description.split("\n")[0]).toMatch(/^The SBI SUSP handler /);
    expect(rebuilt.trailers.map(({ key }) => key)).toEqual(["Fixes", "Signed-off-by", "Signed-off-by", "Assisted-by"]);
    expect(rebuilt.author).toEqual({ name: "Jiakai Xu", address: "jiakaiPeanut@gmail.com" });
  });
});
