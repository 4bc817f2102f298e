/** The body of a mail of one part: transfer encoding and charset undone, line ends made LF, nothing else touched. */
import type { Problem } from "../errors.js";
import { decodeText } from "./charset.js";
import { flowedOf, parseContentType } from "./content-type.js";
import { htmlToText } from "./html-text.js";
import type { Body } from "./message.js";
import { decodeBase64Body, decodeQuotedPrintable } from "./transfer.js";

type Fields = ReadonlyMap<string, readonly string[]>;

/** Decodes the body of a mail that is not a multipart. HTML becomes text; binary content an empty text with a problem. */
export function decodeSinglePart(fields: Fields, source: Buffer, problems: Problem[]): Body {
  const content = parseContentType(fields.get("content-type")?.[0]);
  const encoding = transferEncoding(fields);
  const charset = content.params.get("charset") ?? "";
  const text = decodePart(source, encoding, charset, problems);
  if (content.type === "text/html") {
    problems.push({ code: "html-only", message: "The mail is HTML alone; its text was taken out of it." });
    return { text: htmlToText(text), flowed: null };
  }
  if (!content.type.startsWith("text/") && !content.type.startsWith("message/") && text.includes("\0")) {
    problems.push({ code: "no-text", message: "The mail holds no text." });
    return { text: "", flowed: null };
  }
  return { text, flowed: flowedOf(content) };
}

/** The transfer encoding that a header names, in lower case; "" for none. */
export function transferEncoding(fields: Fields): string {
  return (fields.get("content-transfer-encoding")?.[0] ?? "").toLowerCase().replace(/[\s"';]/g, "");
}

/** The text of a part: transfer encoding and charset undone; a clear-text tail that a list appended is kept. */
export function decodePart(source: Buffer, encoding: string, charset: string, problems: Problem[]): string {
  if (encoding === "base64") {
    const { decoded, clear } = decodeBase64Body(source, problems);
    const text = normalizeText(decodeText(decoded, charset, problems), problems);
    if (clear.length === 0) return text;
    const joint = text === "" || text.endsWith("\n") ? "" : "\n";
    return text + joint + normalizeText(decodeText(clear, "utf-8", problems), problems);
  }
  const bytes = encoding === "quoted-printable" ? decodeQuotedPrintable(source) : source;
  return normalizeText(decodeText(bytes, charset, problems), problems);
}

/** CRLF becomes LF; a lone CR and NULs stay, because they may stand in a patch, and are named. */
export function normalizeText(text: string, problems: Problem[]): string {
  let clean = text;
  if (text.includes("\r")) {
    clean = text.replaceAll("\r\n", "\n");
    if (clean.includes("\r"))
      problems.push({ code: "lone-cr", message: "The body has carriage returns that end no line." });
  }
  if (clean.includes("\0")) problems.push({ code: "nul-bytes", message: "The body has NUL bytes." });
  return clean;
}
