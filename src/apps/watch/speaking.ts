/** The part of a round that speaks: commands by mail are dealt with, and, when that was asked for, what is due is sent. */

import { EXIT, ReviewError } from "../../errors.js";
import type { KernelTrees } from "../../io/kernel-trees.js";
import { openSmtp, type SmtpSender } from "../../io/mail/smtp.js";
import type { Patchwork } from "../../io/patchwork.js";
import { readPatches } from "../../patch/read-patch.js";
import { demotedRules } from "../../speak/ledger.js";
import type { OutgoingMail } from "../../speak/outgoing.js";
import type { ListPolicy } from "../../speak/policy.js";
import type { Silence } from "../../speak/silence.js";
import { whyNotAnyMore } from "../../speak/still.js";
import { postChecks } from "../../watch/checking.js";
import { listen } from "../../watch/listening.js";
import { recordedMessage } from "../../watch/open-mail.js";
import type { OutboxRow, SendEnd } from "../../watch/outbox.js";
import { sendDue } from "../../watch/sending.js";
import { SourceError } from "../../watch/source.js";
import { historyOf } from "../../watch/telling.js";
import type { WatchContext } from "./context.js";
import { brief } from "./log.js";
import { Outside } from "./outside.js";

/** What speaks in a round. */
export interface Speaker {
  /** Deals with commands that came in. */
  listen(): Promise<void>;
  /** Sends what is due; nothing in a dry run. */
  send(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens what the configuration says of mail; null when it says nothing.
 * @throws ReviewError (exit 3) when a password or key is not to be had, and mails are to be sent
 */
export async function openSpeaker(
  context: WatchContext,
  trees: Pick<KernelTrees, "merged">,
  send: boolean,
): Promise<Speaker | null> {
  const { config, store, signal, log, metrics } = context;
  const { mail, lists } = config;
  if (mail === undefined) return null;
  const smtp: SmtpSender | null = send ? await openSmtp(mail, (name) => process.env[name]) : null;
  const outside = new Outside(context);
  const patchworks = send ? patchworksOf(lists, outside) : new Map<string, Patchwork | null>();
  const now = (): string => context.now().toISOString();
  return {
    async listen() {
      for (const { mail: id, obeyed } of await listen({ store, now }, { mail, lists, dry: !send, signal }))
        for (const { command, outcome, said } of obeyed) {
          metrics.commands.inc({ verb: command.verb, outcome });
          log.info({ mail: id, verb: command.verb, outcome, said }, "command by mail");
        }
      for (const rule of demotedRules(await store.ledger(), config.ledger))
        log.warn({ rule }, "rule is on trial again, by the answers to its findings: it is shown and not mailed");
    },
    async send() {
      if (smtp === null) return;
      const ports = {
        store,
        deliver: smtp.send,
        lookUp: (payload: OutgoingMail) => outside.has(payload, lists),
        whyNot: (payload: OutgoingMail, list: ListPolicy | null) => whyNot(payload, list, context, trees),
        now: context.now,
        onEnd: (row: OutboxRow, end: SendEnd) => tell(context, row, end),
      };
      await sendDue(ports, { mail, lists, signal });
      const serverOf = ({ address }: ListPolicy) => patchworks.get(address) ?? null;
      await postChecks({ store, serverOf, now: context.now, onEnd: ports.onEnd }, { lists, signal });
    },
    async close() {
      smtp?.close();
      await outside.close();
    },
  };
}

/** One client for each list that wants checks. @throws ReviewError (exit 3) when a token is not to be had */
function patchworksOf(lists: readonly ListPolicy[], outside: Outside): Map<string, Patchwork | null> {
  try {
    return new Map(lists.map((list) => [list.address, outside.patchwork(list)]));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new ReviewError("no-patchwork", EXIT.config, `lists: ${error.message}`, { cause: error });
  }
}

function tell({ log, metrics }: WatchContext, row: OutboxRow, end: SendEnd): void {
  metrics.mailEnds.inc({ end: end.state });
  const fields = { key: row.key, state: end.state, ...("reason" in end ? { reason: brief(end.reason ?? "") } : {}) };
  if (end.state === "failed" || end.state === "unsure") log.error(fields, "mail could not be sent");
  else log.info(fields, "mail dealt with");
}

async function whyNot(
  payload: OutgoingMail,
  list: ListPolicy | null,
  { store, config, now }: WatchContext,
  trees: Pick<KernelTrees, "merged">,
): Promise<Silence | null> {
  const { mail } = config;
  if (mail === undefined || payload.series === null) return null;
  const series = await store.series(payload.series);
  // Its mails are part of another series now, which is judged by itself.
  if (series === null) return payload.kind === "review" ? "superseded" : null;
  const history = await historyOf(series, { store }, config.ledger);
  const [record] = payload.inReplyTo === null ? [] : await store.mails([payload.inReplyTo]);
  const patch = record === undefined ? null : readPatches(await recordedMessage(record)).patch;
  const merged = patch === null ? new Set<string>() : await trees.merged([patch]);
  return whyNotAnyMore(payload, list, mail, { ...history, merged }, now().toISOString());
}
