/** PostgreSQL, for many workers on many machines. The only importer of pg. */
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from "kysely";
import pg from "pg";
import { EXIT, ReviewError } from "../../errors.js";
import { postgresError } from "./store-error.js";
import type { Sql, Tables } from "./tables.js";
import { storableAll } from "./text.js";

export type Pool = pg.Pool;

/** Milliseconds until a server that does not answer counts as unreachable. */
const CONNECT_MS = 10_000;

/**
 * Opens the database of a URL (`postgres://user:password@host:port/database`), which `named` names. Nothing is asked of the server yet.
 * @throws ReviewError (exit 2) when it is no such URL
 */
export function openPostgres(url: string, connections: number, named: string): Sql {
  if (!/^postgres(?:ql)?:\/\//.test(url)) {
    throw new ReviewError("store-bad-url", EXIT.usage, `${named} has to begin with postgres:// or postgresql://`);
  }
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: "patchwitness",
  });
  // A connection that breaks is no error yet: the next query makes another one, or says what is wrong.
  pool.on("error", () => {});
  pool.on("connect", (client) => void client.on("error", () => {}));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: wrap(pool, placeOf(url, named), named) }) });
  return { kind: "postgres", db, pool };
}

/** Host, port and database of a URL: what may be shown. The password may not. */
function placeOf(url: string, named: string): string {
  try {
    const { hostname, port, pathname, searchParams } = new URL(url);
    const host = hostname || searchParams.get("host") || "localhost";
    return `${host}${port === "" ? "" : `:${port}`}${decodeURIComponent(pathname)}`;
  } catch {
    return named;
  }
}

/** The pool as Kysely wants it: text that can be stored, and errors in words. */
function wrap(pool: pg.Pool, where: string, named: string): PostgresPool {
  return {
    async connect() {
      const client = await pool.connect().catch((error: unknown) => {
        throw postgresError(error, where, named);
      });
      let broken = false;
      return {
        async query(sql: string, parameters: readonly unknown[]) {
          try {
            return await client.query(sql, storableAll(parameters));
          } catch (cause) {
            const error = postgresError(cause, where, named);
            broken ||= error instanceof ReviewError && error.exit === EXIT.network;
            throw error;
          }
        },
        // The pool would hand it out once more before it notices.
        release: () => client.release(broken),
      } as unknown as PostgresPoolClient;
    },
    end: () => pool.end(),
  };
}
