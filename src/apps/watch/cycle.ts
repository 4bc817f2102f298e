/** One round of a watch: read what is new, put it into series, judge what is due. */
import type { ReviewResult } from "../../review/finding.js";
import { type Ingested, ingest } from "../../watch/ingest.js";
import { type JudgeOptions, judgeSeries, type Reviewer } from "../../watch/judge.js";
import type { MailRecord, SeriesRecord } from "../../watch/records.js";
import { sortNewMails } from "../../watch/regroup.js";
import { parseDuration, retryTime, shifted } from "../../watch/schedule.js";
import type { Source } from "../../watch/source.js";
import type { WatchContext } from "./context.js";

/** A series is leased for this long; judging one takes seconds. Milliseconds. */
const LEASE = 15 * 60_000;

export interface CycleOptions {
  sources: readonly Source[];
  review: Reviewer;
  wanted?: (mail: MailRecord) => boolean;
  onResult?: (result: ReviewResult) => void;
  /** Is called between pieces of work, when nothing of the last one is wanted any more. */
  between?: () => void;
  /** Looking back: series that are not complete are judged at once, and so are those that later versions have superseded. */
  lookingBack?: boolean;
}

export interface CycleReport {
  sources: Ingested[];
  sorted: number;
  judged: number;
  failed: number;
}

/** Runs one round. Archives that fail are told in the report; the store's own errors are thrown. */
export async function runCycle(context: WatchContext, options: CycleOptions): Promise<CycleReport> {
  const { store, digest, signal, log } = context;
  const report: CycleReport = { sources: [], sorted: 0, judged: 0, failed: 0 };
  for (const source of options.sources) {
    if (signal.aborted) break;
    report.sources.push(await readSource(source, context, options));
  }
  const sources = report.sources.filter((s) => s.failure !== null);
  context.metrics.health.failing = Object.fromEntries(sources.map((s) => [s.source, s.failure?.reason ?? ""]));
  report.sorted = await sortNewMails(store, digest, () => context.now().toISOString(), signal);
  if (report.sorted > 0) log.info({ mails: report.sorted }, "put into series");
  await judgeDue(context, options, report);
  context.metrics.setCounts(await store.counts());
  return report;
}

async function readSource(source: Source, context: WatchContext, { wanted, between }: CycleOptions) {
  const { store, digest, signal, log, metrics } = context;
  const got = await ingest(source, store, {
    digest,
    signal,
    now: () => context.now().toISOString(),
    onBatch: ({ mails, dead, ...rest }) => {
      metrics.mails.inc({ source: source.name }, mails);
      if (dead > 0) metrics.dead.inc({ kind: "mail" }, dead);
      log.debug({ mails, dead, ...rest }, "batch recorded");
      between?.();
    },
    ...(wanted === undefined ? {} : { wanted }),
  });
  const { failure, ...numbers } = got;
  if (failure === null) log.info(numbers, "source read");
  else {
    metrics.sourceFailures.inc({ source: source.name, reason: failure.reason });
    log.warn({ ...numbers, ...failure }, "source could not be read to its end");
  }
  return got;
}

/** Judges series until none is due. */
async function judgeDue(context: WatchContext, options: CycleOptions, report: CycleReport): Promise<void> {
  const { store, signal, rules } = context;
  const judging = judgeOptions(context, options);
  while (!signal.aborted) {
    const back = options.lookingBack === true;
    // One at a time: what a killed process had leased is then what it was judging.
    const due = await store.due({
      ...dueTimes(context, back),
      rules: rules.version,
      limit: 1,
      unjudged: true,
      superseded: back,
    });
    if (due.length === 0) return;
    for (const one of due) {
      const started = performance.now();
      const outcome = await judgeSeries(one, store, judging);
      context.metrics.seconds.observe((performance.now() - started) / 1000);
      context.metrics.judged.inc({ outcome });
      if (outcome === "judged") report.judged++;
      if (outcome === "failed") report.failed++;
      options.between?.();
    }
  }
}

/** The times by which series are due now. */
export function dueTimes(context: WatchContext, lookingBack: boolean) {
  const now = context.now();
  const quiet = lookingBack ? 0 : (parseDuration(context.config.quiet) ?? 0);
  return { now: now.toISOString(), quietSince: shifted(now, -quiet), leaseUntil: shifted(now, LEASE) };
}

/** How series are judged here: with the log and the counters told. */
export function judgeOptions(context: WatchContext, options: Pick<CycleOptions, "review" | "onResult">): JudgeOptions {
  const { log, metrics, rules } = context;
  return {
    review: options.review,
    rules: rules.version,
    now: () => context.now().toISOString(),
    retryAt: (attempts) => retryTime(context.now(), attempts),
    onJudged: (series: SeriesRecord, result: ReviewResult) => {
      for (const { rule, status } of result.review.findings) metrics.findings.inc({ rule, status });
      const { key, title, version, members, incomplete } = series;
      const findings = result.review.findings.length;
      log.info({ series: key, title, version, mails: members.length, incomplete, findings }, "series judged");
      options.onResult?.(result);
    },
    onFailed: ({ key }, reason, attempts) => {
      if (attempts >= 3) metrics.dead.inc({ kind: "series" });
      log.error({ series: key, reason, attempts }, "series could not be judged");
    },
  };
}
