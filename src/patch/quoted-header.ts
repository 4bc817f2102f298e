/** File headers in quotes: trimmed, wrapped, or without the hunk that `git apply` wants to see behind them. */
import { parseGitHeaderName, parseSide } from "./diff-names.js";
import { emptyDraft, type FileHeader, readFileHeader } from "./file-header.js";
import type { FileDiff } from "./patch.js";

/** Reads the file header at entry `k`; unlike in a patch, a lone `diff --git` line or `---`/`+++` pair will do. */
export function readQuotedHeader(texts: readonly string[], k: number): FileHeader | null {
  const text = texts[k] ?? "";
  const code = text.charCodeAt(0);
  if (code !== 100 && code !== 73 && code !== 45) return null;
  const header = readFileHeader(texts, k, texts.length);
  if (header !== null) return header;
  if (
    text.startsWith("--- ") &&
    (texts[k + 1] ?? "").startsWith("+++ ") &&
    isPath(text) &&
    isPath(texts[k + 1] ?? "")
  ) {
    return moved(readFileHeader([text, texts[k + 1] ?? "", "@@ -1 +1 @@"], 0, 3), k + 2);
  }
  return text.startsWith("diff --git ") ? readLoneGit(texts, k) : null;
}

function moved(header: FileHeader | null, next: number): FileHeader | null {
  return header === null ? null : { ...header, next };
}

/** `--- a/name`, not a rule of dashes or a sentence. */
function isPath(line: string): boolean {
  const { name } = parseSide(line);
  return name === null || (name !== "" && !name.includes(" ") && (name.includes("/") || name.includes(".")));
}

/** A `diff --git` line of which the rest was trimmed, or that the mail client broke before its second name. */
function readLoneGit(texts: readonly string[], k: number): FileHeader | null {
  const whole = parseGitHeaderName(texts[k] ?? "");
  const joined = whole ?? parseGitHeaderName(`${(texts[k] ?? "").trimEnd()} ${(texts[k + 1] ?? "").trimStart()}`);
  if (joined === null) return null;
  const from = whole === null ? k + 2 : k + 1;
  const rest = readFileHeader([`diff --git a/${joined} b/${joined}`, ...texts.slice(from, from + 12)], 0, 13);
  if (rest !== null) return { ...rest, next: from + rest.next - 1 };
  return { ...emptyDraft(), oldPath: joined, newPath: joined, next: from };
}

/** A file that changes without hunks still counts. */
export function isBoundary(file: FileDiff): boolean {
  return file.binary || file.status !== "modified";
}

/** True for the line by which git says that a file is binary, with its data behind it or without. */
export function isBinaryMark(line: string): boolean {
  return (
    line.startsWith("GIT binary patch") || (line.startsWith("Binary files ") && line.trimEnd().endsWith(" differ"))
  );
}
