/**
 * Bytes to text, for charsets that lie. Mail says us-ascii or ANSI_X3.4-1968 and carries UTF-8; says utf-8 and carries
 * the Latin-1 lines of an old source file. A charset is believed only where the bytes agree.
 */
import type { Problem } from "../errors.js";

const UTF8_LIKE = new Set([
  "",
  "utf-8",
  "utf8",
  "us-ascii",
  "ascii",
  "ansi_x3.4-1968",
  "ansi_x3.4-1986",
  "iso646-us",
  "unknown-8bit",
  "x-unknown",
  "unknown",
  "default",
  "8bit",
  "7bit",
  "none",
  "cp65001",
  "utf-8n",
]);

/** Names that mail uses and the WHATWG Encoding Standard does not know. */
const ALIASES: Record<string, string> = {
  "iso-8859-8-i": "iso-8859-8-i",
  cp1252: "windows-1252",
  cp1251: "windows-1251",
  cp932: "shift_jis",
  cp936: "gbk",
  cp949: "euc-kr",
  cp950: "big5",
  "gb-2312": "gb2312",
  "x-gbk": "gbk",
  latin9: "iso-8859-15",
};

type Decoder = InstanceType<typeof TextDecoder>;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const windows1252 = new TextDecoder("windows-1252");
const decoders = new Map<string, Decoder | null>();

/** The decoder that a charset's name stands for, or null when nobody knows it. */
export function decoderFor(charset: string): Decoder | null {
  const name = charset.trim().toLowerCase();
  const known = decoders.get(name);
  if (known !== undefined) return known;
  let decoder: Decoder | null = null;
  try {
    decoder = new TextDecoder(ALIASES[name] ?? name);
  } catch {
    decoder = null;
  }
  // Names come from outside: what is remembered of them stays small.
  if (decoders.size < 200) decoders.set(name, decoder);
  return decoder;
}

/** Whether a charset's name promises what UTF-8 holds too, or promises nothing at all. */
export function isUtf8Like(charset: string): boolean {
  return UTF8_LIKE.has(charset.trim().toLowerCase());
}

/**
 * Text of `bytes` in `charset` ("" when the mail names none). What is not valid in it is read line by line as
 * windows-1252, so that one stray byte costs no other line; `problems` then says so.
 */
export function decodeText(bytes: Uint8Array, charset: string, problems: Problem[]): string {
  if (isUtf8Like(charset)) return decodeUtf8(bytes, problems);
  const decoder = decoderFor(charset);
  if (decoder === null) {
    problems.push({
      code: "unknown-charset",
      message: `The charset ${printable(charset)} is not known; read as UTF-8.`,
    });
    return decodeUtf8(bytes, problems);
  }
  if (decoder.encoding === "utf-8") return decodeUtf8(bytes, problems);
  return decoder.decode(bytes);
}

function decodeUtf8(bytes: Uint8Array, problems: Problem[]): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The lenient decoder is several times faster than the strict one; only a replacement mark needs a second look.
  const text = buffer.toString("utf8");
  if (!text.includes("\ufffd") || tryStrict(bytes) !== null) return text;
  problems.push({ code: "invalid-utf8", message: "Bytes that are not UTF-8 were read as windows-1252." });
  const lines: string[] = [];
  for (let start = 0; start < buffer.length; ) {
    const end = buffer.indexOf(10, start);
    const line = buffer.subarray(start, end < 0 ? buffer.length : end + 1);
    lines.push(tryStrict(line) ?? windows1252.decode(line));
    start += line.length;
  }
  return lines.join("");
}

/** The text of valid UTF-8, else null. */
export function tryStrict(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}

/** Bytes of a header block: UTF-8 when they are (RFC 6532), else windows-1252. */
export function decodeHeaderBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString("utf8");
  if (!text.includes("\ufffd")) return text;
  return tryStrict(bytes) ?? windows1252.decode(bytes);
}

/** A word from outside made fit for a one-line message: short, and without control characters. */
function printable(word: string): string {
  return JSON.stringify(word.slice(0, 60).replace(/[\u0000-\u001f\u007f-\u009f]/g, "?"));
}
