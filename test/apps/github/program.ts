/** `review app` as a process for a test, after which it is ended; and what a test waits for. */
import { afterEach } from "vitest";
import type { FakeGithub } from "../../io/github/fake.js";
import { type AppPlace, type AppSettings, makePlace } from "./process.js";

export { type AppPlace, idle, type RunningApp, until } from "./process.js";

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

/** A folder with a configuration for a fake, whose App is that of the configuration. */
export function placeFor(fake: FakeGithub, settings: AppSettings = {}): AppPlace {
  const place = makePlace(fake, settings);
  ended.push(place.close);
  return place;
}
