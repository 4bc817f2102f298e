/** Where the store of a configuration is, and who may open it. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { EXIT, ReviewError } from "../../errors.js";
import { claimFile } from "../../io/store/sqlite.js";
import { openStore, type SqlStore, type StorePlace } from "../../io/store/store.js";
import type { WatchConfig } from "../../watch/config.js";

/** The store of the configuration; for a dry run one that is gone afterwards. */
export async function openPlace(
  config: WatchConfig,
  dry: boolean,
): Promise<{ store: SqlStore; close: () => Promise<void> }> {
  if (dry) {
    const folder = await mkdtemp(join(tmpdir(), "patchwitness-"));
    const store = await openStore({ file: join(folder, "store.db") });
    const close = async (): Promise<void> => {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    };
    return { store, close };
  }
  return databaseOf(config) === null ? openAlone(fileOf(config)) : openBeside(config);
}

/** The database and what names it, which messages say; null where the store is a file. */
function databaseOf({ database }: Pick<WatchConfig, "database">): { url: string; named: string } | null {
  const url = process.env.DATABASE_URL;
  if (url) return { url, named: "DATABASE_URL" };
  return database === undefined ? null : { url: database, named: "database: of the configuration" };
}

const fileOf = ({ data }: Pick<WatchConfig, "data">): string => join(data, "store.db");

/** Where the store of a configuration is. */
export const placeOf = (config: Pick<WatchConfig, "data" | "database">): StorePlace =>
  databaseOf(config) ?? { file: fileOf(config) };

/** The store for a person's command, beside a watch that may be running: every change is one transaction. */
export async function openBeside(config: WatchConfig): Promise<{ store: SqlStore; close: () => Promise<void> }> {
  const database = databaseOf(config);
  // A store that nobody has written yet is not made in passing: it would belong to whoever only looked.
  if (database === null && !existsSync(fileOf(config)))
    throw new ReviewError("no-store", EXIT.input, `there is no store at ${fileOf(config)} yet: review watch makes it`);
  const store = await openStore(placeOf(config));
  return { store, close: () => store.close() };
}

/** A store in a file is one process's: what an earlier one had begun when it was killed is begun again. */
async function openAlone(file: string): Promise<{ store: SqlStore; close: () => Promise<void> }> {
  const release = claimFile(file);
  if (release === null) {
    const message = `another process watches with this data folder (${dirname(file)}): wait until its round is over, or end it; what it finds is shown by review findings meanwhile`;
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
