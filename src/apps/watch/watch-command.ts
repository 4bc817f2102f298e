/** `review watch`: follows list archives and reviews what arrives. */
import { setImmediate } from "node:timers/promises";
import { EXIT, type ExitCode } from "../../errors.js";
import { loadConfig } from "../../io/config/load-config.js";
import { surroundingsOf } from "../../io/config/surroundings.js";
import { makeHeapKeeper } from "../../io/heap.js";
import { longestPause, runBySchedule } from "../../io/schedule.js";
import { writeOutput } from "../../io/terminal.js";
import { withoutPasswords } from "../../report/secrets.js";
import type { WatchConfig } from "../../watch/config.js";
import { noteReader } from "../../watch/notes.js";
import type { MailRecord } from "../../watch/records.js";
import { reportError } from "../report-error.js";
import { DIGESTS, makeDataFolder, openEngine, stopSignal, type WatchContext } from "./context.js";
import { type CycleOptions, type CycleReport, runCycle } from "./cycle.js";
import { dayOf, timeSpan } from "./days.js";
import { type Logger, openLog } from "./log.js";
import { Metrics, serveMetrics } from "./metrics.js";
import { openPlace } from "./place.js";
import { outboxText, PlanText } from "./plan-text.js";
import { retryDead } from "./retry.js";
import { makeReviewer } from "./reviewer.js";
import { openSources } from "./sources.js";
import { openSpeaker } from "./speaking.js";
import { FindingTable } from "./table.js";
import { makeTeller } from "./teller.js";

export interface WatchOptions {
  config: string;
  once?: boolean;
  daemon?: boolean;
  retry?: boolean;
  dryRun?: boolean;
  plan?: boolean;
  send?: boolean;
  since?: string;
  until?: string;
}

/** Runs the command; answers the exit code. What ends a daemon is the last line of its log. */
export async function runWatch(options: WatchOptions, version: string): Promise<ExitCode> {
  const wanted = timeSpan(options);
  const config = await loadConfig(options.config);
  const log = openLog(config.log);
  try {
    return await open(options, { config, log, version, wanted });
  } catch (error) {
    // Whoever collects the log of a daemon reads lines of JSON; where there is no log it is told as everywhere.
    if (options.daemon !== true || !log.isLevelEnabled("error")) throw error;
    return reportError(error, (line) => log.error(line.replace(/^review: /, "")));
  }
}

interface Opening {
  config: WatchConfig;
  log: Logger;
  version: string;
  wanted: ((mail: MailRecord) => boolean) | undefined;
}

async function open(options: WatchOptions, { config, log, version, wanted }: Opening): Promise<ExitCode> {
  const signal = stopSignal(() => log.info("asked to stop: what is under way is finished"));
  await makeDataFolder(config.data);
  const engine = await openEngine(config, version);
  const store = await openPlace(config, options.dryRun === true);
  const metrics = new Metrics();
  const now = (): Date => new Date();
  const context: WatchContext = {
    config,
    store: store.store,
    ...engine,
    log,
    metrics,
    version,
    signal,
    digests: DIGESTS,
    notes: noteReader(config.mail ?? null),
    now,
  };
  try {
    return await watch(context, options, wanted);
  } finally {
    await store.close();
  }
}

async function watch(
  context: WatchContext,
  options: WatchOptions,
  wanted: ((mail: MailRecord) => boolean) | undefined,
): Promise<ExitCode> {
  const sources = openSources(context);
  const env = (name: string): string | undefined => process.env[name];
  for (const { about, reason, message } of await surroundingsOf(context.config, env, options.send === true))
    context.log.warn(
      { about, reason, message: withoutPasswords(message) },
      "something that is configured is not there",
    );
  const { review, update, trees } = makeReviewer(context);
  const table = new FindingTable();
  const plan = new PlanText();
  const send = options.send === true;
  const speaker = await openSpeaker(context, trees, send);
  const cycle: CycleOptions = {
    sources,
    review,
    tell: await makeTeller(context, trees, !send),
    speaker,
    lookingBack: options.dryRun === true,
    between: makePause(),
    async onResult(series, { result, plans }) {
      if (options.dryRun === true) table.add(series, result.review);
      if (options.plan === true) await writeOutput(plan.add(plans));
    },
    ...(wanted === undefined ? {} : { wanted }),
    // The store of a look back is gone afterwards: nobody goes on behind what was left out.
    ...(options.dryRun === true && options.since !== undefined ? { since: dayOf("since", options.since) } : {}),
  };
  let failed: ExitCode = EXIT.nothing;
  let unjudged = 0;
  const round = async (): Promise<void> => {
    await update();
    const report = await runCycle(context, cycle);
    failed = exitOf(report);
    unjudged = report.failed;
    context.metrics.health.ended(context.now());
    context.log.info(summaryOf(report), "round done");
  };
  try {
    if (options.retry === true) context.log.info(await retryDead(context, sources), "dead letters taken up");
    if (options.daemon === true) {
      await runDaemon(context, round);
      // What failed in a round was told then; that it was asked to end is how a daemon ends well.
      failed = EXIT.nothing;
    } else await round();
    if (options.dryRun === true)
      await writeOutput(table.text(failed === EXIT.nothing && unjudged === 0 && !context.signal.aborted));
    if (options.plan === true)
      await writeOutput(plan.total() + outboxText(await context.store.outbox(["held", "waiting", "unsure"])));
  } finally {
    await speaker?.close();
    for (const source of sources) await source.close();
  }
  return failed;
}

/** 4 when there is something to mend on this machine, 5 when an archive could not be read to its end. */
function exitOf({ sources }: CycleReport): ExitCode {
  const failures = sources.flatMap(({ failure }) => failure ?? []);
  if (failures.some(({ reason }) => reason === "not-written")) return EXIT.input;
  return failures.length > 0 ? EXIT.network : EXIT.nothing;
}

/**
 * What is done between pieces of work: the heap is kept small, and the event loop gets a turn. With a store in a file nothing
 * else waits for anything, so that signals would go unheard, and statements that were collected would keep their memory.
 */
function makePause(): () => Promise<void> {
  const keepHeap = makeHeapKeeper();
  return async () => {
    keepHeap();
    await setImmediate();
  };
}

async function runDaemon(context: WatchContext, round: () => Promise<void>): Promise<void> {
  const { config, metrics, log, signal } = context;
  metrics.health.expect(longestPause(config.schedule, context.now()));
  const served = config.metrics === undefined ? null : await serveMetrics(metrics, config.metrics);
  if (served !== null) log.info({ address: served.address }, "metrics are served");
  try {
    await runBySchedule(config.schedule, round, signal);
  } finally {
    served?.server.close();
  }
}

const summaryOf = ({ sources, sorted, judged, failed }: CycleReport) => ({
  sources: sources.length,
  failing: sources.filter((s) => s.failure !== null).length,
  mails: sources.reduce((n, s) => n + s.mails, 0),
  sorted,
  judged,
  failed,
});
