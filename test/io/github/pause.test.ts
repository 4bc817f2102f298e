/** All that one process asks of an installation waits when GitHub asks to. */
import { setTimeout } from "node:timers/promises";
import { expect, it, vi } from "vitest";
import { makePauses, pausing } from "../../../src/io/github/pause.js";
import { type Forge, ForgeError } from "../../../src/pulls/forge.js";
import { whileHeld } from "../../../src/pulls/held.js";
import type { FakeGithub } from "./fake.js";
import { operationsOf, port } from "./port.js";
import type { Fault } from "./respond.js";

const limited = (retryAfter: number): Fault => ({ kind: "secondary", retryAfter });

const asked = (fake: FakeGithub): string[] => operationsOf(fake).filter((one) => !one.startsWith("apps/"));

async function scene(retryAfter: number) {
  let first = true;
  const made = await port({
    fault: ({ operation }) => {
      if (operation !== "pulls/get" || !first) return null;
      first = false;
      return limited(retryAfter);
    },
  });
  const pauseOf = makePauses();
  const client = pausing(made.client, pauseOf(1));
  const get = (pause = client) => pause.call("pulls/get", "GET /repos/{owner}/{repo}/pulls/{pull_number}", made.on);
  return { ...made, get, pauseOf, others: pausing(made.client, pauseOf(2)) };
}

it("asks nothing before the time that GitHub gave, also for others who had begun; another installation goes on", async () => {
  const { get, fake, others } = await scene(1);
  const began = Date.now();
  const waiting = [get()];
  await vi.waitUntil(() => asked(fake).length === 1);
  await setTimeout(100);
  waiting.push(get(), get());
  await get(others);
  expect(asked(fake)).toEqual(["pulls/get", "pulls/get"]);
  await Promise.all(waiting);
  expect(Date.now() - began).toBeGreaterThanOrEqual(999);
});

it("repeats what it only reads, never a post", async () => {
  const { client, fake, on, at } = await port({
    fault: ({ operation }) => (/^(?:pulls|issues)/.test(operation) ? limited(0) : null),
  });
  const pause = makePauses()(1);
  const read = pausing(client, pause).call("pulls/get", "GET /repos/{owner}/{repo}/pulls/{pull_number}", on);
  await expect(read).rejects.toMatchObject({ trouble: "limited" });
  const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
  const post = pausing(client, pause).call("issues/create-comment", route, { ...at, issue_number: 1, body: "b" });
  await expect(post).rejects.toMatchObject({ trouble: "limited" });
  expect(asked(fake)).toEqual([...Array(4).fill("pulls/get"), "issues/create-comment"]);
});

it("leaves a long wait to the store", async () => {
  const { get, fake } = await scene(60);
  const error = (await get().catch((thrown: unknown) => thrown)) as ForgeError;
  await expect(get()).rejects.toMatchObject({ trouble: "limited", retryAt: error.retryAt });
  expect(asked(fake)).toEqual(["pulls/get"]);
});

it("looks whether work is still held when the wait before a post is over", async () => {
  const { pauseOf, forge, fake } = await scene(1);
  let held = true;
  const pause = pauseOf(1);
  pause.notice(new ForgeError("limited", "", 403, new Date(Date.now() + 200).toISOString()));
  const guarded: Forge = whileHeld(forge, () => held, pause.over);
  const posting = guarded.comment(1, "words");
  held = false;
  await expect(posting).rejects.toMatchObject({ trouble: "away" });
  expect(asked(fake)).toEqual([]);
});
