/**
 * The parts of a well-formed multipart (RFC 2046, 5.1), cut on bytes. Most multiparts of kernel lists are a text with a
 * signature or an attachment, and a MIME library spends more time on one of them than this stage on fifty mails; what
 * is odd in any way is left to it.
 */
import { type ContentType, parseContentType } from "./content-type.js";
import { parseHeaders } from "./header.js";

/** A part that has no parts. */
export interface Leaf {
  content: ContentType;
  /** Content-Transfer-Encoding, lower case; "" when the part names none. */
  encoding: string;
  bytes: Buffer;
}

const MAX_DEPTH = 8;
const ENCODINGS = new Set(["", "7bit", "8bit", "binary", "base64", "quoted-printable"]);

/** The leaves of a multipart in order, or null when it is not as the standard wants it. */
export function wellFormedParts(content: ContentType, source: Buffer, depth = 0): Leaf[] | null {
  const bodies = depth > MAX_DEPTH ? null : cutParts(content.params.get("boundary") ?? "", source);
  if (bodies === null) return null;
  const leaves: Leaf[] = [];
  for (const body of bodies) {
    const found = readPart(body, depth);
    if (found === null) return null;
    for (const leaf of found) leaves.push(leaf);
  }
  return leaves;
}

function readPart(body: Buffer, depth: number): Leaf[] | null {
  // A part without fields begins with the blank line that ends them.
  const bare = body[0] === 10 || (body[0] === 13 && body[1] === 10);
  const odd: { code: string; message: string }[] = [];
  const block = bare
    ? { fields: new Map<string, string[]>(), bodyStart: body[0] === 10 ? 1 : 2 }
    : parseHeaders(body, odd);
  if (odd.length > 0) return null;
  const content = parseContentType(block.fields.get("content-type")?.[0]);
  const encoding = (block.fields.get("content-transfer-encoding")?.[0] ?? "").toLowerCase().trim();
  const bytes = body.subarray(block.bodyStart);
  if (content.type.startsWith("multipart/")) return wellFormedParts(content, bytes, depth + 1);
  if (content.type.startsWith("message/") || !ENCODINGS.has(encoding)) return null;
  return [{ content, encoding, bytes }];
}

/** What stands between the boundary lines, without the line end that belongs to the next one; null when one is amiss. */
function cutParts(boundary: string, source: Buffer): Buffer[] | null {
  if (boundary === "" || boundary !== boundary.trim()) return null;
  const mark = Buffer.from(`--${boundary}`, "utf8");
  const parts: Buffer[] = [];
  let start = -1;
  for (let at = source.indexOf(mark); at >= 0; at = source.indexOf(mark, at + mark.length)) {
    if (at > 0 && source[at - 1] !== 10) continue;
    const newline = source.indexOf(10, at);
    const end = newline < 0 ? source.length : newline;
    const rest = source.toString("latin1", at + mark.length, Math.min(end, at + mark.length + 100)).trimEnd();
    // A longer boundary may begin with this one.
    if (rest !== "" && rest !== "--") continue;
    if (start >= 0) parts.push(source.subarray(start, partEnd(source, start, at)));
    if (rest === "--") return parts.length === 0 ? null : parts;
    start = end + 1;
  }
  return null;
}

function partEnd(source: Buffer, start: number, boundary: number): number {
  const end = source[boundary - 2] === 13 ? boundary - 2 : boundary - 1;
  return Math.max(start, end);
}
