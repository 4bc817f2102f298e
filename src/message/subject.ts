/**
 * What a subject line says: reply marks, bracket prefixes, version, counter, title. The form is that of the kernel's
 * Documentation/process/submitting-patches.rst ("The canonical patch format"); what people make of it is wider.
 */
import type { SubjectInfo } from "./message.js";

/** Reply and forward marks of mail clients by language; Outlook and QQ translate them. */
const REPLY =
  /^(?:re|aw|antw|wg|fwd?|sv|回复|回覆|答复|答覆|转发|轉發|转寄|轉寄|返信|転送|회신|전달)(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3}|\s\d{1,3})?\s?[:：]\s*/i;

/** Marks that could also be the prefix of a subsystem: only as the clients write them, in capitals. */
const SHOUTED =
  /^(?:VS|VB|VL|RV|RIF|ENC|RES|TR|R|I|ODP|PD|YNT|ILT|BLS|HA|REF|Antwort|Réf|Odp|Rif|Vs|Vá|Továbbítás|Отв|Ответ|НА)(?:\[\d{1,3}\])?\s?[:：]\s*/;

/** A word of a bracket that makes the mail a patch; version and counter may be run together with it. */
const PATCH = /^(v\d+(?:\.\d+)?)?(patch(?:es|set|series|v)?|rfcpatch|patchrfc)(?:[-_.]?(v?\d+(?:\.\d+)?))?$/i;
const COUNTER = /^(\d{1,5})\/(\d{1,5})$/;
const VERSION = /^(?:v|ver|version|rev)\.?(\d{1,4})((?:\.\d+)*)$/i;
/** [PATCH v5.10] and [PATCH v6.6 1/3] name a stable kernel, [PATCH v2.1] a version. */
const STABLE = /^[v]?(?:4\.(?:4|9|14|19)|5\.(?:4|10|15)|6\.(?:1|6|12|18)|[4-7]\.\d\d)(?:\.|$)/i;

interface Reading {
  prefixes: string[];
  patch: boolean;
  pull: boolean;
  version: number | null;
  index: number | null;
  total: number | null;
}

/** Reads a decoded subject. */
export function parseSubject(subject: string): SubjectInfo {
  const reading: Reading = { prefixes: [], patch: false, pull: false, version: null, index: null, total: null };
  let rest = subject.replace(/[\s\u0000-\u001f\u00a0\u3000]+/g, " ").trim();
  let reply = false;
  for (;;) {
    const mark = REPLY.exec(rest.slice(0, 40)) ?? SHOUTED.exec(rest.slice(0, 40));
    if (mark !== null) {
      reply = true;
      rest = rest.slice(mark[0].length);
      continue;
    }
    const end = bracketEnd(rest);
    if (end < 0) break;
    readBracket(rest.slice(1, end - 1), reading);
    rest = rest.slice(end).trimStart();
  }
  rest = readLoose(rest, reading);
  return {
    title: rest.trim(),
    reply,
    prefixes: reading.prefixes,
    patch: reading.patch,
    pull: reading.pull,
    version: reading.version ?? 1,
    index: reading.index,
    total: reading.total,
  };
}

/** Index after the bracket that begins the text, brackets inside counted, or -1. */
function bracketEnd(text: string): number {
  if (!text.startsWith("[")) return -1;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "[") depth++;
    else if (text[i] === "]" && --depth === 0) return i + 1;
  }
  return -1;
}

function readBracket(inner: string, reading: Reading): void {
  const text = inner
    .replace(/[[\]]/g, " ")
    .replace(/(\d)\s*\/\s*(\d)/g, "$1/$2")
    .replace(/\b(\d{1,5})\s+of\s+(\d{1,5})\b/gi, "$1/$2");
  for (const word of text.split(/[\s,:;|()]+/)) if (word !== "") readWord(word, reading);
  if (/\bpull\b/i.test(text)) reading.pull = true;
}

function readWord(word: string, reading: Reading): void {
  if (readCounter(word, reading) || readVersion(word, reading)) return;
  const patch = PATCH.exec(word);
  if (patch !== null) {
    reading.patch = true;
    readVersion(patch[1] ?? "", reading);
    const number = patch[3] ?? "";
    readVersion(/^\d/.test(number) ? `v${number}` : number, reading);
    reading.prefixes.push(plainPatch(word, patch[1], patch[3]));
    return;
  }
  // Run together, as in v2PATCH12/15, PATCHv3,2/7 or PATCH/RFC.
  const parts = /^(v\d{1,4})?[-_]?((?:rfc|resend)?[-_/]?patch(?:es)?)[-_]?(v\d{1,4})?[-_]?(\d{1,5}\/\d{1,5})?$/i.exec(
    word,
  );
  if (parts !== null) {
    reading.patch = true;
    readVersion(parts[1] ?? parts[3] ?? "", reading);
    readCounter(parts[4] ?? "", reading);
    for (const part of (parts[2] ?? "").split("/")) if (part !== "") reading.prefixes.push(part);
    return;
  }
  const joined = /^(v\d{1,4})[-_.,]?(\d{1,5}\/\d{1,5})$/i.exec(word);
  if (joined !== null) {
    readVersion(joined[1] ?? "", reading);
    readCounter(joined[2] ?? "", reading);
    return;
  }
  if (/\//.test(word) && word.split("/").some((part) => /^patch(?:v\d+)?$/i.test(part))) {
    for (const part of word.split("/")) if (part !== "") readWord(part, reading);
    return;
  }
  reading.prefixes.push(word);
}

function plainPatch(word: string, before: string | undefined, after: string | undefined): string {
  let plain = word.slice(before?.length ?? 0);
  if (after !== undefined) plain = plain.slice(0, plain.length - after.length);
  return plain.replace(/[-_.]+$/, "").replace(/^(patch)v$/i, "$1");
}

function readCounter(word: string, reading: Reading): boolean {
  const match = COUNTER.exec(word);
  if (match === null) return false;
  if (reading.index === null) {
    reading.index = Number(match[1]);
    reading.total = Number(match[2]);
  }
  return true;
}

function readVersion(word: string, reading: Reading): boolean {
  const match = VERSION.exec(word);
  if (match === null || (match[2] !== "" && STABLE.test(word))) return false;
  reading.version ??= Number(match[1]);
  return true;
}

/** Prefixes that stand without brackets: "PATCH v2 1/3: …", "v2 1/3 …". */
function readLoose(text: string, reading: Reading): string {
  if (/^git pull\b/i.test(text)) reading.pull = true;
  if (reading.patch || reading.index !== null) return readAfterBracket(text, reading);
  const words = text.split(" ");
  const found: Reading = { prefixes: [], patch: false, pull: false, version: null, index: null, total: null };
  let used = 0;
  while (used < Math.min(words.length, 6)) {
    const word = (words[used] ?? "").replace(/[:,]$/, "");
    const known =
      COUNTER.test(word) || VERSION.test(word) || /^(?:rfc|resend|v?\d*patch(?:v?\d+)?(?:\d+\/\d+)?)$/i.test(word);
    if (!known) break;
    readWord(word, found);
    used++;
    if (/[:]$/.test(words[used - 1] ?? "")) break;
  }
  if (found.index === null && !(found.patch && /:$/.test(words[used - 1] ?? ""))) return text;
  if (!found.patch && found.version === null && reading.prefixes.length === 0) return text;
  reading.prefixes.push(...found.prefixes);
  reading.patch ||= found.patch;
  reading.version ??= found.version;
  reading.index = found.index;
  reading.total = found.total;
  return words
    .slice(used)
    .join(" ")
    .replace(/^[-:]\s*/, "");
}

/** A version or counter that slipped out of the bracket: "[PATCH] v2: …", "[PATCH v2] 1/3 …". */
function readAfterBracket(text: string, reading: Reading): string {
  const match = /^(?:(v\d{1,4})|(\d{1,5}\/\d{1,5}))(?:[:,]|\s-)?\s+/i.exec(text);
  if (match === null) return text;
  if (match[1] !== undefined && reading.version === null) readVersion(match[1], reading);
  else if (match[2] !== undefined && reading.index === null) readCounter(match[2], reading);
  else return text;
  return text.slice(match[0].length);
}
