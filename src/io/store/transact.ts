/** Transactions, and the small change of writing queries for two databases. */
import type { Transaction } from "kysely";
import type { Sql, Tables } from "./tables.js";

/** What PostgreSQL says to one of two transactions that wait for each other; begun anew it goes through. */
const AGAIN = new Set(["40P01", "40001"]);
const MAX_TRIES = 5;

/** Does work as one transaction: as a whole, or not at all. It may be begun anew, so it must do nothing else. */
export async function transact<T>(sql: Sql, work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await sql.db.transaction().execute(work);
    } catch (error) {
      if (tries >= MAX_TRIES || !isClash(error)) throw error;
    }
  }
}

function isClash(error: unknown): boolean {
  return error instanceof Error && "code" in error && AGAIN.has(String(error.code));
}

/** Rows or names that go into one statement: SQLite binds 32,766 parameters, PostgreSQL 65,535. */
const CHUNK = 500;

/** A list in pieces that fit into a statement each. */
export function* chunks<T>(list: readonly T[], size = CHUNK): Generator<T[]> {
  for (let i = 0; i < list.length; i += size) yield list.slice(i, i + size);
}

/** Compares by code unit. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
