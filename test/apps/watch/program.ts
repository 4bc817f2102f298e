/** The whole command line, run beside servers of the same test, killed, or with a clock that is off. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { afterAll } from "vitest";
import { stringify } from "yaml";
import { dump } from "../../../src/io/store/dump.js";
import { openStore, type SqlStore } from "../../../src/io/store/store.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const SHIFT = pathToFileURL(fileURLToPath(new URL("shift-clock.mjs", import.meta.url))).href;

/** A line of the log. */
export interface LogLine {
  level: string;
  msg: string;
  [key: string]: unknown;
}

export interface Ran {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
  /** The lines of standard error that are the log's. */
  log: LogLine[];
}

export interface RunOptions {
  env?: Record<string, string>;
  /** How far the program's clock is off. Milliseconds. */
  shift?: number;
  /** Ends it (SIGKILL) so many milliseconds after it began. */
  killAfter?: number;
  /** Is told every line of the log as it comes. */
  onLine?: (line: LogLine, child: ChildProcess) => void;
}

export interface Running {
  child: ChildProcess;
  done: Promise<Ran>;
}

export interface Program {
  /** A folder that is removed at the end. */
  folder: string;
  start(args: readonly string[], options?: RunOptions): Running;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** A new place with a data folder and a configuration in it. */
  place(config: Record<string, unknown>): Place;
}

export interface Place {
  folder: string;
  config: string;
  data: string;
  /** Writes the configuration anew. */
  configure(config: Record<string, unknown>): void;
  watch(args?: readonly string[], options?: RunOptions): Promise<Ran>;
  /** What stands in the store of the data folder, or in the database of a URL. */
  look<T>(ask: (store: SqlStore) => Promise<T>, url?: string): Promise<T>;
  dump(url?: string): Promise<string>;
}

/** Packages that load files of their own, or are loaded only with PostgreSQL. */
const OWN_FILES = ["libsql", "web-tree-sitter", "graphile-worker", "pg-native", "probot"];

/** What packages that are no modules of ECMAScript look for. */
const COMMON = [
  'import { createRequire as requireOfBundle } from "node:module";',
  'import { fileURLToPath as pathOfBundle } from "node:url";',
  "const require = requireOfBundle(import.meta.url);",
  "const __filename = pathOfBundle(import.meta.url);",
  'const __dirname = pathOfBundle(new URL(".", import.meta.url));',
].join("\n");

/**
 * To be called once in a test file. Starting from sources takes seconds, and these tests start the program a hundred times: its
 * modules are joined as tools/build.mjs does it, those of packages too, in a folder from which all else is found where it is.
 */
export function program(): Program {
  const cache = join(ROOT, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const built = mkdtempSync(join(cache, "watch-tests-"));
  const folder = mkdtempSync(join(tmpdir(), "watch-"));
  const running = new Set<ChildProcess>();
  afterAll(() => {
    for (const child of running) child.kill("SIGKILL");
    for (const path of [built, folder]) rmSync(path, { recursive: true, force: true });
  });
  mkdirSync(join(built, "dist/apps"), { recursive: true });
  for (const name of ["package.json", "rules"]) symlinkSync(join(ROOT, name), join(built, name));
  for (const name of ["source", "analysis", "rules", "review"])
    symlinkSync(join(ROOT, "src", name), join(built, "dist", name));
  buildSync({
    entryPoints: [join(ROOT, "src/apps/cli.ts")],
    outdir: join(built, "dist/apps"),
    bundle: true,
    splitting: true,
    external: OWN_FILES,
    banner: { js: COMMON },
    format: "esm",
    platform: "node",
    target: "node20",
    sourcemap: process.env.PATCHWITNESS_COVERAGE === undefined ? false : "inline",
    logLevel: "warning",
  });
  const start = (args: readonly string[], options: RunOptions = {}): Running => {
    const clock = options.shift === undefined ? [] : ["--import", SHIFT];
    const child = spawn(process.execPath, [...clock, join(built, "dist/apps/cli.js"), ...args], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        NO_COLOR: "1",
        DATABASE_URL: "",
        XDG_CACHE_HOME: join(folder, "cache"),
        CLOCK_SHIFT_MS: String(options.shift ?? 0),
        ...options.env,
      },
    });
    running.add(child);
    const { killAfter } = options;
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfter);
    child.once("exit", () => clearTimeout(timer));
    return { child, done: finished(child, options.onLine).finally(() => running.delete(child)) };
  };
  const run = (args: readonly string[], options: RunOptions = {}): Promise<Ran> => start(args, options).done;
  return { folder, start, run, place: (config) => placeIn(mkdtempSync(join(folder, "place-")), config, run) };
}

async function finished(child: ChildProcess, onLine: RunOptions["onLine"]): Promise<Ran> {
  const ran: Ran = { code: null, signal: null, out: "", err: "", log: [] };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    ran.out += text;
  });
  if (child.stderr === null) throw new Error("standard error is not read");
  createInterface({ input: child.stderr }).on("line", (text) => {
    ran.err += `${text}\n`;
    if (!text.startsWith("{")) return;
    const line = JSON.parse(text) as LogLine;
    ran.log.push(line);
    onLine?.(line, child);
  });
  await new Promise<void>((resolve, reject) => child.once("close", () => resolve()).once("error", reject));
  return Object.assign(ran, { code: child.exitCode, signal: child.signalCode });
}

const BASE = { data: "./data", contact: "mailto:tester@example.org" };

/** Whether rules are sound is found out once for all places: it takes longer than most of what is tested. */
function placeIn(folder: string, config: Record<string, unknown>, run: Program["run"]): Place {
  const [file, data] = [join(folder, "watch.yaml"), join(folder, "data")];
  const index = join(ROOT, "node_modules/.cache/watch-tests-index");
  for (const path of [data, index]) mkdirSync(path, { recursive: true });
  symlinkSync(index, join(data, "index"));
  const configure = (settings: Record<string, unknown>): void =>
    writeFileSync(file, stringify({ ...BASE, ...settings }));
  configure(config);
  const look = async <T>(ask: (store: SqlStore) => Promise<T>, url?: string): Promise<T> => {
    const store = await openStore(url === undefined ? { file: join(data, "store.db") } : { url, connections: 2 });
    try {
      return await ask(store);
    } finally {
      await store.close();
    }
  };
  return {
    folder,
    config: file,
    data,
    configure,
    watch: (args = [], options = {}) => run(["watch", "-c", file, ...args], options),
    look,
    dump: (url) => look(dump, url),
  };
}

/** What the last line of a round says. */
export function roundOf(ran: Ran): LogLine {
  const line = ran.log.findLast(({ msg }) => msg === "round done");
  if (line === undefined) throw new Error(`no round was done: exit ${ran.code}\n${ran.err}`);
  return line;
}

/** Keys of the series that a run judged. */
export function judgedBy(ran: Ran): string[] {
  return ran.log.filter(({ msg }) => msg === "series judged").map(({ series }) => String(series));
}

/** A mail that posts a patch. The body of its diff is about `file`. */
export function patchMail(id: string, subject: string, more: { parent?: string; minute?: number; file?: string } = {}) {
  const { parent, minute = 0, file = "x.c" } = more;
  return [
    "From: A. Author <author@example.org>",
    `Date: Tue, 10 Mar 2026 11:${String(minute).padStart(2, "0")}:40 +0000`,
    `Message-ID: <${id}@example.org>`,
    ...(parent === undefined ? [] : [`In-Reply-To: <${parent}@example.org>`]),
    `Subject: ${subject}`,
    "",
    "Words about it.",
    "---",
    `diff --git a/${file} b/${file}`,
    `--- a/${file}`,
    `+++ b/${file}`,
    "@@ -1 +1 @@",
    "-int a;",
    "+int b;",
    "",
  ].join("\n");
}

/** A mail that begins a series. */
export function coverMail(id: string, subject: string, minute = 0): string {
  const head = `From: A. Author <author@example.org>\nDate: Tue, 10 Mar 2026 11:${String(minute).padStart(2, "0")}:00 +0000`;
  return `${head}\nMessage-ID: <${id}@example.org>\nSubject: ${subject}\n\nWhat the patches do.\n`;
}
