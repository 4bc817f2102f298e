/** GitHub, and the people there, as documents about the App need them: a pull request, a page with a button, a delivery. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect } from "vitest";
import { openStore } from "../../src/io/store/store.js";
import { kernel, parker, parkFile } from "../apps/github/kernel.js";
import { newToken } from "../io/github/auth.js";
import { type FakeGithub, startGithub } from "../io/github/fake.js";
import type { Beside, Play } from "./guide.js";

/** The App's words in documents are `review app setup --url https://bot.example.org` and `review app --config app.yaml`. */
export interface AppPlay {
  fake: FakeGithub;
  play: Play;
  /** What was against GitHub's schema. */
  close(): Promise<readonly unknown[]>;
}

/** Waits until a program has said something. */
export async function heard(said: () => string, what: RegExp): Promise<string> {
  for (let tries = 0; tries < 600; tries++, await wait(50)) {
    const found = what.exec(said())?.[1];
    if (found !== undefined) return found;
  }
  throw new Error(`waited in vain for ${what}: ${said()}`);
}

/** Starts a GitHub with the repository kvm/linux, whose pull request 1 parks a vCPU without its lock. */
export async function startAppPlay(): Promise<AppPlay> {
  const fake = await startGithub();
  const repo = fake.world.repo("kvm", "linux");
  const root = repo.commit(kernel(), { ref: "main", message: "root\n" });
  const files = kernel(parkFile(parker("park_peer", true), parker("park_first", false)));
  const pull = repo.open({
    head: repo.commit(files, { parents: [root], message: "RISC-V: KVM: park a first vCPU\n" }),
    title: "Park a first vCPU",
  });
  const { text: token } = newToken(fake.app, Date.now(), undefined, null);
  // A person presses the button, and GitHub comes back with a code for the keys.
  const press: Beside = async ({ said }) => {
    const page = await heard(said, /open (http:\S+)/);
    const html = await (await fetch(page)).text();
    const state = /state=([\w-]+)/.exec(html)?.[1] ?? "";
    fake.app.manifestCodes.add("good");
    const back = await fetch(`${page}callback?code=good&state=${state}`);
    expect([back.status, await back.text()]).toEqual([200, expect.stringContaining("/installations/new")]);
  };
  let data = "";
  // GitHub tells the App of the pull request; when that is worked on, the App is stopped.
  const deliver: Beside = async ({ said, end }) => {
    const url = `http://${await heard(said, /"address":"([^"]+)"/)}/api/github/webhooks`;
    await fake.deliver(url, "pull_request", fake.payloads.pullRequest("opened", repo, pull));
    const store = await openStore({ file: join(data, "store.db") });
    for (let tries = 0; (await store.taskCounts()).waiting > 0 && tries < 600; tries++) await wait(50);
    await store.close();
    end();
  };
  const serves = /(?:^|\n)review app --config app.yaml *(?:#.*)?\n/;
  const play: Play = {
    env: { GITHUB_TOKEN: token, GITHUB_API_URL: fake.origin },
    instead: [
      ["--url https://bot.example.org", `--url https://bot.example.org --api ${fake.origin} --listen 127.0.0.1:0`],
    ],
    before: [
      [
        serves,
        (folder) => {
          const file = join(folder, "app.yaml");
          writeFileSync(file, readFileSync(file, "utf8").replace("127.0.0.1:3000", "127.0.0.1:0"));
          data = join(folder, "data");
        },
      ],
    ],
    beside: [
      [/review app setup/, press],
      [serves, deliver],
    ],
  };
  const close = async (): Promise<readonly unknown[]> => {
    await fake.close();
    return fake.violations;
  };
  return { fake, play, close };
}
