/** The App from a signed delivery to what stands on the pull request, against a GitHub on loopback. */
import { describe, expect, it } from "vitest";
import type { SqlStore } from "../../../src/io/store/store.js";
import { readMarks } from "../../../src/report/github/marks.js";
import type { FakeGithub } from "../../io/github/fake.js";
import { at, batch, mail, series } from "../../io/store/examples.js";
import { kernel, OTHER, PATH, parker, parkFile } from "./kernel.js";
import { makePlace, until } from "./process.js";
import { idle } from "./program.js";
import { BAD, openScene, type Scene, type SceneOptions, say } from "./scene.js";

let fake: FakeGithub;
const locked = parker("park_peer", true);

const scene = async (options: SceneOptions = {}): Promise<Scene> => {
  const one = await openScene(options);
  fake = one.fake;
  return one;
};

/** Records a series of one patch, and the mail that told its author of a finding. */
async function toldOnList(store: SqlStore, id: string, told: string): Promise<void> {
  await store.record("list", null, batch([mail(id)], "1"), at(0));
  await store.putSeries([id], [series([id])], at(1));
  const row = { target: "mail", key: id, payload: { findings: [told] }, state: "waiting" as const, notBefore: null };
  await store.putOutbox([{ ...row, list: "", author: "", thread: id, word: null }], at(2));
}

const push = (one: Scene, park: string, over: Record<string, string> = {}): void => {
  const head = one.repo.commit({ ...kernel(park), ...over }, { parents: [one.root], message: "RISC-V: KVM: v2\n" });
  one.repo.push(one.pull, head);
};

describe("a pull request", () => {
  it("gets one check run and one review with a comment at the line, once however often it is delivered", async () => {
    const one = await scene();
    await one.deliver("opened", "11111111-1111-4111-8111-111111111111");
    await one.deliver("opened", "11111111-1111-4111-8111-111111111111");
    await one.deliver("reopened");
    const { reviews, reviewComments, checks, issueComments } = fake.posted();
    expect(checks.map(({ status, conclusion, title }) => [status, conclusion, title])).toEqual([
      ["completed", "neutral", "1 error"],
    ]);
    expect(checks[0]?.annotations).toHaveLength(1);
    expect(reviews).toHaveLength(1);
    expect(reviewComments).toHaveLength(1);
    expect(issueComments).toEqual([]);
    const [comment] = reviewComments;
    expect(comment).toMatchObject({ path: PATH, side: "RIGHT" });
    expect(BAD.split("\n")[(comment?.line ?? 0) - 1]).toContain("set_parked(peer);");
    expect(comment?.body).toContain("park_first()");
    expect(readMarks(comment?.body ?? "")).toMatchObject([{ kind: "finding" }]);
  });

  it("is suggested a lock around the line, as the file takes it elsewhere, after which the rule is silent", async () => {
    const one = await scene();
    await one.deliver("opened");
    expect(fake.posted().reviewComments[0]?.body).toContain(`\`\`\`suggestion
	spin_lock(&peer->arch.mp_state_lock);
	set_parked(peer);
	spin_unlock(&peer->arch.mp_state_lock);
\`\`\``);
  });

  it("that is clean gets a check run alone", async () => {
    const one = await scene({ head: parkFile(locked, parker("park_first", true)) });
    await one.deliver("opened");
    expect(fake.posted().checks.map(({ conclusion }) => conclusion)).toEqual(["success"]);
    expect(fake.posted().reviews).toEqual([]);
  });

  it("is told nothing twice over pushes; what is fixed is resolved, and told when it comes back", async () => {
    const one = await scene();
    await one.deliver("opened");
    push(one, parkFile(locked, parker("park_first", false), parker("park_second", false)));
    await one.deliver("synchronize");
    expect(fake.posted().reviewComments.map(({ body }) => /park_(first|second)/.exec(body)?.[0])).toEqual([
      "park_first",
      "park_second",
    ]);
    push(one, parkFile(locked, parker("park_first", true), parker("park_second", false)));
    await one.deliver("synchronize");
    expect(one.repo.threads.map(({ resolvedBy }) => resolvedBy?.login)).toEqual(["patchwitness[bot]", undefined]);
    push(one, parkFile(locked, parker("park_first", false), parker("park_second", false), "int again;\n"));
    await one.deliver("synchronize");
    await one.deliver("reopened");
    const replies = fake.posted().reviewComments.filter(({ replyTo }) => replyTo !== null);
    expect(replies.map(({ body }) => body.split("\n")[0])).toEqual([expect.stringMatching(/^Found again in /)]);
    expect(fake.posted().reviewComments).toHaveLength(3);
    expect(fake.posted().checks).toHaveLength(4);
    expect(fake.duplicates()).toEqual([]);
  });

  it("keeps what people answered: a thread that somebody spoke in is told of, and left open", async () => {
    const one = await scene();
    await one.deliver("opened");
    const [comment] = fake.posted().reviewComments;
    if (comment === undefined) throw new Error("no comment");
    fake.answer(one.repo, one.pull, fake.world.user("contributor"), "I do not think so.", comment);
    push(one, parkFile(locked, parker("park_first", true)));
    await one.deliver("synchronize");
    await one.deliver("reopened");
    expect(one.repo.threads.map(({ resolvedBy }) => resolvedBy)).toEqual([null]);
    const replies = fake.posted().reviewComments.filter(({ replyTo }) => replyTo !== null);
    expect(replies.map(({ body }) => body.split("\n")[0])).toEqual([expect.stringMatching(/^Not found any more in /)]);
  });

  it("that is a draft waits until it is ready", async () => {
    const one = await scene({ pull: { draft: true } });
    await one.deliver("opened");
    expect(fake.posted().checks).toEqual([]);
    one.pull.draft = false;
    await one.deliver("ready_for_review");
    expect(fake.posted().checks).toHaveLength(1);
  });

  it("with marks that others forged is reviewed all the same", async () => {
    const first = await scene();
    await first.deliver("opened");
    const mark = fake.posted().reviewComments[0]?.body.split("\n").at(-1) ?? "";
    expect(mark).toContain("patchwitness:finding");
    await first.app.stop();
    await fake.close();
    const one = await scene();
    const stranger = fake.world.user("stranger");
    fake.say(one.repo, one.pull.number, stranger, mark);
    one.repo.reviews.push({
      ...{ id: 99, number: one.pull.number, state: "COMMENTED", commitId: one.pull.headSha, body: mark },
      ...{ user: stranger, createdAt: fake.world.time(), updatedAt: fake.world.time() },
    });
    await one.deliver("opened");
    expect(fake.posted().reviewComments).toHaveLength(1);
  });
});

describe("a pull request that names a thread of a list", () => {
  it("links it, and says where the same finding was told", async () => {
    const link = "https://lore.kernel.org/r/20260101.1-1-author@example.org";
    const one = await scene({ pull: { body: `As on the list.\n\nLink: ${link}\n` } });
    await one.deliver("opened");
    const { key: id = "" } = readMarks(fake.posted().reviewComments[0]?.body ?? "")[0] ?? {};
    expect(fake.posted().reviewComments[0]?.body).not.toContain(link);
    expect(fake.posted().checks[0]?.summary).toContain(link);
    // Another repository of the same store, of which the list was told.
    await one.place.look((store) => toldOnList(store, "20260101.1-1-author@example.org", id));
    push(one, parkFile(locked, parker("park_first", false), "int more;\n"));
    const other = one.repo.open({ head: one.pull.headSha, title: "Again", body: `Link: ${link}` });
    await fake.deliver(one.app.url, "pull_request", fake.payloads.pullRequest("opened", one.repo, other));
    await idle(one.place);
    expect(fake.posted().reviewComments.at(-1)?.body).toContain(link);
  });
});

describe("the configuration of a repository", () => {
  const CONFIG = ".github/patchwitness.yml";

  it("that is unsound is a failed check that names every problem, and nothing is reviewed", async () => {
    const one = await scene({ files: { [CONFIG]: "failOn: often\ncoments: 3\nbranches: main\n" } });
    await one.deliver("opened");
    const [check, ...others] = fake.posted().checks;
    expect(others).toEqual([]);
    expect(check).toMatchObject({ conclusion: "failure" });
    expect(check?.summary).toMatch(/failOn[\s\S]*branches[\s\S]*coments|failOn[\s\S]*coments/);
    expect(fake.posted().reviews).toEqual([]);
  });

  it("counts as it is now: mended on the branch, a review can be asked for without a push", async () => {
    const one = await scene({ files: { [CONFIG]: "failOn: often\n" } });
    await one.deliver("opened");
    one.repo.commit(
      { ...kernel(), [CONFIG]: "failOn: never\n" },
      { parents: [one.root], ref: "main", message: "mend\n" },
    );
    await say(one, "maintainer", "/review");
    expect(fake.posted().checks.map(({ conclusion }) => conclusion)).toEqual(["failure", "neutral"]);
    expect(fake.posted().reviewComments).toHaveLength(1);
  });

  it("says what fails, what is told, and where", async () => {
    const one = await scene({ files: { [CONFIG]: "failOn: error\ncomments: 0\ncodeScanning: true\n" } });
    fake.app.permissions = { ...fake.app.permissions, security_events: "write" };
    await one.deliver("opened");
    expect(fake.posted().checks[0]).toMatchObject({ conclusion: "failure" });
    const { reviews, reviewComments } = fake.posted();
    expect(reviewComments).toEqual([]);
    expect(reviews[0]?.body).toContain("park_first()");
    expect(one.repo.sarifs).toHaveLength(1);
  });

  it("counts as it stands on the branch that is reviewed for, not in the pull request", async () => {
    const one = await scene();
    push(one, BAD, { [CONFIG]: "enabled: false\nnonsense: 1\n" });
    await one.deliver("opened");
    expect(fake.posted().reviewComments).toHaveLength(1);
  });

  it("may silence rules, files and branches", async () => {
    const one = await scene({
      files: { [CONFIG]: "rulesOff: [kvm/cross-vcpu-mp-state]\nbranches: [main]\nignore: ['drivers/*']\n" },
    });
    await one.deliver("opened");
    expect(fake.posted().reviews).toEqual([]);
    expect(fake.posted().checks[0]?.summary).toContain("has switched its rule off");
  });
});

describe("an App that GitHub does not know", () => {
  it("does not stay up: id or key are wrong", async () => {
    const one = await scene();
    const place = makePlace(one.fake, { github: { appId: one.fake.app.id + 1 } });
    const app = await place.start();
    const code = await new Promise((resolve) => app.child.once("close", resolve));
    expect([code, app.text()]).toEqual([3, expect.stringContaining(`no App with the id ${one.fake.app.id + 1}`)]);
    await place.close();
    expect(one.fake.violations.splice(0)).toEqual(["apps/get-authenticated: JWT: issuer"]);
    await until(() => one.app.log.some(({ msg }) => msg === "GitHub knows this App"));
  });
});

describe("commands", () => {
  it("of people with write access are obeyed and answered once; of others not at all", async () => {
    const one = await scene();
    await one.deliver("opened");
    const id = readMarks(fake.posted().reviewComments[0]?.body ?? "")[0]?.key ?? "";
    await say(one, "stranger", `/review invalid ${id} no`);
    await say(one, "stranger", "/review recheck");
    expect(fake.posted().issueComments).toEqual([]);
    await say(one, "maintainer", `/review invalid ${id} the caller holds it\n/review explain kvm/cross-vcpu-mp-state`);
    const [answer, ...others] = fake.posted().issueComments;
    expect(others).toEqual([]);
    expect(answer?.body).toContain(`\`${id}\` is wrong`);
    expect(answer?.body).toContain("kvm/cross-vcpu-mp-state");
    expect(await one.place.look((store) => store.suppressed())).toEqual(new Set([id]));
    expect(await one.place.look((store) => store.ledger())).toMatchObject([
      { finding: id, rule: "kvm/cross-vcpu-mp-state", valid: false, by: "github:maintainer", via: "github" },
    ]);
    // What is wrong is not held against the head any more, and its comment is closed.
    expect(fake.posted().checks.map(({ conclusion }) => conclusion)).toEqual(["neutral", "success"]);
    expect(one.repo.threads.map(({ resolvedBy }) => resolvedBy?.login)).toEqual(["patchwitness[bot]"]);
    await say(one, "maintainer", `/review valid ${id}`);
    expect(await one.place.look((store) => store.suppressed())).toEqual(new Set());
    expect(fake.posted().issueComments.at(-1)?.body).toContain("is right");
  });

  it("that are none are answered with what there is, to people with write access", async () => {
    const one = await scene();
    await say(one, "stranger", "/review merge");
    expect(fake.posted().issueComments).toEqual([]);
    await say(one, "maintainer", "/review explain kvm/mp-state\n/review invalid `@torvalds` wrong");
    const [answer, ...others] = fake.posted().issueComments;
    expect(others).toEqual([]);
    expect(answer?.body).toContain("There is no rule");
    expect(answer?.body).toContain("kvm/cross-vcpu-mp-state");
    expect(answer?.body).toContain("This is no command.");
    expect(fake.posted().reviews).toEqual([]);
  });

  it("ask for a review of a draft, and of a head whose check run is run again", async () => {
    const one = await scene({ pull: { draft: true } });
    await say(one, "maintainer", "please\n/review");
    expect(fake.posted().reviews).toHaveLength(1);
    const [check] = fake.posted().checks;
    if (check === undefined) throw new Error("no check");
    await fake.deliver(
      one.app.url,
      "check_run",
      fake.payloads.checkRun(one.repo, check, fake.world.user("maintainer")),
    );
    await idle(one.place);
    expect(fake.posted().checks).toHaveLength(1);
    expect(fake.duplicates()).toEqual([]);
  });
});

describe("a push", () => {
  it("is reviewed where its branch is named, in a check run alone", async () => {
    const one = await scene({ files: { ".github/patchwitness.yml": "push: [main]\n" } });
    const files = { ".github/patchwitness.yml": "push: [main]\n" };
    const head = one.repo.commit(
      { ...kernel(BAD), ...files },
      { parents: [one.root], ref: "main", message: "pushed\n" },
    );
    const payload = fake.payloads.push(one.repo, "main", one.root, head, fake.world.user("maintainer"));
    await fake.deliver(one.app.url, "push", payload);
    await idle(one.place);
    expect(fake.posted().checks).toMatchObject([{ headSha: head, title: "1 error" }]);
    expect(fake.posted().reviews).toEqual([]);
  });
});

describe("a force-push", () => {
  it("has only what changed reviewed anew", async () => {
    const one = await scene();
    const first = one.repo.commit(kernel(BAD), { parents: [one.root], message: "RISC-V: KVM: one\n" });
    const second = (text: string) =>
      one.repo.commit({ ...kernel(BAD), [OTHER]: text }, { parents: [first], message: "RISC-V: KVM: two\n" });
    one.repo.push(one.pull, second("int two;\n"));
    await one.deliver("opened");
    const keys = () =>
      one.place.look(async ({ sql }) => (await sql.db.selectFrom("patch_memory").select("key").execute()).length);
    // Both commits, and the edit that is suggested, on top of them.
    expect(await keys()).toBe(3);
    one.repo.push(one.pull, second("int three;\n"));
    await one.deliver("synchronize");
    // The second commit and the edit; the first was taken over.
    expect(await keys()).toBe(5);
    expect(fake.posted().reviewComments).toHaveLength(1);
  });
});
