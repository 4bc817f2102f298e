/** What a watch works with: opened once, closed at the end. */
import { hash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { EXIT, ReviewError } from "../../errors.js";
import { type FolderStore, openIndexStore } from "../../io/index-store.js";
import { loadParser, loadRules } from "../../io/load-rules.js";
import { isOnReadOnlyDisk } from "../../io/read-only-disk.js";
import type { SqlStore } from "../../io/store/store.js";
import type { RuleSet } from "../../rules/rule-set.js";
import type { ParseC } from "../../source/parse-c.js";
import type { WatchConfig } from "../../watch/config.js";
import type { NoteReader } from "../../watch/notes.js";
import type { Digests } from "../../watch/open-mail.js";
import type { Logger } from "./log.js";
import type { Metrics } from "./metrics.js";

export interface WatchContext {
  config: WatchConfig;
  store: SqlStore;
  rules: RuleSet;
  parse: ParseC;
  index: FolderStore;
  log: Logger;
  metrics: Metrics;
  version: string;
  /** Ends when the process is asked to stop: what is under way is finished, nothing new begun. */
  signal: AbortSignal;
  digests: Digests;
  /** Reads commands and links from answers; null when the configuration has no use for them. */
  notes: NoteReader | null;
  now: () => Date;
}

export const DIGESTS: Digests = {
  sha256: (bytes) => `sha256-${hash("sha256", bytes, "hex")}`,
  sha1: (text) => hash("sha1", text, "buffer"),
};

/** Makes the data folder; a message that says what to do where that fails. */
export async function makeDataFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    const disk = isOnReadOnlyDisk(folder) ? "its disk is mounted read-only" : why;
    const message = `the data folder ${folder} cannot be made: ${disk}; name another under data: in the configuration`;
    throw new ReviewError("data-folder", EXIT.input, message, { cause });
  });
}

/** Rules, parser and index of a configuration. */
export async function openEngine(
  config: Pick<WatchConfig, "data" | "rules">,
  version: string,
): Promise<Pick<WatchContext, "rules" | "parse" | "index">> {
  const index = await openIndexStore(join(config.data, "index"), version);
  return { index, rules: await loadRules(config.rules, index), parse: await loadParser() };
}

/** A signal that aborts on SIGTERM and SIGINT; a second one ends the process at once. */
export function stopSignal(onStop: () => void): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(128 + (name === "SIGINT" ? 2 : 15));
      controller.abort();
      onStop();
    });
  }
  return controller.signal;
}
