/** Clients, and what goes wrong at GitHub, told by kinds. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ProbotOctokit } from "probot";
import { afterEach, describe, expect, test } from "vitest";
import { ReviewError } from "../../../src/errors.js";
import { appClients, octokitClient, tokenClient } from "../../../src/io/github/client.js";
import { openForge } from "../../../src/io/github/forge.js";
import { ForgeError, type ForgeTrouble } from "../../../src/pulls/forge.js";
import { appOf, operationsOf, port, withToken } from "./port.js";
import type { Call, Fault } from "./respond.js";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server of a test's own; its address. */
async function serve(listener: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(listener as never);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A client of a server that gives everybody the same answer. */
const answered = async (status: number, headers: Record<string, string>, body: string, options = {}) => {
  const baseUrl = await serve((_, response) => response.writeHead(status, headers).end(body));
  return tokenClient("ghp_secret", { baseUrl, version: "1", timeoutMs: 10_000, ...options });
};
const troubleOf = (asked: Promise<unknown>): Promise<ForgeError> =>
  asked.then(
    () => Promise.reject(new Error("it worked")),
    (error) => (error instanceof ForgeError ? error : Promise.reject(error)),
  );

describe("clients", () => {
  test("an App's, by installation and by repository: one that posts as its bot", async () => {
    const { fake, forge } = await port();
    expect([forge.login, forge.repository]).toEqual(["patchwitness[bot]", "kvm/linux"]);
    const client = await appOf(fake).ofRepository("kvm/linux");
    const other = await openForge({ client, repository: "kvm/linux" });
    expect((await other.pull(1)).number).toBe(1);
    for (const { headers } of fake.calls) expect(headers["user-agent"]).toMatch(/^patchwitness\/1\.2\.3/);
    await expect(appOf(fake).ofRepository("no/such")).rejects.toMatchObject({ trouble: "missing", status: 404 });
    for (const name of ["kvm", "kvm/..", "../kvm", "a/b/c", "kvm/li nux"]) {
      await expect(openForge({ client, repository: name })).rejects.toThrow(ReviewError);
    }
  });

  test("one with a token knows its login by GraphQL", async () => {
    const { fake, forge, token } = await port();
    await forge.pull(1);
    const client = withToken(fake, fake.app.tokens[0]?.text ?? token);
    expect((await openForge({ client, repository: "kvm/linux" })).login).toBe("patchwitness[bot]");
  });

  test("over the octokit that Probot makes, whose plugins then repeat nothing", async () => {
    let left = 1;
    const fault = ({ operation }: Call): Fault | null =>
      operation === "issues/create-comment" && left-- > 0 ? { kind: "502", when: "after" } : null;
    const { fake } = await port({ fault });
    const { id: appId, privateKey, installation: installationId } = fake.app;
    const made = new ProbotOctokit({
      auth: { appId, privateKey, installationId },
      baseUrl: fake.origin,
      throttle: { enabled: false },
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    } as never);
    const client = octokitClient(made, { version: "1.2.3" });
    const forge = await openForge({ client, repository: "kvm/linux" });
    expect(forge.login).toBe("patchwitness[bot]");
    await expect(forge.comment(1, "once")).rejects.toMatchObject({ trouble: "away", status: 502 });
    expect(fake.posted().issueComments).toHaveLength(1);
  });

  test("a GitHub Enterprise Server has its GraphQL beside the rest", async () => {
    const { fake } = await port();
    const seen = new Set<string>();
    const origin = await serve((request, response) => {
      void (async () => {
        const path = request.url ?? "";
        seen.add(path.split("/").slice(0, 3).join("/"));
        const pieces: Buffer[] = [];
        for await (const piece of request) pieces.push(piece as Buffer);
        const target = path.startsWith("/api/v3/")
          ? path.slice("/api/v3".length)
          : path.replace("/api/graphql", "/graphql");
        const headers = Object.fromEntries(
          Object.entries(request.headers).filter(
            ([name]) => !/^(host|connection|content-length|transfer-encoding)$/.test(name),
          ),
        ) as Record<string, string>;
        const { method = "GET" } = request;
        const body = pieces.length > 0 ? { body: Buffer.concat(pieces).toString() } : {};
        const answer = await fetch(fake.origin + target, { method, headers, ...body });
        const type = answer.headers.get("content-type") ?? "";
        response.writeHead(answer.status, { "content-type": type }).end(await answer.text());
      })();
    });
    const client = await appOf(fake, { baseUrl: `${origin}/api/v3/` }).ofRepository("kvm/linux");
    const forge = await openForge({ client, repository: "kvm/linux" });
    expect(await forge.threads(1)).toEqual([]);
    expect((await forge.pull(1)).title).toBe("kvm: a change");
    expect([...seen].sort()).toEqual(["/api/graphql", "/api/v3"]);
  });

  test.each([
    ["no key", "secret words"],
    ["half a key", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"],
  ])("%s is refused at once, and not shown", (_, privateKey) => {
    try {
      appClients({ appId: 7, privateKey, version: "1" });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: "ReviewError", exit: 3, code: "bad-private-key" });
      expect(`${error instanceof Error ? error.stack : ""}${JSON.stringify(error)}`).not.toMatch(/secret|c2Vj/);
    }
  });

  test("a key whose line ends are written as \\n; an address that is none", async () => {
    const { fake } = await port();
    const privateKey = fake.app.privateKey.replaceAll("\n", "\\n");
    const clients = appClients({ appId: 7, privateKey, baseUrl: fake.origin, version: "1" });
    expect((await (await clients.ofInstallation(42)).identity()).appId).toBe(7);
    for (const baseUrl of ["github.example.org", "ftp://github.example.org", "https://user:word@github.example.org"]) {
      expect(() => tokenClient("t", { baseUrl, version: "1" })).toThrow(ReviewError);
    }
  });
});

describe("trouble", () => {
  const FAULTS: [Fault, ForgeTrouble, number | null][] = [
    [{ kind: "502", when: "before" }, "away", 502],
    [{ kind: "502", when: "after" }, "away", 502],
    [{ kind: "drop", when: "before" }, "away", null],
    [{ kind: "drop", when: "after" }, "away", null],
    [{ kind: "secondary", retryAfter: 7 }, "limited", 403],
  ];
  test.each(FAULTS)("%j", async (fault, trouble, status) => {
    const { fake, forge } = await port({
      fault: ({ operation }) => (operation === "issues/create-comment" ? fault : null),
    });
    const error = await troubleOf(forge.comment(1, "a body"));
    expect(error).toMatchObject({ trouble, status });
    expect(error.message).not.toContain("a body");
    expect(operationsOf(fake).filter((name) => name === "issues/create-comment")).toHaveLength(1);
  });

  const now = Date.parse("2026-01-01T00:00:00Z");
  const json = (message: string, more = {}): string => JSON.stringify({ message, documentation_url: "x", ...more });
  const ANSWERS: [string, number, Record<string, string>, string, ForgeTrouble, string | null][] = [
    [
      "a limit that says how long",
      429,
      { "retry-after": "30" },
      json("slow down"),
      "limited",
      "2026-01-01T00:00:30.000Z",
    ],
    [
      "a limit that says when",
      403,
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": `${now / 1000 + 60}` },
      json("API rate limit exceeded"),
      "limited",
      "2026-01-01T00:01:00.000Z",
    ],
    [
      "the secondary limit without a header",
      403,
      {},
      json("You have exceeded a secondary rate limit."),
      "limited",
      "2026-01-01T00:01:00.000Z",
    ],
    ["nonsense for a time", 429, { "retry-after": "soon" }, json("no"), "limited", "2026-01-01T00:01:00.000Z"],
    ["a time beyond all", 429, { "retry-after": "9e99" }, json("no"), "limited", "+275760-09-13T00:00:00.000Z"],
    [
      "no permission",
      403,
      { "x-ratelimit-remaining": "12" },
      json("Resource not accessible by integration"),
      "refused",
      null,
    ],
    ["no such thing", 404, {}, json("Not Found"), "missing", null],
    ["a thing that went", 410, {}, json("Gone"), "missing", null],
    ["a bad token", 401, {}, json("Bad credentials"), "refused", null],
    ["a bad field", 422, {}, json("Validation Failed", { errors: [{ code: "custom" }] }), "refused", null],
    [
      "a diff that is too large",
      406,
      {},
      json("Sorry, the diff exceeded the maximum number of lines (20000)."),
      "too-large",
      null,
    ],
    [
      "a diff that takes too long",
      422,
      {},
      json("Server Error: Sorry, this diff is taking too long to generate."),
      "too-large",
      null,
    ],
    [
      "one that is known by its code",
      422,
      {},
      json("Unprocessable", { errors: [{ code: "too_large" }] }),
      "too-large",
      null,
    ],
    ["a blob that is too large", 403, {}, json("This API returns blobs up to 100 MB in size."), "too-large", null],
    ["an outage", 503, {}, "<html>", "away", null],
  ];
  test.each(ANSWERS)("%s", async (_, status, headers, body, trouble, retryAt) => {
    const client = await answered(status, { "content-type": "application/json", ...headers }, body, { now: () => now });
    const error = await troubleOf(client.call("pulls/get", "GET /x"));
    expect(error).toMatchObject({ trouble, status, retryAt });
    expect(error.message).toMatch(/^pulls\/get: \d{3}/);
    expect(`${error.stack}${JSON.stringify(error)}${String(error.cause)}`).not.toContain("ghp_secret");
  });

  test("GitHub's words come on one line, cut, without control characters", async () => {
    const client = await answered(
      422,
      { "content-type": "application/json" },
      json(`a\nb\u001b[31m\u202e${"x".repeat(999)}`),
    );
    const { message } = await troubleOf(client.call("o", "GET /x"));
    expect(message).toMatch(/^o: 422 a b \[31m x+$/);
    expect(message.length).toBeLessThan(220);
  });

  test("an answer that breaks off is no answer, and none of a shape of its own either", async () => {
    const baseUrl = await serve((_, response) => {
      response.writeHead(200, {
        "content-type": "application/vnd.github.diff; charset=utf-8",
        "content-length": "1000",
      });
      response.write("diff --git a/x b/x\n");
      setImmediate(() => response.destroy());
    });
    const client = tokenClient("t", { baseUrl, version: "1" });
    expect(await troubleOf(client.call("o", "GET /x"))).toMatchObject({ trouble: "away", status: null });
    const odd = await answered(200, { "content-type": "application/json" }, '{"number":"one"}');
    const forge = await openForge({
      client: { ...odd, identity: async () => ({ login: "x", appId: null }) },
      repository: "a/b",
    });
    expect(await troubleOf(forge.pull(1))).toMatchObject({ trouble: "away", status: 200 });
  });

  test("an answer that is too large, and one that does not come in time", async () => {
    const large = await answered(200, { "content-type": "application/json" }, `"${"x".repeat(5000)}"`, {
      maxBytes: 4096,
    });
    expect(await troubleOf(large.call("o", "GET /x"))).toMatchObject({ trouble: "too-large" });
    const baseUrl = await serve((_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).write("{");
    });
    const slow = tokenClient("t", { baseUrl, version: "1", timeoutMs: 50 });
    const error = await troubleOf(slow.call("o", "GET /x"));
    expect(error).toMatchObject({ trouble: "away", message: "o: no answer (timed out)" });
  });

  test.each([
    [{ type: "RATE_LIMITED", message: "API rate limit exceeded" }, "limited"],
    [{ type: "NOT_FOUND", message: "Could not resolve to a node" }, "missing"],
    [{ type: "FORBIDDEN", message: "Resource not accessible by integration" }, "refused"],
    [{ message: "Something went wrong while executing your query." }, "away"],
    [{ message: "Field 'x' doesn't exist" }, "refused"],
  ])("GraphQL: %j", async (failure, trouble) => {
    const client = await answered(200, { "content-type": "application/json" }, JSON.stringify({ errors: [failure] }));
    expect(await troubleOf(client.graphql("graphql/x", "{ x }", {}))).toMatchObject({ trouble, status: 200 });
  });

  test("the next page is asked of GitHub, wherever a Link points", async () => {
    let asked = 0;
    const elsewhere = await serve((_, response) => {
      asked++;
      response.end();
    });
    const paths: string[] = [];
    const baseUrl = await serve((request, response) => {
      paths.push(request.url ?? "");
      const link = { link: `<${elsewhere}/x?page=2&per_page=100>; rel="next"` };
      const headers = { "content-type": "application/json", ...(paths.length === 1 ? link : {}) };
      response.writeHead(200, headers).end("[]");
    });
    const client = {
      ...tokenClient("t", { baseUrl, version: "1" }),
      identity: async () => ({ login: "x", appId: null }),
    };
    const forge = await openForge({ client, repository: "a/b" });
    expect(await forge.comments(1)).toEqual([]);
    expect([asked, paths.length, paths[1]]).toEqual([0, 2, "/repos/a/b/issues/1/comments?per_page=100&page=2"]);
  });
});
