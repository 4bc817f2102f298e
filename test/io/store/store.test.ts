/** The store in both databases: the same contract, and the same dump. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { dump } from "../../../src/io/store/dump.js";
import { openStore, type SqlStore, type StorePlace } from "../../../src/io/store/store.js";
import { contract } from "./contract.js";
import { at, batch, mail, series, verdict, when } from "./examples.js";
import { noServer, type Server, startServer } from "./server.js";

const folder = mkdtempSync(join(tmpdir(), "store-"));
const opened: SqlStore[] = [];
let server: Server | null = null;
let files = 0;

beforeAll(async () => {
  if (noServer === null) server = await startServer();
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function open(place: StorePlace): Promise<SqlStore> {
  const store = await openStore(place);
  opened.push(store);
  return store;
}

const places = {
  SQLite: async (): Promise<StorePlace> => ({ file: join(folder, `${++files}.db`) }),
  PostgreSQL: async (): Promise<StorePlace> => ({ url: (await server?.create()) ?? "", connections: 3 }),
};
const postgres = `PostgreSQL${noServer === null ? "" : ` (skipped: ${noServer})`}`;

describe("SQLite", () => contract(async () => open(await places.SQLite())));
describe.skipIf(noServer !== null)(postgres, () => contract(async () => open(await places.PostgreSQL())));

/** Some of everything. */
async function fill(store: SqlStore): Promise<void> {
  const mails = [
    mail("Ä"),
    mail("a", { parents: ["Ä", "lost"] }),
    mail("B", { sent: null }),
    mail("_", { kind: "other" }),
  ];
  await store.record("list", null, batch(mails, "1", { removed: ["gone"] }), at(0));
  const one = series(["a", "B"], { changeId: "x", previous: "Ä" });
  await store.putSeries(["Ä", "a", "B"], [series(["Ä"]), one], at(1));
  await store.due(when(2));
  await store.putVerdict(verdict(one), [], [{ target: "t", key: "k", payload: [1] }], at(3));
  await store.failSeries("Ä", "why", at(9), at(3));
  await store.suppress("f", "ann", "so", at(4));
}

describe.skipIf(noServer !== null)(`SQLite and ${postgres}`, () => {
  it("give the same dump", async () => {
    const dumps: string[] = [];
    for (const place of Object.values(places)) {
      const store = await open(await place());
      await fill(store);
      dumps.push(await dump(store));
    }
    expect(dumps[0]).toBe(dumps[1]);
    expect(dumps[0]?.split("\n")).toHaveLength(31);
    expect(dumps[0]).not.toMatch(/_at"|2024-05-01T12:0[1-9]/);
  });
});
