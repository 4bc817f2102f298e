/**
 * A look at the bytes of a mail: whether it carries a patch. Nine in ten mails of a list are answers; what is read closely of
 * an archive of millions is what a look does not settle.
 */
import { transferEncoding } from "../message/body.js";
import { flowedOf, parseContentType } from "../message/content-type.js";
import type { Body } from "../message/message.js";

/** What a look tells of a mail: that it carries a patch, that it carries none, or that it has to be read. */
export type Sight = "patch" | "none" | "unclear";

type Fields = ReadonlyMap<string, readonly string[]>;

/** The last two: an encoder of quoted-printable that trusts no character. */
const MARKS = [
  "\ndiff --git ",
  "\n@@ -",
  "\n+++ ",
  "\nIndex: ",
  "\nBinary files ",
  "\nGIT binary patch",
  "=40=40",
  "=2B=2B=2B",
].map((mark) => Buffer.from(mark));

/** Where a body is encoded, its lines are not there to be seen: 'base64' stands in a header of the mail or of a part. */
const ENCODED = /^content-transfer-encoding:[ \t]*base64/im;

/** Header blocks are looked for an encoding up to here; those of parts lie further down and are found by their boundary. */
const HEAD_BYTES = 64 * 1024;

/** Longest distance between two marks of a multipart that is searched for the header of a part. */
const PART_HEAD = 2048;

/** True when a mail may hold a diff, in clear text or in a part that has to be decoded first. Never false for one that does. */
export function mayCarryDiff(raw: Uint8Array): boolean {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  if (MARKS.some((mark) => bytes.includes(mark))) return true;
  return mayBeEncoded(bytes);
}

function mayBeEncoded(bytes: Buffer): boolean {
  const head = bytes.toString("latin1", 0, HEAD_BYTES);
  if (ENCODED.test(head)) return true;
  if (bytes.length <= HEAD_BYTES) return false;
  for (let at = bytes.indexOf("\n--", HEAD_BYTES - PART_HEAD); at >= 0; at = bytes.indexOf("\n--", at + 3)) {
    if (ENCODED.test(bytes.toString("latin1", at, at + PART_HEAD))) return true;
  }
  return false;
}

const GIT_HEADER = Buffer.from("\ndiff --git ");
const HUNK = Buffer.from("\n@@ -");
const NEW_SIDE = Buffer.from("\n+++ ");

/** A name that git neither quotes nor that could be read as anything else. */
const NAME = String.raw`[\w./+,@:~=#-]+`;
const SIDES = String.raw`(?:--- a/${NAME}\r?\n\+\+\+ (?:b/${NAME}|/dev/null)|--- /dev/null\r?\n\+\+\+ b/${NAME})\r?\n`;
const FIRST_HUNK = String.raw`@@ -\d{1,9}(?:,\d{1,9})? \+\d{1,9}(?:,\d{1,9})? @@`;

/** What git writes above the first hunk of a file, or of one that it renames. Anything else may be a header too, but only readPatches knows. */
const PLAIN_HEADER = new RegExp(
  String.raw`^\ndiff --git a/${NAME} b/${NAME}\r?\n(?:` +
    String.raw`(?:(?:new|deleted) file mode \d{6}\r?\n)?(?:index [0-9a-f]{4,40}\.\.[0-9a-f]{4,40}(?: \d{6})?\r?\n)?${SIDES}${FIRST_HUNK}` +
    String.raw`|similarity index \d{1,3}%\r?\nrename from ${NAME}\r?\nrename to ${NAME}\r?\n)`,
);

/** The header of a file is far shorter. Bytes. */
const MAX_FILE_HEADER = 2048;

/** Whether a mail that is no answer carries a patch, told by its bytes where they are its text: readPatches would find the same. */
export function diffAtSight(fields: Fields, raw: Buffer, bodyStart: number): Sight {
  if (isPlainText(fields) && raw[bodyStart - 1] === 10) return sightOf(raw.subarray(bodyStart - 1));
  return mayCarryDiff(raw) ? "unclear" : "none";
}

/** As {@link diffAtSight}, of a body that had to be decoded. */
export function diffInBody({ text, flowed }: Body): Sight {
  return flowed === null ? sightOf(Buffer.from(`\n${text}`)) : "unclear";
}

/** The first diff of a text, a line end before it, must be one that git wrote, with no hunk before it that could swallow it. */
function sightOf(body: Buffer): Sight {
  const at = body.indexOf(GIT_HEADER);
  // A diff begins with git's header or has one line of this kind.
  if (at < 0) return body.includes(NEW_SIDE) ? "unclear" : "none";
  if (body.subarray(0, at + 1).includes(HUNK)) return "unclear";
  return PLAIN_HEADER.test(body.toString("latin1", at, at + MAX_FILE_HEADER)) ? "patch" : "unclear";
}

/** Charsets in which ASCII is ASCII, byte for byte. */
const PLAIN_CHARSET = /^(?:utf-?8|us-ascii|iso-8859-\d{1,2}|windows-125\d)?$/i;

/** Whether the lines of a body are its bytes: of one part, neither encoded, flowed nor HTML. */
function isPlainText(fields: Fields): boolean {
  const content = parseContentType(fields.get("content-type")?.[0]);
  if (content.type !== "text/plain" || flowedOf(content) !== null) return false;
  if (!PLAIN_CHARSET.test((content.params.get("charset") ?? "").trim())) return false;
  const encoding = transferEncoding(fields);
  return encoding !== "base64" && encoding !== "quoted-printable";
}
