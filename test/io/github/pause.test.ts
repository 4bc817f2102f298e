/** All that one process asks of an installation waits when GitHub asks to. */
import { expect, it } from "vitest";
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
  await expect(get()).rejects.toMatchObject({ trouble: "limited" });
  const waiting = [get(), get()];
  await get(others);
  expect(asked(fake)).toEqual(["pulls/get", "pulls/get"]);
  await Promise.all(waiting);
  expect(Date.now() - began).toBeGreaterThanOrEqual(999);
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
