/**
 * RFC 2047 encoded words. Broken ones stay as they are; adjacent ones are joined before they are decoded, because
 * mailers cut characters of several bytes across two words.
 */
import { decoderFor, isUtf8Like, tryStrict } from "./charset.js";

interface Word {
  charset: string;
  bytes: Buffer;
}

/** Decodes every encoded word of an unfolded header value; control characters that hide in one become spaces. */
export function decodeEncodedWords(value: string): string {
  if (!value.includes("=?")) return value;
  let out = "";
  let run: Word[] = [];
  let raw = "";
  let pos = 0;
  const flush = (): void => {
    if (run.length > 0) out += decodeRun(run, raw);
    run = [];
    raw = "";
  };
  while (pos < value.length) {
    const start = value.indexOf("=?", pos);
    const before = value.slice(pos, start < 0 ? value.length : start);
    const end = start < 0 ? -1 : wordEnd(value, start);
    const word = end < 0 ? null : readWord(value.slice(start + 2, end - 2));
    if (word === null) {
      flush();
      const stop = start < 0 ? value.length : start + 2;
      out += value.slice(pos, stop);
      pos = stop;
      continue;
    }
    // White space between two encoded words is not text (RFC 2047, 6.2).
    if (before !== "" && (run.length === 0 || before.trim() !== "")) {
      flush();
      out += before;
    }
    raw += (raw === "" ? "" : before) + value.slice(start, end);
    run.push(word);
    pos = end;
  }
  flush();
  return out;
}

/** Longest encoded word that is decoded; RFC 2047 allows 75 characters, mailers write more. */
const MAX_WORD = 1024;
const ENCODED_WORD = /=\?[^?]{1,60}\?[a-z]\?[^?]*\?=/iy;

/** Index after the `?=` that ends the word begun at `start`, or -1. */
function wordEnd(value: string, start: number): number {
  const first = value.charCodeAt(start + 2);
  if (first === 63 || first === 61) return -1;
  // A window keeps a value of many broken words from being searched to its end for each.
  ENCODED_WORD.lastIndex = 0;
  return ENCODED_WORD.test(value.slice(start, start + MAX_WORD)) ? start + ENCODED_WORD.lastIndex : -1;
}

function readWord(inner: string): Word | null {
  const [label = "", encoding = "", text = ""] = inner.split("?");
  // RFC 2231, 5: a language may follow the charset.
  const charset = label.split("*")[0] ?? "";
  if (charset === "" || /[\s=<>]/.test(charset)) return null;
  if (encoding === "b" || encoding === "B") {
    if (!/^[A-Za-z0-9+/=\s]*$/.test(text)) return null;
    return { charset, bytes: Buffer.from(text, "base64") };
  }
  if (encoding !== "q" && encoding !== "Q") return null;
  return { charset, bytes: decodeQ(text) };
}

function decodeQ(text: string): Buffer {
  const source = Buffer.from(text, "utf8");
  const bytes = Buffer.alloc(source.length);
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    const byte = source[i] ?? 0;
    const hex = byte === 61 ? hexPair(source, i + 1) : -1;
    if (hex >= 0) i += 2;
    bytes[length++] = hex >= 0 ? hex : byte === 95 ? 32 : byte;
  }
  return bytes.subarray(0, length);
}

/** The byte that two hexadecimal digits at `at` stand for, or -1. */
export function hexPair(bytes: Uint8Array, at: number): number {
  const high = hexDigit(bytes[at]);
  const low = hexDigit(bytes[at + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const upper = byte & ~32;
  return upper >= 65 && upper <= 70 ? upper - 55 : -1;
}

function decodeRun(run: readonly Word[], raw: string): string {
  let out = "";
  for (let i = 0; i < run.length; ) {
    const charset = run[i]?.charset.toLowerCase() ?? "";
    const bytes: Buffer[] = [];
    for (; i < run.length && run[i]?.charset.toLowerCase() === charset; i++)
      bytes.push(run[i]?.bytes ?? Buffer.alloc(0));
    const text = decodeWordBytes(Buffer.concat(bytes), charset);
    if (text === null) return raw;
    out += text;
  }
  return out.replace(/[\u0000-\u001f\u007f]/g, " ");
}

function decodeWordBytes(bytes: Buffer, charset: string): string | null {
  if (isUtf8Like(charset)) return tryStrict(bytes) ?? decoderFor("windows-1252")?.decode(bytes) ?? null;
  return decoderFor(charset)?.decode(bytes) ?? null;
}
