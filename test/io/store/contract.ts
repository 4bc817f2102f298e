/** What every store has to do, whatever database it stands in. */
import { expect, it } from "vitest";
import type { SqlStore } from "../../../src/io/store/store.js";
import type { DeadLetter, FindingRecord } from "../../../src/watch/records.js";
import type { When } from "../../../src/watch/store.js";
import { at, batch, mail, series, verdict, waiting, when } from "./examples.js";

const letter = (key: string, over: Partial<DeadLetter> = {}): DeadLetter => ({
  kind: "mail",
  key,
  source: "a",
  ref: key,
  reason: "unreadable",
  attempts: 1,
  form: "mail",
  raw: Buffer.from([0, 255, 10]),
  ...over,
});

const finding = (id: string): FindingRecord => ({
  id,
  rule: "kvm/x",
  severity: "error",
  status: "introduced",
  messageId: null,
  path: "a.c",
  line: 7,
});

/** Declares the tests; `open` gives an empty store, which is closed after each of them by whoever opened it. */
export function contract(open: () => Promise<SqlStore>): void {
  mailTests(open);
  threadTests(open);
  seriesTests(open);
  versionTests(open);
  changeTests(open);
  dueTests(open);
  verdictTests(open);
  letterTests(open);
  hostileTests(open);
}

function mailTests(open: () => Promise<SqlStore>): void {
  it("records a batch and its cursor, and gives the mails back as they were", async () => {
    const store = await open();
    expect(await store.cursor("a")).toBeNull();
    const one = mail("one", { parents: ["x", "y", "x"], sent: null });
    const talk = mail("talk", { kind: "other", form: "pipermail-text" });
    const cover = mail("cover", { kind: "cover" });
    expect(await store.record("a", null, batch([one, talk, cover], "1"), at(0))).toEqual(["one", "cover"]);
    expect(await store.cursor("a")).toBe("1");
    expect(await store.mails(["talk", "nobody", "one"])).toEqual([
      { ...talk, raw: new Uint8Array(talk.raw) },
      { ...one, parents: ["x", "y"], raw: new Uint8Array(one.raw) },
    ]);
    expect(await store.counts()).toMatchObject({ mails: 3, sightings: 3 });
  });

  it("records nothing when the cursor is another", async () => {
    const store = await open();
    await store.record("a", null, batch([mail("one")], "1"), at(0));
    const lost = batch([mail("two")], "2", { dead: [letter("x")], removed: ["one"] });
    for (const before of [null, "0", "11"]) expect(await store.record("a", before, lost, at(1))).toBeNull();
    expect(await store.record("b", "1", lost, at(1))).toBeNull();
    expect(await store.cursor("b")).toBeNull();
    expect(await store.counts()).toMatchObject({ mails: 1, sightings: 1, deadLetters: 0 });
  });

  it("keeps the first bytes of a mail that comes again, and counts where it was seen", async () => {
    const store = await open();
    await store.record("a", null, batch([mail("one")], "1"), at(0));
    const other = mail("one", { raw: Buffer.from("forged"), subject: "forged" });
    expect(await store.record("b", null, batch([other, other, mail("two")], "1"), at(1))).toEqual(["two"]);
    expect((await store.mails(["one"]))[0]).toMatchObject({ subject: "[PATCH] change one" });
    expect(await store.counts()).toMatchObject({ mails: 2, sightings: 3 });
  });

  it("forgets where a mail stood that an archive took out, and not the mail", async () => {
    const store = await open();
    await store.record("a", null, batch([mail("one"), mail("two")], "1"), at(0));
    await store.record("b", null, batch([mail("one")], "1"), at(0));
    await store.record("a", "1", batch([], "2", { removed: ["one", "nobody"] }), at(1));
    expect(await store.counts()).toMatchObject({ mails: 2, sightings: 2 });
    await store.record("a", "2", batch([mail("one")], "3"), at(2));
    expect(await store.counts()).toMatchObject({ mails: 2, sightings: 3 });
  });

  it("gives what is in no series yet in order of arrival, even when the clock goes back", async () => {
    const store = await open();
    await store.record("a", null, batch([mail("z"), mail("y"), mail("t", { kind: "other" })], "1"), at(5));
    await store.record("a", "1", batch([mail("x"), mail("w")], "2"), at(1));
    expect(await store.unsorted(10)).toEqual(["z", "y", "x", "w"]);
    expect(await store.unsorted(2)).toEqual(["z", "y"]);
    await store.putSeries(["y", "x"], [series(["y"])], at(6));
    expect(await store.unsorted(10)).toEqual(["z", "w"]);
  });
}

function threadTests(open: () => Promise<SqlStore>): void {
  const ids = async (store: SqlStore, of: string[], window = 0, limit = 100): Promise<string[]> =>
    (await store.neighbours(of, window, limit)).map(({ id }) => id);

  it("finds a mail by the id of its patch, the first that came", async () => {
    const store = await open();
    await store.record("a", null, batch([mail("one"), mail("two"), mail("three")], "1"), at(0));
    const [id, other] = ["a".repeat(40), "b".repeat(40)];
    await store.putPatchIds(new Map([["two", id]]));
    await store.putPatchIds(new Map([["one", id]]).set("three", other));
    expect([await store.mailOfPatch(id), await store.mailOfPatch(other)]).toEqual(["one", "three"]);
    expect(await store.mailOfPatch("c".repeat(40))).toBeNull();
  });

  it("finds a thread up and down, through mails that nobody has", async () => {
    const store = await open();
    const apart = (id: string, parents: string[] = []) => mail(id, { parents, sender: `${id}@example.org` });
    const thread = [apart("root"), apart("a", ["root"]), apart("b", ["lost", "root"]), apart("c", ["lost"])];
    await store.record("a", null, batch([...thread, apart("d", ["c"]), apart("else")], "1"), at(0));
    expect(await ids(store, ["d"])).toEqual(["root", "a", "b", "c", "d"]);
    expect(await ids(store, ["lost"])).toEqual(["root", "a", "b", "c", "d"]);
    expect(await ids(store, ["d"], 0, 2)).toEqual(["c", "d"]);
    expect(await ids(store, ["nobody"])).toEqual([]);
  });

  it("finds what the same sender posted at about the same time", async () => {
    const store = await open();
    const mails = [
      mail("one"),
      mail("near", { sent: at(4), kind: "cover" }),
      mail("talk", { sent: at(1), kind: "other" }),
      mail("far", { sent: at(6) }),
      mail("dateless", { sent: null }),
      mail("stranger", { sender: "bob@example.org" }),
    ];
    await store.record("a", null, batch(mails, "1"), at(0));
    expect(await ids(store, ["one"], 5 * 60_000)).toEqual(["one", "near"]);
    expect(await ids(store, ["dateless"], 5 * 60_000)).toEqual(["dateless"]);
  });

  it("stays in bounds with a thread of thousands", async () => {
    const store = await open();
    const mails = Array.from({ length: 1500 }, (_, i) =>
      mail(`m${i}`, { parents: i === 0 ? [] : ["m0", `m${i - 1}`], kind: "other", sender: `${i}@example.org` }),
    );
    await store.record("a", null, batch(mails, "1"), at(0));
    expect(await ids(store, ["m700"], 0, 100)).toHaveLength(100);
    expect(await ids(store, ["m700"], 0, 5000)).toHaveLength(1500);
  });
}

function seriesTests(open: () => Promise<SqlStore>): void {
  const filled = async (): Promise<SqlStore> => {
    const store = await open();
    await store.record(
      "a",
      null,
      batch(
        ["c", "1", "2", "3"].map((id) => mail(id)),
        "1",
      ),
      at(0),
    );
    return store;
  };

  it("gives a series back, and whose member a mail is", async () => {
    const store = await filled();
    const full = series(["c", "1", "2"], {
      hasCover: true,
      changeId: "id",
      previous: "old",
      incomplete: "missing-patches",
      total: 3,
    });
    await store.putSeries(["c", "1", "2"], [full], at(1));
    expect(await store.series("c")).toEqual({ ...full, state: "open", arrived: at(1) });
    expect(await store.seriesOf("2")).toBe("c");
    expect(await store.seriesOf("3")).toBeNull();
    expect(await store.series("1")).toBeNull();
  });

  it("puts series in the place of those that had the mails", async () => {
    const store = await filled();
    await store.putSeries(["1", "2"], [series(["1"]), series(["2"])], at(1));
    await store.putSeries(["c"], [series(["c", "1", "2"])], at(2));
    expect(await store.series("1")).toBeNull();
    expect(await store.seriesOf("2")).toBe("c");
    expect((await store.counts()).series).toEqual({ open: 1, judged: 0, dead: 0 });
  });

  it("sorts a member anew that whoever put the series did not know of", async () => {
    const store = await filled();
    await store.putSeries(["c", "1", "2", "3"], [series(["c", "1", "2"])], at(1));
    expect(await store.unsorted(10)).toEqual([]);
    await store.putSeries(["1"], [series(["c", "1"])], at(2));
    expect(await store.unsorted(10)).toEqual(["2"]);
    expect(await store.seriesOf("2")).toBeNull();
  });

  it("opens a series again when its revision is another, and only then", async () => {
    const store = await filled();
    const one = series(["1", "2"]);
    await store.putSeries(["1", "2"], [one], at(1));
    await store.putVerdict(verdict(one), [], [], at(2));
    await store.putSeries(["1", "2"], [{ ...one, previous: "old" }], at(3));
    expect(await store.series("1")).toMatchObject({ state: "judged", arrived: at(1), previous: "old" });
    const more = series(["1", "2", "3"]);
    await store.putSeries(["3"], [more], at(4));
    expect(await store.series("1")).toMatchObject({ state: "open", arrived: at(4) });
    await store.putSeries(["3"], [one], at(5));
    expect(await store.series("1")).toMatchObject({ state: "judged", arrived: at(5) });
    expect(await store.due(when(6))).toEqual([]);
  });
}

function versionTests(open: () => Promise<SqlStore>): void {
  it("finds other versions by change-id, title, patches, thread and author, the latest first", async () => {
    const store = await open();
    const others = ["change", "title", "patch", "thread", "author", "nothing", "same", "later"];
    const mails = others.map((id) =>
      mail(id, { subject: id === "patch" ? "[PATCH 1/2] Fix: the lock!" : "[PATCH] x" }),
    );
    await store.record("a", null, batch([...mails, mail("new", { parents: ["lost", "thread"] })], "1"), at(0));
    const stranger = { author: "Bob <bob@example.org>" };
    const old = [
      series(["change"], { ...stranger, changeId: "id", sent: at(1) }),
      series(["title"], { ...stranger, title: "The Same, title", sent: at(2) }),
      series(["patch"], { ...stranger, sent: at(3) }),
      series(["thread"], { ...stranger, sent: at(4) }),
      series(["author"], { author: "Other Name <ANN@example.org>", sent: at(5) }),
      series(["nothing"], { ...stranger, sent: at(6) }),
      series(["same"], { ...stranger, version: 3, title: "the same title", sent: at(7) }),
      series(["later"], { ...stranger, version: 4, title: "the same title", sent: at(20) }),
    ];
    const one = series(["new"], { version: 3, title: "the same title", changeId: "id", sent: at(9) });
    await store.putSeries([...others, "new"], [...old, one], at(10));
    const keys = async (limit: number) =>
      (await store.candidates(one, ["fix the lock"], limit)).map(({ key, members }) => `${key} ${members.join()}`);
    const lower = ["author author", "thread thread", "patch patch", "title title", "change change"];
    expect(await keys(10)).toEqual(["later later", ...lower]);
    expect(await keys(2)).toEqual(["later later", "title title", "change change"]);
    expect(await store.candidates({ ...one, version: 9, title: "x", changeId: null, author: "<z@z>" }, [], 10)).toEqual(
      [expect.objectContaining({ key: "thread" })],
    );
  });
}

function changeTests(open: () => Promise<SqlStore>): void {
  it("finds all versions of a change-id", async () => {
    const store = await open();
    await store.record("a", null, batch([mail("one"), mail("two"), mail("three")], "1"), at(0));
    const put = [series(["two"], { changeId: "c", version: 2 }), series(["one"], { changeId: "c" }), series(["three"])];
    await store.putSeries(["one", "two", "three"], put, at(1));
    expect((await store.ofChange("c")).map(({ key, version }) => [key, version])).toEqual([
      ["one", 1],
      ["two", 2],
    ]);
    expect(await store.ofChange("nobody's")).toEqual([]);
  });
}

function dueTests(open: () => Promise<SqlStore>): void {
  const filled = async (...all: ReturnType<typeof series>[]): Promise<SqlStore> => {
    const store = await open();
    const members = all.flatMap((one) => one.members);
    await store.record(
      "a",
      null,
      batch(
        members.map((id) => mail(id)),
        "1",
      ),
      at(0),
    );
    for (const [i, one] of all.entries()) await store.putSeries(one.members, [one], at(i));
    return store;
  };
  const keys = (due: { series: { key: string } }[]): string[] => due.map((one) => one.series.key);

  it("leases complete series, oldest first, to one at a time", async () => {
    const store = await filled(series(["b"]), series(["a"]), series(["c"]));
    expect(keys(await store.due(when(10, { leaseUntil: null })))).toEqual(["b", "a", "c"]);
    expect(keys(await store.due(when(10, { only: "c", leaseUntil: null })))).toEqual(["c"]);
    expect(keys(await store.due(when(10, { limit: 2 })))).toEqual(["b", "a"]);
    expect(keys(await store.due(when(10)))).toEqual(["c"]);
    expect(await store.due(when(19))).toEqual([]);
    expect(await store.renew("a", "a", at(40))).toBe(true);
    expect(await store.renew("a", "another", at(90))).toBe(false);
    expect(keys(await store.due(when(20)))).toEqual(["b", "c"]);
    expect(await store.renew("nobody", "x", at(90))).toBe(false);
    expect(await store.renew("c", "c", null)).toBe(true);
    expect(keys(await store.due(when(21)))).toEqual(["c"]);
  });

  it("waits for the rest of an incomplete series until it is quiet", async () => {
    const store = await filled(series(["a"], { incomplete: "missing-patches" }));
    expect(await store.due(when(59))).toEqual([]);
    expect(keys(await store.due(when(60)))).toEqual(["a"]);
  });

  it("passes over a version that a later one came after before it was judged", async () => {
    const [one, two] = [series(["a"]), series(["b"], { version: 2, previous: "a" })];
    const store = await filled(one, two);
    expect(keys(await store.due(when(10)))).toEqual(["b"]);
    await store.putVerdict(verdict(one), [], [], at(11));
    expect(keys(await store.due(when(30, { rules: "r2" })))).toEqual(["a", "b"]);
  });

  it("looks back over what was superseded, and passes over what any rules have judged, where that is wanted", async () => {
    const second = series(["v2"], { version: 2, previous: "v1" });
    const store = await filled(series(["v1"]), second);
    const look = async (over: Partial<When>) => keys(await store.due(when(9, { leaseUntil: null, ...over })));
    expect(await look({ superseded: true })).toEqual(["v1", "v2"]);
    expect(await look({})).toEqual(["v2"]);
    expect(await store.putVerdict(verdict(second, { rules: "old" }), [], [], at(5))).toBe(true);
    expect(await look({ rules: "new" })).toEqual(["v2"]);
    expect(await look({ rules: "new", unjudged: true })).toEqual([]);
  });

  it("ends leases for whoever is alone with the store", async () => {
    const store = await filled(series(["one"]));
    expect(keys(await store.due(when(1, { leaseUntil: at(100) })))).toEqual(["one"]);
    expect(keys(await store.due(when(2, { leaseUntil: at(100) })))).toEqual([]);
    await store.endLeases(at(3));
    expect(keys(await store.due(when(3, { leaseUntil: at(100) })))).toEqual(["one"]);
  });

  it("tries a failed series again later, and gives it up after the third time", async () => {
    const store = await filled(series(["a"]));
    await store.due(when(10));
    await store.failSeries("a", "no tree", at(20), at(11));
    expect(await store.due(when(19))).toEqual([]);
    expect(await store.due(when(20))).toMatchObject([{ attempts: 1 }]);
    await store.failSeries("a", "no tree", at(30), at(21));
    await store.due(when(30));
    await store.failSeries("a", "no tree at all", at(40), at(31));
    expect(await store.due(when(99))).toEqual([]);
    expect(await store.deadLetters()).toMatchObject([
      { kind: "series", key: "a", reason: "no tree at all", attempts: 3 },
    ]);
    expect((await store.counts()).series).toEqual({ open: 0, judged: 0, dead: 1 });
    await store.revive("series", "a");
    expect(await store.deadLetters()).toEqual([]);
    expect(await store.due(when(99))).toMatchObject([{ attempts: 0 }]);
  });

  it("gives a series up whose judges are never heard of again", async () => {
    const store = await filled(series(["a"]));
    for (let i = 0; i < 10; i++) expect(await store.due(when(10 + i * 20))).toHaveLength(1);
    expect(await store.due(when(500))).toEqual([]);
    expect(await store.deadLetters()).toMatchObject([{ kind: "series", key: "a" }]);
    await store.putSeries(["a"], [series(["a"], { revision: "new" })], at(501));
    expect(await store.deadLetters()).toEqual([]);
    expect(await store.due(when(502))).toHaveLength(1);
  });
}

function verdictTests(open: () => Promise<SqlStore>): void {
  const one = series(["a"]);
  const filled = async (): Promise<SqlStore> => {
    const store = await open();
    await store.record("a", null, batch([mail("a"), mail("b")], "1"), at(0));
    await store.putSeries(["a", "b"], [one, series(["b"])], at(0));
    return store;
  };

  it("records a verdict once, with what it found and what is to be sent", async () => {
    const store = await filled();
    await store.due(when(1));
    const sent = waiting("a", { payload: { text: "…\0" } });
    expect(await store.putVerdict(verdict(one), [finding("f"), finding("f")], [sent], at(2))).toBe(true);
    expect(await store.putVerdict(verdict(one), [finding("g")], [], at(3))).toBe(false);
    const again = verdict(one, { rules: "r2", report: ["other"], base: undefined });
    expect(await store.putVerdict(again, [], [sent, { ...sent, key: "b" }], at(3))).toBe(true);
    const all: unknown[] = [];
    for await (const each of store.verdicts()) all.push(each);
    expect(all).toEqual([
      { verdict: verdict(one), findings: [finding("f"), finding("f")] },
      { verdict: { ...again, base: null }, findings: [] },
    ]);
    expect(await store.counts()).toMatchObject({ verdicts: 2, findings: 2, outbox: 2, series: { open: 1, judged: 1 } });
  });

  it("records nothing about a revision that is gone", async () => {
    const store = await filled();
    expect(await store.putVerdict(verdict(one, { revision: "old" }), [finding("f")], [], at(2))).toBe(false);
    expect(await store.putVerdict(verdict(one, { series: "nobody" }), [], [], at(2))).toBe(false);
    expect(await store.counts()).toMatchObject({ verdicts: 0, findings: 0 });
  });

  it("judges everything anew with other rules, each once", async () => {
    const store = await filled();
    for (const { series: due } of await store.due(when(1))) await store.putVerdict(verdict(due), [], [], at(2));
    expect(await store.due(when(50))).toEqual([]);
    const due = await store.due(when(50, { rules: "r2" }));
    expect(due).toHaveLength(2);
    for (const { series: of } of due) await store.putVerdict(verdict(of, { rules: "r2" }), [], [], at(51));
    for (const rules of ["r1", "r2"]) expect(await store.due(when(99, { rules }))).toEqual([]);
  });

  it("does not take a late failure for one when another has judged", async () => {
    const store = await filled();
    await store.putVerdict(verdict(one), [], [], at(2));
    for (let i = 0; i < 3; i++) await store.failSeries("a", "late", at(5), at(4));
    expect(await store.series("a")).toMatchObject({ state: "judged" });
    expect(await store.deadLetters()).toEqual([]);
  });

  it("gives many verdicts in order", async () => {
    const store = await filled();
    const rules = Array.from({ length: 120 }, (_, i) => `r${i}`);
    for (const each of rules) await store.putVerdict(verdict(one, { rules: each }), [finding(each)], [], at(1));
    const seen: string[] = [];
    for await (const { verdict: of, findings } of store.verdicts()) seen.push(`${of.rules} ${findings[0]?.id}`);
    expect(seen).toEqual([...rules].sort().map((each) => `${each} ${each}`));
  });
}

function letterTests(open: () => Promise<SqlStore>): void {
  it("keeps dead letters with their bytes until they are revived", async () => {
    const store = await open();
    const letters = [letter("x"), letter("b 7", { source: null, form: null, raw: null })];
    await store.record("a", null, batch([], "1", { dead: letters }), at(0));
    expect(await store.deadLetters()).toEqual([
      letters[1],
      { ...letters[0], raw: new Uint8Array(Buffer.from([0, 255, 10])) },
    ]);
    await store.revive("series", "x");
    await store.revive("mail", "x");
    expect((await store.deadLetters()).map(({ key }) => key)).toEqual(["b 7"]);
  });

  it("keeps the letter of the first source, whoever came first", async () => {
    const store = await open();
    await store.record("c", null, batch([], "1", { dead: [letter("x", { source: "c" })] }), at(0));
    await store.record("a", null, batch([], "1", { dead: [letter("x", { source: "a" })] }), at(0));
    await store.record("b", null, batch([], "1", { dead: [letter("x", { source: "b" })] }), at(0));
    expect(await store.deadLetters()).toMatchObject([{ key: "x", source: "a" }]);
  });

  it("knows what was suppressed", async () => {
    const store = await open();
    await store.suppress("f1", "ann", "harmless", at(0));
    await store.suppress("f1", "bob", "really", at(1));
    await store.suppress("f2", "ann", "harmless", at(1));
    expect(await store.suppressed()).toEqual(new Set(["f1", "f2"]));
  });
}

function hostileTests(open: () => Promise<SqlStore>): void {
  it("takes names of any length and text of any characters", async () => {
    const store = await open();
    // Random enough that no database makes it small.
    const noise = Array.from({ length: 20_000 }, (_, i) => String.fromCharCode(0x4e00 + ((i * 7919 + i * i) % 20_000)));
    const long = noise.join("");
    const odd = "nul \0 half \ud800 quote ' \" \\ % \u{1f600}";
    const mails = [mail(long, { subject: long, sender: long }), mail(odd, { subject: odd, parents: [long, odd] })];
    await store.record("a", null, batch(mails, "1", { dead: [letter(long), letter(odd, { reason: odd })] }), at(0));
    const one = series([long, odd], { title: long, author: `${long} <${long}>`, changeId: long, previous: odd });
    await store.putSeries([long, odd], [one], at(1));
    expect(await store.seriesOf(long)).toBe(await store.seriesOf(odd));
    expect(await store.mails([long, odd])).toMatchObject([
      { subject: long },
      { subject: odd.replace(/[\0\ud800]/g, "\ufffd") },
    ]);
    expect(await store.candidates({ ...one, version: 2, key: "x" }, [long], 5)).toHaveLength(1);
    const [due] = await store.due(when(2));
    if (due === undefined) throw new Error("nothing is due");
    const report = { text: odd };
    expect(await store.putVerdict(verdict(due.series, { report }), [finding(long)], [], at(3))).toBe(true);
    for await (const each of store.verdicts()) expect(each.verdict.report).toEqual(report);
    expect(await store.neighbours([odd], 1000, 10)).toHaveLength(2);
  });

  it("takes a batch of thousands", async () => {
    const store = await open();
    const mails = Array.from({ length: 1200 }, (_, i) => mail(`m${i}`, { parents: [`p${i}`, `q${i}`] }));
    expect(await store.record("a", null, batch(mails, "1"), at(0))).toHaveLength(1200);
    const ids = mails.map(({ id }) => id);
    const all = ids.map((id) => series([id]));
    await store.putSeries(ids, all, at(1));
    expect(await store.counts()).toMatchObject({ mails: 1200, series: { open: 1200 } });
    expect(await store.due(when(2, { limit: 1200 }))).toHaveLength(1200);
  });
}
