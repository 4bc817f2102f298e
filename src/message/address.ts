/** Address lists (RFC 5322, 3.4 and 4.4), read in one pass and forgiving: quoted names, comments, groups, routes. */
import { decodeEncodedWords } from "./encoded-words.js";
import type { Mailbox } from "./message.js";

/** The parts of one address while it is read. */
interface Draft {
  /** Words outside angle brackets. */
  words: string;
  angle: string | null;
  comment: string;
  /** Whether the words hold an @, so that a colon after them names no group. */
  at: boolean;
}

/** Longest comment that is kept as a name. */
const MAX_COMMENT = 1000;

/** A hostile header may list millions; nobody reads more than these. */
const MAX_MAILBOXES = 2000;

/**
 * Mailboxes of a From, To, Cc or Reply-To value, encoded words decoded. A group's members are listed without it. The
 * comment after a bare address is its name: `user@host (A. Name)`.
 */
export function parseAddressList(value: string): Mailbox[] {
  const boxes: Mailbox[] = [];
  let draft: Draft = { words: "", angle: null, comment: "", at: false };
  // A quote that never closes quotes nothing, nor does any after it.
  let quotes = true;
  for (let i = 0; i <= value.length && boxes.length < MAX_MAILBOXES; ) {
    const char = value[i];
    if (char === undefined || char === "," || char === ";") {
      const box = mailboxOf(draft);
      if (box !== null) boxes.push(box);
      draft = { words: "", angle: null, comment: "", at: false };
      i++;
    } else if (char === ":" && !draft.at && draft.angle === null) {
      // The name of a group; its members follow up to the semicolon.
      draft.words = "";
      i++;
    } else if (char === '"') {
      const end = quotes ? closeQuote(value, i) : -1;
      if (end < 0) quotes = false;
      else draft.words += quoted(value.slice(i, end), draft.words === "");
      i = end < 0 ? i + 1 : end;
    } else i = readToken(value, i, draft);
  }
  return boxes;
}

/** Reads a comment, an address in angle brackets, an encoded word or a plain run of text; gives the index after it. */
function readToken(value: string, i: number, draft: Draft): number {
  if (value[i] === "(") {
    const end = closeComment(value, i);
    if (draft.comment.length < MAX_COMMENT) draft.comment = `${draft.comment} ${value.slice(i + 1, end - 1)}`.trim();
    draft.words += " ";
    return end;
  }
  if (value[i] === "<") {
    const close = value.indexOf(">", i);
    draft.angle = value.slice(i + 1, close < 0 ? value.length : close);
    return close < 0 ? value.length : close + 1;
  }
  const end = value.startsWith("=?", i) ? encodedEnd(value, i) : wordEnd(value, i + 1);
  const run = value.slice(i, end);
  draft.words += run;
  draft.at ||= run.includes("@");
  return end;
}

const SPECIAL = /["(<,;:]|=\?/g;

/** An encoded word, which mailers put around commas and colons too although a phrase may not have them. */
const ENCODED = /=\?[^?\s]{1,60}\?[bq]\?[^?\s]{0,500}\?=/iy;

function encodedEnd(value: string, at: number): number {
  ENCODED.lastIndex = at;
  return ENCODED.test(value) ? ENCODED.lastIndex : at + 2;
}

function wordEnd(value: string, from: number): number {
  SPECIAL.lastIndex = from;
  return SPECIAL.exec(value)?.index ?? value.length;
}

/** Index after the closing quote, or -1. */
function closeQuote(value: string, start: number): number {
  for (let i = start + 1; i < value.length; i++) {
    if (value[i] === "\\") i++;
    else if (value[i] === '"') return i + 1;
  }
  return -1;
}

function closeComment(value: string, start: number): number {
  let depth = 0;
  for (let i = start; i < value.length; i++) {
    const char = value[i];
    if (char === "\\") i++;
    else if (char === "(") depth++;
    else if (char === ")" && --depth === 0) return i + 1;
  }
  return value.length + 1;
}

/** A quoted string without its quotes. One before an @ is a local part and keeps them, which mailboxOf decides. */
function quoted(source: string, first: boolean): string {
  const inner = source.slice(1, source.endsWith('"') && source.length > 1 ? -1 : undefined).replace(/\\(.)/gs, "$1");
  return first ? inner : ` ${inner}`;
}

function mailboxOf(draft: Draft): Mailbox | null {
  const words = draft.words.trim();
  if (draft.angle !== null) {
    return { name: displayName(words === "" ? draft.comment : words), address: addressOf(draft.angle) };
  }
  if (words === "" && draft.comment === "") return null;
  if (!looksLikeAddress(words)) return { name: displayName(`${words} ${draft.comment}`.trim()), address: "" };
  return { name: displayName(draft.comment), address: addressOf(words) };
}

function looksLikeAddress(words: string): boolean {
  return words.includes("@") || / at \S+$/.test(words);
}

/** Words of printable ASCII with single spaces between: nothing to decode and nothing to clean. */
const PLAIN_NAME = /^(?:[\w.()-]+(?: [\w.()-]+)*)?$/;

/** A name fit for one line: decoded, control characters (which could forge a header) and doubled white space gone. */
function displayName(raw: string): string {
  if (PLAIN_NAME.test(raw)) return raw;
  const name = decodeEncodedWords(raw)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return /^'.*'$/.test(name) && name.length > 1 ? name.slice(1, -1).trim() : name;
}

const PLAIN_ADDRESS = /^[\w.+-]+@[\w.-]+$/;

/** RFC 5322, 4.4: a route `@a,@b:` before the address is obsolete. Archives write ` at ` for the @. */
function addressOf(raw: string): string {
  const route = raw.startsWith("@") ? raw.slice(raw.indexOf(":") + 1) : raw;
  if (PLAIN_ADDRESS.test(route)) return route;
  const plain = route.includes("@") ? route : restoreAt(route.trim());
  return plain.replace(/[\u0000-\u0020\u007f]+/g, "");
}

/** Undoes what archives do to an address: `user at host.tld` is `user@host.tld`. Anything else is returned as it is. */
export function restoreAt(address: string): string {
  const at = address.lastIndexOf(" at ");
  return at > 0 ? `${address.slice(0, at)}@${address.slice(at + 4)}` : address;
}
