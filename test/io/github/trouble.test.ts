import { describe, expect, test } from "vitest";
import { tokenClient } from "../../../src/io/github/client.js";
import { openForge } from "../../../src/io/github/forge.js";
import { ForgeError, type ForgeTrouble } from "../../../src/pulls/forge.js";
import { operationsOf, port } from "./port.js";
import type { Fault } from "./respond.js";

import { serve } from "./serve.js";

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
