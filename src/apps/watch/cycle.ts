/** One round of a watch: read what is new, put it into series, judge what is due. */

import { startWorkers } from "../../io/store/queue.js";
import { withoutPasswords } from "../../report/secrets.js";
import type { ReviewResult } from "../../review/finding.js";
import { parseDuration } from "../../speak/duration.js";
import { type Ingested, ingest, MAX_ATTEMPTS } from "../../watch/ingest.js";
import { type Judgement, judgeSeries, type Reviewer, type Teller } from "../../watch/judge.js";
import type { MailRecord, SeriesRecord } from "../../watch/records.js";
import { sortNewMails } from "../../watch/regroup.js";
import { retryWait } from "../../watch/schedule.js";
import type { Source } from "../../watch/source.js";
import type { DueSeries } from "../../watch/store.js";
import type { WatchContext } from "./context.js";
import { brief } from "./log.js";
import type { Speaker } from "./speaking.js";

export interface CycleOptions {
  sources: readonly Source[];
  review: Reviewer;
  /** Plans what is said of a judged series; null: nothing is. */
  tell: Teller | null;
  speaker: Speaker | null;
  wanted?: (mail: MailRecord) => boolean;
  /** Looking back: sources may leave out what was sent before (ISO 8601). */
  since?: string;
  onResult?: (series: SeriesRecord, judgement: Judgement) => Promise<void>;
  /** Is called between pieces of work, when nothing of the last one is wanted any more. */
  between?: () => Promise<void>;
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
  const { store, digests, signal, log } = context;
  const report: CycleReport = { sources: [], sorted: 0, judged: 0, failed: 0 };
  for (const source of options.sources) {
    if (signal.aborted) break;
    report.sources.push(await readSource(source, context, options));
  }
  const sources = report.sources.filter((s) => s.failure !== null);
  context.metrics.health.failing = Object.fromEntries(sources.map((s) => [s.source, s.failure?.reason ?? ""]));
  report.sorted = await sortNewMails(store, digests, () => context.now().toISOString(), signal, options.between);
  if (report.sorted > 0) log.info({ mails: report.sorted }, "put into series");
  await options.speaker?.listen();
  await judgeDue(context, options, report);
  await options.speaker?.send();
  context.metrics.setCounts(await store.counts());
  return report;
}

async function readSource(source: Source, context: WatchContext, { wanted, since }: CycleOptions) {
  const { store, digests, signal, log, metrics } = context;
  const got = await ingest(source, store, {
    digest: digests.sha256,
    signal,
    now: () => context.now().toISOString(),
    onBatch: ({ mails, dead, ...rest }) => {
      metrics.health.sign();
      metrics.mails.inc({ source: source.name }, mails);
      if (dead > 0) metrics.dead.inc({ kind: "mail" }, dead);
      log.debug({ mails, dead, ...rest }, "batch recorded");
    },
    notes: context.notes,
    ...(wanted === undefined ? {} : { wanted }),
    ...(since === undefined ? {} : { since }),
  });
  const { failure, ...numbers } = got;
  if (failure === null) log.info(numbers, "source read");
  else {
    metrics.sourceFailures.inc({ source: source.name, reason: failure.reason });
    log.warn(
      { ...numbers, ...failure, message: withoutPasswords(failure.message) },
      "source could not be read to its end",
    );
  }
  return got;
}

/** Judges series until none is due: one after the other, or with PostgreSQL shared with all who work on it. */
async function judgeDue(context: WatchContext, options: CycleOptions, report: CycleReport): Promise<void> {
  const { store, signal, rules, config, metrics } = context;
  const back = options.lookingBack === true;
  await startWorkers({
    store,
    rules: rules.version,
    signal,
    once: true,
    unjudged: true,
    superseded: back,
    concurrency: config.workers,
    quietMs: back ? 0 : (parseDuration(config.quiet) ?? 0),
    retryMs: retryWait,
    judge: async (due) => {
      const started = performance.now();
      try {
        const judgement = await judgeSeries(due, store, options.review, options.tell);
        report.judged++;
        tellJudged(due.series, judgement.result, context);
        await options.onResult?.(due.series, judgement);
        return judgement;
      } catch (error) {
        report.failed++;
        tellFailed(due, error, context);
        throw error;
      } finally {
        metrics.health.sign();
        metrics.seconds.observe((performance.now() - started) / 1000);
        await options.between?.();
      }
    },
  });
}

function tellJudged(series: SeriesRecord, { review }: ReviewResult, { log, metrics }: WatchContext): void {
  metrics.judged.inc({ outcome: "judged" });
  for (const { rule, status } of review.findings) metrics.findings.inc({ rule, status });
  const { key, title, version, members, incomplete } = series;
  const findings = review.findings.length;
  log.info({ series: key, title: brief(title), version, mails: members.length, incomplete, findings }, "series judged");
}

function tellFailed({ series, attempts }: DueSeries, error: unknown, { log, metrics }: WatchContext): void {
  metrics.judged.inc({ outcome: "failed" });
  if (attempts + 1 >= MAX_ATTEMPTS) metrics.dead.inc({ kind: "series" });
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  log.error({ series: series.key, reason, attempts: attempts + 1 }, "series could not be judged");
}
