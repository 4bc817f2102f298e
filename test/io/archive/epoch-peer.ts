/** Epochs of public-inbox as git fast-import makes them, so that they need nothing but git. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const env = { ...process.env, GIT_CONFIG_NOSYSTEM: "1", HOME: tmpdir(), LC_ALL: "C" };

/** A commit: a mail came, was deleted, or (version 1) files were added and deleted. */
export type Commit =
  | { m: string }
  | { d: string }
  | { files: Record<string, string | null> }
  | { m: string; branch: string };

export function git(folder: string, args: readonly string[], input = ""): string {
  return execFileSync("git", ["-C", folder, ...args], { env, input, encoding: "utf8", maxBuffer: 1 << 26 });
}

/** Adds commits to the epoch at `path`, which is made when it is not there; with `rewrite` they are its whole history. */
export function writeEpoch(path: string, commits: readonly Commit[], rewrite = false): void {
  const fresh = !existsSync(path);
  if (fresh) execFileSync("git", ["init", "-q", "--bare", "-b", "master", path], { env });
  if (commits.length === 0) return;
  const lines: string[] = [];
  commits.forEach((commit, n) => {
    lines.push(`commit refs/heads/${"branch" in commit ? commit.branch : "master"}`);
    lines.push(`committer A <a@example.org> ${1_600_000_000 + n} +0000`, "data 1", "s");
    if (n === 0 && !fresh && !rewrite) lines.push("from refs/heads/master^0");
    if ("files" in commit) {
      for (const [name, text] of Object.entries(commit.files)) {
        lines.push(text === null ? `D ${name}` : `M 100644 inline ${name}\ndata ${Buffer.byteLength(text)}\n${text}`);
      }
    } else {
      const [name, text] = "m" in commit ? ["m", commit.m] : ["d", commit.d];
      lines.push("deleteall", `M 100644 inline ${name}\ndata ${Buffer.byteLength(text)}\n${text}`);
    }
  });
  // A rewritten history begins without a parent: another branch is made, and put in the place of the first.
  const script = `${lines.join("\n")}\n`;
  if (!rewrite) git(path, ["fast-import", "--quiet"], script);
  else {
    git(path, ["fast-import", "--quiet", "--force"], script.replaceAll("refs/heads/master", "refs/heads/rewritten"));
    git(path, ["update-ref", "refs/heads/master", "refs/heads/rewritten"]);
    git(path, ["update-ref", "-d", "refs/heads/rewritten"]);
  }
}

/** A mail of a test. */
export function mail(id: string, body = "text\n"): string {
  return `From: A. Author <author@example.org>\nSubject: ${id}\nDate: Tue, 3 Mar 2020 10:20:30 +0000\nMessage-ID: <${id}@example.org>\n\n${body}`;
}

/** Subjects of mails. */
export function subjects(texts: readonly string[]): string[] {
  return texts.map((text) => /^Subject: (.*)$/m.exec(text)?.[1] ?? text);
}

export const SHARED = join(import.meta.dirname, "../../../../shared");

/** The first mails of the shipped list archive as an epoch. */
export function corpusEpoch(path: string, count: number): void {
  const mbox = join(SHARED, "corpus/linux-riscv-2019-2020.mbox.gz");
  execFileSync(join(SHARED, "tools/mbox-to-epoch"), [mbox, path, String(count)], { env });
}
