/**
 * One mail, bytes to {@link Message}. Mail of one part, nine in ten of what kernel lists carry, is read here on bytes;
 * only multiparts go to mailparser. Nothing is refused: what cannot be read is empty or null and named in `problems`.
 */
import type { Problem } from "../errors.js";
import { parseAddressList } from "./address.js";
import { decodeSinglePart } from "./body.js";
import { parseDate } from "./date.js";
import { decodeEncodedWords } from "./encoded-words.js";
import { type HeaderBlock, parseHeaders } from "./header.js";
import type { Body, Mailbox, Message } from "./message.js";
import { parseMessageIds } from "./message-ids.js";
import { decodeMultipart } from "./parse-mime.js";
import { senderOf } from "./sender.js";
import { parseSubject } from "./subject.js";

type Fields = ReadonlyMap<string, readonly string[]>;

/**
 * Parses a mail. `raw` is the mail alone: no From line of an mbox (one that is left is passed over). `found` are
 * problems that were met before, such as a cut; they come first in the message's.
 */
export async function parseMessage(raw: Buffer, found: readonly Problem[] = []): Promise<Message> {
  const problems: Problem[] = [...found];
  const block = parseHeaders(raw, problems);
  const source = raw.subarray(block.bodyStart);
  const contentType = block.fields.get("content-type")?.[0] ?? "";
  const body: Body = /^\s*multipart\//i.test(contentType)
    ? await decodeMultipart(contentType, source, problems)
    : decodeSinglePart(block.fields, source, problems);
  return buildMessage(block, body, problems);
}

function buildMessage({ fields }: HeaderBlock, body: Body, problems: Problem[]): Message {
  const subject = decodeSubject(fields.get("subject")?.[0] ?? "");
  const replyTo = boxes(fields, "reply-to");
  const messageId = messageIdOf(fields, problems);
  const [inReplyTo, references] = [ids(fields, "in-reply-to"), ids(fields, "references")];
  const from = senderOf(fields, replyTo, problems);
  const date = dateOf(fields, problems);
  if (messageId !== null && (inReplyTo.includes(messageId) || references.includes(messageId))) {
    problems.push({ code: "refers-to-itself", message: "The mail says that it answers itself." });
  }
  return {
    messageId,
    subject,
    subjectInfo: parseSubject(subject),
    from,
    to: boxes(fields, "to"),
    cc: boxes(fields, "cc"),
    replyTo,
    date,
    inReplyTo,
    references,
    headers: fields,
    body,
    origin: "mail",
    problems,
  };
}

/** A subject on one line: decoded, without control characters, which could forge a header in a reply. */
function decodeSubject(raw: string): string {
  return decodeEncodedWords(raw)
    .replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, " ")
    .trim();
}

function messageIdOf(fields: Fields, problems: Problem[]): string | null {
  const found = new Set(ids(fields, "message-id"));
  const [first] = found;
  if (first === undefined) {
    problems.push({ code: "no-message-id", message: "The mail has no Message-ID." });
    return null;
  }
  if (found.size > 1)
    problems.push({ code: "several-message-ids", message: "The mail has more than one Message-ID; the first counts." });
  return first;
}

function dateOf(fields: Fields, problems: Problem[]): string | null {
  const raw = fields.get("date")?.[0];
  const date = raw === undefined ? null : parseDate(raw);
  if (raw === undefined) problems.push({ code: "no-date", message: "The mail has no Date." });
  else if (date === null) problems.push({ code: "bad-date", message: "The Date of the mail names no moment." });
  return date;
}

function ids(fields: Fields, name: string): string[] {
  const values = fields.get(name);
  if (values === undefined) return [];
  return parseMessageIds(values.length === 1 ? (values[0] ?? "") : values.join(" "));
}

function boxes(fields: Fields, name: string): Mailbox[] {
  const values = fields.get(name);
  if (values === undefined) return [];
  return parseAddressList(values.length === 1 ? (values[0] ?? "") : values.join(", "));
}
