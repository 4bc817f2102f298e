import { describe, expect, it } from "vitest";
import { type ListeningPorts, listen } from "../../src/watch/listening.js";
import type { MailRecord, SeriesRecord } from "../../src/watch/records.js";
import type { CommandEnd, PendingCommand } from "../../src/watch/speech.js";
import { LIST, list, mailPolicy, NOW } from "../speak/samples.js";

const ID = "0123456789abcdef";
const WORD = "00112233445566aa";

const mailRecord = (id: string, over: Partial<MailRecord> & { to?: string } = {}): MailRecord => {
  const { to = LIST, ...rest } = over;
  return {
    id,
    kind: "other",
    subject: `Re: ${id}`,
    sender: "chief@kernel.example",
    sent: NOW,
    parents: [],
    form: "mail",
    raw: Buffer.from(`From: x@example.org\nTo: ${to}\nSubject: Re: ${id}\nMessage-ID: <${id}>\n\n`),
    digest: id,
    ...rest,
  };
};

const patch = mailRecord("patch@example.org", { kind: "patch", sender: "author@example.org" });
const series = { key: "s2", members: [patch.id] } as unknown as SeriesRecord;
const old = { key: "s1", members: ["old@example.org"] } as unknown as SeriesRecord;

interface World {
  command?: Partial<MailRecord>;
  verb?: string;
  ids?: string[];
  auth?: "pass" | "fail" | "unknown";
  between?: MailRecord[];
  dry?: boolean;
}

async function hear({
  command = {},
  verb = "invalid",
  ids = [ID],
  auth = "unknown",
  between = [],
  dry = false,
}: World = {}) {
  const mail = mailRecord("command@example.org", { parents: [patch.id], ...command });
  const known = new Map([patch, mail, ...between].map((one) => [one.id, one]));
  const pending: PendingCommand[] = [
    { mail, notes: { commands: [{ verb, ids, reason: "because" }], auth, links: [] } },
  ];
  const ends: CommandEnd[] = [];
  const store = {
    pendingCommands: async () => (ends.length > 0 ? [] : pending),
    endCommands: async (_: string, end: CommandEnd) => ends.push(end) > 0,
    seriesOf: async (id: string) => (id === patch.id ? "s2" : null),
    lineage: async () => [series, old],
    mails: async (wanted: string[]) => wanted.flatMap((id) => known.get(id) ?? []),
    findingsOf: async (keys: string[]) =>
      new Map(keys.includes("s1") ? [[ID, { rule: "kvm/gate", series: ["s1"] }]] : []),
    outbox: async () => [
      { word: WORD, key: "held@example.org" },
      { word: null, key: "x" },
    ],
  };
  const mailP = mailPolicy({ moderator: "mod@own.example" });
  const options = {
    mail: mailP,
    lists: [list({ commanders: ["chief@kernel.example"] })],
    dry,
    signal: new AbortController().signal,
  };
  const done = await listen({ store: store as unknown as ListeningPorts["store"], now: () => NOW }, options);
  const [end] = ends;
  if (end === undefined) throw new Error("not ended");
  return { end, outcome: done[0]?.obeyed[0]?.outcome };
}

describe("a command by mail", () => {
  it("is put down as a whole, with its answer", async () => {
    const { end, outcome } = await hear();
    expect(outcome).toBe("done");
    expect(end).toMatchObject({
      suppress: [{ what: ID, by: "chief@kernel.example", reason: "because" }],
      answers: [{ finding: ID, rule: "kvm/gate", valid: false, by: "chief@kernel.example", via: "mail", at: NOW }],
      recheck: [],
      approve: [],
      drop: [],
      outbox: [{ key: "answer command@example.org", state: "waiting", author: "chief@kernel.example", list: "" }],
    });
    expect(JSON.parse(end.outcome)).toMatchObject([{ verb: "invalid", outcome: "done" }]);
  });

  it("is answered with a draft in a dry run", async () => {
    expect((await hear({ dry: true })).end.outbox).toMatchObject([{ state: "draft" }]);
  });

  it.each<[string, World]>([
    ["a stranger", { command: { sender: "stranger@example.org" } }],
    ["somebody whom the server calls another", { auth: "fail" }],
    ["somebody with another's word", { verb: "approve", ids: [WORD] }],
  ])("of %s leaves nothing but a record, and no answer", async (_, world) => {
    const { end, outcome } = await hear(world);
    expect(outcome).toBe("refused");
    expect(end).toMatchObject({ suppress: [], answers: [], recheck: [], approve: [], drop: [], outbox: [] });
    expect(JSON.parse(end.outcome)).toMatchObject([{ outcome: "refused" }]);
  });

  it("finds its series through the answers above it", async () => {
    const between = [
      mailRecord("b@example.org", { parents: [patch.id] }),
      mailRecord("a@example.org", { parents: ["b@example.org", "unknown@example.org"] }),
    ];
    const { end } = await hear({ verb: "recheck", ids: [], command: { parents: ["a@example.org"] }, between });
    expect(end.recheck).toEqual(["s2"]);
  });

  it("speaks of nothing where the thread is unknown, or goes round in a circle", async () => {
    const author = { sender: "chief@kernel.example" };
    const circle = [
      mailRecord("a@example.org", { parents: ["b@example.org"] }),
      mailRecord("b@example.org", { parents: ["a@example.org"] }),
    ];
    // Without a thread there is no list whose maintainer the sender would be.
    for (const world of [
      { command: { parents: [] } },
      { command: { ...author, parents: ["a@example.org"] }, between: circle },
    ])
      expect((await hear(world)).outcome).toBe("refused");
  });

  it("of an author is one about the series alone", async () => {
    expect((await hear({ command: { sender: "author@example.org" }, verb: "ignore", ids: [] })).end.suppress).toEqual([
      { what: "series:s2", by: "author@example.org", reason: "because" },
    ]);
    expect((await hear({ command: { sender: "author@example.org" } })).outcome).toBe("refused");
  });

  it("of the moderator lets a mail pass or go", async () => {
    const command = { sender: "mod@own.example", parents: [] };
    expect((await hear({ command, verb: "approve", ids: [WORD] })).end.approve).toEqual(["held@example.org"]);
    expect((await hear({ command, verb: "drop", ids: [WORD] })).end.drop).toEqual([
      { key: "held@example.org", reason: "because" },
    ]);
    expect((await hear({ command, verb: "drop", ids: [ID] })).outcome).toBe("not-understood");
  });
});
