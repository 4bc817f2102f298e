import { describe, expect, it } from "vitest";
import type { OutgoingMail } from "../../src/speak/outgoing.js";
import { SILENCES } from "../../src/speak/silence.js";
import type { OutboxRow, SendEnd } from "../../src/watch/outbox.js";
import { type Delivery, type SendingPorts, sendDue } from "../../src/watch/sending.js";
import { LIST, list, mailPolicy } from "../speak/samples.js";
import { MemoryOutbox, outboxRow } from "./memory-outbox.js";

const NOW = new Date("2026-03-11T12:00:00.000Z");
const ago = (minutes: number): string => new Date(NOW.getTime() - minutes * 60_000).toISOString();
const ahead = (minutes: number): string => ago(-minutes);

const payload: OutgoingMail = {
  kind: "review",
  messageId: "0123456789abcdef@witness.example",
  inReplyTo: "patch@example.org",
  subject: "x",
  sender: "robot@witness.example",
  recipients: ["author@example.org", LIST],
  raw: "Message-ID: <0123456789abcdef@witness.example>\nSubject: x\n\nbody\n",
  series: "s",
  version: 1,
  findings: ["f"],
  rules: ["r"],
  patchSent: null,
  sendBefore: null,
  lookUp: "https://lore.example/kvm/0123456789abcdef@witness.example/raw",
};

interface World {
  row?: Partial<OutboxRow>;
  mail?: Partial<OutgoingMail>;
  deliver?: Delivery;
  there?: boolean | null;
  whyNot?: keyof typeof SILENCES | null;
  begin?: "begun" | "lost" | { until: string };
  policy?: ReturnType<typeof mailPolicy>;
}

async function send({ row = {}, mail = {}, deliver, there = null, whyNot = null, begin, policy }: World = {}) {
  const outbox = new MemoryOutbox([outboxRow({ payload: { ...payload, ...mail }, list: LIST, ...row })], begin);
  const asked: string[] = [];
  const wire: string[] = [];
  const told: SendEnd[] = [];
  const ports: SendingPorts = {
    store: outbox.port,
    async deliver({ recipients, raw }) {
      asked.push(`deliver to ${recipients.join(" ")}`);
      wire.push(raw);
      return deliver ?? { kind: "sent", response: "250", rejected: [] };
    },
    async lookUp() {
      asked.push("look up");
      return there;
    },
    async whyNot(_, of) {
      asked.push(`why not, by ${of?.address ?? "no list"}`);
      return whyNot;
    },
    now: () => NOW,
    onEnd: (_, end) => told.push(end),
  };
  const options = { mail: policy ?? mailPolicy(), lists: [list()], signal: new AbortController().signal };
  const sent = await sendDue(ports, options);
  expect(told).toEqual(outbox.ends);
  return { sent, ends: outbox.ends, asked, wire, caps: outbox.caps };
}

const OPEN = { open: true, attempts: 1, firstAttempt: ago(120), lastAttempt: ago(90) };

describe("a mail that is due", () => {
  it("is handed over once, dated, and put down as sent", async () => {
    const { sent, ends, asked, wire } = await send();
    expect([sent, ends]).toEqual([1, [{ state: "sent", at: NOW.toISOString() }]]);
    expect(asked).toEqual([`why not, by ${LIST}`, `deliver to author@example.org ${LIST}`]);
    expect(wire[0]).toContain("\r\nDate: Wed, 11 Mar 2026 12:00:00 +0000\r\n");
  });

  it("has the date of its first attempt whenever it goes out, so that it is the same mail", async () => {
    const { wire } = await send({ row: { attempts: 2, firstAttempt: ago(120) } });
    expect(wire[0]).toContain("\r\nDate: Wed, 11 Mar 2026 10:00:00 +0000\r\n");
  });

  it.each(["superseded", "list-off", "opted-out", "merged"] as const)(
    "is dropped where it is not to be sent any more: %s",
    async (why) => {
      const { ends, asked } = await send({ whyNot: why });
      expect(ends).toEqual([{ state: "dropped", reason: SILENCES[why] }]);
      expect(asked).toHaveLength(1);
    },
  );

  it("waits where a cap leaves no room, and is nobody's where the lease is lost", async () => {
    const { ends, asked } = await send({ begin: { until: ahead(30) } });
    expect(ends).toEqual([{ state: "postponed", retryAt: ahead(30), reason: "a cap leaves no room before then" }]);
    expect(asked).toHaveLength(1);
    const lost = await send({ begin: "lost" });
    expect([lost.sent, lost.ends, lost.asked.length]).toEqual([0, [], 1]);
  });

  it("counts for the caps of its kind", async () => {
    const by = async (world: World) =>
      (await send(world)).caps.map((caps) => (caps as { by: string }[]).map((cap) => cap.by));
    expect(await by({})).toEqual([["all", "list", "author", "thread"]]);
    expect(await by({ row: { list: "gone@lists.example.org" } })).toEqual([["all"]]);
    expect(await by({ mail: { kind: "answer" } })).toEqual([["all", "author"]]);
    expect(await by({ mail: { kind: "moderation" } })).toEqual([["all"]]);
  });

  it("fails where the row holds no mail", async () => {
    const { ends, asked } = await send({ row: { payload: { kind: "review" } } });
    expect(ends).toEqual([{ state: "failed", reason: "the row holds no mail that this program can read" }]);
    expect(asked).toEqual([]);
  });

  it("is left alone by a sender that was told to stop", async () => {
    const outbox = new MemoryOutbox([outboxRow({ payload })]);
    const none = () => Promise.reject(new Error("asked"));
    const ports = { store: outbox.port, deliver: none, lookUp: none, whyNot: none, now: () => NOW };
    expect(await sendDue(ports, { mail: mailPolicy(), lists: [], signal: AbortSignal.abort() })).toBe(0);
    expect(outbox.ends).toEqual([]);
  });
});

describe("an attempt that failed", () => {
  const refused = (forGood: boolean): Delivery => ({ kind: "refused", forGood, reason: forGood ? "550" : "451" });

  it.each([
    [0, 5],
    [1, 15],
    [2, 60],
    [3, 240],
    [4, 480],
    [6, 480],
  ])("after %i others is made again in %i minutes where the server put it off", async (attempts, minutes) => {
    const { ends } = await send({ row: { attempts }, deliver: refused(false) });
    expect(ends).toEqual([{ state: "waiting", retryAt: ahead(minutes), reason: "451", sure: true }]);
  });

  it("is the last one after eight, and after four where the server said never", async () => {
    expect((await send({ row: { attempts: 7 }, deliver: refused(false) })).ends).toEqual([
      { state: "failed", reason: "451" },
    ]);
    expect((await send({ row: { attempts: 2 }, deliver: refused(true) })).ends[0]).toMatchObject({
      state: "waiting",
      sure: true,
    });
    expect((await send({ row: { attempts: 3 }, deliver: refused(true) })).ends).toEqual([
      { state: "failed", reason: "550" },
    ]);
  });

  it("stays open where nobody saw its end", async () => {
    const { ends } = await send({ deliver: { kind: "unknown", reason: "cut" } });
    expect(ends).toEqual([{ state: "waiting", retryAt: ahead(5), reason: "cut", sure: false }]);
  });
});

describe("an attempt whose end nobody saw", () => {
  it("is not asked after before archives can show it", async () => {
    const { ends, asked } = await send({ row: { ...OPEN, lastAttempt: ago(20) } });
    expect(ends).toMatchObject([{ state: "postponed", retryAt: ahead(40) }]);
    expect(asked).toEqual([]);
    const policy = mailPolicy({ lookUpAfter: "10m" });
    expect((await send({ row: { ...OPEN, lastAttempt: ago(20) }, there: true, policy })).sent).toBe(1);
  });

  it("found: it was sent when it was tried, whatever holds by now", async () => {
    const { sent, ends, asked } = await send({ row: OPEN, there: true, whyNot: "superseded" });
    expect([sent, ends, asked]).toEqual([1, [{ state: "sent", at: ago(90) }], ["look up"]]);
  });

  it("absent: it is tried again, unless it is not wanted any more", async () => {
    const again = await send({ row: OPEN, there: false });
    expect(again.asked).toEqual(["look up", `why not, by ${LIST}`, `deliver to author@example.org ${LIST}`]);
    expect((await send({ row: OPEN, there: false, whyNot: "superseded" })).ends).toMatchObject([{ state: "dropped" }]);
  });

  it("absent after several attempts: nobody is written to again and again", async () => {
    const { ends, asked } = await send({ row: { ...OPEN, attempts: 8 }, there: false });
    expect(ends).toMatchObject([{ state: "unsure" }]);
    expect(asked).toEqual(["look up"]);
  });

  it("an archive that is silent is asked again, for a week", async () => {
    expect((await send({ row: OPEN, there: null })).ends).toMatchObject([{ state: "postponed", retryAt: ahead(5) }]);
    expect((await send({ row: { ...OPEN, attempts: 2 }, there: null })).ends).toMatchObject([
      { state: "postponed", retryAt: ahead(15) },
    ]);
    const { ends, asked } = await send({ row: { ...OPEN, lastAttempt: ago(8 * 24 * 60) }, there: null });
    expect(ends).toMatchObject([{ state: "unsure" }]);
    expect(asked).toEqual(["look up"]);
  });

  it("no archive: it is unsure; a copy in our own mailbox is asked for where there is one", async () => {
    const { ends, asked } = await send({ row: OPEN, mail: { lookUp: null } });
    expect(ends).toMatchObject([{ state: "unsure" }]);
    expect(asked).toEqual([]);
    const policy = mailPolicy({ copy: "copies@witness.example" });
    expect((await send({ row: OPEN, mail: { lookUp: null }, there: true, policy })).sent).toBe(1);
  });
});
