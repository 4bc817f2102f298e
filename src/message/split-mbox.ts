/**
 * Cuts an mbox into its mails, on bytes and without copying them: a mail is a slice of what was read, unless a line of
 * it had to be un-escaped or it spans two reads. Formats: mbox(5), the mboxrd of qmail's and public-inbox's archives,
 * the months that pipermail writes (which escape nothing), and what `git format-patch --stdout` prints.
 */
import type { Problem } from "../errors.js";
import { detectDialect, isSeparator, type MboxDialect } from "./from-line.js";

/** A mail as it stood in an mbox: headers and body, the `From ` line and the blank line before the next one removed. */
export interface RawMail {
  bytes: Buffer;
  /** The `From ` line without its line end; "" for bytes that stood before the first one. */
  fromLine: string;
  problems: Problem[];
}

export interface MboxOptions {
  /** Told apart by the first `From ` line when it is not given. */
  dialect?: MboxDialect;
  /** A mail longer than this is cut, with a problem. Bytes. */
  maxBytes?: number;
}

/** Longest mail that is kept whole (25 MiB, what large mail providers accept); the rest of a longer one is dropped. */
export const MAX_MAIL_BYTES = 25 * 1024 * 1024;

/** A separator and the line after it fit in this many bytes, or it is none. */
const LOOKAHEAD = 2048;
const MARK = Buffer.from("\nFrom ");
const EMPTY = Buffer.alloc(0);

/** Splits an mbox that arrives in pieces: `push` each piece, then `end`; both return the mails completed by then. */
export class MboxSplitter {
  #dialect: MboxDialect | null;
  readonly #max: number;
  /** Bytes whose meaning the next piece decides; a line end is thought before the first line. */
  #carry: Buffer = Buffer.from("\n");
  /** How many of its first bytes are there to be looked back at only. */
  #context = 1;
  #pieces: Buffer[] = [];
  #kept = 0;
  #dropped = 0;
  #fromLine: string | null = null;

  constructor(options: MboxOptions = {}) {
    this.#dialect = options.dialect ?? null;
    this.#max = options.maxBytes ?? MAX_MAIL_BYTES;
  }

  /** The dialect as told so far; null before the first From line. */
  get dialect(): MboxDialect | null {
    return this.#dialect;
  }

  push(chunk: Buffer): RawMail[] {
    return this.#scan(this.#carry.length === 0 ? chunk : Buffer.concat([this.#carry, chunk]), false);
  }

  end(): RawMail[] {
    const mails = this.#scan(this.#carry, true);
    const last = this.#finish();
    if (last !== null) mails.push(last);
    return mails;
  }

  #scan(data: Buffer, final: boolean): RawMail[] {
    const mails: RawMail[] = [];
    let start = this.#context;
    let from = Math.max(0, start - 1);
    for (;;) {
      const at = data.indexOf(MARK, from);
      if (at < 0) break;
      const lineEnd = data.indexOf(10, at + 1);
      const nextEnd = lineEnd < 0 ? -1 : data.indexOf(10, lineEnd + 1);
      if (nextEnd < 0 && !final && data.length - at < LOOKAHEAD) {
        this.#suspend(data, start, at);
        return mails;
      }
      if (!this.#separates(data, at, lineEnd, nextEnd)) {
        from = at + 1;
        continue;
      }
      this.#keep(data.subarray(start, at + 1));
      const mail = this.#finish();
      if (mail !== null) mails.push(mail);
      this.#fromLine = text(data, at + 1, lineEnd);
      start = lineEnd < 0 ? data.length : lineEnd + 1;
      // The line end of the separator may begin the next one: a mail without a single line.
      from = Math.max(start - 1, at + 1);
    }
    if (final) this.#keep(data.subarray(start));
    else this.#suspend(data, start, data.length - MARK.length);
    return mails;
  }

  /** Keeps what belongs to the mail that begins at `start`, and holds back what begins at `at`, with a look back. */
  #suspend(data: Buffer, start: number, at: number): void {
    const hold = Math.max(0, at - 3);
    this.#keep(data.subarray(start, Math.max(start, hold)));
    this.#carry = data.subarray(hold);
    this.#context = Math.max(0, start - hold);
  }

  #separates(data: Buffer, at: number, lineEnd: number, nextEnd: number): boolean {
    if (lineEnd >= 0 && lineEnd - at > LOOKAHEAD) return false;
    const line = text(data, at + 1, lineEnd);
    const next =
      lineEnd < 0 ? null : text(data, lineEnd + 1, Math.min(nextEnd < 0 ? data.length : nextEnd, lineEnd + 257));
    const first = this.#fromLine === null && this.#kept === 0 && at === 0;
    if (this.#dialect === null) {
      this.#dialect = detectDialect(line, next);
      // Whatever its shape, a From line that begins the file begins a mail.
      if (first) return true;
    }
    return isSeparator(this.#dialect, line, next, first || isBlankBefore(data, at));
  }

  #keep(piece: Buffer): void {
    const room = this.#max - this.#kept;
    const part = piece.length > room ? piece.subarray(0, Math.max(0, room)) : piece;
    this.#dropped += piece.length - part.length;
    if (part.length === 0) return;
    this.#kept += part.length;
    this.#pieces.push(part);
  }

  #finish(): RawMail | null {
    const joined = this.#pieces.length === 1 ? (this.#pieces[0] ?? EMPTY) : Buffer.concat(this.#pieces);
    const fromLine = this.#fromLine;
    const dropped = this.#dropped;
    this.#pieces = [];
    this.#kept = 0;
    this.#dropped = 0;
    this.#fromLine = null;
    if (fromLine === null && isBlank(joined)) return null;
    const bytes = unescapeFrom(dropTrailingBlank(joined), this.#dialect ?? "mboxo");
    const problems: Problem[] = [];
    if (fromLine === null && this.#dialect !== null) {
      problems.push({ code: "no-from-line", message: "Text stood before the first From line of the mailbox." });
    }
    if (dropped > 0) problems.push(tooLarge(dropped, this.#max));
    return { bytes, fromLine: fromLine ?? "", problems };
  }
}

/** The problem of a mail that was cut at `max` bytes, `dropped` bytes of it being lost. */
export function tooLarge(dropped: number, max: number): Problem {
  return { code: "message-too-large", message: `The mail was cut at ${max} bytes; ${dropped} bytes were dropped.` };
}

/** All mails of an mbox that is in memory. */
export function splitMbox(bytes: Buffer, options: MboxOptions = {}): RawMail[] {
  const splitter = new MboxSplitter(options);
  const mails = splitter.push(bytes);
  for (const mail of splitter.end()) mails.push(mail);
  return mails;
}

/**
 * Takes back the escaping of body lines: mboxrd takes one `>` from every `>…>From `, mboxo only turns `>From ` back.
 * Months of pipermail and format-patch output were never escaped.
 */
function unescapeFrom(mail: Buffer, dialect: MboxDialect): Buffer {
  if (dialect === "pipermail" || dialect === "format-patch") return mail;
  const pieces: Buffer[] = [];
  let start = 0;
  for (let at = mail.indexOf(">From "); at >= 0; at = mail.indexOf(">From ", at + 1)) {
    let quote = at;
    while (quote > start && mail[quote - 1] === 62) quote--;
    const escaped = quote > 0 && mail[quote - 1] === 10 && (dialect === "mboxrd" || quote === at);
    if (!escaped) continue;
    pieces.push(mail.subarray(start, quote));
    start = quote + 1;
  }
  if (pieces.length === 0) return mail;
  pieces.push(mail.subarray(start));
  return Buffer.concat(pieces);
}

/** mbox(5): a blank line stands between a mail and the next From line; it is not part of the mail. */
function dropTrailingBlank(mail: Buffer): Buffer {
  const end = mail.length;
  if (end >= 2 && mail[end - 1] === 10 && mail[end - 2] === 10) return mail.subarray(0, end - 1);
  if (end >= 4 && mail[end - 1] === 10 && mail[end - 2] === 13 && mail[end - 3] === 10)
    return mail.subarray(0, end - 2);
  return mail;
}

function isBlankBefore(data: Buffer, at: number): boolean {
  if (at === 0) return false;
  return data[at - 1] === 10 || (data[at - 1] === 13 && data[at - 2] === 10);
}

function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 10 && byte !== 13 && byte !== 32 && byte !== 9) return false;
  return true;
}

function text(data: Buffer, start: number, end: number): string {
  const stop = end < 0 ? data.length : end;
  return data.toString("latin1", start, stop > start && data[stop - 1] === 13 ? stop - 1 : stop);
}
