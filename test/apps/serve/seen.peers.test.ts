/** What the pages look up, in both databases: pages by key are the whole list, each row once, whatever is filtered. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seenFindings } from "../../../src/io/store/seen-findings.js";
import { lastVerdict, listsOf, seenLists, seenSeries, seenVersions } from "../../../src/io/store/seen-series.js";
import { seenLetters, seenPulls, seenQueue } from "../../../src/io/store/seen-waiting.js";
import type { SqlStore, StorePlace } from "../../../src/io/store/store.js";
import type { FindingFilter, FindingRow, Listed } from "../../../src/report/html/dashboard/data.js";
import { SEVERITIES, STATUSES } from "../../../src/review/finding.js";
import { databases, POSTGRES, withoutPostgres } from "../../io/store/databases.js";
import { at, batch, mail, series, verdict } from "../../io/store/examples.js";
import { fillSeries, fillWork, LISTS } from "./filled.js";

const { open, file, database } = databases();
const ANY: FindingFilter = { rule: null, severity: null, status: null, list: null, text: null };

async function all<Row>(page: (after: string | null) => Promise<Listed<Row> | null>): Promise<Row[]> {
  const out: Row[] = [];
  for (let after: string | null = null, first = true; first || after !== null; first = false) {
    const found = await page(after);
    if (found === null) throw new Error("a key of a page was refused");
    out.push(...found.rows);
    after = found.next;
  }
  return out;
}

const matches = (row: FindingRow, filter: FindingFilter, lists: ReadonlyMap<string, string[]>): boolean =>
  (filter.rule === null || row.rule === filter.rule) &&
  (filter.severity === null || row.severity === filter.severity) &&
  (filter.status === null || row.status === filter.status) &&
  (filter.list === null || (lists.get(row.series) ?? []).includes(filter.list)) &&
  (filter.text === null || row.subject.toLowerCase().includes(filter.text.toLowerCase()));

const filters = fc.record<FindingFilter>({
  rule: fc.constantFrom(null, "kvm/check-then-act", "locking/unbalanced", "no/rule"),
  severity: fc.constantFrom(null, ...SEVERITIES),
  status: fc.constantFrom(null, ...STATUSES),
  list: fc.constantFrom(null, ...LISTS),
  text: fc.constantFrom(null, "PARK", "(8)", "%", "_", "\\", "[PATCH v2]", "nothing like it"),
});

function looks(place: () => Promise<StorePlace>): void {
  const filled = async (): Promise<SqlStore> => {
    const store = await open(await place());
    await fillSeries(store, 60, 3);
    await fillWork(store);
    return store;
  };

  it("findings: pages of any length are the whole list, for all filters", async () => {
    const { sql } = await filled();
    const every = await all((after) => seenFindings(sql, ANY, after, 1000));
    expect(every).toHaveLength(162);
    expect(every.map(({ sent }) => sent)).toEqual(
      every
        .map(({ sent }) => sent)
        .sort()
        .reverse(),
    );
    const lists = new Map<string, string[]>();
    for (const { series: key } of every) if (!lists.has(key)) lists.set(key, await listsOf(sql, key));
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 1, max: 90 }), async (filter, limit) => {
        const found = await all((after) => seenFindings(sql, filter, after, limit));
        expect(found).toEqual(every.filter((row) => matches(row, filter, lists)));
      }),
      { numRuns: 60 },
    );
  });

  it("series, mails that wait, letters and pull requests come page by page too", async () => {
    const { sql } = await filled();
    const lists = await seenLists(sql);
    expect(lists.map(({ name, series: count, findings }) => [name, count, findings])).toEqual([
      ["kvm", 20, 54],
      ["kvm-riscv", 20, 54],
      ["linux-mm", 20, 54],
      ["quiet", 1, 0],
    ]);
    const one = await all((after) => seenSeries(sql, "kvm", after, 7));
    expect(one).toEqual((await seenSeries(sql, "kvm", null, 100))?.rows);
    expect(one).toHaveLength(20);
    const waiting = await all((after) => seenQueue(sql, ["held", "waiting"], after, 1));
    expect(waiting.map(({ key }) => key)).toEqual([
      "0-1-parker@example.org",
      "1-1-parker@example.org",
      "2-1-parker@example.org",
    ]);
    expect((await all((after) => seenLetters(sql, after, 1))).map(({ kind }) => kind)).toEqual(["mail", "series"]);
    expect((await all((after) => seenPulls(sql, after, 1))).map(({ findings }) => findings)).toEqual([2]);
    for (const odd of ["x", "WzFd"]) {
      expect(await seenSeries(sql, "kvm", odd, 5)).toBeNull();
      expect(await seenFindings(sql, ANY, odd, 5)).toBeNull();
    }
  });

  it("only the last verdict counts, a date from the future does not lead, and what is gone is shown nowhere", async () => {
    const store = await open(await place());
    const { sql } = store;
    const late = series(["late"], { sent: at(500_000) });
    const plain = series(["plain"], { sent: at(1) });
    await store.record("a", null, batch([mail("late"), mail("plain")], "1"), at(2));
    await store.putSeries(["late", "plain"], [late, plain], at(3));
    const found = (id: string) => ({
      id,
      rule: "r",
      severity: "error",
      status: "introduced",
      messageId: null,
      path: "x.c",
      line: 1,
    });
    await store.putVerdict(verdict(late), [found("f"), found("g")], [], at(4));
    await store.putVerdict(verdict(late, { rules: "r2" }), [found("f")], [], at(5));
    const ids = async () => (await all((after) => seenFindings(sql, ANY, after, 1))).map(({ id }) => id);
    expect(await ids()).toEqual(["f"]);
    expect(await lastVerdict(sql, "late")).toMatchObject({ rules: "r2" });
    expect((await seenVersions(sql, ["late", "none"])).map(({ findings }) => findings.length)).toEqual([1]);
    const newest = await sql.db.selectFrom("series").select("newest_at").where("key", "=", "late").executeTakeFirst();
    expect(newest?.newest_at).toBe(at(3));
    await store.record("b", null, batch([mail("late")], "1"), at(6));
    expect(await listsOf(sql, "late")).toEqual(["a", "b"]);
    await store.record("a", "1", batch([], "2", { removed: ["late"] }), at(7));
    expect(await seenLists(sql)).toMatchObject([
      { name: "a", series: 1, findings: 0 },
      { name: "b", series: 1, findings: 1 },
    ]);
    await store.putSeries(["late", "plain"], [series(["plain", "late"])], at(8));
    expect(await ids()).toEqual([]);
    await store.putSeries(["late", "plain"], [late, plain], at(9));
    expect(await ids()).toEqual(["f"]);
  });
}

describe("SQLite", () => looks(async () => file()));
describe.skipIf(withoutPostgres)(POSTGRES, () => looks(database));
