import { describe, expect, it } from "vitest";
import { parseDiff } from "../../src/patch/parse-diff.js";
import { gitNumstat, withFolder } from "./git-peer.js";
import { DIFF } from "./mail.js";

const HUNK = "@@ -1,2 +1,2 @@\n one\n-two\n+zwei\n";

/** Diffs that git accepts: files and counts must be git's. */
const accepted: Record<string, string> = {
  "git's own form": DIFF,
  "no newline at both ends":
    "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n",
  "another language's no newline": "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ Kein Zeilenumbruch am Dateiende.\n+b\n",
  "content that looks like a header": "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n x\n--- a/y\n+++ b/y\n z\n",
  "a signature behind the hunk": `${DIFF}-- \n2.34.1\n`,
  "stripped empty context": DIFF.replace("\n \n", "\n\n"),
  "a new file": `diff --git a/n.c b/n.c\nnew file mode 100644\nindex 000000000000..1234567\n--- /dev/null\n+++ b/n.c\n@@ -0,0 +1,2 @@\n+a\n+b\n`,
  "a deleted file": `diff --git a/n.c b/n.c\ndeleted file mode 100644\nindex 1234567..000000000000\n--- a/n.c\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n`,
  "an empty new file": "diff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29\n",
  "a mode change": "diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n",
  "a rename without change": "diff --git a/a b.c b/c d.c\nsimilarity index 100%\nrename from a b.c\nrename to c d.c\n",
  "a rename with change": `diff --git a/a.c b/b.c\nsimilarity index 90%\nrename from a.c\nrename to b.c\nindex 1234567..89abcde 100644\n--- a/a.c\n+++ b/b.c\n${HUNK}`,
  "a copy": `diff --git a/a.c b/b.c\nsimilarity index 90%\ncopy from a.c\ncopy to b.c\nindex 1234567..89abcde 100644\n--- a/a.c\n+++ b/b.c\n${HUNK}`,
  "a C-quoted name": `diff --git "a/f\\303\\274r\\t.c" "b/f\\303\\274r\\t.c"\nindex 1234567..89abcde 100644\n--- "a/f\\303\\274r\\t.c"\n+++ "b/f\\303\\274r\\t.c"\n${HUNK}`,
  "a name with spaces": `diff --git a/a b b/a b\nindex 1234567..89abcde 100644\n--- a/a b\t\n+++ b/a b\t\n${HUNK}`,
  "a git binary patch":
    "diff --git a/l.bin b/l.bin\nnew file mode 100644\nindex 0000000000000000000000000000000000000000..85ae1b7123a5bd7f9bb18b8bf3d0f0ba5a9a3f34\nGIT binary patch\nliteral 4\nLcmZQzWMT#Y01f~L\n\nliteral 0\nHcmV?d00001\n\n",
  "timestamps of GNU diff": `--- linux.orig/k/f.c\t2019-05-01 10:00:00.000000000 +0000\n+++ linux/k/f.c\t2019-05-02 10:00:00.000000000 +0000\n${HUNK}`,
  "a quilt Index line": `Index: linux/k/f.c\n${"=".repeat(67)}\n--- linux.orig/k/f.c\n+++ linux/k/f.c\n${HUNK}`,
  "an hg diff": `diff -r 0123456789ab f.c\n--- a/f.c\tThu Jan 01 00:00:01 1970 +0000\n+++ b/f.c\tWed May 01 10:00:00 2019 +0000\n${HUNK}`,
  "file.orig": `--- a/f.c.orig\n+++ b/f.c\n${HUNK}`,
  "prose around": `diff against v1:\n--- see below\n\n${DIFF}\nsome words\n--- more\n`,
  "two files": `${DIFF}--- a/g.c\n+++ b/g.c\n${HUNK}`,
};

describe("diffs that git accepts", () => {
  it.each(Object.entries(accepted))("%s: files and counts are git's", (_name, diff) => {
    const git = withFolder((folder) => gitNumstat(folder, diff));
    const { files, problems } = parseDiff(diff);
    const ours = files.map((file) => [
      file.binary ? "-" : `${file.additions}`,
      file.binary ? "-" : `${file.deletions}`,
      file.newPath ?? file.oldPath,
    ]);
    expect(ours).toEqual(git);
    expect(problems).toEqual([]);
  });

  it.each(Object.entries(accepted))(
    "%s: the text that is given back is accepted with the same counts",
    (_name, diff) => {
      const { texts } = parseDiff(diff);
      withFolder((folder) => expect(gitNumstat(folder, texts.join(""))).toEqual(gitNumstat(folder, diff)));
    },
  );

  const status = (name: string): unknown => {
    const [file] = parseDiff(accepted[name] ?? "").files;
    return file && [file.status, file.oldPath, file.newPath, file.binary, file.oldMode, file.newMode, file.oldBlob];
  };
  it.each([
    ["a new file", ["added", null, "n.c", false, null, "100644", "000000000000"]],
    ["a deleted file", ["deleted", "n.c", null, false, "100644", null, "1234567"]],
    ["a mode change", ["mode", "run.sh", "run.sh", false, "100644", "100755", null]],
    ["a rename without change", ["renamed", "a b.c", "c d.c", false, null, null, null]],
    ["a copy", ["copied", "a.c", "b.c", false, "100644", "100644", "1234567"]],
    ["a C-quoted name", ["modified", "für\t.c", "für\t.c", false, "100644", "100644", "1234567"]],
    ["a git binary patch", ["added", null, "l.bin", true, null, "100644", "0".repeat(40)]],
    ["file.orig", ["modified", "f.c", "f.c", false, null, null, null]],
  ])("%s: status, names, modes", (name, wanted) => {
    expect(status(name)).toEqual(wanted);
  });
});

describe("diffs whose names git would cut", () => {
  it("keeps the folders of a diff without prefixes", () => {
    const git = `diff --git kernel/sched/core.c kernel/sched/core.c\nindex 1234567..89abcde 100644\n--- kernel/sched/core.c\n+++ kernel/sched/core.c\n${HUNK}`;
    const svn = `Index: src/a/f.c\n${"=".repeat(67)}\n--- src/a/f.c\t(revision 12)\n+++ src/a/f.c\t(working copy)\n${HUNK}`;
    expect(parseDiff(git).files[0]).toMatchObject({ oldPath: "kernel/sched/core.c", newPath: "kernel/sched/core.c" });
    expect(parseDiff(svn).files[0]).toMatchObject({ oldPath: "src/a/f.c", newPath: "src/a/f.c", status: "modified" });
  });

  it("takes the epoch for a file that is not there", () => {
    const added = `--- linux.orig/n.c\t1970-01-01 00:00:00.000000000 +0000\n+++ linux/n.c\t2019-05-02 10:00:00.000000000 +0000\n@@ -0,0 +1 @@\n+a\n`;
    expect(parseDiff(added).files[0]).toMatchObject({ oldPath: null, newPath: "n.c", status: "added" });
  });
});

describe("diffs that git refuses", () => {
  it("reads the binary files that only differ", () => {
    const { files } = parseDiff(
      "diff --git a/l.png b/l.png\nindex 1234567..89abcde 100644\nBinary files a/l.png and b/l.png differ\n",
    );
    expect(files).toMatchObject([{ newPath: "l.png", binary: true, additions: 0, deletions: 0, hunks: [] }]);
  });

  it("names a combined diff and takes nothing from it", () => {
    const { files, problems } = parseDiff(
      "diff --cc f.c\nindex 1,2..3\n--- a/f.c\n+++ b/f.c\n@@@ -1,1 -1,1 +1,2 @@@\n  a\n++b\n",
    );
    expect(files).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual(["combined-diff"]);
  });

  it("joins lines that a mail client wrapped, by the hunk's counts", () => {
    const long = "\tif (kvm_arch_vcpu_is_stopped(vcpu) && kvm_arch_vcpu_may_be_started(vcpu,";
    const wrapped = `--- a/f.c\n+++ b/f.c\n@@ -1,3 +1,3 @@\n {\n-\told();\n+${long}\nentry))\n }\n-- \n2.30\n`;
    const { files, problems } = parseDiff(wrapped);
    expect(problems.map(({ code }) => code)).toEqual(["hunk-mended"]);
    expect(files[0]?.hunks[0]).toMatchObject({ closed: true });
    expect(files[0]?.hunks[0]?.lines.map(({ text }) => text)).toEqual(["{", "\told();", `${long} entry))`, "}"]);
  });

  it("gives a hunk to the file whose header stands above some text", () => {
    const { files, problems } = parseDiff(DIFF.replace("@@ -10", "an edited line\n@@ -10"));
    expect(files).toMatchObject([{ newPath: "arch/x/kvm.c", additions: 2 }]);
    expect(problems.map(({ code }) => code)).toEqual(["file-without-change", "text-between-hunks"]);
  });

  it("keeps hunks without a file apart", () => {
    const { files, orphans, problems } = parseDiff(`words\n${HUNK}`);
    expect(files).toEqual([]);
    expect(orphans).toMatchObject({ oldPath: null, newPath: null, additions: 1, deletions: 1 });
    expect(problems.map(({ code }) => code)).toEqual(["hunk-without-file"]);
  });
});
