/**
 * Mails at most once, and none lost: workers that are killed, a server that fails at every stage, caps that hold whatever happens.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { SqlStore } from "../../../src/io/store/store.js";
import type { OutgoingMail } from "../../../src/speak/outgoing.js";
import { type Fault, type SmtpPeer, STAGES, startSmtp } from "../mail/smtp-peer.js";
import { compiled } from "./compiled.js";
import { databases, POSTGRES, withoutPostgres } from "./databases.js";
import { at, waiting } from "./examples.js";

const { open, database } = databases();
const program = compiled("mailer");
const PLANS = 300;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** The n-th plan: its list, its author and its thread are those of others too. */
function plan(n: number) {
  const id = `reply-${n}@example.org`;
  const payload: OutgoingMail = {
    kind: "review",
    messageId: id,
    inReplyTo: `patch-${n}@example.org`,
    subject: `[PATCH] ${n}`,
    sender: "bot@example.org",
    recipients: [`author-${n % 60}@example.org`, `list-${n % 3}@example.org`],
    raw: `Message-ID: <${id}>\nFrom: bot@example.org\nSubject: Re: [PATCH] ${n}\n\ntext ${n}\n`,
    series: `thread-${n % 150}`,
    version: 1,
    findings: [`finding-${n}`],
    rules: ["kvm/x"],
    patchSent: at(0),
    sendBefore: null,
    lookUp: "asked in any case",
  };
  const over = { payload, list: `list-${n % 3}@example.org`, author: `author-${n % 60}@example.org` };
  return waiting(`patch-${n}@example.org`, { ...over, thread: `thread-${n % 150}` });
}

/** So many sessions in a hundred fail, each stage and way in its turn. */
function faults(percent: number): () => Fault | null {
  const ways: Fault["how"][] = ["drop", 421, 450, 550];
  let failures = 0;
  return () => {
    if (Math.random() * 100 >= percent) return null;
    const n = failures++;
    return {
      stage: STAGES[n % STAGES.length] ?? "mail",
      how: ways[Math.floor(n / STAGES.length) % ways.length] ?? "drop",
    };
  };
}

/** The archive: shows what the server took. */
async function archiveOf(peer: SmtpPeer): Promise<string> {
  const server = createServer((request, response) => {
    const id = decodeURIComponent((request.url ?? "").split("/")[1] ?? "");
    const there = peer.taken.some(({ raw }) => raw.includes(`Message-ID: <${id}>`));
    // It fails now and then too: then nobody knows, and nothing is sent.
    response.writeHead(Math.random() < 0.1 ? 503 : there ? 200 : 404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface World {
  store: SqlStore;
  peer: SmtpPeer;
  start(lists: Record<string, unknown>[], mail: Record<string, unknown>): ChildProcess;
}

async function world(): Promise<World> {
  const place = (await database()) as { url: string };
  const store = await open(place);
  const peer = await startSmtp(faults(15));
  closing.push(peer.close);
  const archive = await archiveOf(peer);
  const start: World["start"] = (lists, mail) => {
    const setup = JSON.stringify({ url: place.url, port: peer.port, archive, lists, mail });
    const child = spawn(process.execPath, [program, setup], { stdio: ["pipe", "ignore", "inherit"] });
    closing.push(async () => child.kill("SIGKILL"));
    return child;
  };
  return { store, peer, start };
}

/** Four workers, of which one after the other is killed, until nothing waits that could be sent. */
async function work(
  { start, store }: World,
  lists: Record<string, unknown>[],
  mail: Record<string, unknown>,
  kills: number,
) {
  const workers = Array.from({ length: 4 }, () => start(lists, mail));
  let killed = 0;
  for (const end = Date.now() + 100_000; Date.now() < end; ) {
    await wait(150 + Math.random() * 400);
    const busy = (await store.outbox(["waiting"])).some(
      ({ reason, open }) => open || reason === null || !reason.includes("cap"),
    );
    if (!busy && killed >= kills) break;
    if (killed >= kills) continue;
    const at = killed++ % workers.length;
    workers[at]?.kill("SIGKILL");
    workers[at] = start(lists, mail);
  }
  for (const worker of workers) worker.stdin?.end();
  await Promise.all(
    workers.map((worker) => (worker.exitCode === null && worker.signalCode === null ? once(worker, "exit") : null)),
  );
  return killed;
}

const idsOf = (peer: SmtpPeer): string[] => peer.taken.map(({ raw }) => /^Message-ID: <(.+)>/m.exec(raw)?.[1] ?? "");
const cap = (count: number) => ({ count, per: "1h" });
const lists = (list: number, author: number, thread: number) =>
  [0, 1, 2].map((n) => ({
    address: `list-${n}@example.org`,
    mode: "author-and-list",
    caps: { list: cap(list), author: cap(author), thread: cap(thread) },
  }));

describe.skipIf(withoutPostgres)(`mailers that share an outbox: ${POSTGRES}`, () => {
  it("send each of 300 mails once, killed and refused", { timeout: 150_000 }, async () => {
    const all = await world();
    const plans = Array.from({ length: PLANS }, (_, n) => plan(n));
    await Promise.all([all.store.putOutbox(plans, at(0)), all.store.putOutbox(plans.toReversed(), at(0))]);
    const killed = await work(all, lists(1000, 1000, 1000), { cap: cap(10_000) }, 16);
    const rows = await all.store.outbox();
    const ids = idsOf(all.peer);
    expect({ killed, states: [...new Set(rows.map(({ state }) => state))] }).toEqual({ killed: 16, states: ["sent"] });
    expect(new Set(ids).size).toBe(PLANS);
    expect(ids).toHaveLength(PLANS);
    expect(rows).toHaveLength(PLANS);
  });

  it("never go over a cap, and send the rest when there is room", { timeout: 150_000 }, async () => {
    const all = await world();
    await all.store.putOutbox(
      Array.from({ length: PLANS }, (_, n) => plan(n)),
      at(0),
    );
    await work(all, lists(50, 3, 1), { cap: cap(120) }, 8);
    const count = (of: (mail: SmtpPeer["taken"][number]) => string): number[] => {
      const counts = new Map<string, number>();
      for (const mail of all.peer.taken) counts.set(of(mail), (counts.get(of(mail)) ?? 0) + 1);
      return [...counts.values()];
    };
    const threads = count(({ raw }) => `${Number(/text (\d+)/.exec(raw)?.[1]) % 150}`);
    expect(new Set(idsOf(all.peer)).size).toBe(all.peer.taken.length);
    expect(Math.max(...count(({ to }) => to[1] ?? ""))).toBeLessThanOrEqual(50);
    expect(Math.max(...count(({ to }) => to[0] ?? ""))).toBeLessThanOrEqual(3);
    expect(Math.max(...threads)).toBe(1);
    // All of the room was used: the cap of all is the narrowest here.
    expect(all.peer.taken).toHaveLength(120);
    const left = await all.store.outbox(["waiting"]);
    expect(left).toHaveLength(PLANS - 120);
    expect(new Set(left.map(({ reason }) => reason))).toEqual(new Set(["a cap leaves no room before then"]));
  });
});
