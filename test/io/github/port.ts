/** The port over the sample repository of the peer. */
import { afterEach, expect } from "vitest";
import { openBlobCache } from "../../../src/io/github/blob-cache.js";
import { appClients, tokenClient } from "../../../src/io/github/client.js";
import { type Context, FORGE_LIMITS } from "../../../src/io/github/context.js";
import { type ForgeOptions, openForge } from "../../../src/io/github/forge.js";
import type { Forge } from "../../../src/pulls/forge.js";
import type { FakeGithub, FakeOptions } from "./fake.js";
import { sample } from "./sample.js";

const opened: FakeGithub[] = [];

/** Closes the peers of a test; none of them may have been asked what GitHub does not take. */
afterEach(async () => {
  for (const fake of opened.splice(0)) {
    await fake.close();
    expect(fake.violations).toEqual([]);
  }
});

export const appOf = (fake: FakeGithub, options: { timeoutMs?: number; now?: () => number; baseUrl?: string } = {}) =>
  appClients({
    appId: fake.app.id,
    privateKey: fake.app.privateKey,
    baseUrl: fake.origin,
    version: "1.2.3",
    ...options,
  });

export async function port(
  options: FakeOptions = {},
  more: Partial<ForgeOptions> & { timeoutMs?: number; now?: () => number } = {},
) {
  const made = await sample(options);
  opened.push(made.fake);
  const { timeoutMs = 10_000, now = Date.now, ...rest } = more;
  const client = await appOf(made.fake, { timeoutMs, now }).ofInstallation(made.fake.app.installation);
  const forge: Forge = await openForge({ client, repository: "kvm/linux", ...rest });
  made.fake.calls.splice(0);
  const context: Context = {
    client,
    at: { owner: "kvm", repo: "linux" },
    place: "github test kvm/linux",
    limits: { ...FORGE_LIMITS, ...rest.limits },
    cache: openBlobCache(),
    mirror: null,
  };
  const token = made.fake.app.tokens[0]?.text ?? "";
  return { ...made, client, forge, context, token };
}

/** A client with a token of the installation, which is not waited for when it is refused. */
export const withToken = (fake: FakeGithub, token: string, baseUrl = fake.origin) =>
  tokenClient(token, { baseUrl, version: "1.2.3", timeoutMs: 10_000 });

export const operationsOf = (fake: FakeGithub): string[] => fake.calls.map(({ operation }) => operation);
