/** The archives of a configuration. */
import { join } from "node:path";
import { EXIT, ReviewError } from "../../errors.js";
import { type ArchiveContext, REAL_TIME, userAgent } from "../../io/archive/context.js";
import { openSource } from "../../io/archive/open-source.js";
import { type Source, SourceError } from "../../watch/source.js";
import type { SourceConfig } from "../../watch/source-config.js";
import type { WatchContext } from "./context.js";

/** What archives are given of the world. */
export const archiveContext = ({ config, version }: Pick<WatchContext, "config" | "version">): ArchiveContext => ({
  dataFolder: join(config.data, "archives"),
  userAgent: userAgent(version, config.contact),
  time: REAL_TIME,
  env: (name) => process.env[name],
});

/** Opens all; nothing is asked of them yet. @throws ReviewError (exit 3) for what no archive can be made of */
export function openSources(context: Pick<WatchContext, "config" | "version">): Source[] {
  const archives = archiveContext(context);
  try {
    // What is left out of the file is no key of the object: only the types of the two say it in different ways.
    return context.config.sources.map((source) => openSource(source as SourceConfig, archives));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new ReviewError("bad-config", EXIT.config, `the configuration is not sound:\n  sources: ${error.message}`, {
      cause: error,
    });
  }
}
