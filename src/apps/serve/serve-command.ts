/** `review serve`: the dashboard over a store, beside a watch that may be running. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { text as readAll } from "node:stream/consumers";
import { EXIT, type ExitCode, ReviewError } from "../../errors.js";
import { loadConfig } from "../../io/config/load-config.js";
import { isLoopback, type Listen, parseListen } from "../../io/hosts.js";
import { loadRules } from "../../io/load-rules.js";
import { hashPassword } from "../../io/password.js";
import type { SqlStore } from "../../io/store/store.js";
import { remark, writeOutput } from "../../io/terminal.js";
import type { WatchConfig } from "../../watch/config.js";
import { stopSignal } from "../watch/context.js";
import { openLog } from "../watch/log.js";
import { openBeside } from "../watch/place.js";
import { makeApp } from "./app.js";
import { listenFor } from "./server.js";
import { Sessions } from "./sessions.js";
import { signInFor } from "./sign-in.js";

export interface ServeOptions {
  config: string;
  listen?: string;
}

/** Shorter passwords are not hashed. */
const MIN_PASSWORD = 8;

/** Serves until it is stopped; exit 0 then. */
export async function runServe(options: ServeOptions, version: string): Promise<ExitCode> {
  const config = await loadConfig(options.config);
  const listen = listenOf(options.listen ?? config.serve.listen);
  const rules = await loadRules(config.rules);
  const { store, close } = await openBeside(config);
  const log = openLog(config.log);
  try {
    const { operators, sessionHours } = config.serve;
    const now = () => new Date();
    const sessions = new Sessions(await secretOf(config, store), operators, sessionHours);
    const app = makeApp({
      store,
      config,
      rules,
      version,
      now,
      listen,
      sessions,
      signIn: signInFor(operators, now),
      log,
    });
    const running = await listenFor(app.fetch, listen);
    if (!isLoopback(listen.host))
      remark(
        `review: the dashboard listens on ${listen.host}, beyond this machine: put a server that speaks TLS in front of it`,
      );
    log.info({ address: running.address, operators: operators.length }, "the dashboard is served");
    const signal = stopSignal(() => log.info("asked to stop: what is under way is answered"));
    if (!signal.aborted) await once(signal, "abort");
    await running.close();
  } finally {
    await close();
  }
  return EXIT.nothing;
}

function listenOf(text: string): Listen {
  const listen = parseListen(text);
  if (listen !== null) return listen;
  throw new ReviewError("usage", EXIT.usage, "--listen takes host:port, such as 127.0.0.1:8080 or [::1]:8080");
}

/** What sessions are signed with: of the environment, or made of the store's own secret, which is written for operators only. */
async function secretOf({ serve }: WatchConfig, store: SqlStore): Promise<string> {
  if (serve.secretEnv !== undefined) {
    const secret = process.env[serve.secretEnv] ?? "";
    if (secret.length >= 16) return secret;
    const message = `the environment variable ${serve.secretEnv} has to hold a secret of 16 characters or more`;
    throw new ReviewError("no-secret", EXIT.config, message);
  }
  const fresh = randomBytes(32).toString("base64url");
  return serve.operators.length === 0 ? fresh : `dashboard ${await store.secret(fresh)}`;
}

/** Prints the hash of a password that stands in the first line of standard input. */
export async function runServeHash(): Promise<ExitCode> {
  const [password = ""] = (await readAll(process.stdin)).split(/\r?\n/);
  if (password.length < MIN_PASSWORD)
    throw new ReviewError("short-password", EXIT.input, `a password has ${MIN_PASSWORD} characters or more`);
  await writeOutput(`${await hashPassword(password)}\n`);
  return EXIT.nothing;
}
