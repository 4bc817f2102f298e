/** The header block of a mail (RFC 5322, 2.2): where it ends, and its fields, unfolded and otherwise raw. */
import type { Problem } from "../errors.js";
import { decodeHeaderBytes } from "./charset.js";
import { HeaderFields } from "./header-fields.js";

export interface HeaderBlock {
  /** Values by lower-case name, in order, unfolded, encoded words still encoded. */
  fields: ReadonlyMap<string, readonly string[]>;
  /** Offset of the first byte of the body. */
  bodyStart: number;
}

/** The fields of a header that somebody will look at: their names, and what most other names do not share with them. */
export interface WantedFields {
  names: ReadonlySet<string>;
  looks: ReadonlySet<number>;
}

/** Fields by their names, in lower case. */
export function wantedFields(names: readonly string[]): WantedFields {
  return { names: new Set(names), looks: new Set(names.map((name) => lookOf(name, 0, name.length))) };
}

/** First and last letter of a name, in lower case, and its length. */
function lookOf(text: string, start: number, end: number): number {
  return ((text.charCodeAt(start) | 32) << 16) | ((text.charCodeAt(end - 1) | 32) << 8) | ((end - start) & 255);
}

/** Headers above this are worth a word; real ones stay below a tenth of it. Characters. */
const LARGE = 256 * 1024;

const NO_HEADERS: Problem = { code: "no-headers", message: "The mail has no header fields." };
const BROKEN_HEADER: Problem = {
  code: "broken-header",
  message: "A line among the headers is none; the body was taken to begin there.",
};

/**
 * Reads the header block. It ends at the first empty line, or, as in git's mailinfo, before the first line that can be
 * no header; blank lines, From lines and `>From ` lines before the first field are passed over. With `wanted` only these
 * fields are kept.
 */
export function parseHeaders(raw: Buffer, problems: Problem[], wanted?: WantedFields): HeaderBlock {
  const from = skipBlankLines(raw);
  const blockEnd = headerEnd(raw, from);
  const text = decodeHeaderBytes(raw.subarray(from, blockEnd.end));
  const fields = new HeaderFields(text);
  let name = "";
  let start = 0;
  let end = 0;
  let any = false;
  for (let pos = 0; pos < text.length; ) {
    const newline = text.indexOf("\n", pos);
    const lineEnd = newline < 0 ? text.length : newline;
    const first = text.charCodeAt(pos);
    if (first === 32 || first === 9) end = lineEnd;
    else {
      // A folded line before any field belongs to nothing.
      if (name !== "") fields.add(name, start, end);
      name = "";
      const colon = fieldColon(text, pos, lineEnd);
      if (colon >= 0) {
        any = true;
        name = wantedName(text, pos, colon, wanted);
        start = colon + 1;
        end = lineEnd;
      } else if (any || !/^>?From /.test(text.slice(pos, pos + 6))) {
        problems.push(any ? BROKEN_HEADER : NO_HEADERS);
        return { fields, bodyStart: offsetIn(raw, from, text, pos) };
      }
    }
    pos = lineEnd + 1;
  }
  if (name !== "") fields.add(name, start, end);
  if (text.length > LARGE) problems.push({ code: "large-headers", message: `The headers take ${text.length} bytes.` });
  if (!any) problems.push(NO_HEADERS);
  return { fields, bodyStart: blockEnd.body };
}

/** Where a character of the header's text stands in the mail: found again by counting lines, for a line's first. */
function offsetIn(raw: Buffer, from: number, text: string, pos: number): number {
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < pos; at = text.indexOf("\n", at + 1)) lines++;
  let offset = from;
  for (; lines > 0; lines--) offset = raw.indexOf(10, offset) + 1;
  return offset;
}

/** Longest name of a field that is believed; real ones stay below 40. */
const MAX_NAME = 1000;

/**
 * Where the colon after a field's name stands, or -1. A name is made of the characters 33-126; white space before the
 * colon is obsolete (RFC 5322, 4.5) but seen.
 */
function fieldColon(text: string, pos: number, lineEnd: number): number {
  const stop = Math.min(lineEnd, pos + MAX_NAME);
  let at = pos;
  while (at < stop && isNameChar(text.charCodeAt(at))) at++;
  if (at === pos) return -1;
  while (at < stop && (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9)) at++;
  return text.charCodeAt(at) === 58 ? at : -1;
}

function isNameChar(code: number): boolean {
  return code > 32 && code < 127 && code !== 58;
}

/** The lower-case name of a field, or "" for one that nobody wants: told by its looks where that is enough. */
function wantedName(text: string, pos: number, colon: number, wanted: WantedFields | undefined): string {
  if (wanted === undefined) return lowerName(text.slice(pos, colon));
  const spaced = text.charCodeAt(colon - 1) <= 32;
  if (!spaced && !wanted.looks.has(lookOf(text, pos, colon))) return "";
  const name = lowerName(text.slice(pos, colon));
  return wanted.names.has(name) ? name : "";
}

const lowerNames = new Map<string, string>();

/** The lower-case name of a field; the few names that mail uses are remembered. */
function lowerName(name: string): string {
  const known = lowerNames.get(name);
  if (known !== undefined) return known;
  const lower = name.trimEnd().toLowerCase();
  if (lowerNames.size < 500 && name.length < 60) lowerNames.set(name, lower);
  return lower;
}

function skipBlankLines(raw: Buffer): number {
  let pos = 0;
  // A byte order mark that an editor left.
  if (raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf) pos = 3;
  while (raw[pos] === 10 || raw[pos] === 13) pos++;
  return pos;
}

const EMPTY_LINE = Buffer.from("\n\n");
const EMPTY_CRLF_LINE = Buffer.from("\n\r\n");

function headerEnd(raw: Buffer, from: number): { end: number; body: number } {
  const lf = raw.indexOf(EMPTY_LINE, from);
  const block = raw.subarray(from, lf < 0 ? raw.length : lf);
  // One byte is looked for faster than three, and most archives hold no CR at all.
  const crlf = block.includes(13) ? block.indexOf(EMPTY_CRLF_LINE) : -1;
  if (crlf >= 0) return { end: from + crlf + 1, body: from + crlf + 3 };
  if (lf >= 0) return { end: lf + 1, body: lf + 2 };
  return { end: raw.length, body: raw.length };
}
