/** The part of the App that works on what waits: in a process of its own, so that no review keeps a webhook waiting. */
import { type BlobCache, openBlobCache } from "../../io/github/blob-cache.js";
import { type AppClients, appClients } from "../../io/github/client.js";
import { openForge } from "../../io/github/forge.js";
import { patient } from "../../io/github/patient.js";
import { makePauses, type Pause, pausing } from "../../io/github/pause.js";
import { startPullWorkers } from "../../io/store/pull-workers.js";
import type { SqlStore } from "../../io/store/store.js";
import type { AppConfig } from "../../pulls/app-config.js";
import type { Forge } from "../../pulls/forge.js";
import { whileHeld } from "../../pulls/held.js";
import type { LeasedSubject, TaskEnd } from "../../pulls/tasks.js";
import { endOf, workOn } from "../../pulls/work.js";
import { openEngine } from "../watch/context.js";
import type { Logger } from "../watch/log.js";
import { type Engine, portsFor } from "./ports.js";
import type { WakeUp } from "./wake-up.js";

/** What working on pull requests is given. */
export interface Workplace {
  config: AppConfig;
  privateKey: string;
  version: string;
  store: SqlStore;
  log: Logger;
  wakeUp: WakeUp;
}

interface App extends Workplace {
  engine: Engine;
  clients: AppClients;
  pauseOf: (installation: number) => Pause;
  blobs: BlobCache;
}

/** How often to look for what is due, at the least. Milliseconds. */
const LONGEST_POLL = 5_000;
/** Bytes of blobs that are kept on the disk. */
const BLOB_BYTES = 2 * 1024 * 1024 * 1024;

/** Clients of the App that the configuration names. */
export function clientsOf({
  config,
  privateKey,
  version,
}: Pick<Workplace, "config" | "privateKey" | "version">): AppClients {
  const { appId, api, timeoutSeconds } = config.github;
  return appClients({ appId, privateKey, baseUrl: api, version, timeoutMs: timeoutSeconds * 1000 });
}

/** Works until the signal ends it or, with `once`, until nothing waits. */
export async function workOnPulls(place: Workplace, signal: AbortSignal, once: boolean): Promise<void> {
  const { config, version } = place;
  const clients = clientsOf(place);
  const { rules: rulesFolder } = config;
  const opened = await openEngine(config, version);
  const engine: Engine = { ...opened, version, ...(rulesFolder === undefined ? {} : { rulesFolder }) };
  const blobs = openBlobCache({ folder: config.data, diskBytes: BLOB_BYTES });
  await work({ ...place, clients, engine, pauseOf: makePauses(), blobs }, signal, once);
}

function work(app: App, signal: AbortSignal, once: boolean): Promise<void> {
  const { store, config, log, wakeUp } = app;
  return startPullWorkers({
    store,
    signal,
    once,
    concurrency: config.workers,
    pollMs: Math.min(LONGEST_POLL, config.github.retrySeconds * 1000),
    requestMs: config.github.timeoutSeconds * 1000,
    wake: (ended) => wakeUp.wait(ended),
    workOn: (leased, held) => workOnSubject(leased, held, app),
    onEnd: (leased, end) => tell(leased, end, log),
  });
}

async function workOnSubject(leased: LeasedSubject, held: () => boolean, app: App): Promise<TaskEnd> {
  const { engine, store, config } = app;
  const waitMs = config.github.retrySeconds * 1000;
  const pause = app.pauseOf(leased.installation);
  let forge: Forge;
  try {
    forge = await forgeOf(leased, pause, app);
  } catch (error) {
    return endOf(error, leased.attempts, new Date().toISOString(), waitMs);
  }
  return workOn(leased, { ...portsFor(whileHeld(forge, held, pause.over), engine, store, config.ledger), waitMs });
}

async function forgeOf(
  { installation, repository }: LeasedSubject,
  pause: Pause,
  { clients, blobs, config }: App,
): Promise<Forge> {
  const found = config.mirrors.find((one) => one.repository.toLowerCase() === repository.toLowerCase());
  const mirror =
    found === undefined
      ? {}
      : { mirror: { path: found.path, ...(found.fetch ? { fetch: { remote: "origin" } } : {}) } };
  return openForge({
    client: patient(pausing(await clients.ofInstallation(installation), pause)),
    repository,
    cache: blobs,
    ...mirror,
  });
}

function tell({ repository, subject, tasks, attempts }: LeasedSubject, end: TaskEnd | "lost", log: Logger): void {
  const about = { repository, subject, deliveries: tasks.length, attempts };
  if (end === "lost") log.warn(about, "another worker has it by now");
  else if (end.kind === "done") log.info({ ...about, outcome: end.outcome }, "worked on");
  else if (end.kind === "later") log.warn({ ...about, reason: end.reason, retryAt: end.retryAt }, "to be tried again");
  else log.error({ ...about, reason: end.reason }, "given up");
}
