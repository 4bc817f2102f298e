/** The embedded database: one file, no set-up. The only importer of libsql, which speaks as better-sqlite3 does. */
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Kysely, SqliteAdapter, type SqliteDatabase, SqliteDialect, type SqliteStatement } from "kysely";
import Database from "libsql";
import { EXIT, ReviewError } from "../../errors.js";
import { isOnReadOnlyDisk } from "../read-only-disk.js";
import { sqliteCode, sqliteError } from "./store-error.js";
import type { Sql, Tables } from "./tables.js";
import { storableAll } from "./text.js";

/** How long a process waits for another one that writes. Milliseconds. */
const BUSY_MS = 10_000;

/**
 * Opens a file, which is made when it is not there, its folder too.
 * @throws ReviewError (exit 4) when it cannot be opened or is no database
 */
export async function openSqlite(file: string): Promise<Sql> {
  const path = resolve(file);
  const database = await connect(path);
  const db = new Kysely<Tables>({ dialect: new EmbeddedDialect({ database: wrap(database, path) }) });
  return { kind: "sqlite", db, pool: null };
}

/**
 * FULL: each commit is on the disk before it is acknowledged, so that it outlives a machine that loses power too; NORMAL would
 * keep the file sound, and lose what was acknowledged last. Batches make up for the price.
 */
async function connect(path: string): Promise<Database.Database> {
  try {
    makeFolder(path);
    const database = new Database(path, { timeout: BUSY_MS });
    await turnOnLog(database);
    for (const pragma of ["synchronous = FULL", "foreign_keys = ON", "journal_size_limit = 67108864"])
      database.pragma(pragma);
    return database;
  } catch (error) {
    throw sqliteError(error, path, isOnReadOnlyDisk(dirname(path)));
  }
}

/**
 * Claims a store for one process: null when another one has it. The claim is a lock of the system on a file beside the store, and
 * goes with the process however that ends.
 * @throws ReviewError (exit 4) when the file cannot be made
 */
export function claimFile(file: string): (() => void) | null {
  const path = `${resolve(file)}-claim`;
  makeFolder(path);
  let database: Database.Database | null = null;
  try {
    database = new Database(path, { timeout: 0 });
    database.pragma("locking_mode = EXCLUSIVE");
    database.exec("begin exclusive");
    const held = database;
    return () => held.close();
  } catch (error) {
    database?.close();
    if ((sqliteCode(error) & 0xff) === 5) return null;
    throw sqliteError(error, path, isOnReadOnlyDisk(dirname(path)));
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (cause) {
    const message = `the store ${path} cannot be opened: its folder cannot be made`;
    throw new ReviewError("store-cannot-open", EXIT.input, message, { cause });
  }
}

/** SQLite does not wait when two processes turn on the write-ahead log at once: one of them is told that it is busy. */
async function turnOnLog(database: Database.Database): Promise<void> {
  for (const end = Date.now() + BUSY_MS; ; ) {
    try {
      database.pragma("journal_mode = WAL");
      return;
    } catch (error) {
      if ((sqliteCode(error) & 0xff) !== 5 || Date.now() > end) throw error;
      await wait(20);
    }
  }
}

/** SQLite changes its schema in a transaction like any rows; with that, two processes migrate one after the other. */
class EmbeddedAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class EmbeddedDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new EmbeddedAdapter();
  }
}

const NOTHING: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
};

/** libsql as Kysely wants it: text that can be stored, and errors in words. */
function wrap(database: Database.Database, path: string): SqliteDatabase {
  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw sqliteError(error, path, isOnReadOnlyDisk(dirname(path)));
    }
  };
  return {
    close() {
      // Statements that were not collected yet keep the file open: what is in the log goes into the file now, not with them.
      try {
        database.pragma("wal_checkpoint(TRUNCATE)");
      } catch {
        // No room, or another process reads: it stays in the log, and is as safe there.
      }
      database.close();
    },
    prepare(sql) {
      // SQLite has ended the transaction itself when the disk was full.
      if (sql === "rollback" && !database.inTransaction) return NOTHING;
      // A transaction that begins by reading may not be let write any more: all begin as writers.
      const statement = guard(() => database.prepare(sql === "begin" ? "begin immediate" : sql));
      return {
        reader: statement.reader,
        all: (parameters) => guard(() => statement.all(storableAll(parameters))),
        run: (parameters) => guard(() => statement.run(storableAll(parameters))),
        iterate: (parameters) => statement.iterate(storableAll(parameters)),
      };
    },
  };
}
