/** Mails that programs sent, ours among them: none is answered, and none gives commands. */
import type { Mailbox, Message } from "../message/message.js";
import { isAutomatic } from "../report/unanswered.js";
import { addressKey } from "./addresses.js";

type Headers = Message["headers"];

/** Sent by a program and not to be answered, by what it says itself or by the older Precedence. */
export function isProgram(headers: Headers): boolean {
  const precedence = headers.get("precedence")?.[0]?.trim().toLowerCase() ?? "";
  return isAutomatic({ headers }) || precedence === "auto_reply" || precedence === "junk";
}

/** Made by this program, whoever it runs for. */
export const isMadeHere = (headers: Headers): boolean =>
  headers.has("x-patchwitness-rule") || headers.has("x-patchwitness-engine-version");

/** Ids of our mails: a digest, at the host of their sender. */
const OWN_ID = /^[0-9a-f]{16}@([^@]+)$/;

/**
 * A mail of ours that came back, whatever fields it lost on its way. A person may write from the same address: then the id is
 * of another make.
 */
export function isOwnMail({ headers, messageId, from }: Pick<Message, "headers" | "messageId" | "from">, own: Mailbox) {
  if (isMadeHere(headers)) return true;
  const host = own.address.slice(own.address.lastIndexOf("@") + 1).toLowerCase();
  const made = OWN_ID.exec(messageId ?? "")?.[1]?.toLowerCase() === host;
  return made && addressKey(from.address) === addressKey(own.address);
}
