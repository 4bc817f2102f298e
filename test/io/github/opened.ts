/** The small repository, opened for a test; the peer must have nothing to complain of after it. */
import { afterEach, expect } from "vitest";
import type { FakeGithub } from "./fake.js";
import { sample } from "./sample.js";

let opened: FakeGithub | undefined;
afterEach(async () => {
  await opened?.close();
  expect(opened?.violations ?? []).toEqual([]);
});

/** Opens it; the arguments are those of {@link sample}. */
export async function open(...args: Parameters<typeof sample>): Promise<Awaited<ReturnType<typeof sample>>> {
  const made = await sample(...args);
  opened = made.fake;
  return made;
}
