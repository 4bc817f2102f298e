/** A message made from a page: what its head said, the rest of the fields empty. */
import type { Problem } from "../errors.js";
import type { Mailbox, Message, MessageOrigin } from "./message.js";
import { parseSubject } from "./subject.js";

export interface PageParts {
  messageId: string | null;
  subject: string;
  from: Mailbox;
  date: string | null;
  text: string;
  origin: MessageOrigin;
  problems: Problem[];
}

/** Builds the message of a page, naming as problems what the page did not give. */
export function pageMessage(parts: PageParts): Message {
  const problems = [...parts.problems];
  if (parts.messageId === null)
    problems.push({ code: "no-message-id", message: "The page does not give the Message-ID." });
  if (parts.from.name === "" && parts.from.address === "") {
    problems.push({ code: "no-from", message: "The page names no sender." });
  }
  if (parts.date === null) problems.push({ code: "no-date", message: "The page gives no date." });
  return {
    messageId: parts.messageId,
    subject: parts.subject,
    subjectInfo: parseSubject(parts.subject),
    from: parts.from,
    to: [],
    cc: [],
    replyTo: [],
    date: parts.date,
    inReplyTo: [],
    references: [],
    headers: new Map(),
    body: { text: parts.text, flowed: null },
    origin: parts.origin,
    problems,
  };
}
