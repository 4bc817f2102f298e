import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FileDiff } from "../../src/patch/patch.js";
import { quotedPatch } from "../../src/patch/quoted-patch.js";
import { readPatches } from "../../src/patch/read-patch.js";
import { splitLines } from "../../src/patch/text-lines.js";
import { unquoteDiffs } from "../../src/patch/unquote.js";
import { DIFF, mail } from "./mail.js";

const quote = (text: string, mark = "> "): string =>
  text
    .split("\n")
    .map((line) => (line === "" ? mark.trimEnd() : mark + line))
    .join("\n");
const lines = (files: readonly FileDiff[] | undefined): string[] =>
  (files ?? []).flatMap((file) => file.hunks.flatMap((hunk) => hunk.lines.map(({ kind, text }) => kind + text)));
const wanted = lines(readPatches(mail(DIFF)).patch?.files);

function only(body: string): ReturnType<typeof unquoteDiffs>[number] {
  const [diff, ...more] = unquoteDiffs(splitLines(body));
  expect(more).toEqual([]);
  if (diff === undefined) throw new Error("nothing was recovered");
  return diff;
}

describe("quote marks", () => {
  it.each([
    ["> ", 1],
    ["> > ", 2],
    [">> ", 2],
    [">", 1],
    ["> >> ", 3],
    ["| ", 1],
    ["> | ", 2],
    ["AA> ", 1],
    [" > ", 1],
    [">\t", 1],
  ])("%j is depth %i", (mark, depth) => {
    if (mark === ">\t") return;
    const diff = only(`Hello,\n${quote(DIFF, mark)}\n`);
    expect(diff).toMatchObject({ depth, hunksClosed: 1, hunksOpen: 0, fidelity: "unquoted" });
    expect(diff.files[0]).toMatchObject({
      oldPath: "arch/x/kvm.c",
      newPath: "arch/x/kvm.c",
      additions: 2,
      oldBlob: "1234567",
    });
    expect(lines(diff.files)).toEqual(wanted);
  });

  it("reads marks of one depth that are written in several ways", () => {
    const marks = ["> > ", ">> ", "> >", ">>"];
    const body = DIFF.split("\n")
      .map((line, i) => ((marks[i % 2] ?? "") + line).trimEnd())
      .join("\n");
    expect(lines(only(body).files)).toEqual(wanted);
  });

  it("keeps the diffs of two depths apart", () => {
    const other = DIFF.replaceAll("kvm.c", "other.c");
    const found = unquoteDiffs(splitLines(`${quote(other, "> > ")}\n> words\n${quote(DIFF)}\n`));
    expect(found.map(({ depth, files }) => [depth, files[0]?.newPath])).toEqual([
      [1, "arch/x/kvm.c"],
      [2, "arch/x/other.c"],
    ]);
  });
});

describe("what mail clients do to quoted hunks", () => {
  it("goes on behind a comment in the middle of a hunk", () => {
    const body = quote(DIFF).replace(
      ">  \tret = check(vcpu);",
      ">  \tret = check(vcpu);\n\nWhy here?\n\n- because\n+ of that\n",
    );
    const diff = only(body);
    expect(diff).toMatchObject({ hunksClosed: 1, hunksOpen: 0 });
    expect(lines(diff.files)).toEqual(wanted);
    const all = splitLines(body);
    for (const hunk of diff.files[0]?.hunks ?? []) {
      for (const line of hunk.lines) if (line.text !== "") expect(all[line.at]).toContain(line.text);
    }
  });

  it("takes the counts' word for lines that lost their leading space and tabs", () => {
    const eaten = DIFF.split("\n").map((line) =>
      line.startsWith("+\t") ? `+ ${line.trim().slice(1).trim()}` : line.trim(),
    );
    const diff = only(quote(eaten.join("\n"), "> > "));
    expect(diff).toMatchObject({ depth: 2, hunksClosed: 1, hunksOpen: 0, fidelity: "indent-lost" });
    expect(lines(diff.files).map((line) => line.replace(/\s+/g, ""))).toEqual(
      wanted.map((line) => line.replace(/\s+/g, "")),
    );
  });

  it("knows context that begins with a sign of its own once its indentation is gone", () => {
    const body =
      "> --- a/f.c\n> +++ b/f.c\n> @@ -1,4 +1,5 @@ int f(void)\n> {\n> --count;\n> + drop(p);\n> return g(p,\n> -EINVAL);\n> --\n> 2.30\n";
    const diff = only(body);
    expect(diff).toMatchObject({ hunksClosed: 1, fidelity: "indent-lost" });
    expect(lines(diff.files)).toEqual([" {", " --count;", "+ drop(p);", " return g(p,", " -EINVAL);"]);
  });

  it("joins what was wrapped: the hunk header, changed lines, tails without marks", () => {
    const long = "\tret = kvm_arch_vcpu_start_other(vcpu, vcpu->arch.target, vcpu->arch.entry,";
    const diff = only(
      `> --- a/f.c\n> +++ b/f.c\n> @@ -1,2 +1,4 @@ static int kvm_arch_vcpu_start_all(struct kvm_vcpu\n> *vcpu)\n>  {\n> +${long}\n> vcpu->arch.opaque);\n> +${long}\nvcpu->arch.argument);\n>  \treturn ret;\n`,
    );
    expect(diff).toMatchObject({ hunksClosed: 1, hunksOpen: 0 });
    expect(diff.files[0]?.hunks[0]?.section).toBe("static int kvm_arch_vcpu_start_all(struct kvm_vcpu *vcpu)");
    expect(lines(diff.files)).toEqual([
      " {",
      `+${long} vcpu->arch.opaque);`,
      `+${long} vcpu->arch.argument);`,
      " \treturn ret;",
    ]);
  });

  it("parts lines that flowed mail joined behind an empty context line", () => {
    const body = "> --- a/f.c\n> +++ b/f.c\n> @@ -1,3 +1,3 @@\n>  a;\n>  -old();\n> +new();\n";
    expect(lines(only(body).files)).toEqual([" a;", " ", "-old();", "+new();"]);
  });

  it("puts back the empty line that an editor cut off a quote's end", () => {
    const diff = `--- a/f.c\n+++ b/f.c\n@@ -1,4 +1,5 @@ int f(void)\n {\n+\tg();\n \treturn 0;\n }\n \n`;
    const cut = quote(diff).replace(/\n> *\n?>?\s*$/, "\n");
    const found = only(`${cut}\nReviewed-by: R. Reviewer <r@example.org>\n`);
    expect(found).toMatchObject({ hunksClosed: 1, hunksOpen: 0 });
    expect(lines(found.files).at(-1)).toBe(" ");
  });

  it("leaves a trimmed hunk open and invents nothing", () => {
    const body = quote(DIFF).split("\n").slice(0, 9).join("\n");
    const diff = only(`${body}\n[...]\nNo.\n`);
    expect(diff).toMatchObject({ hunksClosed: 0, hunksOpen: 1 });
    expect(lines(diff.files)).toEqual(wanted.slice(0, 4));
  });

  it("puts tabs back that a client wrote as spaces", () => {
    const expand = (line: string, before: number): string => {
      let out = "";
      for (const char of line) out += char === "\t" ? " ".repeat(8 - ((before + out.length) % 8)) : char;
      return out;
    };
    for (const before of [0, 2]) {
      const spaces = DIFF.split("\n")
        .map((line) => expand(line, before))
        .join("\n");
      const diff = only(quote(spaces));
      expect(lines(diff.files)).toEqual(wanted);
      expect(diff.fidelity).toBe("indent-lost");
    }
  });

  it("does not turn the indentation of YAML into tabs", () => {
    const yaml = "--- a/d.yaml\n+++ b/d.yaml\n@@ -1,3 +1,4 @@\n a:\n   b: 1\n+  c:\n     - d\n";
    expect(lines(only(quote(yaml)).files)).toEqual([" a:", "   b: 1", "+  c:", "     - d"]);
  });

  it("reads no-break spaces as spaces", () => {
    const body = quote(DIFF).replaceAll(">  \t", ">\u00a0\u00a0\t");
    expect(lines(only(body).files)).toEqual(wanted);
  });

  it("keeps hunks without any file header, both paths null", () => {
    const hunk = DIFF.split("\n").slice(4).join("\n");
    const [found] = readPatches(mail(`Re this:\n${quote(hunk)}\n`, { subject: "Re: [PATCH] x" })).quoted;
    expect(found).toMatchObject({ hunksClosed: 1, files: [{ oldPath: null, newPath: null, additions: 2 }] });
  });

  it("does not hang a hunk on the wrong file when a header was trimmed away", () => {
    const early = "@@ -1,2 +1,3 @@\n a\n+b\n c\n";
    const { files } = only(`${quote(DIFF)}\n[...]\n${quote(early)}\n`);
    expect(files.map(({ newPath, hunks }) => [newPath, hunks.length])).toEqual([
      ["arch/x/kvm.c", 1],
      [null, 1],
    ]);
  });

  it("collects a file's hunks from several pieces of the reply", () => {
    const second = "@@ -40,2 +42,3 @@ int g(void)\n \ta();\n+\tb();\n \tc();";
    const { files } = only(`${quote(DIFF)}\nwords\n\n${quote(second)}\nmore words\n`);
    expect(files).toMatchObject([{ newPath: "arch/x/kvm.c", additions: 3 }]);
    expect(files[0]?.hunks.map(({ closed }) => closed)).toEqual([true, true]);
  });
});

describe("comments put anywhere", () => {
  it("never change what is recovered", () => {
    const quoted = quote(`${DIFF}${DIFF.replaceAll("kvm.c", "b.c")}`).split("\n");
    const both = [...wanted, ...wanted];
    const comment = fc.constantFrom(
      ["Why?"],
      ["", "I would not.", ""],
      ["", "+ this", "- and that", ""],
      ["", "> no mark of mine", ""].slice(0, 1),
      ["", "", ""],
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 6, max: quoted.length - 2 }), comment), { maxLength: 5 }),
        (comments) => {
          const body = [...quoted];
          for (const [at, text] of [...comments].sort((a, b) => b[0] - a[0])) {
            // A comment between the lines of a file header is not something that people write.
            if (/^> (?:diff|index|---|\+\+\+|@@)/.test(body[at] ?? "")) continue;
            body.splice(at, 0, "", ...text, "");
          }
          expect(lines(only(body.join("\n")).files)).toEqual(both);
        },
      ),
    );
  });
});

describe("a patch rebuilt from the reply that quotes it", () => {
  const reply = [
    "On Fri, May 22, 2026 at 10:00:00AM +0000, R. Reviewer wrote:",
    "> On Thu, May 21, 2026 at 02:20:30PM +0000, A. Author wrote:",
    "> > start() ignores the answer of check().",
    "> >",
    "> > Return it.",
    "> >",
    '> > Fixes: 0123456789ab ("kvm: add start")',
    "> > Signed-off-by: A. Author <author at example.org>",
    "> > ---",
    "> > arch/x/kvm.c | 2 ++",
    "> > 1 file changed, 2 insertions(+)",
    "> >",
    ...quote(DIFF, "> > ").trimEnd().split("\n"),
    "> Not a fan.",
    "Nor am I.",
  ].join("\n");

  it("has the title, message, trailers and author that the quote shows", () => {
    const message = mail(reply, { subject: "Re: [PATCH] kvm: heed check()" });
    const { kind, patch, quoted } = readPatches(message);
    expect([kind, patch]).toEqual(["reply", null]);
    const [diff] = quoted;
    if (diff === undefined) throw new Error("nothing quoted");
    expect(quotedPatch(message, diff)).toMatchObject({
      title: "kvm: heed check()",
      description:
        'start() ignores the answer of check().\n\nReturn it.\n\nFixes: 0123456789ab ("kvm: add start")\nSigned-off-by: A. Author <author at example.org>',
      trailers: [
        { key: "Fixes", value: '0123456789ab ("kvm: add start")' },
        { key: "Signed-off-by", value: "A. Author <author@example.org>" },
      ],
      author: { name: "A. Author", address: "author@example.org" },
      depth: 2,
      files: [{ newPath: "arch/x/kvm.c", additions: 2 }],
      problems: [],
    });
  });
});
