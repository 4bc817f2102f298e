/**
 * A list archive of pipermail (Mailman 2): its months in the order of the calendar, as text where there is text, else page by
 * page. Mailman files a late mail under the month of its Date, so the months before the latest are looked at again. A month that
 * is listed and not there is lost, and the others are read: it may come back while it is one of those that are looked at again.
 */
import { type Batch, type LostMail, type ManyMails, type Source, SourceError } from "../../watch/source.js";
import type { PipermailConfig } from "../../watch/source-config.js";
import { type BatchLimits, inBatches, type Step } from "./batches.js";
import type { ArchiveContext } from "./context.js";
import { badCursor, isRecord, parseCursor } from "./cursor.js";
import { HttpClient } from "./http.js";
import { httpOptions, listUrl } from "./http-source.js";
import { isPipermailIndex, monthKey, type PipermailMonth, parseIndex } from "./pipermail-index.js";
import {
  challengePage,
  MissingMonth,
  type MonthContext,
  type MonthPosition,
  monthPosition,
  readPage,
  readPages,
  readText,
} from "./pipermail-month.js";

/** Where the reading stands in each of the latest months that were read, by name; those before are done with. */
interface PipermailPosition {
  months: Record<string, MonthPosition>;
}

/** Follows a pipermail archive. */
export function openPipermail(config: PipermailConfig, context: ArchiveContext, limits?: BatchLimits): Source {
  const archive = listUrl(config.url);
  const http = new HttpClient(httpOptions(config, archive, context));
  return {
    name: config.name,
    read: (cursor, { signal, since }): AsyncGenerator<Batch> =>
      inBatches(readArchive(config, { http, archive, signal }, pipermailPosition(cursor), since), signal, limits),
    again: async (ref, { signal }) => {
      if (monthKey(ref) !== null) return monthAgain(config, { http, archive, signal }, ref);
      // Mails of a month's text are numbered anew whenever the month is written anew: it is read again by itself then.
      if (!/^[0-9]{4}-[A-Za-z]+\/[0-9]+\.html$/.test(ref)) return null;
      const page = await readPage({ http, archive, signal }, ref);
      return page instanceof Uint8Array ? { ref, form: "pipermail-html", raw: page } : page;
    },
    close: () => http.close(),
  };
}

function pipermailPosition(cursor: string | null): PipermailPosition {
  const record = parseCursor(cursor);
  if (record === null) return { months: {} };
  if (!isRecord(record.months)) throw badCursor("it names no months");
  const months: Record<string, MonthPosition> = {};
  for (const [name, position] of Object.entries(record.months)) {
    if (monthKey(name) === null) throw badCursor("a month of it is none");
    months[name] = monthPosition(position);
  }
  return { months };
}

async function* readArchive(
  config: PipermailConfig,
  context: MonthContext,
  start: PipermailPosition,
  since?: string,
): AsyncGenerator<Step<PipermailPosition>> {
  let position = start;
  const keep = (config.recheck ?? 2) + 1;
  const first = earliest(Object.keys(start.months)) ?? monthKey(config.firstMonth ?? "") ?? "";
  const listed = (await listMonths(context)).filter(({ name }) => (monthKey(name) ?? "") >= first);
  // Months that are not there are told when another one is: where all are gone the server is broken, not the months.
  let lost: LostMail[] = [];
  let found = false;
  for (const month of since === undefined ? listed : from(listed, since)) {
    const before = position.months[month.name] ?? null;
    try {
      for await (const step of readMonth(config.form ?? "auto", context, month, before)) {
        position = withMonth(position, month.name, step.position, keep);
        yield { ...step, lost: [...lost, ...(step.lost ?? [])], position };
        lost = [];
      }
      found = true;
    } catch (error) {
      if (!(error instanceof MissingMonth)) throw error;
      if (before?.form !== "lost") lost.push({ ref: month.name, reason: error.reason, message: error.message });
      position = withMonth(position, month.name, { form: "lost" }, keep);
    }
  }
  if (lost.length === 0) return;
  if (!found) throw new SourceError("not-found", `the archive has none of its months: ${lost[0]?.message}`);
  yield { lost, position };
}

/** The months that may hold mails sent since then: those before the last one that begins no later. */
function from(months: readonly PipermailMonth[], since: string): readonly PipermailMonth[] {
  const day = since.slice(0, 10).replaceAll("-", "");
  const start = months.findLastIndex(({ name }) => (monthKey(name) ?? "").padEnd(6, "01").padEnd(8, "01") <= day);
  return months.slice(Math.max(0, start));
}

/** A month that was lost, as it is now. */
async function monthAgain(config: PipermailConfig, context: MonthContext, ref: string): Promise<ManyMails | LostMail> {
  const month = (await listMonths(context)).find(({ name }) => name === ref) ?? { name: ref, text: null };
  const all: ManyMails = { mails: [], lost: [] };
  try {
    for await (const { mails = [], lost = [] } of readMonth(config.form ?? "auto", context, month, null)) {
      all.mails.push(...mails);
      all.lost.push(...lost);
    }
  } catch (error) {
    if (!(error instanceof MissingMonth)) throw error;
    return { ref, reason: error.reason, message: error.message };
  }
  return all;
}

async function listMonths(context: MonthContext): Promise<PipermailMonth[]> {
  const { archive, signal } = context;
  const answer = await context.http.get(archive.href, { expected: "html", signal });
  const html = answer.body.toString("latin1");
  const months = parseIndex(html);
  if (months.length === 0 && !isPipermailIndex(html)) throw challengePage(archive.href);
  return months;
}

/** A month that was begun in one form is read on in it: text and pages count their mails differently. */
async function* readMonth(
  form: "auto" | "text" | "html",
  context: MonthContext,
  month: PipermailMonth,
  position: MonthPosition | null,
): AsyncGenerator<Step<MonthPosition>> {
  const begun = position === null || position.form === "lost" ? null : position.form;
  const chosen = form === "auto" ? (begun ?? (month.text === null ? "html" : "text")) : form;
  if (chosen === "text") {
    const known = position?.form === "text" ? position : null;
    if (yield* readText(context, month, known)) return;
    if (form === "text") throw new MissingMonth(`the archive lists ${month.name}, but has no text of it`);
  }
  yield* readPages(context, month, position?.form === "html" ? position : null);
}

/** Only so many of the latest months are kept in a cursor. */
function withMonth(position: PipermailPosition, name: string, month: MonthPosition, keep: number): PipermailPosition {
  const all = Object.entries({ ...position.months, [name]: month });
  all.sort(([a], [b]) => ((monthKey(a) ?? "") < (monthKey(b) ?? "") ? -1 : 1));
  return { months: Object.fromEntries(all.slice(-keep)) };
}

function earliest(names: string[]): string | null {
  const keys = names.map((name) => monthKey(name) ?? "").sort();
  return keys[0] ?? null;
}
