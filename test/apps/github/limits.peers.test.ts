/** What GitHub gives no more of, asks to wait for, or does not deliver: through the App. */
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import type { Fault } from "../../io/github/respond.js";
import { kernel, PATH, parker, parkFile } from "./kernel.js";
import { idle, until } from "./program.js";
import { BAD, openScene, type Scene } from "./scene.js";

/** The one comment stands at the fault of the park file. */
function expectPlaced({ fake }: Scene, park = BAD): void {
  const { checks, reviews, reviewComments } = fake.posted();
  expect(checks.map(({ status, title }) => [status, title])).toEqual([["completed", "1 error"]]);
  expect(reviews).toHaveLength(1);
  expect(reviewComments.map(({ path }) => path)).toEqual([PATH]);
  expect(park.split("\n")[(reviewComments[0]?.line ?? 0) - 1]).toContain("set_parked(peer);");
}

describe("a pull request", () => {
  it("of 3,000 files is reviewed as far as it is read, and what is not read is said", async () => {
    const many = Array.from({ length: 2999 }, (_, n) => [`drivers/d${n % 60}/f${n}.c`, `int f${n};\n`]);
    const one = await openScene({ more: Object.fromEntries(many) });
    await one.deliver("opened");
    expectPlaced(one);
    expect(one.fake.posted().checks[0]?.summary).toMatch(/\b2,?600\b.*\bnot\b/);
  });

  it("of a file with 20,001 lines more is reviewed, and a text beside it is said to be left out", async () => {
    const head = `${"/* nothing */\n".repeat(20_001)}${BAD}`;
    const one = await openScene({ head, more: { "Documentation/long.rst": "words\n".repeat(20_001) } });
    await one.deliver("opened");
    expectPlaced(one, head);
    expect(one.fake.posted().checks[0]?.summary).toMatch(/1 .*\bnot\b/);
  });

  it("of 260 commits is reviewed to the last", async () => {
    const one = await openScene();
    let at = one.root;
    for (let n = 1; n < 260; n++)
      at = one.repo.commit({ ...kernel(), "notes.txt": `${n}\n` }, { parents: [at], message: `notes: ${n}\n` });
    const files = { ...kernel(BAD), "notes.txt": "259\n" };
    one.repo.push(one.pull, one.repo.commit(files, { parents: [at], message: "RISC-V: KVM: park\n" }));
    await one.deliver("opened");
    expectPlaced(one);
    expect(one.fake.posted().checks[0]?.summary).toContain("notes: 1 ");
  });
});

describe("a secondary limit", () => {
  it("keeps the whole installation back for as long as GitHub asks, and is no attempt", async () => {
    const times: { at: number; limited: boolean }[] = [];
    let limits = 5;
    const limited: Fault = { kind: "secondary", retryAfter: 1 };
    const fault = ({ operation }: { operation: string }): Fault | null => {
      const now = operation === "pulls/create-review" && limits-- > 0;
      times.push({ at: Date.now(), limited: now });
      return now ? limited : null;
    };
    const one = await openScene({ fault, settings: { workers: 1, github: { retrySeconds: 0.1 } } });
    const sent = one.fake.payloads.pullRequest("opened", one.repo, one.pull);
    await one.fake.deliver(one.app.url, "pull_request", sent);
    await until(() => limits < 5);
    const park = parkFile(parker("park_peer", true), parker("park_second", false));
    const second = one.repo.commit(kernel(park), { parents: [one.root], message: "RISC-V: KVM: second\n" });
    const payload = one.fake.payloads.pullRequest("opened", one.repo, one.repo.open({ head: second }));
    await one.fake.deliver(one.app.url, "pull_request", payload);
    await idle(one.place);
    const waits = times.flatMap(({ at, limited: now }, n) => {
      const next = times[n + 1];
      return now && next !== undefined ? [next.at - at] : [];
    });
    expect(waits).toHaveLength(5);
    // The App's clock begins when it was told; so much later it asks again, never earlier.
    expect(waits.filter((ms) => ms < 1000)).toEqual([]);
    // More often than anything else is tried.
    expect(one.fake.posted().reviews).toHaveLength(2);
    const tries = one.app.log.filter(({ msg }) => msg === "to be tried again");
    expect(tries.map(({ attempts }) => attempts)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe("a delivery", () => {
  const CANARY = "canary-7f3a";

  it("that is not signed, or wrongly, is refused, and nothing of it is logged", async () => {
    const one = await openScene({ settings: { log: "debug" } });
    const { fake, app } = one;
    const payload = { ...fake.payloads.pullRequest("opened", one.repo, one.pull), word: CANARY };
    const post = (sent: unknown, how: { secret?: string; signature?: string | null }) =>
      fake.deliver(app.url, "pull_request", sent, how);
    const refused = [
      await post(payload, { secret: "another" }),
      await post(payload, { signature: "sha256=00" }),
      await post(payload, { signature: `sha256=${CANARY}` }),
      await post(payload, { signature: null }),
      await post(`{"word": "${CANARY}"`, {}),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
    expect(refused.map(({ text }) => text).join()).not.toContain(CANARY);
    await one.deliver("opened");
    await app.stop();
    expect(app.text()).not.toContain(CANARY);
    expect(app.text()).not.toContain(fake.app.webhookSecret);
  });

  it("of any real example is taken", async () => {
    const one = await openScene({ settings: { repositories: ["nobody/nothing"] } });
    const require = createRequire(import.meta.url);
    const all = require("@octokit/webhooks-examples") as { name: string; examples: unknown[] }[];
    const answers: string[] = [];
    for (const { name, examples } of all)
      for (const payload of examples) {
        const { status, text } = await one.fake.deliver(one.app.url, name, payload);
        if (status !== 200) answers.push(`${name}: ${status} ${text}`);
      }
    expect(answers).toEqual([]);
    const { status } = await one.fake.deliver(one.app.url, "an_event_of_tomorrow", { action: "created" });
    expect(status).toBe(200);
    await one.app.stop();
    expect(one.app.log.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
  });
});
