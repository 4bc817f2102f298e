/** One order of the messages, whatever order files and mails came in: the same mails give the same review, to the byte. */
import type { Message } from "../message/message.js";

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** All of a message as text, for two that have date and id in common: a resend, a copy that a list has changed, no mail at all. */
const contentOf = (m: Message): string =>
  JSON.stringify([m.subject, m.from, m.to, m.cc, [...m.headers], m.body, m.origin, m.problems]);

/**
 * Messages by the time they were sent, then by id and content; those without a date come first. Series stay in order by the
 * numbers of their patches, which later stages go by.
 */
export function inOrder(messages: readonly Message[]): Message[] {
  return [...messages].sort(
    (a, b) =>
      compare(a.date ?? "", b.date ?? "") ||
      compare(a.messageId ?? "", b.messageId ?? "") ||
      compare(contentOf(a), contentOf(b)),
  );
}
