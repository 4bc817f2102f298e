/** Mails that are no reviews: the answer to a command, and the question to a moderator. */
import type { Mailbox } from "../message/message.js";
import { addressField, idField, isUsableAddress, safeMessageId, textField } from "../report/mail-headers.js";
import { defuse, defuseOwn } from "../report/quote.js";
import { mailSafe, oneLine } from "../report/visible.js";
import { wrap } from "../report/wrap.js";
import { fnv1a } from "../review/finding-id.js";
import { envelope, hostOf, ownIdOf, senderOf } from "./compose.js";
import type { Obeyed } from "./obey.js";
import type { OutgoingMail } from "./outgoing.js";
import type { MailPolicy } from "./policy.js";

const COLUMNS = 72;
/** What names a mail in the store that has no Message-ID: nobody else knows it. */
const NAMELESS = /^sha256-[0-9a-f]{64}$/;

interface Draft {
  kind: "answer" | "moderation";
  to: Mailbox;
  subject: string;
  inReplyTo: string | null;
  references: readonly string[];
  body: readonly string[];
}

function write({ kind, to, subject, inReplyTo, references, body }: Draft, mail: MailPolicy): OutgoingMail {
  const from = senderOf(mail);
  const parent = inReplyTo !== null && NAMELESS.test(inReplyTo) ? null : safeMessageId(inReplyTo);
  const ids = [...references, ...(parent === null ? [] : [parent])].filter((id) => safeMessageId(id) !== null);
  const fields = [
    addressField("From", [from]) ?? "",
    addressField("To", [to]) ?? "To: undisclosed-recipients:;",
    textField("Subject", subject),
    ...(parent === null ? [] : [idField("In-Reply-To", [parent]), idField("References", ids)]),
    // Whoever answers programs does not answer this (RFC 3834).
    `Auto-Submitted: ${kind === "answer" ? "auto-replied" : "auto-generated"}`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
  ];
  const text = `${body.join("\n")}\n`;
  const raw = `Message-ID: <${fnv1a(`${kind}\n${fields.join("\n")}\n\n${text}`)}@${hostOf(from)}>\n${fields.join("\n")}\n\n${text}`;
  return {
    kind,
    messageId: ownIdOf(raw),
    inReplyTo: parent,
    subject,
    sender: from.address,
    recipients: envelope([to, ...(mail.copy === undefined ? [] : [{ name: "", address: mail.copy }])]),
    raw,
    series: null,
    version: 0,
    findings: [],
    rules: [],
    patchSent: null,
    sendBefore: null,
    lookUp: null,
  };
}

/** The answer to a mail whose commands were understood; null when none was, or there is nobody to write to. */
export function composeAnswer(
  given: { id: string; subject: string; sender: string; references: readonly string[] },
  obeyed: readonly Obeyed[],
  mail: MailPolicy,
): OutgoingMail | null {
  const understood = obeyed.filter(({ outcome }) => outcome === "done");
  if (understood.length === 0 || !isUsableAddress(given.sender)) return null;
  const body = understood.flatMap(({ command, said }, at) => [
    ...(at === 0 ? [] : [""]),
    // Quoted, so that no program takes it for a command of ours.
    defuse(oneLine(`> #review ${[command.verb, ...command.ids].join(" ")}`)).slice(0, 200),
    "",
    ...wrap(defuseOwn(oneLine(said)), COLUMNS),
  ]);
  return write(
    {
      kind: "answer",
      to: { name: "", address: given.sender },
      subject: `Re: ${oneLine(given.subject).replace(/^(?:re: *)+/i, "")}`,
      inReplyTo: given.id,
      references: given.references.slice(-20),
      body: [...body, "", "-- ", "Answered by a program; people read the address in Reply-To of its reviews."],
    },
    mail,
  );
}

/** The question to a moderator about a mail that waits: what it says, and how to answer. `word` stands for it in commands. */
export function composeModeration(held: OutgoingMail, word: string, mail: MailPolicy): OutgoingMail | null {
  if (mail.moderator === undefined) return null;
  const recipients = oneLine(held.recipients.join(", "));
  const body = [
    ...wrap(
      "The mail below waits for a word on it. To send it, or to drop it, answer with one of these lines, its # first on the line:",
      COLUMNS,
    ),
    "",
    // Indented, so that they ask for nothing where a mail program quotes them without a mark, or this mail comes back.
    `    #review approve ${word}`,
    `    #review drop ${word} REASON`,
    "",
    ...wrap(defuseOwn(`It would go to ${recipients}, in answer to ${oneLine(held.inReplyTo ?? "nothing")}.`), COLUMNS),
    "",
    // Its own text as it stands, behind a mark, so that nobody takes it for ours.
    ...held.raw
      .trimEnd()
      .split("\n")
      .map((line) => (line === "" ? "|" : `| ${defuse(mailSafe(line))}`)),
  ];
  return write(
    {
      kind: "moderation",
      to: { name: "", address: mail.moderator },
      subject: `[moderation] ${oneLine(held.subject)}`,
      inReplyTo: null,
      references: [],
      body,
    },
    mail,
  );
}
