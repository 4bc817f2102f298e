/**
 * Edits that a comment may suggest. An edit is kept only when the rule was asked again with it on top of the series and has nothing
 * to say any more, and no other rule has anything new to say: GitHub commits a suggestion at the press of a button.
 */
import type { LockCall } from "../analysis/models.js";
import type { PullFinding } from "../report/github/pull-report.js";
import type { ReviewResult } from "../review/finding.js";
import type { SelectedPatch } from "../review/select-patches.js";
import type { CFile } from "../source/ast.js";
import { commitPatch } from "./commit-patch.js";
import { lockAround } from "./lock-edit.js";

export interface EditPorts {
  /** Text of a file at the head. */
  file(path: string): Promise<string | null>;
  /** Reads a text as C. */
  readC(path: string, text: string): CFile;
  locks: ReadonlyMap<string, LockCall>;
  /** Reviews the series with one more patch. */
  review(patches: readonly SelectedPatch[]): Promise<ReviewResult>;
}

/** Edits that are tried for one pull request: each is a review of its own. */
const MAX_TRIED = 5;
/** Lines around an edit in its diff. */
const CONTEXT = 3;

/** The findings, those of them with an edit that have one. The series is that of the review. */
export async function withEdits(
  findings: readonly PullFinding[],
  patches: readonly SelectedPatch[],
  ports: EditPorts,
): Promise<PullFinding[]> {
  const out: PullFinding[] = [];
  let tried = 0;
  for (const one of findings) {
    const edit = tried >= MAX_TRIED ? null : await editOf(one, ports);
    if (edit === null) {
      out.push(one);
      continue;
    }
    tried++;
    out.push((await isProven(one, edit, patches, ports)) ? { ...one, edit: edit.lines } : one);
  }
  return out;
}

interface Edit {
  path: string;
  /** The file at the head. */
  text: string;
  from: number;
  to: number;
  lines: string[];
}

async function editOf({ finding, place, exact }: PullFinding, ports: EditPorts): Promise<Edit | null> {
  const { around, confidence } = finding;
  // What was not read with its tree may be sound for reasons that are not shown.
  if (around === undefined || confidence !== "high" || place === null || !exact || place.side !== "RIGHT") return null;
  const text = await ports.file(place.path);
  if (text === null) return null;
  const [from, to] = [place.startLine ?? place.line, place.line];
  const read = (changed: string): CFile => ports.readC(place.path, changed);
  const lines = lockAround(text, { from, to }, { ...around, function: finding.function }, ports.locks, read);
  return lines === null ? null : { path: place.path, text, from, to, lines };
}

async function isProven(
  { finding }: PullFinding,
  edit: Edit,
  patches: readonly SelectedPatch[],
  { review }: EditPorts,
): Promise<boolean> {
  const commit = { sha: "f".repeat(40), parents: [], message: "edit", author: { name: "", email: "" }, date: null };
  const total = patches.length + 1;
  const { reviewed } = await review([...patches, commitPatch(commit, diffOf(edit), total, total)]);
  const last = reviewed.at(-1);
  const before = reviewed.slice(0, -1).flatMap(({ findings }) => findings);
  const gone = before.some(({ id, status }) => id === finding.id && status === "fixed-later");
  const quiet = last?.report.analysed === "tree" && last.findings.every(({ status }) => status === "pre-existing");
  return gone && quiet;
}

/** The edit as git would show it. */
function diffOf({ path, text, from, to, lines }: Edit): string {
  const all = text.split("\n");
  const start = Math.max(1, from - CONTEXT);
  const before = all.slice(start - 1, from - 1);
  const after = all.slice(to, to + CONTEXT).filter((line, n) => to + n < all.length - 1 || line !== "");
  const old = all.slice(from - 1, to);
  const [oldLines, newLines] = [old, lines].map(({ length }) => before.length + length + after.length);
  const marked = (mark: string, some: readonly string[]): string[] => some.map((line) => mark + line);
  return [
    `diff --git a/${path} b/${path}`,
    `--- a/${path}`,
    `+++ b/${path}`,
    `@@ -${start},${oldLines} +${start},${newLines} @@`,
    ...marked(" ", before),
    ...marked("-", old),
    ...marked("+", lines),
    ...marked(" ", after),
    "",
  ].join("\n");
}
