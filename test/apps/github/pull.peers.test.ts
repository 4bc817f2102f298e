/** `review github owner/repository#12`: with a token, and nothing posted unless it is asked for. */
import { spawn } from "node:child_process";
import { afterEach, describe, expect, it } from "vitest";
import { pullNamed } from "../../../src/apps/github/pull-command.js";
import { newToken } from "../../io/github/auth.js";
import { type FakeGithub, startGithub } from "../../io/github/fake.js";
import { BUILT } from "../run-cli.js";
import { kernel, parker, parkFile } from "./kernel.js";

let fake: FakeGithub | null = null;
afterEach(async () => {
  await fake?.close();
  expect(fake?.violations ?? []).toEqual([]);
  fake = null;
});

async function scene(head = parkFile(parker("park_peer", true), parker("park_first", false))) {
  const made = await startGithub();
  fake = made;
  const repo = made.world.repo("kvm", "linux");
  const root = repo.commit(kernel(), { ref: "main", message: "root\n" });
  const sha = repo.commit(kernel(head), { parents: [root], message: "RISC-V: KVM: park a first vCPU\n" });
  const pull = repo.open({ head: sha, title: "Park" });
  // As the one that GitHub gives to a workflow: that of an App.
  const { text: token } = newToken(made.app, Date.now(), undefined, null);
  const run = (args: string[], env: Record<string, string> = {}) =>
    new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      const all = { ...process.env, NO_COLOR: "1", GITHUB_TOKEN: token, GITHUB_API_URL: made.origin, ...env };
      const child = spawn(process.execPath, [BUILT, "github", ...args, "--no-cache"], { env: all });
      let [out, err] = ["", ""];
      child.stdout.on("data", (piece) => (out += String(piece)));
      child.stderr.on("data", (piece) => (err += String(piece)));
      child.on("close", (code) => resolve({ code, out, err }));
    });
  return { fake: made, repo, pull, run };
}

describe("review github", () => {
  it("prints what it finds, posts nothing, and ends with 1", async () => {
    const { fake, run } = await scene();
    const { code, out, err } = await run(["kvm/linux#1"]);
    expect([code, err]).toEqual([1, expect.stringContaining("nothing was posted; --post does that")]);
    expect(out).toContain("park_first()");
    expect(fake.posted()).toMatchObject({ reviews: [], checks: [] });
    expect(fake.calls.every(({ method, operation }) => method === "GET" || /graphql/.test(operation ?? ""))).toBe(true);
  });

  it("prints what would be posted, and posts that", async () => {
    const { fake, run } = await scene();
    const dry = await run(["kvm/linux#1", "--format", "markdown"]);
    const posted = await run(["kvm/linux#1", "--post"]);
    expect(posted.err).toContain("review: posted");
    const { reviews, reviewComments, checks } = fake.posted();
    expect([reviews.length, reviewComments.length, checks.length]).toEqual([1, 1, 1]);
    expect(dry.out).toContain(reviews[0]?.body);
    expect(dry.out).toContain(reviewComments[0]?.body);
    await run(["kvm/linux#1", "--post"]);
    expect(fake.posted().reviews).toHaveLength(1);
  });

  it("gives SARIF at the lines of the head, and JSON as the contract has it", async () => {
    const { run } = await scene();
    const sarif = JSON.parse((await run(["https://github.com/kvm/linux/pull/1", "--format", "sarif"])).out);
    expect(sarif.runs[0].results).toHaveLength(1);
    const json = JSON.parse((await run(["kvm/linux#1", "--format", "json"])).out);
    expect(json).toMatchObject({ schemaVersion: 1, findings: [{ rule: "kvm/cross-vcpu-mp-state" }] });
  });

  it("says what is wrong in a sentence", async () => {
    const { run } = await scene();
    expect(await run(["kvm/linux#1"], { GITHUB_TOKEN: "", GH_TOKEN: "" })).toMatchObject({
      code: 3,
      err: expect.stringContaining("GITHUB_TOKEN"),
    });
    expect(await run(["kvm/linux#77"])).toMatchObject({
      code: 4,
      err: expect.stringMatching(/^review: GitHub: .*\n$/),
    });
    expect(await run(["kvm/linux#1"], { GITHUB_TOKEN: "wrong" })).toMatchObject({ code: 4 });
    expect(fake?.takeViolations()).not.toEqual([]);
    expect(await run(["not a pull"])).toMatchObject({ code: 2 });
    expect(await run(["kvm/linux#1"], { GITHUB_API_URL: "http://127.0.0.1:9" })).toMatchObject({ code: 5 });
  });
});

describe("names of pull requests", () => {
  it.each([
    ["a/b#1", { repository: "a/b", number: 1 }],
    ["https://github.example.org/a/b.c/pull/12/files#r1", { repository: "a/b.c", number: 12 }],
    ["a/b", null],
    ["a/b#0", null],
    ["https://github.com/a/b/issues/3", null],
  ])("%s", (text, named) => {
    expect(pullNamed(text)).toEqual(named);
  });
});
