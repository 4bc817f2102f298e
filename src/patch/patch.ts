/**
 * One patch as data: what a mail's body holds of a commit, its message and its diff, and where in the body each line
 * of the diff stands, so that a comment can be put under it.
 */
import type { Problem } from "../errors.js";
import type { Mailbox } from "../message/message.js";

export type FileStatus = "modified" | "added" | "deleted" | "renamed" | "copied" | "mode";

/** One line of a hunk. `at` is the 0-based line number in the text that the diff was cut from (the message body). */
export interface HunkLine {
  kind: " " | "+" | "-";
  text: string;
  /** True when "\ No newline at end of file" follows. */
  noNewline?: boolean;
  at: number;
}

/** A hunk of a unified diff (GNU diffutils manual, "Detailed Unified"). Starts are 1-based line numbers. */
export interface Hunk {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  /** The text after the second @@. */
  section: string;
  lines: HunkLine[];
  /** True when the counted lines are all there. */
  closed: boolean;
  /** 0-based line number of the @@ line in the text that the diff was cut from. */
  at: number;
}

/** The changes to one file, names C-unquoted and without a/ and b/. Counts are as `git apply --numstat` gives them. */
export interface FileDiff {
  oldPath: string | null;
  newPath: string | null;
  status: FileStatus;
  binary: boolean;
  additions: number;
  deletions: number;
  /** Abbreviated blob ids of the `index` line, or null. */
  oldBlob: string | null;
  newBlob: string | null;
  oldMode: string | null;
  newMode: string | null;
  hunks: Hunk[];
  /** 0-based line number where this file's diff begins in the text it was cut from. */
  at: number;
}

export interface Trailer {
  key: string;
  value: string;
}

/**
 * How well the lines of the diff came through: "exact" as sent; "unquoted" taken out of a reply's quotes;
 * "indent-lost" taken out of quotes whose leading white space an archive or client ate, so that context lines
 * match a file only with white space ignored.
 */
export type DiffFidelity = "exact" | "unquoted" | "indent-lost";

/** A patch taken out of a message. `messageId` is of the mail it stands in. */
export interface Patch {
  messageId: string | null;
  /** Decoded subject of the patch mail. */
  subject: string;
  /** Subject without prefixes, or the in-body Subject. */
  title: string;
  /** Commit message without title, notes below ---, signature; scissors kept to. Trailers included, as git would commit it. */
  description: string;
  trailers: Trailer[];
  author: Mailbox;
  files: FileDiff[];
  /** The diff as it can be given to git apply (LF line ends). */
  diff: string;
  /** Quote depth that the diff was taken from; 0 when the mail itself is the patch. */
  depth: number;
  fidelity: DiffFidelity;
  /** The lines of the body that `at` numbers refer to, as they stand in the mail (quote marks included). */
  bodyLines: readonly string[];
  problems: Problem[];
}
