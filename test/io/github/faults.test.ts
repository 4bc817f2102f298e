/** Faults of the peer, ETags and pages, GraphQL and deliveries. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { differences, realExamples } from "./examples.js";
import { open } from "./opened.js";
import type { Fault } from "./respond.js";
import { operations, responseFaults } from "./spec.js";

const FAULTS: [Fault, number, number][] = [
  [{ kind: "502", when: "before" }, 502, 0],
  [{ kind: "502", when: "after" }, 502, 1],
  [{ kind: "drop", when: "before" }, 500, 0],
  [{ kind: "drop", when: "after" }, 500, 1],
  [{ kind: "secondary", retryAfter: 7 }, 403, 0],
];

test.each(FAULTS)("fault %j", async (fault, status, kept) => {
  const { fake, octokit, at } = await open({
    fault: ({ operation }) => (operation === "issues/create-comment" ? fault : null),
  });
  const error = await octokit.rest.issues
    .createComment({ ...at, issue_number: 1, body: "b" })
    .catch((reason) => reason);
  // The client gives a lost connection the status 500.
  expect(error.status).toBe(status);
  if (fault.kind === "secondary") expect(error.response.headers["retry-after"]).toBe("7");
  expect(fake.posted().issueComments).toHaveLength(kept);
});

test("a second request with an ETag is answered by 304 and not counted", async () => {
  const { fake, octokit, on, at, repo } = await open();
  const first = await octokit.rest.pulls.get(on);
  const used = fake.counter.state.used;
  const again = () => octokit.rest.pulls.get({ ...on, headers: { "if-none-match": first.headers.etag } });
  await expect(again()).rejects.toMatchObject({ status: 304 });
  expect(fake.counter.state.used).toBe(used);
  fake.say(repo, 1, fake.world.user("maintainer"), "hello");
  expect((await again()).data.comments).toBe(1);
  for (let n = 0; n < 4; n++) fake.say(repo, 1, fake.world.user("maintainer"), `${n}`);
  const pages = await octokit.rest.issues.listComments({ ...at, issue_number: 1, per_page: 2, page: 2 });
  const rels = [...String(pages.headers.link).matchAll(/page=(\d+)>; rel="(\w+)"/g)].map(
    ([, page, rel]) => `${rel} ${page}`,
  );
  expect(rels).toEqual(["prev 1", "next 3", "last 3", "first 1"]);
});

test("an answer that is not as described is noted", () => {
  const get = operations.find(({ id }) => id === "git/get-blob");
  if (get === undefined) throw new Error("no such operation");
  expect(responseFaults(get, 200, "application/json", { sha: 1 }).join()).toMatch(
    /must have required property 'content'.*must be string/s,
  );
  expect(responseFaults(get, 299, "application/json", {})).toEqual(["status 299 is not described"]);
});

describe("GraphQL", () => {
  const THREADS = `query($owner: String!, $name: String!, $n: Int!, $after: String) {
    repository(owner: $owner, name: $name) { pullRequest(number: $n) { reviewThreads(first: 1, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { id isResolved isOutdated resolvedBy { login } comments(first: 10) { nodes { id databaseId author { login __typename } } } }
    } } } }`;
  interface Threads {
    repository: {
      pullRequest: {
        reviewThreads: {
          pageInfo: { hasNextPage: boolean; endCursor: string };
          nodes: { id: string; comments: { nodes: { id: string; author: object }[] } }[];
        };
      };
    };
  }

  test("threads are listed by pages, resolved, their comments hidden, outdated by a push", async () => {
    const { fake, octokit, on, repo, pull, head } = await open();
    const comments = [5, 20].map((line) => ({ path: "virt/kvm/kvm_main.c", body: `${line}`, line, side: "RIGHT" }));
    await octokit.rest.pulls.createReview({ ...on, event: "COMMENT", body: "b", comments });
    const ask = (after: string | null) =>
      octokit.graphql<Threads>(THREADS, { owner: "kvm", name: "linux", n: 1, after });
    const first = (await ask(null)).repository.pullRequest.reviewThreads;
    expect(first).toMatchObject({ pageInfo: { hasNextPage: true }, nodes: [{ isResolved: false, isOutdated: false }] });
    expect(first.nodes[0]?.comments.nodes[0]?.author).toEqual({ login: "patchwitness", __typename: "Bot" });
    const resolve = "mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { isResolved } } }";
    expect(await octokit.graphql(resolve, { id: first.nodes[0]?.id })).toEqual({
      resolveReviewThread: { thread: { isResolved: true } },
    });
    const hide =
      "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) { minimizedComment { isMinimized minimizedReason } } }";
    const hidden = { isMinimized: true, minimizedReason: "outdated" };
    expect(await octokit.graphql(hide, { id: first.nodes[0]?.comments.nodes[0]?.id })).toEqual({
      minimizeComment: { minimizedComment: hidden },
    });
    repo.push(pull, repo.commit({ "virt/kvm/kvm_main.c": "all new\n" }, { parents: [head] }));
    expect((await ask(first.pageInfo.endCursor)).repository.pullRequest.reviewThreads.nodes).toMatchObject([
      { isOutdated: true, resolvedBy: null },
    ]);
    expect(fake.calls.filter(({ operation }) => operation === "graphql")).toHaveLength(4);
  });

  test.each([
    ["an unknown field", '{ repository(owner: "kvm", name: "linux") { stars } }', /doesn't exist/],
    ["an unknown argument", '{ repository(owner: "kvm", name: "linux", x: 1) { id } }', /doesn't accept/],
    [
      "a list without a length",
      '{ repository(owner: "kvm", name: "linux") { pullRequest(number: 1) { reviewThreads { totalCount } } } }',
      /first/,
    ],
    ["no selection", '{ repository(owner: "kvm", name: "linux") }', /selections/],
    ["half a request", "{ repository(", /Parse error/],
    [
      "an unknown reason",
      'mutation { minimizeComment(input: {subjectId: "x", classifier: UGLY}) { clientMutationId } }',
      /classifier/,
    ],
  ])("%s is refused", async (_, query, wanted) => {
    const { fake, octokit } = await open();
    await expect(octokit.graphql(query)).rejects.toThrow(wanted);
    expect(fake.takeViolations()).toHaveLength(1);
  });
});

describe("deliveries", () => {
  test("payloads look like real ones", async () => {
    const { fake, repo, pull, root, head } = await open();
    const person = fake.world.user("maintainer");
    const { pullRequest, issueComment, checkRun, push } = fake.payloads;
    for (const action of ["opened", "reopened", "ready_for_review", "synchronize"] as const) {
      expect([action, ...differences("pull_request", pullRequest(action, repo, pull, root))]).toEqual([action]);
    }
    expect(differences("issue_comment", issueComment(repo, fake.say(repo, 1, person, "hello")))).toEqual([]);
    expect(differences("check_run", checkRun(repo, fake.addCheck(repo, "review", head), person))).toEqual([]);
    expect(differences("push", push(repo, "main", root, head, person))).toEqual([]);
    expect(differences("push", { ref: 1 })).toContain(".ref is number, in real ones string");
    expect(new Set(realExamples().map(({ event }) => event)).size).toBe(4);
  });

  test("are signed, and tell what was answered", async () => {
    const { fake } = await open();
    const seen: unknown[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers["x-github-event"], request.headers["x-hub-signature-256"]);
      response.writeHead(202).end("taken");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await fake.deliver(url, "push", { a: 1 }, { secret: "s", id: "1" })).toEqual({
      id: "1",
      status: 202,
      text: "taken",
    });
    expect(seen).toEqual(["push", "sha256=37beaf650f70b40ec9706929c2e9d835cbd63729988f48781e6383a147215f07"]);
    server.close();
  });
});
