/** Which mails belong to one series, as keys that they have in common. */
import type { Message } from "../message/message.js";

/**
 * What leads from a mail to its series, strongest first: the mail itself or the one it answers, the run of
 * git-send-email(1) or b4 that numbered its Message-ID, its sender. Each is narrowed to one version and count.
 */
export function linkKeys(message: Message): string[] {
  const { version, total, prefixes } = message.subjectInfo;
  const resend = prefixes.some((word) => /^(?:resend|repost|rebase)$/i.test(word));
  const scope = `${version} ${total} ${resend}`;
  const keys: string[] = [];
  const parent = message.inReplyTo[0] ?? message.references.at(-1);
  if (message.messageId !== null) keys.push(`mail ${scope} ${message.messageId}`);
  if (parent !== undefined) keys.push(`mail ${scope} ${parent}`);
  const run = message.messageId === null ? null : sendRun(message.messageId);
  if (run !== null) keys.push(`run ${scope} ${run}`);
  const kind = prefixes.map((word) => word.toLowerCase()).sort();
  keys.push(`sender ${scope} ${message.from.address.toLowerCase()} ${kind.join(" ")}`);
  return keys;
}

/** Whether a key is a link of the thread: what people did on purpose, and not what sender and time suggest. */
export const isThreadKey = (key: string): boolean => key.startsWith("mail ");

/** git-send-email(1): `time.pid-N-address`; b4: `date-slug-vM-N-hash@host`. The part that all mails of a run share. */
function sendRun(id: string): string | null {
  const git = /^(\d{8,14}[.\w]*\.\d+)-\d{1,5}-(.+)$/.exec(id) ?? /^(\d+-\d+)-\d{1,5}-(git-send-email-.+)$/.exec(id);
  if (git !== null) return `${git[1]} ${git[2]}`;
  const b4 = /^(\d{8}-.+-v\d+)-\d{1,5}-([0-9a-f]+@.+)$/.exec(id);
  return b4 === null ? null : `${b4[1]} ${b4[2]}`;
}
