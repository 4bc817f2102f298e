/**
 * One mail, bytes to {@link Message}. Mail of one part, nine in ten of what kernel lists carry, is read here on bytes;
 * only multiparts go to mailparser. Nothing is refused: what cannot be read is empty or null and named in `problems`.
 */
import type { Problem } from "../errors.js";
import { decodeSinglePart } from "./body.js";
import { headOf, mailboxes } from "./head.js";
import { parseHeaders } from "./header.js";
import type { Body, Message } from "./message.js";
import { decodeMultipart } from "./parse-mime.js";

/**
 * Parses a mail. `raw` is the mail alone: no From line of an mbox (one that is left is passed over). `found` are
 * problems that were met before, such as a cut; they come first in the message's.
 */
export async function parseMessage(raw: Buffer, found: readonly Problem[] = []): Promise<Message> {
  const problems: Problem[] = [...found];
  const { fields, bodyStart } = parseHeaders(raw, problems);
  const source = raw.subarray(bodyStart);
  const contentType = fields.get("content-type")?.[0] ?? "";
  const body: Body = /^\s*multipart\//i.test(contentType)
    ? await decodeMultipart(contentType, source, problems)
    : decodeSinglePart(fields, source, problems);
  const { messageId, subject, subjectInfo, from, date, inReplyTo, references, headers } = headOf(fields, problems);
  return {
    messageId,
    subject,
    subjectInfo,
    from,
    to: mailboxes(fields, "to"),
    cc: mailboxes(fields, "cc"),
    replyTo: mailboxes(fields, "reply-to"),
    date,
    inReplyTo,
    references,
    headers,
    body,
    origin: "mail",
    problems,
  };
}
