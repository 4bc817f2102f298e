/** A repository with a pull request, beside an App that is running; after a test the host must have nothing to complain of. */
import { afterEach, expect } from "vitest";
import { type FakeGithub, type FakeOptions, startGithub } from "../../io/github/fake.js";
import type { Pull, PullSpec, Repo } from "../../io/github/world.js";
import { kernel, parker, parkFile } from "./kernel.js";
import type { AppSettings } from "./process.js";
import { type AppPlace, idle, placeFor, type RunningApp } from "./program.js";

const opened: FakeGithub[] = [];
afterEach(async () => {
  for (const fake of opened.splice(0)) {
    await fake.close();
    expect(fake.violations).toEqual([]);
  }
});

export interface Scene {
  fake: FakeGithub;
  repo: Repo;
  pull: Pull;
  root: string;
  place: AppPlace;
  app: RunningApp;
  deliver(action: "opened" | "synchronize" | "reopened" | "ready_for_review", id?: string): Promise<void>;
}

const locked = parker("park_peer", true);
/** The file with a fault in a function of its own. */
export const BAD = parkFile(locked, parker("park_first", false));

export interface SceneOptions extends FakeOptions {
  /** Files beside those of the kernel, in the base and in the head. */
  files?: Record<string, string>;
  /** The file that the pull request changes, as it leaves it. */
  head?: string;
  /** Files that the pull request adds or changes. */
  more?: Record<string, string>;
  /** Message of its commit. */
  message?: string;
  pull?: Partial<Omit<PullSpec, "head">>;
  settings?: AppSettings | ((fake: FakeGithub) => Promise<AppSettings>);
}

const MESSAGE = "RISC-V: KVM: park a first vCPU\n\nWith words.\n";

/** Makes one. Nothing is delivered yet. */
export async function openScene(options: SceneOptions = {}): Promise<Scene> {
  const { files = {}, head = BAD, more = {}, message = MESSAGE, pull: spec = {}, settings = {}, ...rest } = options;
  const fake = await startGithub(rest);
  opened.push(fake);
  const repo = fake.world.repo("kvm", "linux");
  repo.permissions.set("maintainer", "maintain");
  fake.world.user("maintainer");
  const root = repo.commit({ ...kernel(), ...files }, { ref: "main", message: "root\n" });
  const sha = repo.commit({ ...kernel(head), ...files, ...more }, { parents: [root], message });
  const pull = repo.open({ title: "Park a vCPU", ...spec, head: sha });
  const place = placeFor(fake, typeof settings === "function" ? await settings(fake) : settings);
  const app = await place.start();
  const deliver: Scene["deliver"] = async (action, id) => {
    const payload = fake.payloads.pullRequest(action, repo, pull);
    const answer = await fake.deliver(app.url, "pull_request", payload, id === undefined ? {} : { id });
    expect(answer).toMatchObject({ status: 200 });
    await idle(place);
  };
  return { fake, repo, pull, root, place, app, deliver };
}

/** Somebody comments. */
export async function say({ fake, app, place, repo, pull }: Scene, login: string, body: string): Promise<void> {
  const comment = fake.say(repo, pull.number, fake.world.user(login), body);
  await fake.deliver(app.url, "issue_comment", fake.payloads.issueComment(repo, comment));
  await idle(place);
}
