/** Content-Transfer-Encodings (RFC 2045, 6) undone on bytes, as broken as lists leave them. */

import type { Problem } from "../errors.js";
import { hexPair } from "./encoded-words.js";

const SOFT = 61;

/** Quoted-printable to bytes. A `=` that encodes nothing stays; white space before a line end is transport padding. */
export function decodeQuotedPrintable(source: Buffer): Buffer {
  if (source.indexOf(SOFT) < 0) return source;
  const out = Buffer.allocUnsafe(source.length);
  let length = 0;
  let pos = 0;
  while (pos < source.length) {
    const mark = source.indexOf(SOFT, pos);
    const stop = mark < 0 ? source.length : mark;
    length += source.copy(out, length, pos, stop);
    if (mark < 0) break;
    const byte = hexPair(source, mark + 1);
    if (byte >= 0) {
      out[length++] = byte;
      pos = mark + 3;
      continue;
    }
    const next = softBreak(source, mark + 1);
    if (next < 0) out[length++] = SOFT;
    pos = next < 0 ? mark + 1 : next;
  }
  return out.subarray(0, length);
}

/** Offset after a soft line break that goes on at `at`, or -1. */
function softBreak(source: Buffer, at: number): number {
  let pos = at;
  while (source[pos] === 32 || source[pos] === 9) pos++;
  if (pos === source.length) return pos;
  if (source[pos] === 13 && source[pos + 1] === 10) return pos + 2;
  return source[pos] === 10 ? pos + 1 : -1;
}

/**
 * Base64 to bytes. Mailing lists append their footer to such a body in clear text: from the first line that cannot be
 * base64 on, the rest is handed back as it is. A long line with a few strange bytes is a damaged one and read without
 * them, with a problem.
 */
export function decodeBase64Body(source: Buffer, problems: Problem[]): { decoded: Buffer; clear: Buffer } {
  if (isClean(source))
    return { decoded: Buffer.from(source.toString("latin1"), "base64"), clear: source.subarray(0, 0) };
  let pos = 0;
  let end = 0;
  let padded = false;
  let damaged = false;
  while (pos < source.length) {
    const newline = source.indexOf(10, pos);
    const next = newline < 0 ? source.length : newline + 1;
    const kind = lineKind(source, pos, next);
    if (kind === "clear" || (padded && kind !== "blank" && !isWholeLine(source, pos, next))) break;
    if (kind === "damaged") damaged = true;
    if (kind !== "blank") {
      end = next;
      padded = endsPadded(source, next);
    }
    pos = next;
  }
  if (damaged) problems.push({ code: "bad-base64", message: "Bytes that are not base64 were left out of the body." });
  const rest = source.subarray(end);
  return { decoded: decodeSegments(source.subarray(0, end)), clear: isBlank(rest) ? rest.subarray(0, 0) : rest };
}

/** Whether all of it is base64, padded at its end only: the usual case, told by two searches. */
function isClean(source: Buffer): boolean {
  const text = source.toString("latin1");
  if (/[^A-Za-z0-9+/=\r\n]/.test(text)) return false;
  const padding = text.indexOf("=");
  return padding < 0 || /^[=\r\n]*$/.test(text.slice(padding));
}

function lineKind(source: Buffer, start: number, end: number): "blank" | "base64" | "clear" | "damaged" {
  let good = 0;
  let bad = 0;
  for (let i = start; i < end; i++) {
    const byte = source[i] ?? 0;
    if (byte === 10 || byte === 13) continue;
    if (isBase64(byte)) good++;
    else if (byte !== 32 && byte !== 9) bad++;
    else if (i > start && i + 2 < end) bad++;
  }
  if (good === 0 && bad === 0) return "blank";
  if (bad === 0) return "base64";
  return good >= 56 && bad * 10 <= good ? "damaged" : "clear";
}

/** After padding only a line of whole groups goes on with base64; a lone word is the list's footer. */
function isWholeLine(source: Buffer, start: number, end: number): boolean {
  let length = 0;
  for (let i = start; i < end; i++) if (isBase64(source[i] ?? 0)) length++;
  return length % 4 === 0 && length >= 40;
}

function endsPadded(source: Buffer, end: number): boolean {
  let i = end - 1;
  while (i >= 0 && (source[i] === 10 || source[i] === 13 || source[i] === 32)) i--;
  return source[i] === SOFT;
}

/** Segments that were encoded one after another each end in their own padding, which a decoder takes for the end. */
function decodeSegments(source: Buffer): Buffer {
  const text = source.toString("latin1");
  const inner = text.search(/=[\s=]*[A-Za-z0-9+/]/);
  if (inner < 0) return Buffer.from(text, "base64");
  return Buffer.concat(text.split(/(?<==)(?=[\s]*[A-Za-z0-9+/])/).map((part) => Buffer.from(part, "base64")));
}

function isBase64(byte: number): boolean {
  if (byte >= 97) return byte <= 122;
  if (byte >= 65) return byte <= 90;
  return (byte >= 47 && byte <= 57) || byte === 43 || byte === SOFT;
}

function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte > 32) return false;
  return true;
}
