/** `review watch`: follows list archives and reviews what arrives. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { EXIT, type ExitCode, ReviewError } from "../../errors.js";
import { type ArchiveContext, REAL_TIME, userAgent } from "../../io/archive/context.js";
import { openSource } from "../../io/archive/open-source.js";
import { loadConfig } from "../../io/config/load-config.js";
import { makeHeapKeeper } from "../../io/heap.js";
import { claimFile } from "../../io/store/sqlite.js";
import { openStore, type SqlStore } from "../../io/store/store.js";
import { writeOutput } from "../../io/terminal.js";
import type { WatchConfig } from "../../watch/config.js";
import type { MailRecord } from "../../watch/records.js";
import { parseDay } from "../../watch/schedule.js";
import { type Source, SourceError } from "../../watch/source.js";
import type { SourceConfig } from "../../watch/source-config.js";
import { DIGESTS, makeDataFolder, openEngine, stopSignal, type WatchContext } from "./context.js";
import { type CycleOptions, type CycleReport, runCycle } from "./cycle.js";
import { checkSchedule, runBySchedule } from "./daemon.js";
import { openLog } from "./log.js";
import { Metrics, serveMetrics } from "./metrics.js";
import { retryDead } from "./retry.js";
import { makeReviewer } from "./reviewer.js";
import { FindingTable } from "./table.js";

export interface WatchOptions {
  config: string;
  once?: boolean;
  daemon?: boolean;
  retry?: boolean;
  dryRun?: boolean;
  since?: string;
  until?: string;
}

/** Runs the command; answers the exit code: 5 when an archive could not be read to its end (of one round), 0 otherwise. */
export async function runWatch(options: WatchOptions, version: string): Promise<ExitCode> {
  const wanted = timeSpan(options);
  const config = await loadConfig(options.config);
  checkSchedule(config.schedule);
  const log = openLog(config.log);
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
  const { review, update } = makeReviewer(context);
  const table = new FindingTable();
  const cycle: CycleOptions = {
    sources,
    review,
    lookingBack: options.dryRun === true,
    between: makePause(),
    onResult: (result) => table.add(result.review.findings),
    ...(wanted === undefined ? {} : { wanted }),
  };
  let failed = false;
  const round = async (): Promise<void> => {
    await update();
    const report = await runCycle(context, cycle);
    failed = report.sources.some((s) => s.failure !== null);
    context.metrics.health.lastCycle = context.now().toISOString();
    context.log.info(summaryOf(report), "round done");
  };
  try {
    if (options.retry === true) context.log.info(await retryDead(context, sources), "dead letters taken up");
    if (options.daemon === true) {
      await runDaemon(context, round);
      // What failed in a round was told then; that it was asked to end is how a daemon ends well.
      failed = false;
    } else await round();
    if (options.dryRun === true) await writeOutput(table.text());
  } finally {
    for (const source of sources) await source.close();
  }
  return failed ? EXIT.network : EXIT.nothing;
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

/** Mails of a span of time; undefined for all. */
function timeSpan({ since, until }: WatchOptions): ((mail: MailRecord) => boolean) | undefined {
  const [from, to] = [bound("since", since, false), bound("until", until, true)];
  if (from === null && to === null) return undefined;
  return ({ sent }) => sent !== null && (from === null || sent >= from) && (to === null || sent < to);
}

function bound(name: string, text: string | undefined, end: boolean): string | null {
  if (text === undefined) return null;
  const time = parseDay(text, end);
  if (time !== null) return time;
  throw new ReviewError("bad-day", EXIT.usage, `--${name}: ${text} is no month or day; write 2019-04 or 2019-04-17`);
}

/** The store of the configuration; for a dry run one that is gone afterwards. */
async function openPlace(config: WatchConfig, dry: boolean): Promise<{ store: SqlStore; close: () => Promise<void> }> {
  if (dry) {
    const folder = await mkdtemp(join(tmpdir(), "patchwitness-"));
    const store = await openStore({ file: join(folder, "store.db") });
    const close = async (): Promise<void> => {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    };
    return { store, close };
  }
  const url = process.env.DATABASE_URL || config.database;
  if (url !== undefined) {
    const store = await openStore({ url });
    return { store, close: () => store.close() };
  }
  return openAlone(join(config.data, "store.db"));
}

/** A store in a file is one process's: what an earlier one had begun when it was killed is begun again. */
async function openAlone(file: string): Promise<{ store: SqlStore; close: () => Promise<void> }> {
  const release = claimFile(file);
  if (release === null) {
    const message = "another process watches with this data folder; its round is not over yet";
    throw new ReviewError("store-in-use", EXIT.input, message);
  }
  const store = await openStore({ file });
  await store.endLeases(new Date().toISOString());
  const close = async (): Promise<void> => {
    await store.close();
    release();
  };
  return { store, close };
}

function openSources({ config, version }: WatchContext): Source[] {
  const archives: ArchiveContext = {
    dataFolder: join(config.data, "archives"),
    userAgent: userAgent(version, config.contact),
    time: REAL_TIME,
    env: (name) => process.env[name],
  };
  try {
    // What is left out of the file is no key of the object: only the types of the two say it in different ways.
    return config.sources.map((source) => openSource(source as SourceConfig, archives));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new ReviewError("bad-config", EXIT.config, `the configuration is not sound:\n  sources: ${error.message}`, {
      cause: error,
    });
  }
}
