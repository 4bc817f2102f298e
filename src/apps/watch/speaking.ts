/** The part of a round that speaks: commands by mail are dealt with, and, when that was asked for, what is due is sent. */
import { join } from "node:path";
import { type ArchiveContext, REAL_TIME, userAgent } from "../../io/archive/context.js";
import { HttpClient } from "../../io/archive/http.js";
import { folderCache } from "../../io/archive/http-cache.js";
import type { KernelTrees } from "../../io/kernel-trees.js";
import { openSmtp, type SmtpSender } from "../../io/mail/smtp.js";
import { readPatches } from "../../patch/read-patch.js";
import type { OutgoingMail } from "../../speak/outgoing.js";
import type { ListPolicy } from "../../speak/policy.js";
import type { Silence } from "../../speak/silence.js";
import { whyNotAnyMore } from "../../speak/still.js";
import { listen } from "../../watch/listening.js";
import { recordedMessage } from "../../watch/open-mail.js";
import type { OutboxRow, SendEnd } from "../../watch/outbox.js";
import { sendDue } from "../../watch/sending.js";
import { SourceError } from "../../watch/source.js";
import { historyOf } from "../../watch/telling.js";
import type { WatchContext } from "./context.js";
import { brief } from "./log.js";

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
  const archives = new Archives(context);
  const now = (): string => context.now().toISOString();
  return {
    async listen() {
      for (const { mail: id, obeyed } of await listen({ store, now }, { mail, lists, dry: !send, signal }))
        for (const { command, outcome, said } of obeyed) {
          metrics.commands.inc({ verb: command.verb, outcome });
          log.info({ mail: id, verb: command.verb, outcome, said }, "command by mail");
        }
    },
    async send() {
      if (smtp === null) return;
      const ports = {
        store,
        deliver: smtp.send,
        lookUp: (payload: OutgoingMail) => archives.has(payload, lists),
        whyNot: (payload: OutgoingMail, list: ListPolicy | null) => whyNot(payload, list, context, trees),
        now: context.now,
        onEnd: (row: OutboxRow, end: SendEnd) => tell(context, row, end),
      };
      await sendDue(ports, { mail, lists, signal });
    },
    async close() {
      smtp?.close();
      await archives.close();
    },
  };
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

/** Asks archives whether a mail of ours is there. */
class Archives {
  readonly #clients = new Map<string, HttpClient>();
  readonly #archive: ArchiveContext;

  constructor(private readonly context: WatchContext) {
    const { config, version } = context;
    const agent = userAgent(version, config.contact);
    this.#archive = {
      dataFolder: join(config.data, "archives"),
      userAgent: agent,
      time: REAL_TIME,
      env: () => undefined,
    };
  }

  /** True or false where the archive says so, null where it does not answer. */
  async has({ messageId, lookUp }: OutgoingMail, lists: readonly ListPolicy[]): Promise<boolean | null> {
    if ((await this.context.store.mails([messageId])).length > 0) return true;
    if (lookUp === null) return false;
    const list = lists.find(({ archive }) => archive !== undefined && lookUp.startsWith(archive));
    try {
      const client = this.#client(new URL(lookUp), list?.allowPrivate ?? false);
      const { status, body } = await client.get(lookUp, {
        expected: "text",
        accept: [404],
        keep: false,
        maxBytes: 1024 * 1024,
      });
      return status === 200 && body.includes(messageId);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      return null;
    }
  }

  #client(url: URL, allowPrivate: boolean): HttpClient {
    const known = this.#clients.get(url.host);
    if (known !== undefined) return known;
    const { userAgent: agent, time, dataFolder } = this.#archive;
    const cache = folderCache(join(dataFolder, "http"), () => time.now());
    const client = new HttpClient({ hosts: [url.host], userAgent: agent, time, cache, allowPrivate, tries: 3 });
    this.#clients.set(url.host, client);
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) await client.close();
  }
}
