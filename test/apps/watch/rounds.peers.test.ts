/** Round after round over an archive that grows: what is new is read and judged, and nothing else. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeEpoch } from "../../io/archive/epoch-peer.js";
import { coverMail, judgedBy, patchMail, program, roundOf } from "./program.js";

const { place, folder } = program();
let epochs = 0;
const epoch = (mails: readonly string[]): string => {
  const path = join(folder, `${++epochs}.git`);
  writeEpoch(
    path,
    mails.map((m) => ({ m })),
  );
  return path;
};
const source = (path: string) => ({ name: "list", type: "epoch", path });
const name = (id: string): string => `${id}@example.org`;

describe.concurrent("a second round", () => {
  it("finds nothing new, and leaves the store as it was", async () => {
    const mails = [patchMail("a", "[PATCH] a: one"), patchMail("b", "[PATCH] b: other", { minute: 3 })];
    const { watch, dump } = place({ sources: [source(epoch(mails))] });
    const first = await watch();
    expect([first.code, roundOf(first)]).toMatchObject([0, { mails: 2, sorted: 2, judged: 2, failed: 0 }]);
    const before = await dump();
    expect(before).toContain(name("a"));
    const second = await watch(["--once"]);
    expect([second.code, roundOf(second)]).toMatchObject([0, { mails: 0, sorted: 0, judged: 0, failed: 0 }]);
    expect(await dump()).toBe(before);
  });

  it("judges a series again when a late patch of it comes, and no other one", async () => {
    const early = [
      coverMail("c0", "[PATCH 0/2] lock: two"),
      patchMail("c1", "[PATCH 1/2] lock: one", { parent: "c0" }),
      patchMail("alone", "[PATCH] mm: alone", { minute: 5 }),
    ];
    const path = epoch(early);
    const { watch, look } = place({ sources: [source(path)], quiet: "0s" });
    expect(judgedBy(await watch()).sort()).toEqual([name("alone"), name("c0")]);
    writeEpoch(path, [{ m: patchMail("c2", "[PATCH 2/2] lock: other", { parent: "c0", minute: 1 }) }]);
    const second = await watch();
    expect(judgedBy(second)).toEqual([name("c0")]);
    expect(second.log.find(({ msg }) => msg === "series judged")).toMatchObject({ mails: 3, incomplete: null });
    const verdicts = await look(async (store) => {
      const all: { series: string; revision: string }[] = [];
      for await (const { verdict } of store.verdicts()) all.push(verdict);
      return { all, now: await store.series(name("c0")) };
    });
    const revisions = verdicts.all.filter(({ series }) => series === name("c0")).map(({ revision }) => revision);
    expect(new Set(revisions).size).toBe(2);
    expect(revisions).toContain(verdicts.now?.revision);
    expect(verdicts.all).toHaveLength(3);
    expect(roundOf(await watch())).toMatchObject({ judged: 0 });
  });

  it("waits for the rest of a series before it judges it", async () => {
    const path = epoch([
      coverMail("w0", "[PATCH 0/2] w: two"),
      patchMail("w1", "[PATCH 1/2] w: one", { parent: "w0" }),
    ]);
    const { watch } = place({ sources: [source(path)], quiet: "2h" });
    expect(judgedBy(await watch())).toEqual([]);
    expect(judgedBy(await watch([], { shift: 3_600_000 }))).toEqual([]);
    expect(judgedBy(await watch([], { shift: 3 * 3_600_000 }))).toEqual([name("w0")]);
  });

  it("knows the version before, and does not judge one that a later version has superseded", async () => {
    const one = patchMail("v1", "[PATCH] net: do it");
    const two = patchMail("v2", "[PATCH v2] net: do it", { minute: 20 });
    const path = epoch([one]);
    const apart = place({ sources: [source(path)] });
    expect(judgedBy(await apart.watch())).toEqual([name("v1")]);
    writeEpoch(path, [{ m: two }]);
    expect(judgedBy(await apart.watch())).toEqual([name("v2")]);
    const together = place({ sources: [source(path)] });
    expect(judgedBy(await together.watch())).toEqual([name("v2")]);
    for (const { look } of [apart, together])
      expect(await look((store) => store.series(name("v2")))).toMatchObject({ version: 2, previous: name("v1") });
    expect(await together.look((store) => store.series(name("v1")))).toMatchObject({ state: "open", previous: null });
  });
});

describe.concurrent("a clock that is off", () => {
  it("goes back by two days, and nothing is lost or comes twice", async () => {
    const path = epoch([patchMail("t1", "[PATCH] t: one"), coverMail("t2", "[PATCH 0/1] t: late", 9)]);
    const { watch, look } = place({ sources: [source(path)] });
    expect(judgedBy(await watch())).toEqual([name("t1")]);
    // A process of the day after tomorrow was killed while it judged: its lease ends in the future.
    await look(async (store) => {
      const later = new Date(Date.now() + 60_000).toISOString();
      await store.sql.db.updateTable("series").set({ leased_until_at: later }).execute();
    });
    writeEpoch(path, [{ m: patchMail("t3", "[PATCH 1/1] t: late", { parent: "t2", minute: 10 }) }]);
    const back = await watch([], { shift: -2 * 24 * 3_600_000 });
    expect([back.code, judgedBy(back)]).toEqual([0, [name("t2")]]);
    const counts = await look((store) => store.counts());
    expect(counts).toMatchObject({ mails: 3, sightings: 3, verdicts: 2, series: { open: 0, judged: 2, dead: 0 } });
    expect(judgedBy(await watch())).toEqual([]);
  });
});
