/**
 * The schema, as steps from each released version to the next. A step that was released is never changed: what a later
 * program wants is another step, and fixtures/store keeps a database of each version that tests bring forward.
 */
import { type Kysely, type Migration, Migrator, sql as raw } from "kysely";
import { EXIT, ReviewError } from "../../errors.js";
import { firstSchema } from "./schema-1.js";
import { speechSchema } from "./schema-3.js";
import { pullSchema } from "./schema-4.js";
import { overviewSchema } from "./schema-5.js";
import type { Sql } from "./tables.js";

type Step = (db: Kysely<unknown>, kind: Sql["kind"]) => Promise<void>;

/** Version numbers in order, as they stand in the table `schema`. */
export const STEPS: Readonly<Record<string, Step>> = {
  "0001": firstSchema,
  "0002": patchIds,
  "0003": speechSchema,
  "0004": pullSchema,
  "0005": overviewSchema,
};

/** Mails are found by the id of their patch: what `prerequisite-patch-id:` names. */
async function patchIds(db: Kysely<unknown>): Promise<void> {
  await raw`alter table mails add column patch_id text`.execute(db);
  await raw`create index mails_by_patch on mails (patch_id, arrived_at, id) where patch_id is not null`.execute(db);
}

/**
 * Brings a database forward to the newest schema. Two processes that start at once do it one after the other.
 * @throws ReviewError (exit 4) when a newer program has written to it
 */
export async function migrate(sql: Sql, steps = STEPS): Promise<void> {
  const migrations: Record<string, Migration> = {};
  for (const [version, up] of Object.entries(steps))
    migrations[version] = { up: (db: Kysely<unknown>) => up(db, sql.kind) };
  const migrator = new Migrator({
    db: sql.db,
    provider: { getMigrations: async () => migrations },
    migrationTableName: "schema",
    migrationLockTableName: "schema_lock",
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const newer = await newerVersion(sql, steps);
  if (newer === null) throw error;
  const known = Object.keys(steps).length;
  const message = `the store has schema ${newer}, this program knows ${known}: use the newer program that wrote it`;
  throw new ReviewError("store-newer", EXIT.input, message, { cause: error });
}

/** The version of a database that was written by a newer program; null when it is not newer. */
async function newerVersion(sql: Sql, steps: typeof STEPS): Promise<number | null> {
  const schema = sql.db as unknown as Kysely<{ schema: { name: string } }>;
  const rows = await schema
    .selectFrom("schema")
    .select("name")
    .execute()
    .catch(() => []);
  const newer = rows.filter(({ name }) => !(name in steps)).map(({ name }) => Number.parseInt(name, 10));
  return newer.length === 0 ? null : Math.max(...newer);
}
