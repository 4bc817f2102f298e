/** The series of what was reviewed: patches that came in mails of their own, put together as they were sent. */
import type { ReviewedPatch } from "../review/finding.js";
import { buildThreads, type Threads } from "../thread/build-threads.js";
import { collectSeries } from "../thread/collect-series.js";
import type { Series } from "../thread/series.js";

export interface ReviewedSeries {
  /** Patches that were not quoted in other mails. */
  own: ReviewedPatch[];
  series: Series[];
  threads: Threads;
}

/** Collects the series of reviewed patches, in order of their first mail. */
export const reviewedSeries = (reviewed: readonly ReviewedPatch[]): ReviewedSeries => {
  const own = reviewed.filter(({ patch }) => patch.depth === 0);
  const inputs = own.map(({ message, patch }) => ({ message, hasDiff: true, author: patch.author }));
  const threads = buildThreads(inputs.map(({ message }) => message));
  return { own, series: collectSeries(inputs, threads), threads };
};
