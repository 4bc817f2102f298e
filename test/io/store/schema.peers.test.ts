/** Stores of every released schema are brought forward; those of a newer program are refused. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { sql as raw } from "kysely";
import Database from "libsql";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { EXIT } from "../../../src/errors.js";
import { dump } from "../../../src/io/store/dump.js";
import { openPostgres } from "../../../src/io/store/postgres.js";
import { migrate, STEPS } from "../../../src/io/store/schema.js";
import { openSqlite } from "../../../src/io/store/sqlite.js";
import { openStore, type SqlStore, type StorePlace } from "../../../src/io/store/store.js";
import type { Sql } from "../../../src/io/store/tables.js";
import { compiled } from "./compiled.js";
import { databases, POSTGRES, withoutPostgres } from "./databases.js";
import { fill } from "./examples.js";

const { open, emptyFile, emptyDatabase } = databases();
const program = compiled("pipeline");
const fixture = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/store/${name}`, import.meta.url), "utf8");

async function oldFile(): Promise<StorePlace> {
  const place = emptyFile() as { file: string };
  const old = new Database(place.file);
  old.exec(fixture("schema-1.sqlite.sql"));
  old.close();
  return place;
}

async function oldDatabase(): Promise<StorePlace> {
  const place = (await emptyDatabase()) as { url: string };
  const client = new pg.Client({ connectionString: place.url });
  await client.connect();
  await client.query(fixture("schema-1.postgres.sql"));
  await client.end();
  return place;
}

const columns = async (store: SqlStore): Promise<string[]> => {
  const tables = await store.sql.db.introspection.getTables();
  const line = (name: string) => (column: { name: string; dataType: string; isNullable: boolean }) =>
    `${name}.${column.name} ${column.dataType.toLowerCase()} ${column.isNullable}`;
  return tables.flatMap(({ name, columns: all }) => all.map(line(name))).sort();
};

/** A database as it is, not brought forward. */
const connectOnly = async (place: StorePlace): Promise<Sql> =>
  "file" in place ? openSqlite(place.file) : openPostgres(place.url, 2, "DATABASE_URL");

/** A step that a later program may take. */
const later = {
  ...STEPS,
  "0006": async (db: Parameters<(typeof STEPS)[string]>[0]) => {
    await raw`alter table series add column colour text`.execute(db);
    await raw`update series set colour = 'green'`.execute(db);
  },
};

function migrates(old: () => Promise<StorePlace>, fresh: () => Promise<StorePlace>): void {
  it("a store of schema 1 is brought forward, with all that it knew", async () => {
    const [store, filled] = [await open(await old()), await open(await fresh())];
    await fill(filled);
    expect(await columns(store)).toEqual(await columns(filled));
    expect(await dump(store)).toBe(await dump(filled));
  });

  it("a store that was brought to schema 2 and no further is brought forward too", async () => {
    const place = await old();
    const half = await connectOnly(place);
    const { "0001": first, "0002": second } = STEPS;
    if (first === undefined || second === undefined) throw new Error("the first steps are gone");
    await migrate(half, { "0001": first, "0002": second });
    await half.db.destroy();
    const [store, filled] = [await open(place), await open(await fresh())];
    await fill(filled);
    expect(await dump(store)).toBe(await dump(filled));
  });

  it("later steps are taken once, and what a newer program wrote is refused", async () => {
    const place = await old();
    const store = await open(place);
    await migrate(store.sql, later);
    await migrate(store.sql, later);
    expect((await dump(store)).match(/"colour":"green"/g)).toHaveLength(2);
    const newer = { code: "store-newer", exit: EXIT.input, message: expect.stringMatching(/schema 6, .* knows 5/) };
    await expect(openStore(place)).rejects.toMatchObject(newer);
  });

  it("a step that fails leaves nothing behind", async () => {
    const store = await open(await old());
    const broken = {
      ...later,
      "0007": async (db: Parameters<(typeof STEPS)[string]>[0]) => {
        await raw`alter table nobody add column x text`.execute(db);
      },
    };
    const before = await columns(store);
    await expect(migrate(store.sql, broken)).rejects.toThrow(/nobody/);
    expect(await columns(store)).toEqual(before);
  });
}

describe("SQLite", () => migrates(oldFile, async () => emptyFile()));
describe.skipIf(withoutPostgres)(POSTGRES, () => migrates(oldDatabase, emptyDatabase));

describe("processes that start at once", () => {
  const startAll = async (place: StorePlace): Promise<void> => {
    const args = [program, JSON.stringify(place), "0"];
    const children = [1, 2, 3].map(() => spawn(process.execPath, args, { stdio: ["pipe", "ignore", "inherit"] }));
    for (const child of children) child.stdin.write("go\n");
    const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0]));
    expect(codes).toEqual([0, 0, 0]);
    expect(await (await open(place)).counts()).toMatchObject({ mails: 0 });
  };
  it("make one schema in SQLite", () => startAll(emptyFile()));
  it.skipIf(withoutPostgres)(`make one schema in ${POSTGRES}`, async () => {
    const place = await emptyDatabase();
    for (const store of await Promise.all([1, 2, 3, 4].map(() => open(place))))
      expect(await store.counts()).toMatchObject({ mails: 0 });
  });
});
