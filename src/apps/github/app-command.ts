/**
 * `review app`: the GitHub App. Webhooks are recorded as they come; a process of its own works on what waits, so that GitHub, which
 * waits for ten seconds at most, is answered whatever is being reviewed.
 */
import { existsSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { EXIT, type ExitCode } from "../../errors.js";
import { loadAppConfig } from "../../io/config/load-app-config.js";
import { type Delivery, serveWebhooks, WEBHOOK_PATH } from "../../io/github/webhooks.js";
import { loadRules } from "../../io/load-rules.js";
import { openStore } from "../../io/store/store.js";
import { writeOutput } from "../../io/terminal.js";
import { receive } from "../../pulls/deliveries.js";
import { globMatch } from "../../speak/glob.js";
import { makeDataFolder, stopSignal } from "../watch/context.js";
import { openLog } from "../watch/log.js";
import { placeOf } from "../watch/place.js";
import { type Workplace, workOnPulls } from "./app-worker.js";
import { checkKnown } from "./known-app.js";
import { statusText } from "./status-text.js";
import { makeWakeUp } from "./wake-up.js";
import { keepWorker } from "./worker-process.js";

export interface AppOptions {
  config: string;
  /** Works on what waits, and ends; takes no webhooks. */
  once?: boolean;
  /** Prints what waits and what was given up, and ends. */
  status?: boolean;
  /** Takes up what was given up first. */
  retry?: boolean;
  /** Works on what waits, for the process that takes the webhooks. */
  work?: boolean;
}

/** What taking webhooks is given. */
type Receiving = Pick<Workplace, "config" | "store" | "log">;

/** Done tasks and remembered patches are forgotten after that time; GitHub delivers again for 3 days at most. Milliseconds. */
const FORGET_MS = 30 * 24 * 3_600_000;

/** Runs the command until it is stopped; answers the exit code. */
export async function runApp(options: AppOptions, version: string): Promise<ExitCode> {
  const { config, privateKey, webhookSecret } = await loadAppConfig(options.config, (name) => process.env[name]);
  const log = openLog(config.log);
  await makeDataFolder(config.data);
  const store = await openStore(placeOf(config));
  try {
    if (options.status === true) {
      await writeOutput(await statusText(store));
      return EXIT.nothing;
    }
    const place = { config, privateKey, version, store, log, wakeUp: makeWakeUp() };
    if (options.work === true) {
      // Asked to stop by whoever started it; when that is gone without a word, there is nobody to work for.
      process.once("disconnect", () => process.exit(EXIT.nothing));
      if (process.connected !== true) return EXIT.nothing;
      process.on("message", () => place.wakeUp.call());
      await workOnPulls(
        place,
        stopSignal(() => {}),
        false,
      );
      process.disconnect?.();
      return EXIT.nothing;
    }
    // Unsound rules are told before anything is taken.
    await loadRules(config.rules);
    const signal = stopSignal(() => log.info("asked to stop: what is under way is finished"));
    await store.pruneTasks(new Date(Date.now() - FORGET_MS).toISOString());
    for (const { repository, path } of config.mirrors)
      if (!existsSync(path)) log.warn({ repository, path }, "there is no such mirror: GitHub is asked instead");
    if (options.retry === true)
      log.info({ tasks: await store.reviveTasks(new Date().toISOString()) }, "taken up again");
    if (options.once === true) await workOnPulls(place, signal, true);
    else await serve(place, { secret: webhookSecret, file: options.config }, signal);
  } finally {
    await store.close();
  }
  return EXIT.nothing;
}

async function serve(
  place: Workplace,
  { secret, file }: { secret: string; file: string },
  signal: AbortSignal,
): Promise<void> {
  const { config, privateKey, log } = place;
  const worker = keepWorker(file, log, signal);
  const server = await serveWebhooks(config.listen, {
    appId: config.github.appId,
    privateKey,
    secret,
    log: log.child({}, { level: log.isLevelEnabled("debug") ? "info" : log.level }),
    receive: (delivery) => record(delivery, place, worker.wake),
    other: health,
  }).catch(async (error: unknown) => {
    await worker.stop();
    throw error;
  });
  log.info({ address: server.address, path: WEBHOOK_PATH }, "webhooks are taken");
  try {
    // Deliveries are recorded meanwhile: GitHub may be slow to say who we are.
    await Promise.all([worker.ended, checkKnown(place)]);
  } finally {
    await worker.stop();
    await server.close();
  }
}

function health(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method !== "GET" || request.url !== "/healthz") return false;
  response.writeHead(200, { "content-type": "application/json" }).end('{"live":true}');
  return true;
}

/** All that happens while GitHub waits for an answer. */
async function record(
  { id, event, payload }: Delivery,
  { config, store, log }: Receiving,
  wake: () => void,
): Promise<void> {
  const received = receive(event, payload);
  if ("ignored" in received) return log.debug({ delivery: id, event, reason: received.ignored }, "ignored");
  const { task } = received;
  const about = { delivery: id, event, repository: task.repository, subject: task.subject };
  if (!config.repositories.some((pattern) => globMatch(pattern, task.repository)))
    return log.info(about, "ignored: the repository is not among those that are worked for");
  const fresh = await store.putTask({ id, ...task }, new Date().toISOString());
  log.info(about, fresh ? "recorded" : "delivered again: it was recorded before");
  wake();
}
