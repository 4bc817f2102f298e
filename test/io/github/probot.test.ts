/** What the App relies on in Probot and octokit's plugins, shown against the peer: whoever updates them learns of a change here. */
import { createServer } from "node:http";
import { type AddressInfo, Socket } from "node:net";
import { Writable } from "node:stream";
import { pino } from "pino";
import { type Context, createNodeMiddleware, Probot, ProbotOctokit } from "probot";
import { afterEach, expect, test, vi } from "vitest";
import type { FakeGithub } from "./fake.js";
import type { Call, Fault } from "./respond.js";
import { sample } from "./sample.js";

const closers: (() => void | Promise<void>)[] = [];
let opened: FakeGithub | undefined;
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  expect(opened?.violations ?? []).toEqual([]);
});

/** Probot sets throttling itself, so that only a function of its options can turn it off; retries are left to us. */
const octokitWith = (retry: boolean): typeof ProbotOctokit =>
  ProbotOctokit.defaults((options: { throttle?: object }) => ({
    ...options,
    throttle: { ...options.throttle, enabled: false },
    retry: retry ? { retryAfterBaseValue: 1 } : { enabled: false },
  })) as unknown as typeof ProbotOctokit;

type Handle = (context: Context<"pull_request">) => Promise<unknown>;

async function app(
  handle: Handle,
  { retry = false, fault = () => null }: { retry?: boolean; fault?: (call: Call) => Fault | null } = {},
) {
  const world = await sample({ fault });
  opened = world.fake;
  const lines: string[] = [];
  const out = new Writable({ write: (line, _, done) => done(void lines.push(String(line))) });
  // An error of a delivery carries the delivery: only a serializer of our own keeps strangers' payloads out of the log.
  const err = ({ name, message }: Error) => ({ name, message: message.slice(0, 200) });
  const { id: appId, privateKey, webhookSecret: secret } = world.fake.app;
  const log = pino({ serializers: { err } }, out) as never;
  const probot = new Probot({
    appId,
    privateKey,
    secret,
    baseUrl: world.fake.origin,
    log,
    Octokit: octokitWith(retry),
  });
  const middleware = await createNodeMiddleware(
    (on) => on.on("pull_request", async (context) => void (await handle(context))),
    { probot },
  );
  const server = createServer(
    (request, response) => void middleware(request, response, () => response.writeHead(404).end()),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(
    () => void server.close(),
    () => world.fake.close(),
  );
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/github/webhooks`;
  const payload = world.fake.payloads.pullRequest("opened", world.repo, world.pull);
  return {
    ...world,
    url,
    lines,
    deliver: (delivery = {}) => world.fake.deliver(url, "pull_request", payload, delivery),
  };
}

const comments = [{ path: "virt/kvm/kvm_main.c", body: "here", line: 5, side: "RIGHT" as const }];
const review = (context: Context<"pull_request">): Promise<unknown> => {
  const at = { ...context.repo(), pull_number: context.payload.number };
  return context.octokit.rest.pulls.createReview({ ...at, event: "COMMENT", body: "All", comments });
};

test("a signed delivery becomes a review, and nothing leaves this machine", async () => {
  const connect = vi.spyOn(Socket.prototype, "connect");
  const { fake, deliver } = await app(review);
  expect(await deliver()).toMatchObject({ status: 200, text: "ok\n" });
  expect(fake.posted().reviews).toHaveLength(1);
  // The first argument: options, or those wrapped with the callback.
  const hosts = (connect.mock.calls as unknown[][]).map(([first]) => {
    const options = (Array.isArray(first) ? first[0] : first) as { host?: string } | null;
    return options?.host ?? "127.0.0.1";
  });
  expect(new Set(hosts)).toEqual(new Set(["127.0.0.1"]));
  connect.mockRestore();
});

test("a bad signature is answered by 400, and the payload is not logged", async () => {
  const { fake, deliver, lines } = await app(review);
  expect(await deliver({ secret: "another" })).toMatchObject({ status: 400 });
  expect(lines.join("")).toContain("signature does not match");
  expect(lines.join("").length).toBeLessThan(1000);
  expect((await deliver({ signature: null })).text).toContain("x-hub-signature-256");
  expect(fake.calls).toEqual([]);
});

test.each(["502", "drop"] as const)(
  "after a %s that came too late, retries post twice: they must be off",
  async (kind) => {
    for (const retry of [true, false]) {
      let left = 1;
      const fault = ({ operation }: Call): Fault | null =>
        operation === "pulls/create-review" && left-- > 0 ? { kind, when: "after" } : null;
      const { fake, deliver } = await app((context) => review(context).catch(() => {}), { retry, fault });
      await deliver();
      expect([retry, fake.posted().reviews.length, fake.duplicates().length]).toEqual(
        retry ? [true, 2, 2] : [false, 1, 0],
      );
    }
  },
);

test("the secondary limit is told to the handler, and not waited for", async () => {
  const fault = ({ operation }: Call): Fault | null =>
    operation === "pulls/create-review" ? { kind: "secondary", retryAfter: 60 } : null;
  const seen: unknown[] = [];
  const { deliver } = await app(
    (context) => review(context).catch((error) => seen.push(error.status, error.response.headers["retry-after"])),
    { retry: true, fault },
  );
  await deliver();
  expect(seen).toEqual([403, "60"]);
});
