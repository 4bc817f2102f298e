/** One App beside a host on which every attack happens; what came of each. */

import { readMarks } from "../../../src/report/github/marks.js";
import { startGithub } from "../../io/github/fake.js";
import type { Repo } from "../../io/github/world.js";
import { BAD, PULL_ATTACKS, type PullAttack, type Stage } from "./attack-cases.js";
import { kernel, PATH } from "./kernel.js";
import { idle, makePlace } from "./process.js";

export interface AttackOutcome {
  attack: PullAttack;
  checks: { title: string; conclusion: string; summary: string; text: string }[];
  /** What is told in the text of reviews, beside the comments below lines. */
  inText: number;
  reviews: string[];
  lines: { path: string; body: string }[];
  answers: string[];
}

/** Everything that the App posted there, as markdown. */
export const bodiesOf = ({ checks, reviews, lines, answers }: AttackOutcome): string[] => [
  ...checks.flatMap(({ summary, text }) => [summary, text]),
  ...reviews,
  ...lines.map(({ body }) => body),
  ...answers,
];

function stageOf(fake: Stage["fake"], url: string, attack: PullAttack, n: number, findingId: string): Stage {
  const repo = fake.world.repo("kvm", `attack-${n}`);
  repo.permissions.set("maintainer", "maintain");
  const user = (login: string) => fake.world.user(login);
  user("maintainer");
  const { file, more = {}, message = "RISC-V: KVM: park a first vCPU\n", text = BAD, pull: spec = {} } = attack;
  const root = repo.commit(kernel(), { ref: "main", message: "root\n" });
  const changed = file === undefined ? kernel(text) : { ...kernel(), [PATH.replace(/[^/]+$/, file)]: text };
  const head = repo.commit({ ...changed, ...more }, { parents: [root], message });
  const pull = repo.open({ title: "Park a vCPU", ...spec, head });
  return {
    fake,
    repo,
    pull,
    findingId,
    user,
    async say(login, body, change) {
      const payload = fake.payloads.issueComment(repo, fake.say(repo, pull.number, user(login), body));
      change?.(payload);
      await fake.deliver(url, "issue_comment", payload);
    },
  };
}

function outcomeOf(fake: Stage["fake"], attack: PullAttack, repo: Repo): AttackOutcome {
  const ours = <T extends { user: { login: string } }>(list: T[]): T[] =>
    list.filter(({ user }) => user.login === fake.app.bot.login);
  const reviews = ours(repo.reviews).flatMap(({ body }) => (body === "" ? [] : [body]));
  return {
    attack,
    checks: ours(repo.checks).map(({ title, conclusion, summary, text }) => {
      return { title: title ?? "", conclusion: conclusion ?? "", summary: summary ?? "", text: text ?? "" };
    }),
    inText: reviews.flatMap(readMarks).filter(({ kind }) => kind === "finding").length,
    reviews,
    lines: ours(repo.reviewComments).map(({ path, body }) => ({ path, body })),
    answers: ours(repo.issueComments).map(({ body }) => body),
  };
}

/** Lets all attacks happen, and gives what came of each, and of the host's complaints. */
export async function runAttacks() {
  const fake = await startGithub({ limits: { contentMinute: 1e6, contentHour: 1e6 } });
  const place = makePlace(fake);
  try {
    const app = await place.start();
    const deliver = async ({ repo, pull }: Stage): Promise<void> => {
      await fake.deliver(app.url, "pull_request", fake.payloads.pullRequest("opened", repo, pull));
    };
    const plain = stageOf(fake, app.url, { what: "", gets: [1, 1, 0, 0] }, PULL_ATTACKS.length, "");
    await deliver(plain);
    await idle(place);
    const findingId = readMarks(plain.repo.reviewComments[0]?.body ?? "")[0]?.key ?? "";
    const stages = PULL_ATTACKS.map((attack, n) => stageOf(fake, app.url, attack, n, findingId));
    for (const [n, stage] of stages.entries()) {
      PULL_ATTACKS[n]?.before?.(stage);
      await deliver(stage);
    }
    await idle(place);
    for (const [n, stage] of stages.entries()) await PULL_ATTACKS[n]?.after?.(stage);
    await idle(place);
    const dead = await place.look((store) => store.deadTasks(100));
    await app.stop();
    const outcomes = PULL_ATTACKS.flatMap((attack, n) => {
      const repo = stages[n]?.repo;
      return repo === undefined ? [] : [outcomeOf(fake, attack, repo)];
    });
    return { outcomes, dead, violations: fake.violations, log: app.text(), duplicates: fake.duplicates() };
  } finally {
    await place.close();
    await fake.close();
  }
}
