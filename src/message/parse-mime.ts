/**
 * Mail of several parts. Well-formed ones are cut in mime-parts.ts; the others, of whatever making, are read by
 * mailparser, of which this is the only importer. mailparser undoes format=flowed and
 * merges inline parts, both of which ruin patches, and offers no switch: so every text part is given a type that it
 * hands over untouched, as an attachment, in order.
 */
import type { HeaderValue } from "mailparser";
import type { Problem } from "../errors.js";
import { decodePart, normalizeText } from "./body.js";
import { decodeText } from "./charset.js";
import { flowedOf, parseContentType } from "./content-type.js";
import { hasDiff } from "./has-diff.js";
import { htmlToText } from "./html-text.js";
import type { Body } from "./message.js";
import { type Leaf, wellFormedParts } from "./mime-parts.js";

/** mailparser refuses mail of about a thousand parts, after minutes; what has more parts is read as one text. */
const MAX_PARTS = 500;
const TYPE_LINE = /^(content-type:[ \t]*(?:\r?\n[ \t]+)?)text\//gim;
const HIDDEN = "x-untouched";
const HIDDEN_LINE = new RegExp(`^(content-type:[ \\t]*(?:\\r?\\n[ \\t]+)?)${HIDDEN}/`, "gim");

interface Part {
  type: string;
  text: string;
  flowed: Body["flowed"];
}

/**
 * The text of a multipart: text parts, text attachments, and any other part that is a diff, in order, as `git mailinfo`
 * puts them together; HTML only when there is nothing else. When the parts cannot be told apart the whole body is the
 * text, and `problems` says why.
 */
export async function decodeMultipart(contentType: string, source: Buffer, problems: Problem[]): Promise<Body> {
  const boundary = parseContentType(contentType).params.get("boundary") ?? "";
  const fault = boundaryFault(boundary, source);
  if (fault !== null) return asOneText(source, fault, problems);
  const leaves = wellFormedParts(parseContentType(contentType), source);
  if (leaves !== null)
    return joinParts(
      leaves.map((leaf) => leafPart(leaf, problems)),
      problems,
    );
  if (!source.includes(`\n--${boundary}--`)) {
    problems.push({
      code: "unclosed-parts",
      message: "The boundary that ends the parts is missing; the mail may be cut.",
    });
  }
  try {
    const parts = await readParts(contentType, source, problems);
    return joinParts(parts, problems);
  } catch {
    return asOneText(
      source,
      { code: "broken-mime", message: "The parts of the mail could not be told apart." },
      problems,
    );
  }
}

function boundaryFault(boundary: string, source: Buffer): Problem | null {
  if (boundary === "") return { code: "no-boundary", message: "The mail says multipart and names no boundary." };
  const mark = `--${boundary}`;
  let count = 0;
  for (let at = source.indexOf(mark); at >= 0 && count <= MAX_PARTS; at = source.indexOf(mark, at + mark.length))
    count++;
  if (count === 0)
    return { code: "missing-boundary", message: "The boundary that the mail names does not occur in it." };
  if (count <= MAX_PARTS) return null;
  return { code: "too-many-parts", message: `The mail has more than ${MAX_PARTS} parts; it was read as one text.` };
}

function asOneText(source: Buffer, problem: Problem, problems: Problem[]): Body {
  problems.push(problem);
  return { text: normalizeText(decodeText(source, "utf-8", problems), problems), flowed: null };
}

async function readParts(contentType: string, source: Buffer, problems: Problem[]): Promise<Part[]> {
  // latin1 keeps every byte, so that the body can be edited as text.
  const body = source.toString("latin1").replace(TYPE_LINE, `$1${HIDDEN}/`);
  const head = `Content-Type: ${Buffer.from(contentType, "utf8").toString("latin1")}\r\n\r\n`;
  // Loaded when it is first needed: that takes longer than reading a hundred mails.
  const { simpleParser } = await import("mailparser");
  const mail = await simpleParser(Buffer.from(head + body, "latin1"), {
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipTextLinks: true,
    skipImageLinks: true,
  });
  const parts: Part[] = [];
  // Parts without a type of their own are all that mailparser still takes for text.
  if (mail.text !== undefined && mail.text !== "") parts.push({ type: "text/plain", text: mail.text, flowed: null });
  for (const attachment of mail.attachments) {
    parts.push(
      readPart(
        attachment.contentType,
        structured(attachment.headers.get("content-type")),
        attachment.content,
        problems,
      ),
    );
  }
  return parts;
}

/** The parameters of a Content-Type as mailparser hands them over. */
function structured(header: HeaderValue | undefined): ReadonlyMap<string, string> {
  if (typeof header !== "object" || !("params" in header)) return new Map();
  return new Map(Object.entries(header.params));
}

function readPart(shown: string, params: ReadonlyMap<string, string>, bytes: Buffer, problems: Problem[]): Part {
  const type = shown.toLowerCase().replace(HIDDEN, "text");
  const content = { type, params };
  const plain = Buffer.from(bytes.toString("latin1").replace(HIDDEN_LINE, "$1text/"), "latin1");
  const isText = type.startsWith("text/");
  if (!isText && bytes.includes(0)) return { type, text: "", flowed: null };
  const own: Problem[] = isText ? problems : [];
  const text = normalizeText(decodeText(plain, content.params.get("charset") ?? "", own), own);
  return { type, text, flowed: flowedOf(content) };
}

function leafPart({ content, encoding, bytes }: Leaf, problems: Problem[]): Part {
  const { type } = content;
  const isText = type.startsWith("text/");
  if (!isText && isBinary(bytes, encoding)) return { type, text: "", flowed: null };
  const text = decodePart(bytes, encoding, content.params.get("charset") ?? "", isText ? problems : []);
  return { type, text: !isText && text.includes("\0") ? "" : text, flowed: flowedOf(content) };
}

/** Whether the beginning of an attachment tells that it holds no text, so that images need no decoding. */
function isBinary(bytes: Buffer, encoding: string): boolean {
  const head = bytes.subarray(0, 2048);
  return (encoding === "base64" ? Buffer.from(head.toString("latin1"), "base64") : head).includes(0);
}

function joinParts(parts: readonly Part[], problems: Problem[]): Body {
  const wanted = parts.filter((part) => isWanted(part));
  const texts = wanted.map((part) => (part.text === "" || part.text.endsWith("\n") ? part.text : `${part.text}\n`));
  if (wanted.length > 0)
    return { text: texts.join(""), flowed: wanted.find((part) => part.flowed !== null)?.flowed ?? null };
  const html = parts.find((part) => part.type === "text/html");
  if (html === undefined) problems.push({ code: "no-text", message: "The mail holds no text." });
  else problems.push({ code: "html-only", message: "The mail is HTML alone; its text was taken out of it." });
  return { text: html === undefined ? "" : htmlToText(html.text), flowed: null };
}

function isWanted(part: Part): boolean {
  if (part.type === "text/html" || part.type === "text/enriched" || part.type === "text/calendar") return false;
  return part.type.startsWith("text/") || hasDiff(part.text);
}
