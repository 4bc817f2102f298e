/** Limits of GitHub's, and who may call. */
import type { Octokit } from "octokit";
import { describe, expect, test } from "vitest";
import { jwt } from "./jwt.js";
import { LIMITS } from "./limits.js";
import { open } from "./opened.js";
import { clientOf, type sample } from "./sample.js";

type Sample = Awaited<ReturnType<typeof sample>>;
const C = "virt/kvm/kvm_main.c";

describe("limits", () => {
  const many = (n: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: n }, (_, i) => [`f${i}`, "x\n"]));
  const big = async (octokit: Octokit, made: Sample, files: Record<string, string>) => {
    const head = made.repo.commit(files, { parents: [made.root] });
    const { number } = made.repo.open({ head });
    return {
      on: { ...made.at, pull_number: number },
      diff: () => octokit.rest.pulls.get({ ...made.at, pull_number: number, mediaType: { format: "diff" } }),
    };
  };

  test("files of a pull request come to 3,000 in pages of 100, its diff not above 300 files or 20,000 lines", async () => {
    expect(LIMITS.pullFiles).toBe(3000);
    const made = await open({ limits: { pullFiles: 303 } });
    const { octokit } = made;
    const wide = await big(octokit, made, many(305));
    const files = await octokit.paginate(octokit.rest.pulls.listFiles, { ...wide.on, per_page: 100 });
    expect(files).toHaveLength(303);
    expect(made.fake.calls.filter(({ operation }) => operation === "pulls/list-files")).toHaveLength(4);
    await expect(wide.diff()).rejects.toMatchObject({
      status: 406,
      message: expect.stringContaining("number of files (300)"),
    });
    const deep = await big(octokit, made, { "a.c": "x\n".repeat(20_001) });
    await expect(deep.diff()).rejects.toMatchObject({
      status: 406,
      message: expect.stringContaining("number of lines (20000)"),
    });
  });

  test("commits end at 250, trees where the limit is set, large files come without text", async () => {
    const made = await open({ limits: { treeEntries: 3, contentsBytes: 10 } });
    const { octokit, at, repo } = made;
    let head = made.root;
    for (let n = 0; n < 260; n++) head = repo.commit({ a: `${n}` }, { parents: [head], message: `${n}` });
    const { number } = repo.open({ head });
    expect(await octokit.paginate(octokit.rest.pulls.listCommits, { ...at, pull_number: number })).toHaveLength(250);
    const { data: tree } = await octokit.rest.git.getTree({ ...at, tree_sha: made.head, recursive: "1" });
    expect([tree.truncated, tree.tree.length]).toEqual([true, 3]);
    expect((await octokit.rest.repos.getContent({ ...at, path: C })).data).toMatchObject({
      encoding: "none",
      content: "",
    });
  });

  test("content creation is limited by the minute, requests by the hour", async () => {
    let now = Date.now();
    const { octokit, at, fake } = await open({ limits: { contentMinute: 2, hourly: 4 }, now: () => now });
    const say = () => octokit.rest.issues.createComment({ ...at, issue_number: 1, body: "b" });
    await say();
    await say();
    await expect(say()).rejects.toMatchObject({ status: 403, response: { headers: { "retry-after": "60" } } });
    now += 60_000;
    await expect(say()).rejects.toMatchObject({ status: 403, response: { headers: { "x-ratelimit-remaining": "0" } } });
    expect(fake.posted().issueComments).toHaveLength(2);
  });
});

describe("who calls", () => {
  test("tokens end, may be for less, and private repositories are not there without them", async () => {
    const { fake, octokit, at, repo } = await open();
    const { data } = await octokit.rest.apps.createInstallationAccessToken({
      installation_id: 42,
      permissions: { contents: "read" },
    });
    const narrow = (path: string) =>
      fetch(`${fake.origin}${path}`, { headers: { authorization: `token ${data.token}` } });
    expect((await narrow("/repos/kvm/linux")).status).toBe(200);
    expect((await narrow("/repos/kvm/linux/pulls")).status).toBe(403);
    expect((await fetch(`${fake.origin}/repos/kvm/linux`)).status).toBe(401);
    expect(fake.takeViolations()).toHaveLength(2);
    expect((await octokit.rest.repos.get(at)).status).toBe(200);
    repo.installed = false;
    await expect(octokit.rest.repos.get(at)).rejects.toMatchObject({ status: 404 });
    repo.installed = true;
    fake.expireTokens();
    // Asked without the App's client, which repeats a request that a young token was refused for, for five seconds.
    expect((await narrow("/repos/kvm/linux")).status).toBe(401);
    await (await clientOf(fake)).rest.repos.get(at);
  });

  test("the App's JWT: algorithm, signature, issuer, times", async () => {
    const { fake } = await open();
    const now = Math.floor(Date.now() / 1000);
    const good = { iat: now - 30, exp: now + 570, iss: 7 };
    const ask = async (token: string) =>
      (await fetch(`${fake.origin}/app`, { headers: { authorization: `bearer ${token}` } })).status;
    expect(await ask(jwt(good, fake.app.privateKey))).toBe(200);
    const bad = [
      { ...good, exp: now + 3600 },
      { ...good, exp: now - 1 },
      { ...good, iat: now + 300 },
      { ...good, iss: 8 },
      { iss: 7, iat: now },
    ];
    for (const claims of bad) expect(await ask(jwt(claims, fake.app.privateKey))).toBe(401);
    expect(await ask(`${jwt(good, fake.app.privateKey).slice(0, -8)}AAAAAAAA`)).toBe(401);
    expect(await ask(jwt(good, fake.app.privateKey, "HS256"))).toBe(401);
    expect(fake.takeViolations()).toHaveLength(7);
  });
});
