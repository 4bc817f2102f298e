/** What `review parse --series` prints of a series: the contract's record. */
import type { Mailbox } from "../message/message.js";
import { buildThreads } from "./build-threads.js";
import { collectSeries } from "./collect-series.js";
import type { Incomplete, Series, SeriesInput } from "./series.js";
import { findPrevious } from "./versions.js";

/** Ids are Message-IDs without angle brackets; null stands for a mail that has none. */
export interface SeriesRecord {
  title: string;
  author: Mailbox;
  version: number;
  total: number;
  cover: string | null;
  patches: (string | null)[];
  incomplete: Incomplete | null;
  /** Cover, or else first patch, of the version before. */
  previous: string | null;
}

/** The records of all series of a list of messages, in order of their first mail. */
export function seriesRecords(inputs: readonly SeriesInput[]): SeriesRecord[] {
  const threads = buildThreads(inputs.map((input) => input.message));
  const series = collectSeries(inputs, threads);
  const previous = findPrevious(series, threads);
  return series.map((one, i) => ({
    title: one.title,
    author: one.author,
    version: one.version,
    total: one.total,
    cover: one.cover?.messageId ?? null,
    patches: one.patches.map((patch) => patch.messageId),
    incomplete: one.incomplete,
    previous: leadId(previous[i] ?? null),
  }));
}

function leadId(series: Series | null): string | null {
  return (series?.cover ?? series?.patches[0])?.messageId ?? null;
}
