/**
 * A watch that is killed at any moment, over archives that fail now and then, ends up with the store of one that nothing ever
 * happened to.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { files, passOn, seeded, serve, type TestServer, withFaults } from "../../io/archive/archive-peer.js";
import { corpusEpoch } from "../../io/archive/epoch-peer.js";
import { hasLore, type Lore, startLore } from "../../io/archive/lore-peer.js";
import { noServer, type Server, startServer } from "../../io/store/server.js";
import { type Place, program, roundOf } from "./program.js";
import { pipermailTree } from "./trees.js";

/** All mails of the corpus, or a few hundred. */
const slow = process.env.PATCHWITNESS_SLOW === "1";
const SIZE = slow ? { mails: 6158, texts: 479, pages: 1000 } : { mails: 210, texts: 200, pages: 12 };
const KILLS = 20;
const random = seeded(Number(process.env.SEED ?? Date.now() % 1_000_000));

const { folder, place } = program();
const servers: TestServer[] = [];
let lore: Lore;
let database: Server;
let undisturbed = "";
/** Places of mails in both archives. */
let total = 0;
let content: Map<string, Buffer>;

interface Servers {
  inbox: TestServer;
  pages: TestServer;
}

/** The two archives; one answer in ten is spoilt where faults are wanted. */
async function archives(faults: boolean): Promise<Servers> {
  // Not with a web page, which is no failure of the moment: it ends the reading, and what came before it is judged, also a
  // version that the mails behind it supersede. The tests of archives have that.
  const kinds = (): number => Math.min(random(), 0.79);
  let next = false;
  const rolls = (): number => {
    next = !next;
    return next ? random() : kinds();
  };
  const spoil = (handler: ReturnType<typeof files>): ReturnType<typeof files> => {
    if (!faults) return handler;
    return (request, response) => {
      next = false;
      withFaults(handler, rolls)(request, response);
    };
  };
  const made = { inbox: await serve(spoil(passOn(lore.origin))), pages: await serve(spoil(files(content))) };
  servers.push(made.inbox, made.pages);
  return made;
}

const configuration = ({ inbox, pages }: Servers): Record<string, unknown> => {
  const web = { allowPrivate: true, pauseSeconds: 0, tries: 20 };
  return {
    log: "debug",
    sources: [
      { name: "lore", type: "public-inbox", url: `${inbox.origin}/riscv/`, ...web },
      { name: "pages", type: "pipermail", url: `${pages.origin}/list/`, ...web },
    ],
  };
};

/** When to kill a run: some milliseconds after it began, or after a line of its log that comes for the n-th time. */
interface Moment {
  after: string | null;
  times: number;
  ms: number;
}

function moment(n: number): Moment {
  const stages = [null, "batch recorded", "source read", "put into series", "series judged"] as const;
  const after = stages[n < 5 ? 0 : n < 10 ? 1 : Math.floor(random() * stages.length)] ?? null;
  if (after === null) return { after, times: 0, ms: 250 + random() * (slow ? 8000 : 450) };
  const judged = after === "series judged";
  return { after, times: judged ? 1 + Math.floor(random() * (slow ? 40 : 3)) : 1, ms: random() * (slow ? 800 : 60) };
}

/** Runs until the moment has come; true when the run was killed, false when it ended before. */
async function killedAt(at: Moment, { watch }: Place, env: Record<string, string>): Promise<boolean> {
  let met = 0;
  let armed = false;
  const ran = await watch([], {
    env,
    onLine: ({ msg }, child) => {
      if (armed) return;
      if (msg === at.after) met++;
      const reached = at.after !== null && met === at.times;
      // Nothing is left to do of what was waited for: then it is killed as it ends.
      armed = reached || msg === "round done";
      if (armed) setTimeout(() => child.kill("SIGKILL"), reached ? at.ms : 0).unref();
    },
    ...(at.after === null ? { killAfter: at.ms } : {}),
  });
  if (ran.signal === "SIGKILL") return true;
  expect([ran.code, roundOf(ran)]).toMatchObject([0, { failing: 0, failed: 0 }]);
  return false;
}

interface Survived {
  kills: number;
  runs: number;
  seconds: number;
}

/** Kills runs twenty times, lets one go to its end, and compares. */
async function survives(url?: string): Promise<Survived> {
  const started = performance.now();
  const here = place(configuration(await archives(true)));
  const env: Record<string, string> = url === undefined ? {} : { DATABASE_URL: url };
  let kills = 0;
  let runs = 0;
  for (; kills < KILLS && runs < KILLS * 3; runs++) if (await killedAt(moment(runs), here, env)) kills++;
  expect(kills).toBe(KILLS);
  // With PostgreSQL what a killed process had leased is free again after a minute.
  const last = await here.watch([], { env, shift: 3_600_000 });
  expect([last.code, roundOf(last)]).toMatchObject([0, { failing: 0, failed: 0 }]);
  const left = await here.dump(url);
  expect(difference(left, undisturbed)).toEqual([]);
  expect(left === undisturbed).toBe(true);
  // Every place of both archives once: none is missing, and none was read twice.
  expect(left.match(/^sightings /gm)).toHaveLength(total);
  return { kills, runs, seconds: Math.round((performance.now() - started) / 1000) };
}

/** Lines that stand in one of two dumps only: shorter to read than both. */
function difference(a: string, b: string): string[] {
  const [one, two] = [new Set(a.split("\n")), new Set(b.split("\n"))];
  const only = (from: Set<string>, other: Set<string>, mark: string): string[] =>
    [...from].filter((line) => !other.has(line)).map((line) => `${mark} ${line.slice(0, 600)}`);
  return [...only(one, two, "+"), ...only(two, one, "-")].slice(0, 20);
}

const HOUR = 3_600_000;

describe.skipIf(!hasLore)("a watch that is killed twenty times (needs ../shared and public-inbox)", () => {
  beforeAll(async () => {
    const epoch = join(folder, "0.git");
    corpusEpoch(epoch, SIZE.mails);
    lore = await startLore(join(folder, "server"), "riscv", epoch);
    mkdirSync(join(folder, "month"));
    const tree = pipermailTree(join(folder, "month"), SIZE.texts, SIZE.pages);
    content = tree.content;
    total = SIZE.mails + tree.mails;
    if (noServer === null) database = await startServer();
    const here = place(configuration(await archives(false)));
    const ran = await here.watch();
    expect(roundOf(ran)).toMatchObject({ failing: 0, failed: 0, mails: total });
    undisturbed = await here.dump();
    if (slow) console.log("undisturbed:", roundOf(ran), `${undisturbed.match(/^mails /gm)?.length} different mails`);
  }, HOUR);
  afterAll(async () => {
    await lore?.close();
    await database?.stop();
    for (const server of servers) await server.close();
    await wait(50);
  });

  it.concurrent(
    "has the same store in a file in the end",
    async () => {
      const survived = await survives();
      if (slow) console.log("SQLite:", survived);
    },
    HOUR,
  );

  it.skipIf(noServer !== null).concurrent(
    `has the same store in PostgreSQL in the end${noServer === null ? "" : ` (skipped: ${noServer})`}`,
    async () => {
      const survived = await survives(await database.create());
      if (slow) console.log("PostgreSQL:", survived);
    },
    HOUR,
  );
});
