/** Hunks between pairs of files, as git finds them: one `git diff --no-index` over folders of numbered files. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runGit } from "../git-run.js";
import type { Changed } from "./file-diff.js";

/** Null where there is no file on that side. */
export interface Sides {
  old: Buffer | null;
  now: Buffer | null;
}

/** Options that make a diff the same whatever a person's settings are. */
export const PLAIN_DIFF = [
  "--no-color",
  "--no-ext-diff",
  "--no-textconv",
  "--no-relative",
  "--src-prefix=a/",
  "--dst-prefix=b/",
  "--unified=3",
  "--inter-hunk-context=0",
  "--diff-algorithm=default",
  "--ignore-submodules=none",
];
/** The same for what has no option. */
export const PLAIN_CONFIG = [
  "core.quotePath=true",
  "core.attributesFile=/dev/null",
  "diff.suppressBlankEmpty=false",
  "diff.orderFile=/dev/null",
  "core.autocrlf=false",
  "core.safecrlf=false",
].flatMap((setting) => ["-c", setting]);

/** What changed in each pair; null in place of all where git could not be run to its end. */
export async function blobHunks(pairs: readonly Sides[]): Promise<Changed[] | null> {
  if (pairs.length === 0) return [];
  const folder = await mkdtemp(join(tmpdir(), "patchwitness-"));
  try {
    for (const side of ["a", "b"]) await mkdir(join(folder, side));
    for (const [n, { old, now }] of pairs.entries()) {
      if (old !== null) await writeFile(join(folder, "a", `${n}`), old, { flag: "wx", mode: 0o600 });
      if (now !== null) await writeFile(join(folder, "b", `${n}`), now, { flag: "wx", mode: 0o600 });
    }
    const run = await runGit(folder, [
      ...PLAIN_CONFIG,
      "diff",
      "--no-index",
      "--no-renames",
      ...PLAIN_DIFF,
      "--",
      "a",
      "b",
    ]);
    // 1 says that they differ.
    return run.code === 0 || run.code === 1 ? byPair(run.stdout, pairs.length) : null;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every line of a file's text has a mark before it, so that only git begins a line with a word. */
function byPair(text: string, count: number): Changed[] {
  const found: Changed[] = Array.from({ length: count }, () => null);
  let at = -1;
  let lines: string[] = [];
  const put = (): void => {
    const start = lines.findIndex((line) => line.startsWith("@@ "));
    const binary = lines.some((line) => line.startsWith("Binary files "));
    if (at >= 0 && at < count) found[at] = start >= 0 ? lines.slice(start).join("\n") : binary ? "binary" : null;
    lines = [];
  };
  for (const line of text.split("\n")) {
    if (line.startsWith("diff --git ")) {
      put();
      at = Number(/\/(\d+)$/.exec(line)?.[1] ?? -1);
    } else if (line !== "") lines.push(line);
  }
  put();
  return found;
}
