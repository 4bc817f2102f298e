/**
 * A list archive of pipermail (Mailman 2): its months in the order of the calendar, as text where there is text, else page by
 * page. Mailman files a late mail under the month of its Date, so the months before the latest are looked at again.
 */
import { type Batch, type Source, SourceError } from "../../watch/source.js";
import type { PipermailConfig } from "../../watch/source-config.js";
import { type BatchLimits, inBatches, type Step } from "./batches.js";
import type { ArchiveContext } from "./context.js";
import { badCursor, isRecord, parseCursor } from "./cursor.js";
import { HttpClient } from "./http.js";
import { httpOptions, listUrl } from "./http-source.js";
import { isPipermailIndex, monthKey, type PipermailMonth, parseIndex } from "./pipermail-index.js";
import {
  challengePage,
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
    read: (cursor, { signal }): AsyncGenerator<Batch> =>
      inBatches(readArchive(config, { http, archive, signal }, pipermailPosition(cursor)), signal, limits),
    again: async (ref, { signal }) => {
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
): AsyncGenerator<Step<PipermailPosition>> {
  let position = start;
  const first = earliest(Object.keys(start.months)) ?? monthKey(config.firstMonth ?? "") ?? "";
  for (const month of await listMonths(context)) {
    if ((monthKey(month.name) ?? "") < first) continue;
    const before = position.months[month.name] ?? null;
    for await (const step of readMonth(config.form ?? "auto", context, month, before)) {
      position = withMonth(position, month.name, step.position, (config.recheck ?? 2) + 1);
      yield { ...step, position };
    }
  }
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
  const chosen = form === "auto" ? (position?.form ?? (month.text === null ? "html" : "text")) : form;
  if (chosen === "text") {
    const known = position?.form === "text" ? position : null;
    if (yield* readText(context, month, known)) return;
    if (form === "text") throw new SourceError("not-found", `the archive has no text of ${month.name}`);
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
