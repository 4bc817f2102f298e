/**
 * The schema, as steps from each released version to the next. A step that was released is never changed: what a later
 * program wants is another step, and fixtures/store keeps a database of each version that tests bring forward.
 */
import { type Kysely, type Migration, Migrator } from "kysely";
import { EXIT, ReviewError } from "../../errors.js";
import { firstSchema } from "./schema-1.js";
import type { Sql } from "./tables.js";

/** Version numbers in order, as they stand in the table `schema`. */
const STEPS: Record<string, (db: Kysely<unknown>, kind: Sql["kind"]) => Promise<void>> = {
  "0001": firstSchema,
};

/**
 * Brings a database forward to the newest schema. Two processes that start at once do it one after the other.
 * @throws ReviewError (exit 4) when a newer program has written to it
 */
export async function migrate(sql: Sql): Promise<void> {
  const migrations: Record<string, Migration> = {};
  for (const [version, up] of Object.entries(STEPS))
    migrations[version] = { up: (db: Kysely<unknown>) => up(db, sql.kind) };
  const migrator = new Migrator({
    db: sql.db,
    provider: { getMigrations: async () => migrations },
    migrationTableName: "schema",
    migrationLockTableName: "schema_lock",
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const newer = await newerVersion(sql);
  if (newer === null) throw error;
  const known = Object.keys(STEPS).length;
  const message = `the store has schema ${newer}, this program knows ${known}: use the newer program that wrote it`;
  throw new ReviewError("store-newer", EXIT.input, message, { cause: error });
}

/** The version of a database that was written by a newer program; null when it is not newer. */
async function newerVersion(sql: Sql): Promise<number | null> {
  const schema = sql.db as unknown as Kysely<{ schema: { name: string } }>;
  const rows = await schema
    .selectFrom("schema")
    .select("name")
    .execute()
    .catch(() => []);
  const newer = rows.filter(({ name }) => !(name in STEPS)).map(({ name }) => Number.parseInt(name, 10));
  return newer.length === 0 ? null : Math.max(...newer);
}
