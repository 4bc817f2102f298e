/** What is kept of the text of answers: commands to us, and pages of other reviewers. */
import type { Message } from "../message/message.js";
import { authenticity } from "../speak/authenticity.js";
import { readCommands } from "../speak/commands.js";
import { senderOf } from "../speak/compose.js";
import { reviewerLinks } from "../speak/links.js";
import type { MailPolicy } from "../speak/policy.js";
import { isOwnMail, isProgram } from "../speak/programs.js";
import type { MailNotes } from "./mail-notes.js";

/** Reads notes from a mail. `mayHold` is a look at its bytes; only where it says so is all of the mail read. */
export interface NoteReader {
  mayHold(raw: Buffer): boolean;
  read(message: Message): MailNotes | undefined;
}

const COMMAND = Buffer.from("#review");
/** The mark's begin as quoted-printable may write it. */
const ENCODED_COMMAND = Buffer.from("=23review");
const BASE64 = /^content-transfer-encoding:[ \t]*base64/im;
const HEAD_BYTES = 32 * 1024;

/** A reader for a configuration; null when nothing would come of notes. */
export function noteReader(mail: MailPolicy | null): NoteReader | null {
  if (mail === null) return null;
  const own = senderOf(mail);
  const hosts = mail.reviewers.flatMap(({ url }) => {
    const host = /^https?:\/\/([^/?#\s]+)/i.exec(url)?.[1];
    return host === undefined ? [] : [Buffer.from(host)];
  });
  return {
    mayHold: (raw) =>
      raw.includes(COMMAND) ||
      raw.includes(ENCODED_COMMAND) ||
      hosts.some((host) => raw.includes(host)) ||
      BASE64.test(raw.toString("latin1", 0, HEAD_BYTES)),
    read(message) {
      const commands = isProgram(message.headers) || isOwnMail(message, own) ? [] : readCommands(message.body.text);
      const links = reviewerLinks(message.body.text, mail.reviewers);
      if (commands.length === 0 && links.length === 0) return undefined;
      return { commands, auth: authenticity(message, mail.trustedAuth ?? null), links };
    },
  };
}
