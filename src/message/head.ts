/** What the header of a mail says, without its body: all that is wanted of the answers that most of an archive is. */
import type { Problem } from "../errors.js";
import { parseAddressList } from "./address.js";
import { parseDate } from "./date.js";
import { decodeEncodedWords } from "./encoded-words.js";
import { parseHeaders, wantedFields } from "./header.js";
import type { Mailbox, Message } from "./message.js";
import { parseMessageIds } from "./message-ids.js";
import { senderOf } from "./sender.js";
import { parseSubject } from "./subject.js";

type Fields = ReadonlyMap<string, readonly string[]>;

/** The parts of a {@link Message} that are read from its header. */
export type Head = Pick<
  Message,
  "messageId" | "subject" | "subjectInfo" | "from" | "date" | "inReplyTo" | "references" | "headers"
>;

/** The fields that a head is made of, and those that say how to read the body. */
const HEAD_FIELDS = wantedFields([
  "subject",
  "from",
  "date",
  "message-id",
  "in-reply-to",
  "references",
  "reply-to",
  "x-original-from",
  "x-original-sender",
  "list-post",
  "list-id",
  "x-beenthere",
  "content-type",
  "content-transfer-encoding",
]);

/** The head of a mail, as parseMessage would give it, and where its body begins. Of the fields only those of a head are there. */
export function readHead(raw: Buffer): Head & { bodyStart: number } {
  const { fields, bodyStart } = parseHeaders(raw, [], HEAD_FIELDS);
  return { ...headOf(fields, []), bodyStart };
}

/** What the fields of a mail say of it; what is odd in them is added to `problems`. */
export function headOf(fields: Fields, problems: Problem[]): Head {
  const subject = decodeSubject(fields.get("subject")?.[0] ?? "");
  const messageId = messageIdOf(fields, problems);
  const [inReplyTo, references] = [ids(fields, "in-reply-to"), ids(fields, "references")];
  const from = senderOf(fields, () => mailboxes(fields, "reply-to"), problems);
  const date = dateOf(fields, problems);
  if (messageId !== null && (inReplyTo.includes(messageId) || references.includes(messageId))) {
    problems.push({ code: "refers-to-itself", message: "The mail says that it answers itself." });
  }
  return {
    messageId,
    subject,
    subjectInfo: parseSubject(subject),
    from,
    date,
    inReplyTo,
    references,
    headers: fields,
  };
}

/** The addresses of a field, of all of its occurrences. */
export function mailboxes(fields: Fields, name: string): Mailbox[] {
  const values = fields.get(name);
  if (values === undefined) return [];
  return parseAddressList(values.length === 1 ? (values[0] ?? "") : values.join(", "));
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
