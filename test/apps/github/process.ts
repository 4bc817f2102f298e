/** `review app` as a process of its own beside a GitHub on loopback; for tests, and for measures outside of them. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { stringify } from "yaml";
import { openStore, type SqlStore, type StorePlace } from "../../../src/io/store/store.js";
import type { FakeGithub } from "../../io/github/fake.js";
import { BUILT } from "../run-cli.js";

export interface LogLine {
  level: string;
  msg: string;
  [key: string]: unknown;
}

export interface RunningApp {
  child: ChildProcess;
  /** Where webhooks are posted to. */
  url: string;
  log: LogLine[];
  /** Everything that it printed. */
  text(): string;
  /** Ends it; the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface AppPlace {
  folder: string;
  data: string;
  config: string;
  start(): Promise<RunningApp>;
  /** Runs `review app --once`. */
  once(): Promise<{ code: number | null; text: string }>;
  look<T>(ask: (store: SqlStore) => Promise<T>): Promise<T>;
  /** Ends what was started, and removes the folder. */
  close(): Promise<void>;
}

/** Settings in the place of those of every test: those below `github` one by one. */
export type AppSettings = Record<string, unknown> & { github?: Record<string, unknown> };

/** A folder with a configuration for a fake, whose App is that of the configuration. */
export function makePlace(fake: FakeGithub, { github = {}, ...over }: AppSettings = {}): AppPlace {
  const folder = mkdtempSync(join(tmpdir(), "patchwitness-app-"));
  const [data, config] = [join(folder, "data"), join(folder, "app.yaml")];
  mkdirSync(data);
  writeFileSync(join(folder, "key.pem"), fake.app.privateKey);
  writeFileSync(join(folder, "secret"), `${fake.app.webhookSecret}\n`);
  const app = { appId: fake.app.id, privateKeyFile: "key.pem", webhookSecretFile: "secret", api: fake.origin };
  const settings = { data: "data", github: { ...app, timeoutSeconds: 10, ...github }, listen: "127.0.0.1:0", ...over };
  writeFileSync(config, stringify(settings));
  const started = new Set<ChildProcess>();
  const open = (args: string[]): ChildProcess => {
    const child = spawn(process.execPath, [BUILT, "app", "--config", config, ...args], { stdio: "pipe" });
    started.add(child);
    child.once("close", () => started.delete(child));
    return child;
  };
  const { database: url } = over;
  const store: StorePlace = typeof url === "string" ? { url, connections: 2 } : { file: join(data, "store.db") };
  return {
    folder,
    data,
    config,
    start: () => running(open([])),
    async once() {
      const child = open(["--once"]);
      let text = "";
      for (const stream of [child.stdout, child.stderr]) stream?.on("data", (piece) => (text += String(piece)));
      const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
      return { code, text };
    },
    look: (ask) => looking(store, ask),
    async close() {
      const ends = [...started].map((child) => new Promise((resolve) => child.once("close", resolve)));
      for (const child of started) child.kill("SIGKILL");
      await Promise.all(ends);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function looking<T>(place: StorePlace, ask: (store: SqlStore) => Promise<T>): Promise<T> {
  const store = await openStore(place);
  try {
    return await ask(store);
  } finally {
    await store.close();
  }
}

function running(child: ChildProcess): Promise<RunningApp> {
  const log: LogLine[] = [];
  const lines: string[] = [];
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  const stop = async (signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> => {
    child.kill(signal);
    return closed;
  };
  return new Promise((resolve, reject) => {
    const read = (line: string): void => {
      lines.push(line);
      if (!line.startsWith("{")) return;
      const one = JSON.parse(line) as LogLine;
      log.push(one);
      if (one.msg !== "webhooks are taken") return;
      const url = `http://${String(one.address)}${String(one.path)}`;
      resolve({ child, url, log, text: () => lines.join("\n"), stop });
    };
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on("line", read);
    void closed.then((code) => reject(new Error(`it ended with ${code}: ${lines.join("\n")}`)));
  });
}

/** Waits until something is so. */
export async function until(holds: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  for (const end = Date.now() + ms; !(await holds()); await wait(20))
    if (Date.now() > end) throw new Error("waited in vain");
}

/** Waits until an App has worked on everything that was delivered. */
export async function idle(place: AppPlace, ms = 60_000): Promise<void> {
  await until(() => place.look(async (store) => (await store.taskCounts()).waiting === 0), ms);
}
