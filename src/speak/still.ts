/** Whether a mail that was planned may still be sent: much can happen while it waits. */
import { addressKey, isAmong } from "./addresses.js";
import type { OutgoingMail } from "./outgoing.js";
import type { History } from "./planned.js";
import type { ListPolicy, MailPolicy } from "./policy.js";
import type { Silence } from "./silence.js";

/** Why a mail is not sent any more; null when it is. `list` is its policy as it is configured now, null when it is gone. */
export function whyNotAnyMore(
  payload: OutgoingMail,
  list: ListPolicy | null,
  mail: MailPolicy,
  history: Pick<History, "superseded" | "suppressed" | "ignored" | "optedOut" | "demoted" | "merged">,
  now: string,
): Silence | null {
  if (payload.kind !== "review") return null;
  if (list === null || list.mode === "off") return "list-off";
  if (list.mode === "local") return "list-local";
  if (history.ignored) return "ignored";
  if (history.superseded) return "superseded";
  if (payload.inReplyTo !== null && history.merged.has(payload.inReplyTo)) return "merged";
  if (payload.sendBefore !== null && payload.sendBefore < now) return "old";
  // The list was told of when the mail was planned, and is not written to by now.
  const told = payload.recipients.map(addressKey);
  if (list.mode === "author" && told.includes(addressKey(list.address))) return "list-local";
  if (told.some((address) => history.optedOut.has(address) || isAmong(address, mail.optOut))) return "opted-out";
  // Its text was made of all of them: rather nothing than what somebody called wrong meanwhile.
  const wrong = payload.findings.some((id) => history.suppressed.has(id));
  const demoted = payload.rules.some((rule) => history.demoted.has(rule));
  return wrong || demoted ? "nothing-to-tell" : null;
}
