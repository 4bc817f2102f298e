/** The store in both databases: the same contract, and the same dump. */
import { describe, expect, it } from "vitest";
import { dump } from "../../../src/io/store/dump.js";
import type { SqlStore } from "../../../src/io/store/store.js";
import { contract } from "./contract.js";
import { databases, POSTGRES, withoutPostgres } from "./databases.js";
import { fill } from "./examples.js";
import { pullsContract } from "./pulls-contract.js";
import { outboxContract, speechContract } from "./speech-contract.js";

const { open, file, database } = databases();

const all = (place: () => Promise<SqlStore>): void => {
  contract(place);
  outboxContract(place);
  speechContract(place);
  pullsContract(place);
};
describe("SQLite", () => all(() => open(file())));
describe.skipIf(withoutPostgres)(POSTGRES, () => all(async () => open(await database())));

describe.skipIf(withoutPostgres)(`SQLite and ${POSTGRES}`, () => {
  it("give the same dump", async () => {
    const dumps: string[] = [];
    for (const place of [file(), await database()]) {
      const store = await open(place);
      await fill(store);
      dumps.push(await dump(store));
    }
    expect(dumps[0]).toBe(dumps[1]);
    expect(dumps[0]?.split("\n")).toHaveLength(33);
    expect(dumps[0]).not.toMatch(/_at"|2024-05-01T12:0[1-9]/);
  });
});
