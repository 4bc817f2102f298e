/**
 * From a message to its patch: what the mail is, the patch that it carries, and the diffs that it only quotes. This is
 * the stage's entry; split-body, parse-diff and unquote do the work.
 */
import { parseAddressList } from "../message/address.js";
import type { Mailbox, Message } from "../message/message.js";
import { parseSubject } from "../message/subject.js";
import { unflow, unstuff } from "./flowed.js";
import { type ParsedDiff, parseDiffLines, pushHunk } from "./parse-diff.js";
import type { FileDiff, Patch } from "./patch.js";
import { type SplitBody, splitBody, stripSpace } from "./split-body.js";
import { splitLines, type TextLines, toLines } from "./text-lines.js";
import { collectTrailers } from "./trailers.js";
import { type QuotedDiff, unquoteDiffs } from "./unquote.js";

export type MessageKind = "patch" | "cover" | "reply" | "pull-request" | "other";

export interface ReadPatches {
  kind: MessageKind;
  /** What `git am` would take from the mail; may be there beside a cover letter's or a pull request's kind. */
  patch: Patch | null;
  /** Diffs quoted in the mail, shallow depths first; a diff at depth 0 holds unquoted hunks without a file header. */
  quoted: QuotedDiff[];
  title: string;
  description: string;
  author: Mailbox;
}

/** Reads what a message holds of patches. Never throws; what is odd is in `patch.problems`. */
export function readPatches(message: Message): ReadPatches {
  const bodyLines = splitLines(message.body.text);
  const { split, parsed } = readBody(message, bodyLines);
  const quoted = mayQuoteHunk(message.body.text) ? unquoteDiffs(bodyLines) : [];
  if (parsed !== null && parsed.orphans !== null) quoted.unshift(bareDiff([parsed.orphans], hunkText(parsed.orphans)));
  if (parsed !== null && parsed.files.length > 0 && isBareReply(message, parsed)) {
    quoted.unshift(bareDiff(parsed.files, parsed.texts.join("")));
    parsed.files = [];
  }
  const kind = kindOf(message, parsed, quoted);
  const patch = parsed === null || parsed.files.length === 0 ? null : toPatch(message, split, parsed, bodyLines);
  if (patch !== null) {
    const { title, description, author } = patch;
    return { kind, patch, quoted, title, description, author };
  }
  // An answer that begins with the "From:" of what it quotes (Outlook) is still its sender's.
  const letter = kind === "cover" || kind === "pull-request";
  const { title, author } = letter
    ? headOf(message, split)
    : { title: message.subjectInfo.title, author: message.from };
  return { kind, patch, quoted, title, description: letter ? cutSignature(split.description) : "", author };
}

/** Title and author: in-body lines before the header's (git-mailinfo(1)). */
function headOf(message: Message, split: SplitBody): { title: string; author: Mailbox } {
  const { subject, from } = split.inBody;
  return {
    title: subject === null ? message.subjectInfo.title : parseSubject(subject).title,
    author: inBodyAuthor(from) ?? message.from,
  };
}

/** As {@link readPatches}' author of a mail that carries a patch, without reading its diff where that can be told apart. */
export function readAuthor(message: Message): Mailbox {
  if (message.body.flowed !== null) return readPatches(message).author;
  return inBodyAuthor(splitBody(toLines(message.body.text)).inBody.from) ?? message.from;
}

/** A letter ends at its signature (RFC 3676, 4.3). */
function cutSignature(text: string): string {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => line === "--" || line === "-- ");
  return end < 0 ? text : stripSpace(lines.slice(0, end));
}

interface BodyReading {
  split: SplitBody;
  /** null when the body has no patch part. */
  parsed: ParsedDiff | null;
}

/**
 * A flowed body is read three ways, and the one in which most hunks close is taken: un-flowed (as git does), with only the
 * stuffing undone (empty context lines end in a space and would be joined), or as it stands (mailers that stuff nothing).
 */
function readBody(message: Message, bodyLines: readonly string[]): BodyReading {
  const { flowed } = message.body;
  const raw = { lines: bodyLines, at: null };
  if (flowed === null) return readLines(raw);
  const best = readLines(unflow(bodyLines, flowed.delSp));
  if (best.parsed !== null && isSound(best.parsed)) return best;
  const others = [readLines({ lines: unstuff(bodyLines), at: null }), readLines(raw)];
  return others.reduce((found, next) => (score(next.parsed) > score(found.parsed) ? next : found), best);
}

function readLines(source: TextLines): BodyReading {
  const split = splitBody(source);
  if (split.patchFrom !== null) return { split, parsed: parseDiffLines(source, split.patchFrom) };
  // Without a patch part there can still be a bare hunk: a suggestion in an answer.
  const bare = source.lines.some((line) => line.startsWith("@@ -"));
  return { split, parsed: bare ? parseDiffLines(source) : null };
}

function isSound(parsed: ParsedDiff): boolean {
  return parsed.problems.length === 0 && parsed.files.length > 0;
}

/** Closed hunks count, those that had to be put right half. */
function score(parsed: ParsedDiff | null): number {
  if (parsed === null) return 0;
  let closed = 0;
  for (const { hunks } of parsed.files) for (const hunk of hunks) if (hunk.closed) closed += 2;
  return closed - parsed.problems.filter(({ code }) => code === "hunk-mended").length;
}

function toPatch(message: Message, split: SplitBody, parsed: ParsedDiff, bodyLines: readonly string[]): Patch {
  const { description } = split;
  return {
    messageId: message.messageId,
    subject: message.subject,
    ...headOf(message, split),
    description,
    trailers: collectTrailers(description),
    files: parsed.files,
    diff: parsed.texts.join(""),
    depth: 0,
    fidelity: "exact",
    bodyLines,
    problems: parsed.problems,
  };
}

/** The author of an in-body From: line, or null when it names no address. */
export function inBodyAuthor(from: string | null): Mailbox | null {
  if (from === null) return null;
  const [first] = parseAddressList(from);
  return first === undefined || first.address === "" ? null : first;
}

/** What Outlook puts above the mail that it quotes without any marks, in the languages met on lists. */
const OUTLOOK = /^-{2,10} ?(?:Original Message|Original-Nachricht|Message d'origine|原始邮件|邮件原件) ?-{2,10}\s*$/m;

/** An answer whose patch is that of the mail it answers: clients that quote so wrap it too, and `git am` would refuse it. */
function isBareReply(message: Message, parsed: ParsedDiff): boolean {
  return message.subjectInfo.reply && parsed.problems.length > 0 && OUTLOOK.test(message.body.text);
}

/** A diff that is quoted without marks, or shown without a file header: depth 0. */
function bareDiff(files: FileDiff[], diff: string): QuotedDiff {
  const hunks = files.flatMap((file) => file.hunks);
  const closed = hunks.filter((hunk) => hunk.closed).length;
  return { depth: 0, files, hunksClosed: closed, hunksOpen: hunks.length - closed, diff, fidelity: "exact" };
}

function hunkText(file: FileDiff): string {
  const parts: string[] = [];
  for (const hunk of file.hunks) pushHunk(parts, hunk);
  return `${parts.join("\n")}\n`;
}

/** True when "@@ -" stands in a line behind something else: only then is a quoted hunk possible. */
function mayQuoteHunk(text: string): boolean {
  for (let i = text.indexOf("@@ -"); i >= 0; i = text.indexOf("@@ -", i + 4)) {
    const before = text.charCodeAt(i - 1);
    if (i > 0 && before !== 10) return true;
  }
  return false;
}

/** Text that git-request-pull(1) writes. */
const REQUEST_PULL = "\nare available in the Git repository at:";

function kindOf(message: Message, parsed: ParsedDiff | null, quoted: readonly QuotedDiff[]): MessageKind {
  const { subjectInfo, inReplyTo, body } = message;
  const carries = parsed !== null && parsed.files.length > 0;
  const isReply = subjectInfo.reply || (quoted.some((diff) => diff.depth > 0) && !carries);
  if (!isReply && (subjectInfo.pull || isRequestPull(body.text))) return "pull-request";
  if (!isReply && subjectInfo.index === 0) return "cover";
  if (carries) return "patch";
  return isReply || inReplyTo.length > 0 ? "reply" : "other";
}

function isRequestPull(text: string): boolean {
  return text.startsWith("The following changes since commit ") ||
    text.includes("\nThe following changes since commit ")
    ? text.includes(REQUEST_PULL)
    : false;
}
