/** Real git beside our own reading: the peer that the patch stage is measured against. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const env = {
  ...process.env,
  GIT_CONFIG_NOSYSTEM: "1",
  HOME: tmpdir(),
  LC_ALL: "C",
  GIT_CEILING_DIRECTORIES: tmpdir(),
};

/** Calls `use` with an empty folder that is removed afterwards. */
export function withFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "patch-peer-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function put(folder: string, path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

/** The diff from one text to another, as git writes it. */
export function gitDiff(folder: string, path: string, before: string, after: string, context = 3): string {
  put(folder, `a/${path}`, before);
  put(folder, `b/${path}`, after);
  const args = ["diff", "--no-index", "--no-prefix", `-U${context}`, "--no-color", "--", `a/${path}`, `b/${path}`];
  const { stdout } = spawnSync("git", args, { cwd: folder, env, encoding: "utf8", maxBuffer: 1 << 26 });
  return stdout;
}

/** `git apply` on a file; null when git refuses. */
export function gitApply(folder: string, path: string, before: string, diff: string): string | null {
  put(folder, path, before);
  const { status } = spawnSync("git", ["apply", "-"], { cwd: folder, env, input: diff });
  return status === 0 ? readFileSync(join(folder, path), "utf8") : null;
}

/** `git apply --numstat -z` of a diff: additions, deletions and name of each file; null when git refuses it. */
export function gitNumstat(folder: string, diff: string | Buffer): [string, string, string][] | null {
  const { status, stdout } = spawnSync("git", ["apply", "--numstat", "-z"], {
    cwd: folder,
    env,
    input: diff,
    encoding: "utf8",
  });
  if (status !== 0) return null;
  return stdout.split("\0").flatMap((line) => {
    const [added, deleted, ...name] = line.split("\t");
    return added === undefined || deleted === undefined ? [] : [[added, deleted, name.join("\t")]];
  });
}

export function git(folder: string, ...args: string[]): string {
  const identity = ["-c", "user.name=A. Author", "-c", "user.email=author@example.org", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...identity, ...args], { cwd: folder, env, encoding: "utf8" });
}
