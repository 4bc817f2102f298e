/** What happens when the surroundings of a store fail it: it says what to do, and is intact when that was done. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { EXIT, ReviewError } from "../../../src/errors.js";
import { dump } from "../../../src/io/store/dump.js";
import { openStore, type SqlStore, type StorePlace } from "../../../src/io/store/store.js";
import { databases, POSTGRES, withoutPostgres } from "./databases.js";
import { at, batch, fill, mail } from "./examples.js";

const { open, file, database, folder, server } = databases();
const root = process.getuid?.() === 0;
const mounted: string[] = [];
afterAll(() => {
  for (const point of mounted) spawnSync("umount", ["--lazy", point]);
});

/** A file system of this size in memory; null where it may not be mounted (a container without the right to). */
function mount(options: string): string | null {
  const point = mkdtempSync(join(folder, "mount-"));
  if (!root || spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", point]).status !== 0) return null;
  mounted.push(point);
  return point;
}
const small = mount("size=2m");
const why = small === null ? " (skipped: only root may mount a small file system)" : "";

/** The error that a promise is rejected with. */
async function errorOf(promise: Promise<unknown>): Promise<ReviewError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ReviewError)) throw new Error("no error for a person", { cause: error });
  return error;
}

const big = (n: number) => batch([mail(`big-${n}`, { raw: Buffer.alloc(100_000, n) })], String(n + 1));

async function recordFrom(store: SqlStore, n: number): Promise<void> {
  const before = n === 0 ? null : String(n);
  expect(await store.record("a", before, big(n), at(n))).toEqual([`big-${n}`]);
}

describe("a full disk", () => {
  it.skipIf(small === null)(`loses nothing, and is gone on with when there is room${why}`, async () => {
    const [path, ballast] = [join(small ?? "", "store.db"), join(small ?? "", "ballast")];
    writeFileSync(ballast, Buffer.alloc(900_000));
    const store = await open({ file: path });
    let n = 0;
    const fillUp = async (): Promise<void> => {
      for (; n < 100; n++) await recordFrom(store, n);
    };
    const error = await errorOf(fillUp());
    expect([error.code, error.exit]).toEqual(["store-full", EXIT.input]);
    expect(error.message).toContain(path);
    expect(n).toBeGreaterThan(1);
    expect(await store.cursor("a")).toBe(String(n));
    expect(await errorOf(recordFrom(store, n))).toMatchObject({ code: "store-full" });
    unlinkSync(ballast);
    const last = n + 2;
    for (; n < last; n++) await recordFrom(store, n);
    const same = await open(file());
    for (let k = 0; k < last; k++) await recordFrom(same, k);
    expect(await dump(store)).toBe(await dump(same));
    await store.close();
    const again = await openStore({ file: path });
    expect(await dump(again)).toBe(await dump(same));
    await again.close();
  });
});

describe("a file that cannot be used", () => {
  const read = (place: StorePlace) => errorOf(openStore(place));

  it("is in a folder that may not be written", async () => {
    const point = root ? mount("size=1m") : mkdtempSync(join(folder, "fixed-"));
    if (point === null) return;
    const made = file() as { file: string };
    await (await openStore(made)).close();
    copyFileSync(made.file, join(point, "store.db"));
    for (const file of ["new/store.db", "new.db", "store.db"]) {
      if (root) spawnSync("mount", ["-o", "remount,ro", point]);
      else chmodSync(point, 0o555);
      const error = await read({ file: join(point, file) });
      expect(["store-cannot-open", "store-read-only"]).toContain(error.code);
      expect(error.exit).toBe(EXIT.input);
      expect(error.message).toContain(join(point, file));
    }
    if (!root) chmodSync(point, 0o755);
  });

  it("is a folder, or no database, or below a file", async () => {
    const text = join(folder, "notes.txt");
    writeFileSync(text, "These are notes, and not a database.\n".repeat(100));
    mkdirSync(join(folder, "folder"), { recursive: true });
    expect(await read({ file: join(folder, "folder") })).toMatchObject({ code: "store-cannot-open", exit: 4 });
    expect(await read({ file: text })).toMatchObject({ code: "store-not-a-database", exit: 4 });
    expect(await read({ file: join(text, "store.db") })).toMatchObject({ code: "store-cannot-open", exit: 4 });
    expect(readFileSync(text, "utf8")).toMatch(/^These are notes/);
  });

  it("was damaged", async () => {
    const place = file() as { file: string };
    await fill(await open(place));
    await (await openStore(place)).close();
    const bytes = readFileSync(place.file);
    const other = join(folder, "damaged.db");
    writeFileSync(other, bytes.fill(0x5a, 0, 8000));
    expect(await read({ file: other })).toMatchObject({ code: "store-not-a-database", exit: 4 });
  });

  it("makes the folders of a new store", async () => {
    const deep = join(folder, "deep", "er", "store.db");
    const store = await open({ file: deep });
    expect(await store.counts()).toMatchObject({ mails: 0 });
    rmSync(join(folder, "deep"), { recursive: true });
  });
});

describe("a server that cannot be used", () => {
  const read = (url: string) => errorOf(openStore({ url }));

  it("is not there", async () => {
    const error = await read("postgres://ann:secret@127.0.0.1:1/store");
    expect(error).toMatchObject({ code: "store-unreachable", exit: EXIT.network });
    expect(error.message).toContain("127.0.0.1:1/store");
    expect(error.message).not.toContain("secret");
  });

  it("is not named by the URL", async () => {
    for (const url of ["mysql://localhost/x", "", "store.db"])
      expect(await read(url)).toMatchObject({ code: "store-bad-url", exit: EXIT.usage });
  });

  it.skipIf(withoutPostgres)(`refuses the password, or has no such database: ${POSTGRES}`, async () => {
    const wrong = await read(server().url("postgres", "wrong"));
    expect(wrong).toMatchObject({ code: "store-refused", exit: EXIT.input });
    expect(wrong.message).not.toContain("wrong");
    expect(wrong.message).toContain("mend DATABASE_URL");
    const named = await errorOf(openStore({ url: server().url("postgres", "wrong"), named: "database: of the file" }));
    expect(named.message).toMatch(/mend database: of the file$/);
    expect(await read(server().url("nobody"))).toMatchObject({ code: "store-no-database", exit: EXIT.input });
  });

  it.skipIf(withoutPostgres)(`ends the connections: ${POSTGRES}`, async () => {
    const place = (await database()) as { url: string };
    const store = await open(place);
    const name = new URL(place.url).pathname.slice(1);
    await server().query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
    // The pool may not have noticed yet; after one error it connects anew.
    await store.counts().catch((error: unknown) => expect(error).toMatchObject({ code: "store-unreachable" }));
    expect(await store.counts()).toMatchObject({ mails: 0 });
  });
});
