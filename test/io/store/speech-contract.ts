/** What every store does with the outbox, commands, answers and suppressions. */
import { expect, it } from "vitest";
import type { SqlStore } from "../../../src/io/store/store.js";
import type { MailNotes } from "../../../src/watch/mail-notes.js";
import { at, batch, mail, series, verdict, waiting, when } from "./examples.js";

const HOUR = 3_600_000;
const CAPS = [
  { by: "all", count: 3, ms: HOUR },
  { by: "author", count: 1, ms: HOUR },
] as const;

/** Tests of the outbox. */
export function outboxContract(open: () => Promise<SqlStore>): void {
  it("leases what waits longest, once, and again when the lease has run out", async () => {
    const store = await open();
    await store.putOutbox(
      [waiting("b"), waiting("held", { state: "held" }), waiting("draft", { state: "draft" })],
      at(1),
    );
    await store.putOutbox([waiting("a"), waiting("b", { payload: "another" })], at(2));
    await store.putOutbox([waiting("later", { notBefore: at(60) })], at(0));
    const keys: (string | undefined)[] = [];
    for (let n = 0; n < 3; n++) keys.push((await store.leaseOutbox("mail", at(5), at(10)))?.row.key);
    expect(keys).toEqual(["b", "a", undefined]);
    expect((await store.leaseOutbox("mail", at(11), at(20)))?.row).toMatchObject({ key: "b", payload: { to: "b" } });
    expect((await store.leaseOutbox("mail", at(60), at(70)))?.row.key).toBe("later");
    expect(await store.leaseOutbox("patchwork", at(60), at(70))).toBeNull();
  });

  it("begins attempts only for whoever holds the lease, and only where caps have room", async () => {
    const store = await open();
    await store.putOutbox(
      [waiting("a", { author: "x" }), waiting("b", { author: "x" }), waiting("c"), waiting("d"), waiting("e")],
      at(0),
    );
    const lease = async (minute: number) => {
      const leased = await store.leaseOutbox("mail", at(minute), at(minute + 5));
      if (leased === null) throw new Error("nothing waits");
      return leased;
    };
    const [a, b, c, d, e] = [await lease(1), await lease(1), await lease(1), await lease(1), await lease(1)];
    expect(await store.beginSend({ ...a, lease: at(7) }, CAPS, at(1))).toBe("lost");
    expect(await store.beginSend(a, CAPS, at(7))).toBe("lost");
    expect(await store.beginSend(a, CAPS, at(1))).toBe("begun");
    expect(await store.beginSend(b, CAPS, at(2))).toEqual({ until: at(61) });
    expect(await store.beginSend(c, CAPS, at(2))).toBe("begun");
    expect(await store.beginSend(d, CAPS, at(3))).toBe("begun");
    expect(await store.beginSend(e, CAPS, at(4))).toEqual({ until: at(61) });
    // What was surely not sent gives its room back.
    expect(await store.endSend(d, { state: "waiting", retryAt: at(90), reason: "451", sure: true })).toBe(true);
    expect(await store.beginSend(e, CAPS, at(4))).toBe("begun");
    expect(await store.outboxRow("mail", "e")).toMatchObject({
      attempts: 1,
      open: true,
      firstAttempt: at(4),
      lastAttempt: at(4),
    });
    expect(await store.beginSend(b, [{ by: "all", count: 0, ms: HOUR }], at(4))).toEqual({ until: at(64) });
  });

  it("keeps what an attempt came to", async () => {
    const store = await open();
    await store.putOutbox(
      ["lost", "no", "once"].map((key) => waiting(key)),
      at(0),
    );
    const step = async (minute: number, end: Parameters<SqlStore["endSend"]>[1]) => {
      const leased = await store.leaseOutbox("mail", at(minute), at(minute + 1));
      if (leased === null) throw new Error("nothing waits");
      expect(await store.beginSend(leased, [], at(minute))).toBe("begun");
      expect(await store.endSend({ ...leased, lease: at(99) }, end)).toBe(false);
      expect(await store.endSend(leased, end)).toBe(true);
      return store.outboxRow("mail", leased.row.key);
    };
    expect(await step(1, { state: "waiting", retryAt: at(30), reason: "cut", sure: false })).toMatchObject({
      key: "lost",
      open: true,
    });
    expect(await step(2, { state: "failed", reason: "550" })).toMatchObject({
      key: "no",
      state: "failed",
      open: false,
      reason: "550",
    });
    expect(await step(3, { state: "sent", at: at(3) })).toMatchObject({ key: "once", state: "sent", sent: at(3) });
    expect(await store.leaseOutbox("mail", at(29), at(31))).toBeNull();
    expect((await store.leaseOutbox("mail", at(30), at(31)))?.row).toMatchObject({
      key: "lost",
      attempts: 1,
      lastAttempt: at(1),
    });
    expect((await store.outbox(["sent", "failed"])).map(({ key }) => key)).toEqual(["no", "once"]);
  });

  it("takes a person's word on what was not attempted, and on nothing else", async () => {
    const store = await open();
    await store.putOutbox(
      [waiting("held", { state: "held" }), waiting("open"), waiting("draft", { state: "draft" })],
      at(0),
    );
    const decide = (key: string, decision: Parameters<SqlStore["decideOutbox"]>[2]) =>
      store.decideOutbox("mail", key, decision);
    expect(await decide("held", { kind: "edit", payload: { to: "other" } })).toBe(true);
    expect(await decide("held", { kind: "approve" })).toBe(true);
    expect(await decide("held", { kind: "approve" })).toBe(false);
    expect(await store.outboxRow("mail", "held")).toMatchObject({ state: "waiting", payload: { to: "other" } });
    expect(await decide("held", { kind: "drop", reason: "no" })).toBe(true);
    expect(await store.outboxRow("mail", "held")).toMatchObject({ state: "dropped", reason: "no" });
    expect(await decide("draft", { kind: "approve" })).toBe(false);
    expect(await decide("draft", { kind: "approve", drafts: true })).toBe(true);
    expect(await store.outboxRow("mail", "draft")).toMatchObject({ state: "waiting" });
    expect(await decide("draft", { kind: "drop", reason: "no" })).toBe(true);
    expect(await decide("nobody", { kind: "drop", reason: "no" })).toBe(false);
    const leased = await store.leaseOutbox("mail", at(1), at(9));
    expect(await decide("open", { kind: "drop", reason: "late" })).toBe(false);
    if (leased !== null) await store.beginSend(leased, [], at(1));
    expect(await decide("open", { kind: "edit", payload: 1 })).toBe(false);
  });
}

const notes = (over: Partial<MailNotes> = {}): MailNotes => ({ commands: [], auth: "unknown", links: [], ...over });
const invalid = { verb: "invalid", ids: ["f1"], reason: "so" };
const END = { outcome: "done", suppress: [], answers: [], recheck: [], approve: [], drop: [], outbox: [] };

/** Tests of commands, answers, and what was said before. */
export function speechContract(open: () => Promise<SqlStore>): void {
  const filled = async (): Promise<SqlStore> => {
    const store = await open();
    const words = mail("words", {
      kind: "other",
      parents: ["v2"],
      notes: notes({ commands: [invalid], links: ["https://r/1"] }),
    });
    const link = mail("link", {
      kind: "other",
      parents: ["v1"],
      notes: notes({ links: ["https://r/0", "https://r/1"] }),
    });
    await store.record("list", null, batch([mail("v1"), mail("v2", { sent: at(9) }), link, words], "1"), at(0));
    await store.putSeries(["v1", "v2"], [series(["v1"]), series(["v2"], { version: 2, previous: "v1" })], at(0));
    return store;
  };
  const finding = (id: string) => {
    return { id, rule: "kvm/x", severity: "error", status: "introduced", messageId: null, path: "a.c", line: 1 };
  };

  it("keeps commands until they were dealt with, once, and what comes of them as a whole", async () => {
    const store = await filled();
    expect(await store.pendingCommands(9)).toMatchObject([{ mail: { id: "words" }, notes: { commands: [invalid] } }]);
    await store.putOutbox([waiting("held", { state: "held" }), waiting("gone", { state: "held" })], at(1));
    const answer = {
      finding: "f1",
      rule: "kvm/x",
      valid: false,
      by: "ann",
      reason: "so",
      via: "mail" as const,
      at: at(2),
    };
    const end = {
      ...END,
      suppress: [{ what: "f1", by: "ann", reason: "so" }],
      answers: [answer],
      approve: ["held"],
      drop: [{ key: "gone", reason: "no" }],
      outbox: [waiting("answer words")],
    };
    expect(await store.endCommands("words", end, at(2))).toBe(true);
    expect(await store.endCommands("words", { ...end, outbox: [waiting("again")] }, at(3))).toBe(false);
    expect(await store.pendingCommands(9)).toEqual([]);
    expect(await store.suppressions()).toEqual([{ what: "f1", by: "ann", reason: "so", at: at(2) }]);
    expect(await store.ledger()).toEqual([answer]);
    await store.putAnswer({ ...answer, valid: true, via: "hand", at: at(4) });
    expect(await store.ledger()).toEqual([{ ...answer, valid: true, via: "hand", at: at(4) }]);
    const states = Object.fromEntries((await store.outbox()).map(({ key, state }) => [key, state]));
    expect(states).toEqual({ held: "waiting", gone: "dropped", "answer words": "waiting" });
  });

  it("judges a series again that somebody asks to", async () => {
    const store = await filled();
    await store.due(when(1));
    await store.putVerdict(verdict(series(["v2"], { version: 2, previous: "v1" })), [finding("f1")], [], at(1));
    expect(await store.due(when(90, { unjudged: true }))).toEqual([]);
    await store.endCommands("words", { ...END, recheck: ["v2", "nobody"] }, at(2));
    expect((await store.due(when(90, { unjudged: true }))).map(({ series: one }) => one.key)).toEqual(["v2"]);
    expect(await store.putVerdict(verdict(series(["v2"], { version: 2 })), [], [], at(91))).toBe(true);
  });

  it("knows versions, findings, links, and what was said", async () => {
    const store = await filled();
    expect((await store.lineage("v2")).map(({ key }) => key)).toEqual(["v2", "v1"]);
    expect(await store.lineage("nobody")).toEqual([]);
    expect([await store.hasLater("v1"), await store.hasLater("v2")]).toEqual([true, false]);
    expect(await store.linksOf(["v2"])).toEqual(["https://r/1"]);
    expect(await store.linksOf(["v1", "v2"])).toEqual(["https://r/0", "https://r/1"]);
    await store.due(when(1));
    await store.putVerdict(
      verdict(series(["v2"], { version: 2 })),
      [finding("f1"), finding("f1"), finding("f2")],
      [],
      at(1),
    );
    expect(await store.findingsOf(["v1", "v2"])).toEqual(
      new Map([
        ["f1", { rule: "kvm/x", series: ["v2"] }],
        ["f2", { rule: "kvm/x", series: ["v2"] }],
      ]),
    );
    expect([await store.ruleOf("f2"), await store.ruleOf("f3")]).toEqual(["kvm/x", null]);
    const told = (state: "held" | "waiting" | "draft" | "dropped", id: string) =>
      waiting(state, { state, thread: "v1", payload: { findings: [id] } });
    await store.putOutbox([told("held", "a"), told("waiting", "b"), told("draft", "c"), told("dropped", "d")], at(1));
    expect(await store.saidOf(["v2", "v1"])).toEqual(new Set(["a", "b"]));
    expect(await store.saidOf(["v2"])).toEqual(new Set());
  });

  it("keeps one secret", async () => {
    const store = await open();
    expect([await store.secret("one"), await store.secret("two")]).toEqual(["one", "one"]);
  });
}
