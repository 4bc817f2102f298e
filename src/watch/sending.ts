/**
 * Carries out what was planned, row by row: whether it may still be sent, whether an earlier attempt has arrived after all,
 * whether the caps have room, and then the attempt itself, once. What came of it is put down before the next row.
 */
import { parseDuration } from "../speak/duration.js";
import { datedMail, type OutgoingMail, outgoingSchema } from "../speak/outgoing.js";
import type { ListPolicy, MailPolicy } from "../speak/policy.js";
import { SILENCES, type Silence } from "../speak/silence.js";
import type { Cap, LeasedRow, OutboxRow, OutboxStore, SendEnd } from "./outbox.js";

/** What sending asks of the world. */
export interface SendingPorts {
  store: OutboxStore;
  /** Hands a mail to the server, once. */
  deliver(mail: { sender: string; recipients: readonly string[]; raw: string }): Promise<Delivery>;
  /** Whether a mail of ours is where everybody can see it; null when nobody can tell now. */
  lookUp(payload: OutgoingMail): Promise<boolean | null>;
  /** Why a mail is not to be sent any more; null when it is. */
  whyNot(payload: OutgoingMail, list: ListPolicy | null): Promise<Silence | null>;
  now(): Date;
  /** Is told what became of each row. */
  onEnd?(row: OutboxRow, end: SendEnd): void;
}

/** As io/mail/smtp.ts tells it. */
export type Delivery =
  | { kind: "sent"; response: string; rejected: string[] }
  | { kind: "refused"; forGood: boolean; reason: string }
  | { kind: "unknown"; reason: string };

export interface SendingOptions {
  mail: MailPolicy;
  lists: readonly ListPolicy[];
  signal: AbortSignal;
  /** How long a row is one worker's. Longer than the longest attempt. Milliseconds. */
  leaseMs?: number;
  /** Waits after the first, second, … attempt that failed. Milliseconds. */
  waits?: readonly number[];
}

const LEASE_MS = 15 * 60_000;
const WAITS = [5, 15, 60, 240, 480].map((minutes) => minutes * 60_000);
/** Attempts that a server put off, or whose end nobody saw, after which there is no other. */
const MAX_ATTEMPTS = 8;
/** How long an archive may be silent about one. */
const MAX_SILENCE_MS = 7 * 24 * 3_600_000;
/** A server that says never (5xx) may be misconfigured for an hour; the mail is given up when it says so again and again. */
const MAX_REFUSED = 4;

/** Sends what is due until nothing is. Gives how many mails went out. */
export async function sendDue(ports: SendingPorts, options: SendingOptions): Promise<number> {
  let sent = 0;
  while (!options.signal.aborted) {
    const now = ports.now();
    const until = new Date(now.getTime() + (options.leaseMs ?? LEASE_MS)).toISOString();
    const leased = await ports.store.leaseOutbox("mail", now.toISOString(), until);
    if (leased === null) return sent;
    const end = await dealWith(leased, ports, options);
    if (end === null) continue;
    await ports.store.endSend(leased, end);
    ports.onEnd?.(leased.row, end);
    if (end.state === "sent") sent++;
  }
  return sent;
}

/** What becomes of a leased row; null when it was another's by then. */
async function dealWith(leased: LeasedRow, ports: SendingPorts, options: SendingOptions): Promise<SendEnd | null> {
  const { row } = leased;
  const parsed = outgoingSchema.safeParse(row.payload);
  if (!parsed.success) return { state: "failed", reason: "the row holds no mail that this program can read" };
  const payload = parsed.data;
  const list = options.lists.find((one) => one.address.toLowerCase() === row.list) ?? null;
  // Of an attempt that nobody saw the end of it is found out first: what was sent stays sent, whatever holds now.
  if (row.open) {
    const known = await endOfOpen(leased, payload, ports, options);
    if (known !== null) return known;
  }
  const silence = await ports.whyNot(payload, list);
  if (silence !== null) return { state: "dropped", reason: SILENCES[silence] };
  const now = ports.now().toISOString();
  const begun = await ports.store.beginSend(leased, capsFor(payload, list, options.mail), now);
  if (begun === "lost") return null;
  if (begun !== "begun")
    return { state: "postponed", retryAt: begun.until, reason: "a cap leaves no room before then" };
  const raw = datedMail(payload.raw, row.firstAttempt ?? now);
  const { sender, recipients } = payload;
  return afterAttempt(await ports.deliver({ sender, recipients, raw }), row, ports, options);
}

/** What is known of an open attempt: that it arrived, or that we have to wait; null when it did not arrive. */
async function endOfOpen(
  { row }: LeasedRow,
  payload: OutgoingMail,
  ports: SendingPorts,
  { mail, waits = WAITS }: SendingOptions,
): Promise<SendEnd | null> {
  const visibleAfter = Date.parse(row.lastAttempt ?? "") + (parseDuration(mail.lookUpAfter) ?? 0);
  const now = ports.now();
  if (now.getTime() < visibleAfter) {
    const retryAt = new Date(visibleAfter).toISOString();
    return { state: "postponed", retryAt, reason: "how the last attempt ended is asked of the archive then" };
  }
  if (payload.lookUp === null && mail.copy === undefined)
    return { state: "unsure", reason: "nobody knows how the attempt ended, and no archive can be asked" };
  const there = await ports.lookUp(payload);
  if (there === true) return { state: "sent", at: row.lastAttempt ?? now.toISOString() };
  if (there === false && row.attempts < MAX_ATTEMPTS) return null;
  if (there === false) return { state: "unsure", reason: "nobody saw how any attempt ended, and the archive has none" };
  if (now.getTime() - Date.parse(row.lastAttempt ?? "") > MAX_SILENCE_MS)
    return { state: "unsure", reason: "nobody saw how the attempt ended, and the archive cannot be asked" };
  const retryAt = new Date(now.getTime() + waitFor(row.attempts, waits)).toISOString();
  return { state: "postponed", retryAt, reason: "the archive cannot be asked whether the last attempt arrived" };
}

const waitFor = (attempts: number, waits: readonly number[]): number =>
  waits[Math.min(Math.max(attempts, 1), waits.length) - 1] ?? 0;

function afterAttempt(
  delivery: Delivery,
  row: OutboxRow,
  { now }: SendingPorts,
  { waits = WAITS }: SendingOptions,
): SendEnd {
  if (delivery.kind === "sent") return { state: "sent", at: now().toISOString() };
  const attempts = row.attempts + 1;
  const { reason } = delivery;
  const refused = delivery.kind === "refused";
  if (refused && attempts >= (delivery.forGood ? MAX_REFUSED : MAX_ATTEMPTS)) return { state: "failed", reason };
  const retryAt = new Date(now().getTime() + waitFor(attempts, waits)).toISOString();
  return { state: "waiting", retryAt, reason, sure: refused };
}

const spanOf = ({ count, per }: { count: number; per: string }) => ({ count, ms: parseDuration(per) ?? 0 });

/** Answers to commands that one person gets in a day. */
const ANSWERS = { count: 10, ms: 24 * 3_600_000 };

function capsFor({ kind }: OutgoingMail, list: ListPolicy | null, mail: MailPolicy): Cap[] {
  const all: Cap = { by: "all", ...spanOf(mail.cap) };
  if (kind === "answer") return [all, { by: "author", ...ANSWERS }];
  if (kind === "moderation" || list === null) return [all];
  const { caps } = list;
  return [
    all,
    { by: "list", ...spanOf(caps.list) },
    { by: "author", ...spanOf(caps.author) },
    { by: "thread", ...spanOf(caps.thread) },
  ];
}
