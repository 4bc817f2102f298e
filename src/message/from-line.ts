/**
 * The `From ` line of mailboxes: which one begins a mail, and what it says of the file's dialect. mbox(5); git's
 * builtin/mailsplit.c knows the same trouble: a body may hold a line that begins with "From " too.
 */

/**
 * mboxrd: every body line `>*From ` has one `>` more. mboxo: only `From ` itself was escaped. pipermail: a month of
 * Mailman 2's archiver, nothing escaped. format-patch: `git format-patch --stdout`, nothing escaped.
 */
export type MboxDialect = "mboxrd" | "mboxo" | "pipermail" | "format-patch";

/** What public-inbox puts before every mail of an mboxrd. */
const MBOXRD = "From mboxrd@z Thu Jan  1 00:00:00 1970";
/** git-format-patch(1): the date is a magic string by which file(1) knows such output. */
const FORMAT_PATCH = /^From (?:[0-9a-f]{40}|[0-9a-f]{64}) Mon Sep 17 00:00:00 2001$/;
const PIPERMAIL =
  /^From \S+(?: [^\s:]+)* at \S+ {1,2}(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/;
const DATED = /^From .*(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .*\d{1,2}:\d\d/;
const HEADER = /^[!-9;-~]+[ \t]*:/;

/** Whether a line is the From line that git-format-patch(1) writes. */
export function isFormatPatchLine(line: string): boolean {
  return FORMAT_PATCH.test(line);
}

/** The dialect that the first From line of a file, with the line after it, speaks for. */
export function detectDialect(line: string, next: string | null): MboxDialect {
  if (line === MBOXRD) return "mboxrd";
  if (FORMAT_PATCH.test(line)) return "format-patch";
  if (PIPERMAIL.test(line) && next !== null && /^From: .* at /.test(next)) return "pipermail";
  return "mboxo";
}

/**
 * Whether `line` begins a mail, `next` being the line after it (null at the end of the file) and `afterBlank` telling
 * whether a blank line or the start of the file stands before it.
 */
export function isSeparator(dialect: MboxDialect, line: string, next: string | null, afterBlank: boolean): boolean {
  if (line === MBOXRD) return true;
  const header = next !== null && (HEADER.test(next) || next.startsWith(">From "));
  if (dialect === "pipermail") {
    // The body may hold what git-format-patch(1) wrote, From line and From: header and all.
    if (next?.startsWith("From: ") !== true || FORMAT_PATCH.test(line)) return false;
    return PIPERMAIL.test(line) || (afterBlank && DATED.test(line));
  }
  if (FORMAT_PATCH.test(line)) return afterBlank && header;
  if (dialect === "format-patch") return afterBlank && header && DATED.test(line);
  if (!DATED.test(line)) return false;
  // In a mailbox that escapes, a mail may lack headers; only the blank line before it then tells it from prose.
  return header || (afterBlank && (next === null || next.trim() === ""));
}
