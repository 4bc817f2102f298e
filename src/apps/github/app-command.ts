/** `review app`: the GitHub App. Webhooks are recorded as they come; workers take up what waits. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { EXIT, type ExitCode } from "../../errors.js";
import { loadAppConfig } from "../../io/config/load-app-config.js";
import { type BlobCache, openBlobCache } from "../../io/github/blob-cache.js";
import { type AppClients, appClients } from "../../io/github/client.js";
import { openForge } from "../../io/github/forge.js";
import { patient } from "../../io/github/patient.js";
import { makePauses, type Pause, pausing } from "../../io/github/pause.js";
import { type Delivery, serveWebhooks, WEBHOOK_PATH } from "../../io/github/webhooks.js";
import { openIndexStore } from "../../io/index-store.js";
import { loadParser, loadRules } from "../../io/load-rules.js";
import { startPullWorkers } from "../../io/store/pull-workers.js";
import { openStore, type SqlStore } from "../../io/store/store.js";
import { writeOutput } from "../../io/terminal.js";
import type { AppConfig } from "../../pulls/app-config.js";
import { receive } from "../../pulls/deliveries.js";
import type { Forge } from "../../pulls/forge.js";
import { whileHeld } from "../../pulls/held.js";
import type { LeasedSubject, TaskEnd } from "../../pulls/tasks.js";
import { endOf, workOn } from "../../pulls/work.js";
import { globMatch } from "../../speak/glob.js";
import { makeDataFolder, stopSignal } from "../watch/context.js";
import { type Logger, openLog } from "../watch/log.js";
import { type Engine, portsFor } from "./ports.js";
import { statusText } from "./status-text.js";
import { makeWakeUp, type WakeUp } from "./wake-up.js";

export interface AppOptions {
  config: string;
  /** Works on what waits, and ends; takes no webhooks. */
  once?: boolean;
  /** Prints what waits and what was given up, and ends. */
  status?: boolean;
  /** Takes up what was given up first. */
  retry?: boolean;
}

/** What a running App has open. */
interface App {
  config: AppConfig;
  store: SqlStore;
  engine: Engine;
  clients: AppClients;
  pauseOf: (installation: number) => Pause;
  blobs: BlobCache;
  log: Logger;
  wakeUp: WakeUp;
}

/** Done tasks and remembered patches are forgotten after that time; GitHub delivers again for 3 days at most. Milliseconds. */
const FORGET_MS = 30 * 24 * 3_600_000;
/** How often to look for what is due, at the least. Milliseconds. */
const LONGEST_POLL = 5_000;
/** Bytes of blobs that are kept on the disk. */
const BLOB_BYTES = 2 * 1024 * 1024 * 1024;

/** Runs the command until it is stopped; answers the exit code. */
export async function runApp(options: AppOptions, version: string): Promise<ExitCode> {
  const { config, privateKey, webhookSecret } = await loadAppConfig(options.config, (name) => process.env[name]);
  const log = openLog(config.log);
  const signal = stopSignal(() => log.info("asked to stop: what is under way is finished"));
  await makeDataFolder(config.data);
  const { appId, api, timeoutSeconds } = config.github;
  const clients = appClients({ appId, privateKey, baseUrl: api, version, timeoutMs: timeoutSeconds * 1000 });
  const engine = await openEngine(config, version);
  const store = await openStore(placeOf(config));
  const blobs = openBlobCache({ folder: config.data, diskBytes: BLOB_BYTES });
  const app: App = { config, store, engine, clients, pauseOf: makePauses(), blobs, log, wakeUp: makeWakeUp() };
  try {
    if (options.status === true) {
      await writeOutput(await statusText(store));
      return EXIT.nothing;
    }
    await store.pruneTasks(new Date(Date.now() - FORGET_MS).toISOString());
    if (options.retry === true)
      log.info({ tasks: await store.reviveTasks(new Date().toISOString()) }, "taken up again");
    if (options.once === true) await work(app, signal, true);
    else await serve(app, { appId, privateKey, secret: webhookSecret }, signal);
  } finally {
    await store.close();
  }
  return EXIT.nothing;
}

/** The same places as those of `review watch` with this data folder. */
function placeOf({ data, database }: AppConfig): Parameters<typeof openStore>[0] {
  const url = process.env.DATABASE_URL;
  if (url) return { url, named: "DATABASE_URL" };
  if (database !== undefined) return { url: database, named: "database: of the configuration" };
  return { file: join(data, "store.db") };
}

async function openEngine(config: AppConfig, version: string): Promise<Engine> {
  const index = await openIndexStore(join(config.data, "index"), version);
  const { rules: rulesFolder } = config;
  const rules = await loadRules(rulesFolder, index);
  return { index, rules, ...(rulesFolder === undefined ? {} : { rulesFolder }), parse: await loadParser(), version };
}

async function serve(
  app: App,
  secrets: { appId: number; privateKey: string; secret: string },
  signal: AbortSignal,
): Promise<void> {
  const { config, log } = app;
  const server = await serveWebhooks(config.listen, {
    ...secrets,
    log: log.child({}, { level: log.isLevelEnabled("debug") ? "info" : log.level }),
    receive: (delivery) => record(delivery, app),
    other: health,
  });
  log.info({ address: server.address, path: WEBHOOK_PATH }, "webhooks are taken");
  try {
    await work(app, signal, false);
  } finally {
    await server.close();
  }
}

function health(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method !== "GET" || request.url !== "/healthz") return false;
  response.writeHead(200, { "content-type": "application/json" }).end('{"live":true}');
  return true;
}

/** All that happens while GitHub waits for an answer. */
async function record({ id, event, payload }: Delivery, { config, store, log, wakeUp }: App): Promise<void> {
  const received = receive(event, payload);
  if ("ignored" in received) return log.debug({ delivery: id, event, reason: received.ignored }, "ignored");
  const { task } = received;
  const about = { delivery: id, event, repository: task.repository, subject: task.subject };
  if (!config.repositories.some((pattern) => globMatch(pattern, task.repository)))
    return log.info(about, "ignored: the repository is not among those that are worked for");
  const fresh = await store.putTask({ id, ...task }, new Date().toISOString());
  log.info(about, fresh ? "recorded" : "delivered again: it was recorded before");
  wakeUp.call();
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
