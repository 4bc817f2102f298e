/** Commands by mail: what is known of the thread that each stands in is looked up, it is decided, and put down as a whole. */
import { addressKey } from "../speak/addresses.js";
import { composeAnswer } from "../speak/answer.js";
import type { Command } from "../speak/commands.js";
import type { LedgerAnswer } from "../speak/ledger.js";
import { type CommandMail, type Effect, type Obeyed, obey } from "../speak/obey.js";
import type { ListPolicy, MailPolicy } from "../speak/policy.js";
import { recordedMessage } from "./open-mail.js";
import type { OutboxStore } from "./outbox.js";
import type { MailRecord, SeriesRecord } from "./records.js";
import type { CommandEnd, PendingCommand, SpeechStore } from "./speech.js";
import type { Store } from "./store.js";
import { rowOf } from "./telling.js";

export interface ListeningPorts {
  store: Store & SpeechStore & OutboxStore;
  now(): string;
}

export interface ListeningOptions {
  mail: MailPolicy;
  lists: readonly ListPolicy[];
  /** Answers become drafts, which are never sent. */
  dry: boolean;
  signal: AbortSignal;
}

/** Commands that are looked at together. */
const SLICE = 50;

/** Deals with all commands that wait; gives what became of each. */
export async function listen(
  ports: ListeningPorts,
  options: ListeningOptions,
): Promise<{ mail: string; obeyed: Obeyed[] }[]> {
  const done: { mail: string; obeyed: Obeyed[] }[] = [];
  while (!options.signal.aborted) {
    const pending = await ports.store.pendingCommands(SLICE);
    if (pending.length === 0) return done;
    for (const one of pending) {
      const obeyed = await dealWith(one, ports, options);
      done.push({ mail: one.mail.id, obeyed });
    }
  }
  return done;
}

async function dealWith(pending: PendingCommand, ports: ListeningPorts, options: ListeningOptions): Promise<Obeyed[]> {
  const { mail } = pending;
  const obeyed = obey(await commandMail(pending, ports, options), options.mail);
  await ports.store.endCommands(mail.id, await endOf(mail, obeyed, ports, options), ports.now());
  return obeyed;
}

async function commandMail(
  { mail, notes }: PendingCommand,
  { store }: ListeningPorts,
  { lists }: ListeningOptions,
): Promise<CommandMail> {
  const lineage = await lineageOf(mail, store);
  const own = lineage[0] === undefined ? [] : await store.mails(lineage[0].members);
  const messages = await Promise.all(own.map(recordedMessage));
  const went = new Set(messages.flatMap(({ to, cc }) => [...to, ...cc]).map(({ address }) => addressKey(address)));
  const found = await store.findingsOf(lineage.map(({ key }) => key));
  const held = (await store.outbox(["held"])).flatMap(({ word, key }): [string, string][] =>
    word === null ? [] : [[word, key]],
  );
  return {
    id: mail.id,
    sender: mail.sender,
    auth: notes.auth,
    commands: notes.commands as Command[],
    lineage: lineage.map(({ key }) => key),
    authors: own.map(({ sender }) => sender),
    findings: new Map([...found].map(([id, { rule }]) => [id, rule])),
    lists: lists.filter(({ address }) => went.has(addressKey(address))),
    held: new Map(held),
  };
}

/** Answers that are gone up through to find the patch. */
const MAX_UP = 20;

/** The series that a mail speaks of: that of the nearest mail above it which is a member of one; with the versions before it. */
async function lineageOf(mail: MailRecord, store: ListeningPorts["store"]): Promise<SeriesRecord[]> {
  const seen = new Set<string>([mail.id]);
  let parents = mail.parents;
  for (let up = 0; up < MAX_UP && parents.length > 0; up++) {
    const next: string[] = [];
    for (const id of parents.slice(0, MAX_UP)) {
      if (seen.has(id)) continue;
      seen.add(id);
      const key = await store.seriesOf(id);
      if (key !== null) return store.lineage(key);
      next.push(...((await store.mails([id]))[0]?.parents ?? []));
    }
    parents = next;
  }
  return [];
}

async function endOf(
  mail: MailRecord,
  obeyed: readonly Obeyed[],
  { now }: ListeningPorts,
  { mail: policy, dry }: ListeningOptions,
): Promise<CommandEnd> {
  const effects = obeyed.flatMap((one) => one.effects);
  const by = mail.sender;
  const { subject } = await recordedMessage(mail);
  const answer = composeAnswer(
    { id: mail.id, subject, sender: by, references: mail.parents.toReversed() },
    obeyed,
    policy,
  );
  const pick = <K extends Effect["kind"]>(kind: K) =>
    effects.filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind);
  const answers = pick("answer").map(
    ({ finding, rule, valid, reason }): LedgerAnswer => ({ finding, rule, valid, reason, by, via: "mail", at: now() }),
  );
  return {
    outcome: JSON.stringify(obeyed.map(({ command, outcome, said }) => ({ verb: command.verb, outcome, said }))),
    suppress: pick("suppress").map(({ what, reason }) => ({ what, by, reason })),
    answers,
    recheck: pick("recheck").map(({ series }) => series),
    approve: pick("approve").map(({ key }) => key),
    drop: pick("drop").map(({ key, reason }) => ({ key, reason })),
    outbox:
      answer === null
        ? []
        : [rowOf(`answer ${mail.id}`, answer, { state: dry ? "draft" : "waiting", author: addressKey(by) })],
  };
}
