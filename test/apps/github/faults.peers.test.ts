/**
 * Nothing is posted twice and nothing is lost, over a host that fails and Apps that are killed. PATCHWITNESS_PULLS says how many
 * pull requests there are; 40 by default.
 */
import { expect, it } from "vitest";
import { databases, POSTGRES, withoutPostgres } from "../../io/store/databases.js";
import { type FaultRun, faultRun } from "./fault-run.js";

const { database } = databases();
const pulls = Number(process.env.PATCHWITNESS_PULLS ?? 40);
const CLEAN = { wrong: [], duplicates: [], violations: [] };

async function run(options: Omit<FaultRun, "pulls">): Promise<void> {
  const { wrong, duplicates, violations, ...figures } = await faultRun({ pulls, ...options });
  console.log(JSON.stringify(figures));
  expect({ wrong, duplicates, violations }).toEqual(CLEAN);
  expect(figures.tasks).toMatchObject({ waiting: 0, dead: 0 });
  expect(figures.kills).toBeGreaterThan(0);
}

it("two Apps on one file", () => run({ seed: 20 }), 900_000);

it.skipIf(withoutPostgres)(
  `two Apps on ${POSTGRES}`,
  async () => {
    const place = await database();
    if (!("url" in place)) throw new Error("no URL");
    await run({ seed: 21, database: place.url });
  },
  900_000,
);
