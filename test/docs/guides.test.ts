/** The guides do what they say: see guide.ts. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { openStore } from "../../src/io/store/store.js";
import { kernel, parker, parkFile } from "../apps/github/kernel.js";
import { newToken } from "../io/github/auth.js";
import { type FakeGithub, startGithub } from "../io/github/fake.js";
import { type Beside, follow } from "./guide.js";

describe("docs/guide-local.md", () => {
  it("can be followed", { timeout: 300_000 }, async () => {
    await follow("docs/guide-local.md");
  });
});

describe("docs/guide-app.md", () => {
  let fake: FakeGithub | null = null;
  afterEach(async () => {
    await fake?.close();
    expect(fake?.violations ?? []).toEqual([]);
  });

  /** Waits until a program has said something. */
  const heard = async (said: () => string, what: RegExp): Promise<string> => {
    for (let tries = 0; tries < 600; tries++, await wait(50)) {
      const found = what.exec(said())?.[1];
      if (found !== undefined) return found;
    }
    throw new Error(`waited in vain for ${what}: ${said()}`);
  };

  it("can be followed", { timeout: 300_000 }, async () => {
    const github = await startGithub();
    fake = github;
    const repo = github.world.repo("kvm", "linux");
    const root = repo.commit(kernel(), { ref: "main", message: "root\n" });
    const files = kernel(parkFile(parker("park_peer", true), parker("park_first", false)));
    const pull = repo.open({
      head: repo.commit(files, { parents: [root], message: "RISC-V: KVM: park a first vCPU\n" }),
      title: "Park a first vCPU",
    });
    const { text: token } = newToken(github.app, Date.now(), undefined, null);
    // A person presses the button, and GitHub comes back with a code for the keys.
    const press: Beside = async ({ said }) => {
      const page = await heard(said, /open (http:\S+)/);
      const html = await (await fetch(page)).text();
      const state = /state=([\w-]+)/.exec(html)?.[1] ?? "";
      github.app.manifestCodes.add("good");
      const back = await fetch(`${page}callback?code=good&state=${state}`);
      expect([back.status, await back.text()]).toEqual([200, expect.stringContaining("/installations/new")]);
    };
    let data = "";
    // GitHub tells the App of the pull request; when that is worked on, the App is stopped.
    const deliver: Beside = async ({ said, end }) => {
      const url = `http://${await heard(said, /"address":"([^"]+)"/)}/api/github/webhooks`;
      await github.deliver(url, "pull_request", github.payloads.pullRequest("opened", repo, pull));
      const store = await openStore({ file: join(data, "store.db") });
      for (let tries = 0; (await store.taskCounts()).waiting > 0 && tries < 600; tries++) await wait(50);
      await store.close();
      end();
    };
    await follow("docs/guide-app.md", {
      env: { GITHUB_TOKEN: token, GITHUB_API_URL: github.origin },
      instead: [
        ["--url https://bot.example.org", `--url https://bot.example.org --api ${github.origin} --listen 127.0.0.1:0`],
      ],
      before: {
        "\nreview app --config app.yaml\n": (folder) => {
          const file = join(folder, "app.yaml");
          writeFileSync(file, readFileSync(file, "utf8").replace("127.0.0.1:3000", "127.0.0.1:0"));
          data = join(folder, "data");
        },
      },
      beside: { "review app setup": press, "\nreview app --config app.yaml\n": deliver },
    });
    const { reviews, reviewComments, checks } = github.posted();
    expect([reviews.length, reviewComments.length, checks.length]).toEqual([1, 1, 1]);
  });
});
