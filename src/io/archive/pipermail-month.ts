/**
 * One month of a pipermail archive, read on from where it was left. Months grow at their end; one that was written anew (a
 * mail taken out, the archive built again) is read again as a whole, since its mails have no lasting number.
 */
import { createHash, type Hash } from "node:crypto";
import { splitMbox } from "../../message/split-mbox.js";
import { type LostMail, SourceError } from "../../watch/source.js";
import type { Step } from "./batches.js";
import { badCursor, countOf, isRecord, textOf } from "./cursor.js";
import type { HttpAnswer, HttpClient } from "./http.js";
import { type PipermailMonth, parseArticles } from "./pipermail-index.js";

/** How far the text of a month was read. */
export interface TextPosition {
  form: "text";
  /** The file that was read: months are compressed when they are over. */
  file: string;
  /** Length and digest of its text then. */
  bytes: number;
  digest: string;
  /** How many of its mails were given, and the length of the last one. */
  count: number;
  tail: number;
  /** To ask for changes only; null while there are mails that were not given yet. */
  etag: string | null;
  lastModified: string | null;
}

/** How far the pages of a month were read. */
export interface PagesPosition {
  form: "html";
  /** How many of its pages were given, and the digest of their numbers. */
  count: number;
  digest: string;
}

/** The archive lists the month, and did not have it. */
interface LostPosition {
  form: "lost";
}

export type MonthPosition = TextPosition | PagesPosition | LostPosition;

/** A month that the archive lists, and neither has as text nor as pages (any more). */
export class MissingMonth extends SourceError {
  constructor(message: string) {
    super("not-found", message);
  }
}

/** Statuses that say that something is not there, or not any more. */
const NOT_THERE = [404, 410];

export interface MonthContext {
  http: HttpClient;
  /** The page that lists the months. */
  archive: URL;
  signal: AbortSignal | undefined;
}

/** @throws SourceError bad-cursor */
export function monthPosition(record: unknown): MonthPosition {
  if (!isRecord(record)) throw badCursor("a month of it is none");
  if (record.form === "lost") return { form: "lost" };
  const [count, digest] = [countOf(record, "count"), textOf(record, "digest")];
  if (record.form === "html") return { form: "html", count, digest };
  const optional = (key: string): string | null => (record[key] === null ? null : textOf(record, key));
  // In the order in which readText writes it: a cursor is compared as text.
  return {
    form: "text",
    file: textOf(record, "file"),
    bytes: countOf(record, "bytes"),
    digest,
    count,
    tail: countOf(record, "tail"),
    etag: optional("etag"),
    lastModified: optional("lastModified"),
  };
}

/**
 * The mails of a month's text behind a position. Gives false when the archive has no text for it.
 * @throws SourceError also for a text that was there before
 */
export async function* readText(
  context: MonthContext,
  month: PipermailMonth,
  position: TextPosition | null,
): AsyncGenerator<Step<TextPosition>, boolean> {
  const found = await getText(context, month, position);
  if (found === null && position !== null) throw new MissingMonth(`${position.file} is gone from the archive`);
  if (found === null) return false;
  const { file, answer } = found;
  if (answer.status === 304) return true;
  const bytes = answer.body;
  if (!/^\s*(?:From |$)/.test(bytes.toString("latin1", 0, 64))) {
    throw new SourceError("malformed", `${file} is no month of mails`);
  }
  const digest = digestOf(bytes);
  const grown = position !== null && digestOf(bytes.subarray(0, position.bytes)) === position.digest;
  const mails = splitMbox(bytes, { dialect: "pipermail" });
  let start = grown ? position.count : 0;
  // Read while the archive was being written, the last mail may have been there in part.
  if (grown && start > 0 && mails[start - 1]?.bytes.length !== position.tail) start--;
  for (let index = start; index < mails.length; index++) {
    const { bytes: raw, problems } = mails[index] ?? { bytes: Buffer.alloc(0), problems: [] };
    const ref = `${month.name}.txt ${index + 1}`;
    const last = index === mails.length - 1;
    const validators = last ? { etag: answer.etag, lastModified: answer.lastModified } : NO_VALIDATORS;
    const read = { file, bytes: bytes.length, digest, count: index + 1, tail: raw.length };
    const problem = problems.at(0);
    yield {
      ...(problem === undefined
        ? { mails: [{ ref, form: "pipermail-text", raw }] }
        : { lost: [lostText(ref, problem)] }),
      position: { form: "text", ...read, ...validators },
    };
  }
  return true;
}

const NO_VALIDATORS = { etag: null, lastModified: null };

/** Cut mails, and text before the first one. */
function lostText(ref: string, problem: { code: string; message: string }): LostMail {
  return { ref, reason: problem.code === "message-too-large" ? "too-large" : "malformed", message: problem.message };
}

/** The month's text under the name that is linked, else under the other one; null when neither is there. */
async function getText(
  context: MonthContext,
  month: PipermailMonth,
  position: TextPosition | null,
): Promise<{ file: string; answer: HttpAnswer } | null> {
  const linked = month.text ?? `${month.name}.txt.gz`;
  const other = linked.endsWith(".gz") ? `${month.name}.txt` : `${month.name}.txt.gz`;
  for (const file of [linked, other]) {
    const answer = await context.http.get(new URL(file, context.archive).href, {
      expected: file.endsWith(".gz") ? "gzip" : "text",
      accept: NOT_THERE,
      known: position?.file === file ? position : undefined,
      signal: context.signal,
    });
    if (!NOT_THERE.includes(answer.status)) return { file, answer };
  }
  return null;
}

/** The mails of a month's pages behind a position, one request for each. */
export async function* readPages(
  context: MonthContext,
  month: PipermailMonth,
  position: PagesPosition | null,
): AsyncGenerator<Step<PagesPosition>> {
  const numbers = await listArticles(context, month);
  const known =
    position !== null &&
    digestOf(
      numbers
        .slice(0, position.count)
        .map((n) => `${n} `)
        .join(""),
    ) === position.digest;
  const start = known ? position.count : 0;
  const hash = createHash("sha256");
  for (const [index, number] of numbers.entries()) {
    hash.update(`${number} `);
    if (index < start) continue;
    const ref = `${month.name}/${number}.html`;
    const page = await readPage(context, ref);
    const next: PagesPosition = { form: "html", count: index + 1, digest: shown(hash.copy()) };
    yield page instanceof Uint8Array
      ? { mails: [{ ref, form: "pipermail-html", raw: page }], position: next }
      : { lost: [page], position: next };
  }
}

async function listArticles(context: MonthContext, month: PipermailMonth): Promise<string[]> {
  for (const page of ["date.html", "thread.html"]) {
    const url = new URL(`${month.name}/${page}`, context.archive).href;
    const answer = await context.http.get(url, { expected: "html", accept: NOT_THERE, signal: context.signal });
    if (NOT_THERE.includes(answer.status)) continue;
    const html = answer.body.toString("latin1");
    const numbers = parseArticles(html);
    if (numbers.length === 0 && !/Messages sorted by/i.test(html)) throw challengePage(url);
    return numbers;
  }
  throw new MissingMonth(`the archive lists ${month.name}, but has neither text nor pages of it`);
}

/**
 * The page of an article as bytes, or why there is none. A page without any mark of pipermail is no mail that is lost: a
 * bot filter answered in the archive's place. @throws SourceError
 */
export async function readPage(context: MonthContext, path: string): Promise<Buffer | LostMail> {
  const url = new URL(path, context.archive).href;
  const { signal } = context;
  const answer = await context.http.get(url, { expected: "html", accept: NOT_THERE, keep: false, signal });
  if (answer.status !== 200) {
    return { ref: path, reason: "not-found", message: "The archive lists the page, but does not have it." };
  }
  const html = answer.body.toString("latin1");
  if (html.includes("<!--beginarticle-->")) return answer.body;
  if (!/Messages sorted by|<!--endarticle-->/i.test(html)) throw challengePage(url);
  return { ref: path, reason: "malformed", message: "The page holds no article." };
}

export function challengePage(url: string): SourceError {
  return new SourceError("challenge-page", `${url} gave a page that is not the archive's`);
}

function digestOf(content: Buffer | string): string {
  return shown(createHash("sha256").update(content));
}

/** 128 bits are enough to notice a change, and cursors are kept small. */
function shown(hash: Hash): string {
  return hash.digest("hex").slice(0, 32);
}
