/**
 * Many pull requests through Apps that are killed, over a host that fails: what stands on each of them afterwards. Faults, order of
 * deliveries and pushes come from a seed.
 */
import { setTimeout as wait } from "node:timers/promises";
import { startGithub } from "../../io/github/fake.js";
import type { Pull, Repo } from "../../io/github/world.js";
import { kernel, OTHER, parker, parkFile } from "./kernel.js";
import { type AppPlace, makePlace, type RunningApp, until } from "./process.js";
import { random, seededFaults } from "./seeded-faults.js";

export interface FaultRun {
  pulls: number;
  seed: number;
  /** Apps that run at once on the same store. */
  apps?: number;
  /** URL of a PostgreSQL database in the place of a file. */
  database?: string;
  /** Of all calls, how many fail. */
  share?: number;
  /** Each App in turn is killed after so long. Milliseconds. */
  killMs?: number;
  /** The longest time that it may take. Milliseconds. */
  within?: number;
}

const nameOf = (n: number): string => `park_${n}th`;
const headOf = (repo: Repo, n: number, parent: string, other?: string): string => {
  const park = parkFile(parker("park_peer", true), parker(nameOf(n), false));
  const files = { ...kernel(park), ...(other === undefined ? {} : { [OTHER]: other }) };
  return repo.commit(files, { parents: [parent], message: `RISC-V: KVM: park vCPU ${n}${other ?? ""}\n` });
};

/** What is delivered, in a shuffled order; every third pull request gets a new head meanwhile. */
function deliveriesOf(
  fake: Awaited<ReturnType<typeof startGithub>>,
  repo: Repo,
  pulls: readonly Pull[],
  next: () => number,
) {
  const list: { id: string; at: number; payload: () => unknown }[] = [];
  const add = (id: string, payload: () => unknown): void => {
    for (let times = next() < 0.3 ? 2 : 1; times > 0; times--) list.push({ id, at: next(), payload });
  };
  for (const pull of pulls) {
    const opened = fake.payloads.pullRequest("opened", repo, pull);
    add(`opened-${pull.number}`, () => opened);
    if (pull.number % 3 !== 0) continue;
    const before = pull.headSha;
    let pushed: unknown;
    const push = (): unknown => {
      if (pushed === undefined) {
        repo.push(pull, headOf(repo, pull.number, before, `int other_${pull.number};\n`));
        pushed = fake.payloads.pullRequest("synchronize", repo, pull, before);
      }
      return pushed;
    };
    add(`pushed-${pull.number}`, push);
  }
  return list.sort((a, b) => a.at - b.at);
}

/** Apps that are killed in turn, each started again at once, until they are ended. */
async function killedApps(place: AppPlace, count: number, killMs: number) {
  const apps: (RunningApp | null)[] = await Promise.all(Array.from({ length: count }, () => place.start()));
  let [kills, over] = [0, false];
  const killing = (async () => {
    for (let n = 0; !over; n++) {
      await wait(killMs);
      const at = n % count;
      const app = apps[at];
      apps[at] = null;
      await app?.stop("SIGKILL");
      kills++;
      apps[at] = await place.start();
    }
  })();
  return {
    urls: () => apps.flatMap((app) => app?.url ?? []),
    kills: () => kills,
    async end() {
      over = true;
      await killing.catch(() => {});
      await Promise.all(apps.map((app) => app?.stop("SIGTERM")));
    },
  };
}

/** Delivers until it is taken, as whoever looks at GitHub's list of failed deliveries would have it done. */
async function deliverAll(
  list: { id: string; payload: () => unknown }[],
  post: (url: string, id: string, payload: unknown) => Promise<{ status: number }>,
  urls: () => string[],
): Promise<number> {
  let again = 0;
  const queue = [...list];
  const one = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const payload = next.payload();
      for (let n = 0; ; n++, again++) {
        const all = urls();
        const url = all[n % Math.max(1, all.length)];
        const answer = url === undefined ? null : await post(url, next.id, payload).catch(() => null);
        if (answer?.status === 200 || answer?.status === 202) break;
        await wait(50);
      }
    }
  };
  await Promise.all(Array.from({ length: 4 }, one));
  return again;
}

/** What stands at the end on each pull request that is not as it should be. */
function wrongOf(fake: Awaited<ReturnType<typeof startGithub>>, pulls: readonly Pull[]): string[] {
  const { reviews, reviewComments, checks, issueComments } = fake.posted();
  const wrong = issueComments.map(({ number }) => `${number}: a comment`);
  for (const { number, headSha } of pulls) {
    const runs = checks.filter((check) => check.headSha === headSha);
    const told = reviewComments.filter((one) => one.number === number);
    const said = reviews.filter((one) => one.number === number && one.body !== "");
    const counts = [runs.length, runs.filter(({ status }) => status === "completed").length, said.length, told.length];
    if (counts.some((count) => count !== 1)) wrong.push(`${number}: ${counts.join(" ")}`);
    if (!told[0]?.body.includes(`${nameOf(number)}()`)) wrong.push(`${number}: another finding`);
    if (runs[0]?.title !== "1 error") wrong.push(`${number}: the check says ${runs[0]?.title}`);
  }
  return wrong;
}

/** Runs it. */
export async function faultRun({
  pulls: count,
  seed,
  apps = 2,
  database,
  share = 0.15,
  killMs = 4000,
  within = 120_000 + 2_000 * count,
}: FaultRun) {
  const told = new Map<string, number>();
  const many = { hourly: 1e9, contentMinute: 1e9, contentHour: 1e9 };
  const fake = await startGithub({ limits: many, fault: seededFaults(random(seed), share, told) });
  const settings = { workers: 4, ...(database === undefined ? {} : { database }), log: "info" };
  const place = makePlace(fake, { github: { retrySeconds: 0.2, timeoutSeconds: 1 }, ...settings });
  try {
    const repo = fake.world.repo("kvm", "linux");
    const root = repo.commit(kernel(), { ref: "main", message: "root\n" });
    const numbers = Array.from({ length: count }, (_, n) => n + 1);
    const pulls = numbers.map((n) => repo.open({ head: headOf(repo, n, root), title: `Park ${n}` }));
    const list = deliveriesOf(fake, repo, pulls, random(seed + 1));
    const began = Date.now();
    const running = await killedApps(place, apps, killMs);
    const post = (url: string, id: string, payload: unknown) => fake.deliver(url, "pull_request", payload, { id });
    const again = await deliverAll(list, post, running.urls);
    const counts = () => place.look((store) => store.taskCounts());
    const isIdle = async (): Promise<boolean> => {
      await wait(200);
      return (await counts()).waiting === 0;
    };
    await until(isIdle, within).finally(running.end);
    const took = Date.now() - began;
    return {
      took,
      deliveries: list.length,
      again,
      kills: running.kills(),
      calls: fake.calls.length,
      faults: Object.fromEntries(told),
      tasks: await counts(),
      wrong: wrongOf(fake, pulls),
      duplicates: fake.duplicates(),
      violations: fake.violations,
    };
  } finally {
    await place.close();
    await fake.close();
  }
}
