/** What an input is, told by its content: names of files lie, and standard input has none. */

import { isFormatPatchLine, isSeparator } from "./from-line.js";
import { hasDiff } from "./has-diff.js";

/**
 * gzip: compressed, look inside. mbox: any dialect, also a pipermail month and `git format-patch` output. mail: one
 * mail with its headers. html: a page. diff: a patch without any headers. text: a pasted page, or nothing known.
 * binary: no text at all.
 */
export type InputKind = "gzip" | "mbox" | "mail" | "html" | "diff" | "text" | "binary";

/** How many bytes from the start {@link inputKind} wants to see. */
export const KIND_BYTES = 65536;

const MAIL_FIELDS = new Set(
  "from to cc bcc subject date message-id in-reply-to references received return-path delivered-to mime-version content-type content-transfer-encoding sender reply-to list-id x-original-to x-mozilla-status authentication-results dkim-signature arc-seal x-patchwork-id errors-to".split(
    " ",
  ),
);

/** The kind of an input from its first bytes (all of it, or the first {@link KIND_BYTES}). */
export function inputKind(head: Uint8Array): InputKind {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, KIND_BYTES));
  const text = bytes
    .toString("latin1")
    .replace(/^\xef\xbb\xbf/, "")
    .replaceAll("\r\n", "\n");
  const start = text.trimStart();
  if (isMboxStart(start)) return "mbox";
  if (/^(?:<\?xml[^<]{0,200})?\s*<(?:!doctype\s+html|html|head|body|!--)/i.test(start.slice(0, 600))) return "html";
  if (text.includes("<!--beginarticle-->")) return "html";
  if (isMail(start)) return "mail";
  if (holdsMbox(text)) return "mbox";
  if (looksBinary(text)) return "binary";
  if (/^(?:diff --git |--- |Index: |@@ -)/.test(start)) return "diff";
  return /<(?:pre|div|p|br|table)\b[^<>]{0,200}>/i.test(start.slice(0, 300)) ? "html" : "text";
}

/** True for a text that is a patch with, at most, a description before it. */
export function isBareDiff(text: string): boolean {
  return hasDiff(text);
}

function isMboxStart(text: string): boolean {
  if (!text.startsWith("From ")) return false;
  const [line = "", next = ""] = text.slice(0, 4096).split("\n");
  return isFormatPatchLine(line) || /^From \S+.*\d/.test(line) || /^[!-9;-~]+:/.test(next);
}

/** A head of field lines of which one is a mail's; a first line "word: …" alone may be a pasted subject. */
function isMail(text: string): boolean {
  let fields = 0;
  let known = 0;
  for (let pos = 0; pos < text.length; ) {
    const newline = text.indexOf("\n", pos);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(pos, Math.min(end, pos + 200));
    if (line.trim() === "") break;
    const name = /^([!-9;-~]+)[ \t]*:/.exec(line)?.[1];
    if (name !== undefined) {
      fields++;
      if (MAIL_FIELDS.has(name.toLowerCase()) || name.toLowerCase().startsWith("x-")) known++;
    } else if (!/^[ \t]/.test(line) || fields === 0) break;
    pos = end + 1;
  }
  return known > 1 || (known === 1 && fields === 1);
}

/** A mailbox whose first mail is preceded by something else. */
function holdsMbox(text: string): boolean {
  for (let at = text.indexOf("\nFrom "); at >= 0; at = text.indexOf("\nFrom ", at + 1)) {
    const [, line = "", next = ""] = text.slice(at, at + 2048).split("\n");
    if (isSeparator("mboxo", line, next, false)) return true;
  }
  return false;
}

function looksBinary(text: string): boolean {
  const sample = text.slice(0, 4096);
  let control = 0;
  for (let i = 0; i < sample.length; i++) {
    const code = sample.charCodeAt(i);
    if (code < 9 || (code > 13 && code < 32 && code !== 27)) control++;
  }
  return control > 0 && control * 20 > sample.length;
}
