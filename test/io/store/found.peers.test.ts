/** What a person asks the store, in both databases. */
import { describe, expect, it } from "vitest";
import { dropLetters, foundFindings, verdictsAbout } from "../../../src/io/store/found.js";
import type { SqlStore } from "../../../src/io/store/store.js";
import { databases, POSTGRES, withoutPostgres } from "./databases.js";
import { at, batch, mail, series, verdict } from "./examples.js";

const { open, file, database } = databases();
const finding = (id: string, messageId: string | null, status = "introduced") => ({
  id,
  rule: "kvm/x",
  severity: "error",
  status,
  messageId,
  path: "a.c",
  line: 7,
});

const asked = (place: () => Promise<SqlStore>): void => {
  it("gives the findings of the last verdict of each series, with patch and archives", async () => {
    const store = await place();
    const mails = [mail("a", { sent: at(5) }), mail("b", { sent: at(1) })];
    await store.record("list", null, batch(mails, "1"), at(0));
    await store.record("also", null, batch(mails.slice(0, 1), "1"), at(0));
    const [one, two] = [series(["a"], { version: 3 }), series(["b"])];
    await store.putSeries(["a", "b"], [one, two], at(1));
    await store.putVerdict(verdict(one), [finding("old", "a")], [], at(2));
    await store.putVerdict(verdict(one, { rules: "r2" }), [finding("f1", "a"), finding("f2", null)], [], at(3));
    await store.putVerdict(verdict(two), [finding("f3", "b", "pre-existing")], [], at(3));
    const found = await foundFindings(store.sql, {});
    expect(found.map(({ id, sources }) => [id, sources])).toEqual([
      ["f2", []],
      ["f3", ["list"]],
      ["f1", ["also", "list"]],
    ]);
    expect(found[2]).toMatchObject({ subject: "[PATCH] change a", version: 3, sent: at(5), messageId: "a", line: 7 });
    expect((await foundFindings(store.sql, { since: at(4) })).map(({ id }) => id)).toEqual(["f1"]);
    expect(await foundFindings(store.sql, { rule: "kvm/y" })).toEqual([]);
    for (const name of ["a", "f2"])
      expect((await verdictsAbout(store.sql, name)).map(({ series: key, rules }) => [key, rules])).toEqual([
        ["a", "r2"],
      ]);
    expect(await verdictsAbout(store.sql, "old")).toHaveLength(1);
    expect(await verdictsAbout(store.sql, "nothing")).toEqual([]);
  });

  it("drops letters, and leaves a series given up", async () => {
    const store = await place();
    await store.record("list", null, batch([mail("a")], "1"), at(0));
    await store.putSeries(["a"], [series(["a"])], at(1));
    for (let n = 0; n < 3; n++) await store.failSeries("a", "why", at(0), at(0));
    expect(await store.deadLetters()).toHaveLength(1);
    expect(await dropLetters(store.sql, "b")).toEqual([]);
    expect(await dropLetters(store.sql, "a")).toEqual(["series"]);
    expect(await store.deadLetters()).toEqual([]);
    expect((await store.series("a"))?.state).toBe("dead");
  });
};

describe("SQLite", () => asked(() => open(file())));
describe.skipIf(withoutPostgres)(POSTGRES, () => asked(async () => open(await database())));
