/**
 * Trimmed quotes of a patch for a reply: the lines around what a comment is about, as they stand in the mail, with the
 * file and hunk headers that say where they are. Cuts are marked `[ ... ]`, without a quote mark: nobody sent that line.
 */
import { formatHunkHeader } from "../patch/hunk-header.js";
import type { FileDiff, Hunk, HunkLine, Patch } from "../patch/patch.js";
import { readQuote } from "../patch/quote-marks.js";
import type { Finding } from "../review/finding.js";
import { findNearestLine, findShownLine, numberedLines, placeOf, type ShownLine } from "./locate.js";
import { mailSafe } from "./visible.js";

export const CUT = "[ ... ]";

/** RFC 5322, section 2.1.1: a line has at most 998 octets; the rest of a longer one is not quoted. */
const MAX_OCTETS = 990;
/** Lines quoted before the commented one, and how far up a witness in the same hunk may pull the quote. */
const LEAD = 3;
const MAX_LEAD = 9;
/** Lines of a statement that goes over several. */
const MAX_STATEMENT = 4;

const HASH_COMMAND = /#(syz|regzb|review)/gi;

/**
 * Takes the life out of what bots obey: netdev's bot reads `pw-bot:` anywhere in a body (its documentation), syzbot
 * `#syz` and regzbot `#regzbot` at the start of a line. A blank in the middle keeps it readable.
 */
export const defuse = (line: string): string =>
  line.replace(/pw-bot:/gi, (found) => `${found.slice(0, -1)} :`).replace(HASH_COMMAND, "# $1");

/** {@link defuse} for a URL, which holds no blank: a character of the command is percent-encoded, and the URL leads where it did. */
export const defuseUrl = (url: string): string =>
  url
    .replace(/pw-bot:/gi, (found) => `${found.slice(0, -1)}%3A`)
    .replace(HASH_COMMAND, (found) => `#%${found.charCodeAt(1).toString(16)}${found.slice(2)}`);

/** {@link defuse} for lines without a quote mark: there a name or code of strangers must not give a tag either, which b4 takes. */
export const defuseOwn = (line: string): string => defuse(line).replace(/-by:/gi, (found) => `${found.slice(0, -1)} :`);

const clipOctets = (line: string): string => {
  if (Buffer.byteLength(line, "utf8") <= MAX_OCTETS) return line;
  let end = 0;
  let octets = 0;
  for (const char of line) {
    octets += Buffer.byteLength(char, "utf8");
    if (octets > MAX_OCTETS - CUT.length - 1) break;
    end += char.length;
  }
  return `${line.slice(0, end)} ${CUT}`;
};

/** A line of the answered mail behind its quote mark; an empty one gets the mark alone, as mail clients write it. */
const quoteLine = (line: string): string => clipOctets(defuse(line === "" ? ">" : `> ${mailSafe(line)}`));

/** A line of the body without the quote marks that a reply put before it. */
const withoutMarks = (line: string, depth: number): string => {
  if (depth === 0) return line;
  const rest = line.slice(readQuote(line).start);
  return rest.startsWith(" ") ? rest.slice(1) : rest;
};

/** The line of the mail at `at`, its quote marks off, when it begins as expected; else what stands for it. */
const sentLine = (patch: Patch, at: number, begins: readonly string[], otherwise: string): string => {
  const line = withoutMarks(patch.bodyLines[at] ?? "", patch.depth);
  return begins.some((start) => line.startsWith(start)) ? line : otherwise;
};

const fileLine = (patch: Patch, file: FileDiff): string => {
  const name = file.newPath ?? file.oldPath ?? "";
  return sentLine(patch, file.at, ["diff --git ", "--- ", "Index: "], `diff --git a/${file.oldPath ?? name} b/${name}`);
};

const hunkLine = (patch: Patch, hunk: Hunk): string => sentLine(patch, hunk.at, ["@@ "], formatHunkHeader(hunk));

/**
 * A line of a hunk as the mail has it. Flowed or quoted bodies differ from the diff: there the diff's line is given, and
 * where an archive ate the indentation none is made up.
 */
const codeLine = (patch: Patch, line: HunkLine): string => {
  if (patch.fidelity === "indent-lost") return `${line.kind} ${line.text.trim()}`.trimEnd();
  const whole = line.kind + line.text;
  const sent = patch.depth === 0 ? patch.bodyLines[line.at] : undefined;
  // A client that strips trailing blanks sends a blank context line as an empty one.
  return sent !== undefined && (sent.startsWith(whole) || whole.trimEnd() === sent) ? sent : whole;
};

/** Where a finding's comment goes: `exact` when the patch shows the very line. */
export interface Anchor {
  shown: ShownLine;
  exact: boolean;
}

/** The place for the comment of a finding: its line, else a witness that the patch shows, else the nearest hunk of its file. */
export const anchorOf = (patch: Patch, finding: Finding): Anchor | null => {
  const own = findShownLine(patch, placeOf(finding));
  if (own !== null) return { shown: own, exact: true };
  for (const site of finding.witness) {
    const shown = findShownLine(patch, site);
    if (shown !== null) return { shown, exact: false };
  }
  const nearest = findNearestLine(patch, finding);
  return nearest === null ? null : { shown: nearest, exact: false };
};

/** `at`, or the line that opens the block comment which `at` stands in, when it is not above `least`. */
const commentStart = (hunk: Hunk, at: number, least: number): number => {
  for (let index = at; index >= least; index -= 1) {
    const text = hunk.lines[index]?.text.trim() ?? "";
    if (text.startsWith("/*")) return index;
    if (!text.startsWith("*")) return at;
  }
  return at;
};

/** How much is quoted above the commented line: what explains it, one line, or nothing. */
export const CONTEXTS = ["full", "line", "none"] as const;
export type QuoteContext = (typeof CONTEXTS)[number];

/** False for a line that says nothing by itself: a blank one, or a piece of a comment. */
const explains = (line: HunkLine | undefined): boolean => {
  const text = line?.text.trim() ?? "";
  return text !== "" && !text.startsWith("*");
};

/** The first line to quote: some context, and up to the first witness of the finding in this hunk when it is near. */
const firstLine = (shown: ShownLine, finding: Finding, context: QuoteContext): number => {
  if (context === "none") return shown.index;
  if (context === "line") return Math.max(0, shown.index - (explains(shown.hunk.lines[shown.index - 1]) ? 1 : 0));
  const path = shown.file.newPath ?? shown.file.oldPath;
  const sites = new Set(finding.witness.filter((w) => w.path === path && w.side === "new").map((w) => w.line));
  const from = Math.max(0, shown.index - MAX_LEAD);
  const near = numberedLines(shown.hunk)
    .slice(from, shown.index)
    .findIndex(({ newLine }) => newLine !== null && sites.has(newLine));
  const lead = Math.min(Math.max(0, shown.index - LEAD), near < 0 ? shown.index : from + near);
  const start = commentStart(shown.hunk, lead, from);
  // A cut that hides one or two lines is longer than what it hides.
  return start <= 2 ? 0 : start;
};

const openParentheses = (text: string): number => {
  let open = 0;
  for (const char of text) open += char === "(" ? 1 : char === ")" ? -1 : 0;
  return open;
};

/** Index of the last line of the statement that begins at `index`, by its parentheses; a few lines at most. */
export const statementEnd = (hunk: Hunk, index: number): number => {
  const { kind } = hunk.lines[index] ?? {};
  let open = 0;
  for (let at = index; at < Math.min(hunk.lines.length, index + MAX_STATEMENT); at += 1) {
    const line = hunk.lines[at];
    if (line === undefined || (line.kind !== kind && line.kind !== " ")) break;
    open += openParentheses(line.text.slice(0, MAX_OCTETS));
    if (open <= 0) return at;
  }
  return index;
};

/** What has been quoted so far, so that each line is quoted once and headers only where the place changes. */
export interface QuoteState {
  readonly file: FileDiff | null;
  readonly hunk: Hunk | null;
  readonly next: number;
}

/** Before anything is quoted. */
export const NOTHING_QUOTED: QuoteState = { file: null, hunk: null, next: 0 };

/** The quote above one comment, and the state after it. Comments must come in the order of the patch. */
export const quoteFor = (
  patch: Patch,
  { shown }: Anchor,
  finding: Finding,
  before: QuoteState,
  context: QuoteContext,
): { lines: string[]; after: QuoteState } => {
  const { file, hunk, index } = shown;
  const lines: string[] = [];
  if (before.file !== file) lines.push(quoteLine(fileLine(patch, file)));
  const sameHunk = before.hunk === hunk;
  if (!sameHunk) lines.push(quoteLine(hunkLine(patch, hunk)));
  const next = sameHunk ? before.next : 0;
  const start = Math.max(next, firstLine(shown, finding, context));
  if (start > next) lines.push(CUT);
  const end = statementEnd(hunk, index);
  for (const line of hunk.lines.slice(start, end + 1)) lines.push(quoteLine(codeLine(patch, line)));
  return { lines, after: { file, hunk, next: Math.max(next, end + 1) } };
};
