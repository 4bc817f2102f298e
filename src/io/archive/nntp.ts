/**
 * A news group (RFC 3977), as public-inbox and lore serve their lists: articles by number, over one connection. Their lines end
 * in CRLF on the wire; they are given with LF, as all other archives have them.
 */
import { MAX_MAIL_BYTES } from "../../message/split-mbox.js";
import { type ArchivedMail, type Batch, type LostMail, type Source, SourceError } from "../../watch/source.js";
import type { NntpConfig } from "../../watch/source-config.js";
import { resolveHost } from "./address-guard.js";
import { type BatchLimits, inBatches, type Step } from "./batches.js";
import { type ArchiveContext, passwordOf } from "./context.js";
import { countOf, parseCursor, textOf } from "./cursor.js";
import { NntpConnection, type NntpStatus } from "./nntp-connection.js";
import { FinalError, resuming } from "./retry.js";

interface NntpPosition {
  group: string;
  /** Number and Message-ID of the last article that was given. */
  article: number;
  id: string;
  /** How often the group was numbered anew, and read again from its start. */
  restarts: number;
}

/** Numbers that are asked for at once, and commands that are sent ahead. */
const RANGE = 5000;
const AHEAD = 8;

/** Follows a news group. */
export function openNntp(config: NntpConfig, context: ArchiveContext, limits?: BatchLimits): Source {
  return {
    name: config.name,
    read(cursor, { signal }): AsyncGenerator<Batch> {
      const record = parseCursor(cursor);
      const position = record === null ? null : nntpPosition(record, config.group);
      const session = (from: NntpPosition | null): AsyncGenerator<Step<NntpPosition>> =>
        readGroup(config, context, from, signal);
      return inBatches(resuming(position, config.tries ?? 5, context.time, signal, session), signal, limits);
    },
    close: async () => {},
  };
}

/** Null when the cursor is that of another group: the configuration was changed. */
function nntpPosition(record: Record<string, unknown>, group: string): NntpPosition | null {
  const position = {
    group: textOf(record, "group"),
    article: countOf(record, "article"),
    id: textOf(record, "id"),
    restarts: countOf(record, "restarts"),
  };
  return position.group === group ? position : null;
}

async function* readGroup(
  config: NntpConfig,
  context: ArchiveContext,
  position: NntpPosition | null,
  signal?: AbortSignal,
): AsyncGenerator<Step<NntpPosition>> {
  const tls = config.tls ?? true;
  const address = await resolveHost(config.host, config.allowPrivate ?? false);
  const port = config.port ?? (tls ? 563 : 119);
  const timeoutMs = (config.timeoutSeconds ?? 60) * 1000;
  const connection = await NntpConnection.open({ host: config.host, address, port, tls, timeoutMs }, signal);
  try {
    await greet(connection, config, context);
    const { high, low } = await selectGroup(connection, config.group);
    const kept = position !== null && (await stillHolds(connection, position, high));
    const restarts = position === null ? 0 : position.restarts + (kept ? 0 : 1);
    const first = Math.max(low, kept ? position.article + 1 : 0);
    for (let from = first; from <= high; from += RANGE) {
      const { numbers, listed } = await listNumbers(connection, config.group, from, Math.min(high, from + RANGE - 1));
      for await (const { article, id, ...content } of readArticles(connection, config.group, numbers, listed)) {
        yield { ...content, position: { group: config.group, article, id, restarts } };
      }
    }
    connection.send("QUIT");
  } finally {
    connection.close();
  }
}

async function greet(connection: NntpConnection, config: NntpConfig, context: ArchiveContext): Promise<void> {
  const greeting = await connection.status();
  if (greeting.code !== 200 && greeting.code !== 201) throw refused(config.host, greeting);
  // Servers that also take news from others serve readers only when asked to (RFC 3977, 5.3); the rest say no.
  connection.send("MODE READER");
  await connection.status();
  if (config.user === undefined) return;
  const password = passwordOf(config, context);
  connection.send(`AUTHINFO USER ${config.user}`);
  let answer = await connection.status();
  if (answer.code === 381) {
    connection.send(`AUTHINFO PASS ${password}`);
    answer = await connection.status();
  }
  if (answer.code !== 281) throw new SourceError("login-failed", `${config.host} does not let ${config.user} in`);
}

async function selectGroup(connection: NntpConnection, group: string): Promise<{ low: number; high: number }> {
  connection.send(`GROUP ${group}`);
  const answer = await connection.status();
  if (answer.code === 411) throw new SourceError("not-found", `the news server has no group ${group}`);
  if (answer.code !== 211) throw refused(group, answer);
  const match = /^(\d{1,15}) (\d{1,15}) (\d{1,15})\b/.exec(answer.text);
  if (match === null) throw new SourceError("malformed", `the news server does not tell what is in ${group}`);
  return { low: Number(match[2]), high: Number(match[1]) === 0 ? 0 : Number(match[3]) };
}

/** Whether the last article that was read still has its number; one that expired is no sign of the contrary. */
async function stillHolds(connection: NntpConnection, position: NntpPosition, high: number): Promise<boolean> {
  if (high < position.article) return false;
  connection.send(`STAT ${position.article}`);
  const answer = await connection.status();
  return answer.code !== 223 || idIn(answer) === position.id || position.id === "";
}

/** The numbers that have an article; without LISTGROUP all of a range, most of which have one. */
async function listNumbers(
  connection: NntpConnection,
  group: string,
  from: number,
  to: number,
): Promise<{ numbers: number[]; listed: boolean }> {
  connection.send(`LISTGROUP ${group} ${from}-${to}`);
  const answer = await connection.status();
  const all = { numbers: Array.from({ length: to - from + 1 }, (_, n) => from + n), listed: false };
  if (answer.code !== 211) {
    if (answer.code < 500) throw refused(group, answer);
    return all;
  }
  const block = await connection.block(RANGE * 20);
  if (block === null) throw new SourceError("too-large", `the news server lists too many articles of ${group}`);
  const lines = block.toString("latin1").split("\n").slice(0, -1);
  // public-inbox 1.9 answers "ARRAY(0x55d0c8)" where a number should stand.
  if (!lines.every((line) => /^\d{1,15}$/.test(line))) return all;
  const numbers = lines.map(Number);
  // A server that knows no ranges lists the whole group.
  return { numbers: numbers.filter((n) => n >= from && n <= to).sort((a, b) => a - b), listed: true };
}

type Article = { article: number; id: string; mails?: ArchivedMail[]; lost?: LostMail[] };

async function* readArticles(
  connection: NntpConnection,
  group: string,
  numbers: readonly number[],
  listed: boolean,
): AsyncGenerator<Article> {
  let sent = 0;
  for (const [index, article] of numbers.entries()) {
    for (; sent < numbers.length && sent < index + AHEAD; sent++) connection.send(`ARTICLE ${numbers[sent]}`);
    const answer = await connection.status();
    const ref = `${group} ${article}`;
    if (answer.code === 423 || answer.code === 430) {
      const message = "The group lists the article, and the server does not have it.";
      if (listed) yield { article, id: "", lost: [{ ref, reason: "not-found", message }] };
      continue;
    }
    if (answer.code !== 220) throw refused(ref, answer);
    const raw = await connection.block(MAX_MAIL_BYTES);
    const id = idIn(answer);
    if (raw !== null) yield { article, id, mails: [{ ref, form: "mail", raw }] };
    else {
      const message = `The article is larger than ${MAX_MAIL_BYTES} bytes.`;
      yield { article, id, lost: [{ ref, reason: "too-large", message }] };
    }
  }
}

/** The Message-ID in "220 3000234 <45223423@example.com>". */
function idIn(answer: NntpStatus): string {
  return /<[^<>\s]{1,1000}>/.exec(answer.text)?.[0] ?? "";
}

/** 400: the server goes away; 403: a fault of the moment; 480: it wants a name and a password. */
function refused(what: string, answer: NntpStatus): SourceError {
  const said = answer.text.replace(/[\x00-\x1f\x7f]+/g, " ").slice(0, 200);
  const message = `the news server refuses ${what}: ${answer.code} ${said}`;
  if (answer.code === 400 || answer.code === 403) return new SourceError("unreachable", message);
  if (answer.code >= 480 && answer.code <= 483) return new FinalError("login-failed", message);
  return new FinalError("malformed", message);
}
