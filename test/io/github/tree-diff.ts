/** What changed between two trees: as GitHub lists files, and as the text that git prints. */
import type { Entry, ObjectStore } from "./git-objects.js";
import { type Hunk, hunksOf } from "./line-diff.js";

export interface FileChange {
  status: "added" | "removed" | "modified" | "renamed";
  path: string;
  previous: string;
  before: Entry | undefined;
  after: Entry | undefined;
  binary: boolean;
  hunks: Hunk[];
  additions: number;
  deletions: number;
}

const count = (hunks: readonly Hunk[], mark: string): number =>
  hunks.reduce((sum, { lines }) => sum + lines.filter((line) => line.startsWith(mark)).length, 0);

function change(
  store: ObjectStore,
  path: string,
  before: Entry | undefined,
  after: Entry | undefined,
  previous: string,
): FileChange {
  const bytes = (entry: Entry | undefined): Buffer =>
    entry === undefined
      ? Buffer.alloc(0)
      : (store.blobs.get(entry.sha) ?? Buffer.from(`Subproject commit ${entry.sha}\n`));
  const [oldBytes, newBytes] = [bytes(before), bytes(after)];
  const binary = oldBytes.includes(0) || newBytes.includes(0);
  const hunks = binary || before?.sha === after?.sha ? [] : hunksOf(oldBytes.toString(), newBytes.toString());
  const moved = previous !== path ? "renamed" : "modified";
  const status = before === undefined ? "added" : after === undefined ? "removed" : moved;
  const [additions, deletions] = [count(hunks, "+"), count(hunks, "-")];
  return { status, path, previous, before, after, binary, hunks, additions, deletions };
}

/** All changed files by path. A rename is told only of a file whose bytes stayed the same. */
export function treeDiff(store: ObjectStore, oldTree: string, newTree: string): FileChange[] {
  const [a, b] = [store.files(oldTree), store.files(newTree)];
  const gone = [...a].filter(([path]) => !b.has(path));
  const changes: FileChange[] = [];
  const sources = new Set<string>();
  for (const [path, after] of b) {
    const before = a.get(path);
    if (before?.sha === after.sha && before.mode === after.mode) continue;
    const from =
      before === undefined ? gone.find(([old, { sha }]) => sha === after.sha && !sources.has(old)) : undefined;
    if (from !== undefined) sources.add(from[0]);
    changes.push(change(store, path, before ?? from?.[1], after, from?.[0] ?? path));
  }
  for (const [path, before] of gone) if (!sources.has(path)) changes.push(change(store, path, before, undefined, path));
  return changes.sort((x, y) => Buffer.compare(Buffer.from(x.path), Buffer.from(y.path)));
}

const range = (start: number, lines: number): string => (lines === 1 ? `${start}` : `${start},${lines}`);

export const hunkHeader = (h: Hunk): string =>
  `@@ -${range(h.oldStart, h.oldLines)} +${range(h.newStart, h.newLines)} @@${h.heading === "" ? "" : ` ${h.heading}`}`;

/** The hunks as `patch` of a listed file has them; GitHub leaves it out of binary and of unchanged files. */
export const patchOf = ({ hunks }: FileChange): string =>
  hunks.map((h) => [hunkHeader(h), ...h.lines].join("\n")).join("\n");

const ESCAPES: Record<number, string> = {
  7: "a",
  8: "b",
  9: "t",
  10: "n",
  11: "v",
  12: "f",
  13: "r",
  34: '"',
  92: "\\",
};

/** A name as git prints it with core.quotePath on: in quotes, bytes as octal, where it has more than plain ASCII. */
function quotePath(path: string): string {
  const bytes = [...Buffer.from(path)];
  if (bytes.every((b) => b >= 32 && b < 127 && ESCAPES[b] === undefined)) return path;
  const out = bytes.map((b) => {
    if (ESCAPES[b] !== undefined) return `\\${ESCAPES[b]}`;
    return b >= 32 && b < 127 ? String.fromCharCode(b) : `\\${b.toString(8).padStart(3, "0")}`;
  });
  return `"${out.join("")}"`;
}

const ZERO = "0".repeat(40);

function fileText(c: FileChange): string {
  const [a, b] = [quotePath(`a/${c.previous}`), quotePath(`b/${c.path}`)];
  const lines = [`diff --git ${a} ${b}`];
  const [oldMode, newMode] = [c.before?.mode, c.after?.mode];
  if (oldMode === undefined) lines.push(`new file mode ${newMode}`);
  else if (newMode === undefined) lines.push(`deleted file mode ${oldMode}`);
  else if (oldMode !== newMode) lines.push(`old mode ${oldMode}`, `new mode ${newMode}`);
  if (c.status === "renamed") {
    lines.push("similarity index 100%", `rename from ${quotePath(c.previous)}`, `rename to ${quotePath(c.path)}`);
  }
  if (c.before?.sha !== c.after?.sha) {
    const mode = oldMode === newMode ? ` ${newMode}` : "";
    lines.push(`index ${(c.before?.sha ?? ZERO).slice(0, 10)}..${(c.after?.sha ?? ZERO).slice(0, 10)}${mode}`);
  }
  const [left, right] = [c.before === undefined ? "/dev/null" : a, c.after === undefined ? "/dev/null" : b];
  // Git ends a name that has a space with a tab, so that patch(1) sees where it ends.
  const ended = (name: string): string => (name.includes(" ") ? `${name}\t` : name);
  if (c.binary) lines.push(`Binary files ${left} and ${right} differ`);
  else if (c.hunks.length > 0) lines.push(`--- ${ended(left)}`, `+++ ${ended(right)}`, patchOf(c));
  return `${lines.join("\n")}\n`;
}

export const diffText = (changes: readonly FileChange[]): string => changes.map(fileText).join("");

export type Side = "LEFT" | "RIGHT";

/** The hunk in which a line of a side lies: only there does GitHub take a comment. */
export const hunkAt = (change: FileChange | undefined, side: Side, line: number): Hunk | undefined =>
  change?.hunks.find((h) => {
    const [start, lines] = side === "LEFT" ? [h.oldStart, h.oldLines] : [h.newStart, h.newLines];
    return line >= start && line < start + lines;
  });
