/**
 * A folder of an IMAP account (RFC 9051), opened with EXAMINE so that nothing in it changes; the one place that speaks to
 * imapflow. Mails are known by UIDVALIDITY and UID. Lines end in CRLF on the wire, and in LF in what is given.
 */
import { isIP } from "node:net";
import { type FetchMessageObject, ImapFlow } from "imapflow";
import { MAX_MAIL_BYTES } from "../../message/split-mbox.js";
import { type Batch, type Source, SourceError } from "../../watch/source.js";
import type { ImapConfig } from "../../watch/source-config.js";
import { MEND_TLS, plainPort } from "../tls-words.js";
import { resolveHost } from "./address-guard.js";
import { type BatchLimits, inBatches, type Step } from "./batches.js";
import { type ArchiveContext, passwordOf } from "./context.js";
import { countOf, isRecord, parseCursor, textOf } from "./cursor.js";
import { resuming } from "./retry.js";

interface ImapPosition {
  mailbox: string;
  /** When it changes, all UIDs mean something else. */
  uidValidity: string;
  /** Of the last mail that was given. */
  uid: number;
}

/** Mails whose sizes are asked for at once. */
const WINDOW = 50;
/** Mails are fetched together up to so many bytes, and one more. */
const MOST_AT_ONCE = 4 * 1024 * 1024;
/** An answer to SEARCH names all mails of a folder in one line. Bytes. */
const MAX_LINE = 32 * 1024 * 1024;

/** Follows a folder of an IMAP account. */
export function openImap(config: ImapConfig, context: ArchiveContext, limits?: BatchLimits): Source {
  const mailbox = config.mailbox ?? "INBOX";
  return {
    name: config.name,
    read(cursor, { signal }): AsyncGenerator<Batch> {
      const record = parseCursor(cursor);
      const position = record === null ? null : imapPosition(record, mailbox);
      const session = (from: ImapPosition | null): AsyncGenerator<Step<ImapPosition>> =>
        readMailbox(config, context, mailbox, from, signal);
      return inBatches(resuming(position, config.tries ?? 5, context.time, signal, session), signal, limits);
    },
    close: async () => {},
  };
}

/** Null when the cursor is that of another folder: the configuration was changed. */
function imapPosition(record: Record<string, unknown>, mailbox: string): ImapPosition | null {
  const uidValidity = textOf(record, "uidValidity");
  const position = { mailbox: textOf(record, "mailbox"), uidValidity, uid: countOf(record, "uid") };
  return position.mailbox === mailbox ? position : null;
}

async function* readMailbox(
  config: ImapConfig,
  context: ArchiveContext,
  mailbox: string,
  position: ImapPosition | null,
  signal?: AbortSignal,
): AsyncGenerator<Step<ImapPosition>> {
  const client = await login(config, context);
  const abort = (): void => client.close();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    const opened = await attempt(config, client.mailboxOpen(mailbox, { readOnly: true }));
    const uidValidity = String(opened.uidValidity);
    const last = position?.uidValidity === uidValidity ? position.uid : 0;
    const uids = await newUids(config, client, last);
    for (let at = 0; at < uids.length; at += WINDOW) {
      for await (const { uid, ...content } of fetchMails(config, client, mailbox, uids.slice(at, at + WINDOW))) {
        yield { ...content, position: { mailbox, uidValidity, uid } };
      }
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    client.close();
  }
}

async function login(config: ImapConfig, context: ArchiveContext): Promise<ImapFlow> {
  const pass = passwordOf(config, context);
  const secure = config.tls ?? true;
  const timeout = (config.timeoutSeconds ?? 60) * 1000;
  const client = new ImapFlow({
    host: await resolveHost(config.host, config.allowPrivate ?? false),
    ...(isIP(config.host) === 0 ? { servername: config.host } : {}),
    port: config.port ?? (secure ? 993 : 143),
    secure,
    auth: { user: config.user, pass },
    // Its log would hold what strangers and users write; errors say enough.
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    maxLineLength: MAX_LINE,
    maxLiteralSize: MAX_MAIL_BYTES + 1024,
    maxResponseSize: 2 * MAX_MAIL_BYTES + MAX_LINE,
  });
  // Failures are met where an answer is waited for.
  client.on("error", () => {});
  try {
    await attempt(config, client.connect());
  } catch (error) {
    client.close();
    throw error;
  }
  return client;
}

/** UIDs of mails behind the last one, in order. "n:*" always names the last mail too, whatever its number. */
async function newUids(config: ImapConfig, client: ImapFlow, last: number): Promise<number[]> {
  const found = await attempt(config, client.search({ uid: `${last + 1}:*` }, { uid: true }));
  if (!Array.isArray(found)) throw new SourceError("malformed", `${config.host} does not tell which mails there are`);
  return found.filter((uid) => uid > last).sort((a, b) => a - b);
}

type Fetched = Omit<Step<never>, "position"> & { uid: number };

/**
 * The mails of some UIDs, sizes being asked for first: public-inbox-imapd 1.9 never answers when it is asked for a part of a
 * mail. One that is expunged meanwhile is what a deleted one looks like.
 */
async function* fetchMails(
  config: ImapConfig,
  client: ImapFlow,
  mailbox: string,
  uids: readonly number[],
): AsyncGenerator<Fetched> {
  const sizes = await fetchMap(config, client, uids, "size");
  for (let at = 0; at < uids.length; ) {
    let bytes = 0;
    const start = at;
    for (; at < uids.length && (at === start || bytes < MOST_AT_ONCE); at++) bytes += sizes.get(uids[at] ?? 0) ?? 0;
    const chunk = uids.slice(start, at);
    const wanted = chunk.filter((uid) => (sizes.get(uid) ?? 0) <= MAX_MAIL_BYTES);
    const found = await fetchMap(config, client, wanted, "source");
    for (const uid of chunk) {
      const raw = found.get(uid);
      const ref = `${mailbox} ${uid}`;
      const size = sizes.get(uid) ?? 0;
      const message = `The mail has ${size} bytes; up to ${MAX_MAIL_BYTES} are read.`;
      if (raw !== undefined) yield { uid, mails: [{ ref, form: "mail", raw: withLf(raw) }] };
      else yield size > MAX_MAIL_BYTES ? { uid, lost: [{ ref, reason: "too-large", message }] } : { uid };
    }
  }
}

/** One property of some mails, by UID. */
async function fetchMap<K extends "size" | "source">(
  config: ImapConfig,
  client: ImapFlow,
  uids: readonly number[],
  key: K,
): Promise<Map<number, NonNullable<FetchMessageObject[K]>>> {
  const found = new Map<number, NonNullable<FetchMessageObject[K]>>();
  const read = async (): Promise<void> => {
    for await (const mail of client.fetch(uids.join(","), { uid: true, [key]: true }, { uid: true })) {
      const value = mail[key];
      if (value !== undefined && value !== null) found.set(mail.uid, value);
    }
  };
  if (uids.length > 0) await attempt(config, read());
  return found;
}

function withLf(raw: Buffer): Buffer {
  return Buffer.from(raw.toString("latin1").replaceAll("\r\n", "\n"), "latin1");
}

/** imapflow's errors hold what was sent, so their cause is not passed on. */
async function attempt<T>(config: ImapConfig, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const details: Record<string, unknown> = error instanceof Error && isRecord({ ...error }) ? { ...error } : {};
    if (details.authenticationFailed === true) {
      throw new SourceError("login-failed", `${config.host} does not let ${config.user} in`);
    }
    if (details.mailboxMissing === true || details.serverResponseCode === "NONEXISTENT") {
      throw new SourceError("not-found", `${config.host} has no folder ${config.mailbox ?? "INBOX"}`);
    }
    const said = error instanceof Error ? `${String(details.code)} ${error.message}` : "";
    const plain = plainPort(said, config.port ?? 993, MEND_TLS);
    if (plain !== null)
      throw new SourceError("unreachable", `the IMAP server ${config.host} cannot be reached: ${plain}`);
    if (details.tlsFailed === true) throw new SourceError("not-allowed", `${config.host} does not do TLS as it should`);
    const code = typeof details.code === "string" ? details.code : "no answer";
    if (/TooLarge|TooMany|ParserError/.test(code))
      throw new SourceError("malformed", `${config.host} answers with nonsense: ${code}`);
    const status = details.responseStatus === "NO" || details.responseStatus === "BAD";
    if (status) throw new SourceError("malformed", `${config.host} refuses what it is asked for`);
    throw new SourceError("unreachable", `the IMAP server ${config.host} cannot be reached: ${code}`);
  }
}
