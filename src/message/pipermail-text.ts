/**
 * One mail of a month's `.txt` of pipermail (Mailman 2): From `user at host (Name)`, Date, Subject without its `Re:`,
 * In-Reply-To, References and Message-ID are all that is left of the headers; the body is decoded already, every
 * `name@host` in it obscured and attachments scrubbed.
 */
import type { Problem } from "../errors.js";
import { restoreAt } from "./address.js";
import { restoreAtSigns } from "./at-sign.js";
import type { Mailbox, Message } from "./message.js";
import { parseMessage } from "./parse-message.js";

/** Parses a mail as a pipermail month holds it; `raw` begins after its From line. */
export async function parsePipermailText(raw: Buffer, found: readonly Problem[] = []): Promise<Message> {
  const message = await parseMessage(raw, found);
  const text = restoreAtSigns(message.body.text);
  return {
    ...message,
    from: withoutEcho(message.from),
    body: { text, flowed: null },
    origin: "pipermail-text",
    problems: [...message.problems, ...scrubbed(text)],
  };
}

/** A sender without a name is given the obscured address for one. */
export function withoutEcho(from: Mailbox): Mailbox {
  return restoreAt(from.name) === from.address ? { name: "", address: from.address } : from;
}

/** What pipermail says in place of an attachment that it took out. */
export function scrubbed(text: string): Problem[] {
  const notice =
    /^(?:A non-text attachment was scrubbed\.\.\.|An HTML attachment was scrubbed\.\.\.|An embedded (?:and charset-unspecified text|message) was scrubbed\.\.\.)$/m;
  if (!notice.test(text)) return [];
  return [{ code: "scrubbed-attachment", message: "The archive took an attachment out of the mail." }];
}
