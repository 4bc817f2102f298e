/** From the plan of a patch to the mail that waits to be sent. */

import { parseAddressList } from "../message/address.js";
import type { Mailbox } from "../message/message.js";
import { replyMail } from "../report/mail-reply.js";
import type { ReviewedPatch, ReviewResult } from "../review/finding.js";
import { addressKey } from "./addresses.js";
import { linksFor, rawUrl } from "./links.js";
import type { OutgoingMail } from "./outgoing.js";
import type { PlannedFinding, Telling } from "./planned.js";
import type { ListPolicy, MailPolicy } from "./policy.js";

/** What a reply is made of beside the plan. */
export interface ComposeContext {
  result: ReviewResult;
  mail: MailPolicy;
  /** Label of the tree that the series was read with, or null. */
  tree: string | null;
  /** Key and version of the series. */
  series: string;
  version: number;
  /** Pages of other reviewers that the thread links. */
  linked: readonly string[];
}

/** The mailbox that a policy calls the sender. The schema saw to it that there is one. */
export function senderOf({ from }: MailPolicy): Mailbox {
  return parseAddressList(from)[0] ?? { name: "", address: from };
}

/** Host of the Message-IDs of our mails: that of the sender. */
export const hostOf = (mailbox: Mailbox): string => mailbox.address.slice(mailbox.address.lastIndexOf("@") + 1);

/** The mail that tells of the findings of a patch; null when there is none to tell. */
export function composeReview(
  plan: { reviewed: ReviewedPatch; findings: readonly PlannedFinding[] } & Telling,
  context: ComposeContext,
): OutgoingMail | null {
  const { reviewed, list, to, cc } = plan;
  const { mail, result, tree } = context;
  const told = plan.findings.filter((f) => f.silence === null).map((f) => f.finding);
  const id = reviewed.patch.messageId;
  if (id === null) return null;
  const from = senderOf(mail);
  const post = {
    to,
    cc,
    replyTo: answersGoTo(list, mail, cc),
    domain: hostOf(from),
    links: linksFor(id, list, mail.reviewers, context.linked),
  };
  const raw = replyMail(reviewed, result, { tree, from, post }, told);
  if (raw === null) return null;
  const own = ownIdOf(raw);
  const shown = cc.some(({ address }) => addressKey(address) === addressKey(list.address));
  return {
    kind: "review",
    messageId: own,
    inReplyTo: id,
    subject: reviewed.patch.subject,
    sender: from.address,
    recipients: envelope([...to, ...cc, ...(mail.copy === undefined ? [] : [{ name: "", address: mail.copy }])]),
    raw,
    series: context.series,
    version: context.version,
    findings: [...new Set(told.map((f) => f.id))],
    rules: [...new Set(told.map((f) => f.rule))],
    patchSent: reviewed.message.date,
    sendBefore: plan.sendBefore,
    lookUp: shown ? rawUrl(list, own) : null,
  };
}

/** People go on talking on the list where they all read it; else with whoever answers for the program. */
function answersGoTo(list: ListPolicy, mail: MailPolicy, cc: readonly Mailbox[]): Mailbox | null {
  if (cc.some(({ address }) => addressKey(address) === addressKey(list.address)))
    return { name: "", address: list.address };
  return mail.replyTo === undefined ? null : { name: "", address: mail.replyTo };
}

/** The Message-ID of a mail that was written here: its first field. */
export const ownIdOf = (raw: string): string => /^Message-ID: <([^<>\s]+)>\n/.exec(raw)?.[1] ?? "";

/** Addresses, each once. */
export const envelope = (mailboxes: readonly Mailbox[]): string[] => {
  const seen = new Map<string, string>();
  for (const { address } of mailboxes) if (!seen.has(addressKey(address))) seen.set(addressKey(address), address);
  return [...seen.values()];
};
