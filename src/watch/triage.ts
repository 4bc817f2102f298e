/**
 * A look at the bytes of a mail: whether it can carry a patch at all. Nine in ten mails of a list are answers; what is read
 * closely of an archive of millions is what can matter.
 */

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

/** True when the subject of a mail counts it as the cover of a series: [PATCH 0/5]. `head` is its header block or more. */
export function mayBeCover(raw: Uint8Array): boolean {
  const head = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, HEAD_BYTES)).toString("latin1");
  const subject = /^subject:((?:.*\r?\n[ \t])*.*)$/im.exec(head)?.[1] ?? "";
  // What is encoded is read closely: a counter may stand in it.
  return /\b0+\s*(?:\/|of)\s*\d/i.test(subject) || subject.includes("=?");
}
