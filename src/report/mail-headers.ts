/**
 * Header fields of a mail (RFC 5322, RFC 2047), made from words of strangers: no value can end its line, add a field,
 * or carry bytes beyond ASCII.
 */
import type { Mailbox } from "../message/message.js";
import { oneLine } from "./visible.js";

const FOLD_AT = 78;
/** RFC 2047, section 2: a line with an encoded word has at most 76 characters, and 12 are `=?utf-8?B?` and `?=`. */
const WORD_BYTES = 39;

const isAscii = (text: string): boolean => {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7e) return false;
  return true;
};

/** Text as RFC 2047 encoded words, each whole characters, to be joined by folds. */
const encodedWords = (text: string): string[] => {
  const words: string[] = [];
  let part = "";
  const flush = (): void => {
    if (part !== "") words.push(`=?utf-8?B?${Buffer.from(part, "utf8").toString("base64")}?=`);
    part = "";
  };
  for (const char of text) {
    if (Buffer.byteLength(part + char, "utf8") > WORD_BYTES) flush();
    part += char;
  }
  flush();
  return words;
};

/** Longest run of a header value that is not broken; RFC 5322 allows lines of 998 octets, the name included. */
const MAX_ATOM = 900;

/**
 * A header field, folded at blanks so that lines keep to 78 columns where they can and to 998 octets always.
 * `atoms` are what may not be broken; they are joined by one blank or one fold.
 */
const fold = (name: string, atoms: readonly string[]): string => {
  const lines: string[] = [];
  let line = `${name}:`;
  for (const atom of atoms) {
    if (atom === "") continue;
    const cut = atom.slice(0, MAX_ATOM);
    if (line.length + 1 + cut.length > FOLD_AT && line.trim() !== `${name}:`) {
      lines.push(line);
      line = "";
    }
    line += ` ${cut}`;
  }
  lines.push(line);
  return lines.join("\n");
};

/** A field of free text, such as Subject. Beyond ASCII, or where `=?` would be read as an encoded word, all of it is encoded. */
export const textField = (name: string, value: string): string => {
  const clean = oneLine(value);
  const longWord = clean.split(" ").some((word) => word.length > MAX_ATOM);
  if (isAscii(clean) && !clean.includes("=?") && !longWord) return fold(name, clean.split(/ +/));
  return fold(name, encodedWords(clean));
};

/** A field of words that are ours or plain tokens (ids, versions): what is not printable ASCII is dropped. */
export const tokenField = (name: string, atoms: readonly string[]): string =>
  fold(
    name,
    atoms.map((atom) => oneLine(atom).replace(/[^\x20-\x7e]/g, "")).flatMap((atom) => atom.split(/ +/)),
  );

/** Longest Message-ID: with its brackets and a comma it is one atom. */
const MAX_ID = MAX_ATOM - 4;

/** A Message-ID without brackets, or null when it could not stand in a header (blanks, brackets, beyond ASCII, too long). */
export const safeMessageId = (id: string | null): string | null =>
  id !== null && id.length <= MAX_ID && /^[\x21-\x3b\x3d\x3f-\x7e]+$/.test(id) ? id : null;

/** `In-Reply-To`, `References`, `Message-ID`: ids without brackets in, each once, in order. */
export const idField = (name: string, ids: readonly string[]): string =>
  fold(
    name,
    [...new Set(ids)].map((id) => `<${id}>`),
  );

const ATOM_NAME = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+$/;

/** No name is longer; and a quoted one that is cut in the fold would lose its closing quote. Code points. */
const MAX_NAME = 200;

const displayName = (name: string): string[] => {
  const clean = [...oneLine(name).slice(0, 2 * MAX_NAME)].slice(0, MAX_NAME).join("").trim();
  if (clean === "") return [];
  if (!isAscii(clean) || clean.includes("=?")) return encodedWords(clean);
  if (ATOM_NAME.test(clean)) return clean.split(/ +/);
  return [`"${clean.replace(/["\\]/g, "\\$&")}"`];
};

/** An address that can be written to: one @, printable ASCII, none of the characters that end or quote an address. */
export const isUsableAddress = (address: string): boolean =>
  address.length <= 254 &&
  /^[^\s"(),:;<>@[\\\]\x00-\x20\x7f-\uffff]+@[^\s"(),:;<>@[\\\]\x00-\x20\x7f-\uffff]+$/.test(address);

const mailboxAtoms = ({ name, address }: Mailbox): string[] => {
  const names = displayName(name);
  return names.length === 0 ? [address] : [...names, `<${address}>`];
};

/** A list of addresses, each once (compared without case), unusable ones left out; null when none is left. */
export const addressField = (name: string, mailboxes: readonly Mailbox[]): string | null => {
  const seen = new Set<string>();
  const usable = mailboxes.filter(({ address }) => {
    const key = address.toLowerCase();
    if (!isUsableAddress(address) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  if (usable.length === 0) return null;
  const last = usable.length - 1;
  return fold(
    name,
    usable.flatMap((mailbox, at) => {
      const atoms = mailboxAtoms(mailbox);
      return at === last ? atoms : [...atoms.slice(0, -1), `${atoms.at(-1) ?? ""},`];
    }),
  );
};
