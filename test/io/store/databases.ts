/** Empty places for stores, in both databases; what was opened in a test is closed after it. */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import { openStore, type SqlStore, type StorePlace } from "../../../src/io/store/store.js";
import { noServer, type Server, startServer } from "./server.js";

export interface Databases {
  /** A folder that is removed at the end. */
  folder: string;
  /** Places with the newest schema in them, which takes less time than making it. */
  file(): StorePlace;
  emptyFile(): StorePlace;
  database(): Promise<StorePlace>;
  emptyDatabase(): Promise<StorePlace>;
  server(): Server;
  open(place: StorePlace): Promise<SqlStore>;
}

/** What a test of PostgreSQL is called, and whether it is skipped. */
export const POSTGRES = `PostgreSQL${noServer === null ? "" : ` (skipped: ${noServer})`}`;
export const withoutPostgres = noServer !== null;

/** To be called once in a test file that needs places; the server is started when there is one. */
export function databases(): Databases {
  const folder = mkdtempSync(join(tmpdir(), "store-"));
  const opened: SqlStore[] = [];
  let running: Server | null = null;
  let files = 0;
  const emptyFile = (): { file: string } => ({ file: join(folder, `${++files}.db`) });
  beforeAll(async () => {
    await (await openStore({ file: join(folder, "prepared.db") })).close();
    if (noServer === null) running = await startServer();
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  afterAll(async () => {
    await running?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const server = (): Server => {
    if (running === null) throw new Error(noServer ?? "no server");
    return running;
  };
  let template: Promise<string> | null = null;
  const prepared = (): Promise<string> => {
    template ??= (async () => {
      const url = await server().create();
      await (await openStore({ url })).close();
      return new URL(url).pathname.slice(1);
    })();
    return template;
  };
  return {
    folder,
    server,
    emptyFile,
    file() {
      const place = emptyFile();
      copyFileSync(join(folder, "prepared.db"), place.file);
      return place;
    },
    database: async () => ({ url: await server().create(await prepared()), connections: 4 }),
    emptyDatabase: async () => ({ url: await server().create(), connections: 4 }),
    async open(place) {
      const store = await openStore(place);
      opened.push(store);
      return store;
    },
  };
}
