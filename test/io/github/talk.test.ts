/** What is read of a pull request, and what is posted on it. */
import { expect, test } from "vitest";
import { operationsOf, port } from "./port.js";
import { addIssueComment, addReply } from "./store.js";

const C = "virt/kvm/kvm_main.c";
const place = (line: number, startLine: number | null = null, side: "LEFT" | "RIGHT" = "RIGHT") => ({
  path: C,
  side,
  line,
  startLine,
});

test("a pull request, and which ones have a head", async () => {
  const { forge, repo, head, root } = await port();
  expect(await forge.pull(1)).toEqual({
    number: 1,
    title: "kvm: a change",
    body: "",
    author: "contributor",
    open: true,
    draft: false,
    head,
    base: root,
    baseRef: "main",
    commitCount: 2,
  });
  for (let n = 0; n < 120; n++) repo.open({ head: root, headRef: `other-${n}` });
  repo.open({ head, headRef: "again", draft: true });
  expect((await forge.pullsOf(head)).sort()).toEqual([1, 122]);
  Object.assign(repo.pulls[0] ?? {}, { state: "closed" });
  expect(await forge.pullsOf(head)).toEqual([122]);
  await expect(forge.pull(999)).rejects.toMatchObject({ trouble: "missing" });
});

test("a review with comments on lines; threads, answers, and resolving one", async () => {
  const { fake, forge, repo, head, pull } = await port();
  await forge.createReview(1, {
    commit: head,
    body: "All",
    comments: [
      { place: place(5), body: "five" },
      { place: place(20, 20), body: "one line" },
      { place: place(6, 4), body: "three lines" },
      { place: place(5, null, "LEFT"), body: "old" },
    ],
  });
  expect(fake.posted().reviewComments.map((c) => [c.line, c.startLine, c.side, c.startSide])).toEqual([
    [5, null, "RIGHT", null],
    [20, null, "RIGHT", null],
    [6, 4, "RIGHT", "RIGHT"],
    [5, null, "LEFT", null],
  ]);
  const [first] = await forge.lineComments(1);
  expect(first).toMatchObject({ author: forge.login, body: "five", path: C, replyTo: null });
  await forge.reply(1, first?.id ?? 0, "an answer");
  const person = fake.world.user("maintainer");
  const found = repo.reviewComments.find(({ id }) => id === first?.id);
  if (found !== undefined) addReply(repo, pull, person, "thanks", found);
  expect((await forge.lineComments(1)).slice(-2).map(({ author, replyTo }) => [author, replyTo])).toEqual([
    [forge.login, first?.id],
    ["maintainer", first?.id],
  ]);
  const threads = await forge.threads(1);
  expect(threads.map((one) => [one.first, one.resolved])).toHaveLength(4);
  expect(threads[0]).toMatchObject({ first: first?.id, resolved: false });
  await forge.resolve(threads[0]?.id ?? "");
  expect((await forge.threads(1))[0]?.resolved).toBe(true);
  expect((await forge.reviews(1))[0]).toMatchObject({ author: forge.login, body: "All", commit: head });
  expect(fake.duplicates()).toEqual([]);
});

test("one line off the diff refuses the whole review", async () => {
  const { fake, forge, head } = await port();
  const comments = [5, 12].map((line) => ({ place: place(line), body: "b" }));
  await expect(forge.createReview(1, { commit: head, body: "b", comments })).rejects.toMatchObject({
    trouble: "refused",
    status: 422,
  });
  expect(fake.posted().reviews).toEqual([]);
  expect(fake.takeViolations()[0]).toContain("must be part of the diff");
  await expect(forge.createReview(1, { commit: "main", body: "b", comments })).rejects.toMatchObject({ status: null });
});

test("all pages of all that was said", async () => {
  const { fake, forge, repo, head } = await port({ limits: { contentMinute: 1000 } });
  const person = fake.world.user("maintainer");
  for (let n = 0; n < 230; n++) addIssueComment(repo, 1, person, `${n}`);
  await forge.comment(1, "last");
  const comments = await forge.comments(1);
  expect(comments.map(({ body }) => body)).toEqual([...Array.from({ length: 230 }, (_, n) => `${n}`), "last"]);
  expect(comments.at(-1)?.author).toBe(forge.login);
  for (let n = 0; n < 6; n++) {
    const many = Array.from({ length: 20 }, (_, i) => ({ place: place(5), body: `${n} ${i}` }));
    await forge.createReview(1, { commit: head, body: `${n}`, comments: many });
  }
  expect([await forge.lineComments(1), await forge.threads(1), await forge.reviews(1)].map((l) => l.length)).toEqual([
    120, 120, 6,
  ]);
});

test("a review that was not sent is no post; a server without 64-bit ids is asked for the others", async () => {
  const { fake, forge, client, octokit, on, head } = await port();
  await octokit.rest.pulls.createReview({ ...on, comments: [{ path: C, line: 5, side: "RIGHT", body: "later" }] });
  expect([await forge.reviews(1), await forge.lineComments(1)]).toEqual([[], []]);
  const { graphql } = client;
  const asked: string[] = [];
  Object.assign(client, {
    graphql: (operation: string, query: string, variables: Record<string, unknown>) => {
      asked.push(query.includes("fullDatabaseId") ? "full" : "old");
      return graphql(operation, query.replace("fullDatabaseId", "noSuchField"), variables).catch((error: Error) => {
        error.message = error.message.replace("noSuchField", "fullDatabaseId");
        throw error;
      });
    },
  });
  expect((await forge.threads(1)).length).toBe(1);
  expect(asked).toEqual(["full", "old"]);
  expect(fake.takeViolations()).toEqual([expect.stringContaining("noSuchField")]);
  expect(head).toHaveLength(40);
});

test("a check run under way, filled in pieces, and found again", async () => {
  const { fake, forge, repo, head } = await port();
  const id = await forge.createCheck(head, "patchwitness", "review 1");
  fake.addCheck(repo, "another", head);
  expect(await forge.checks(head, "patchwitness")).toEqual([
    { id, externalId: "review 1", completed: false, annotations: 0 },
  ]);
  const annotation = (n: number) => ({
    path: C,
    startLine: n,
    endLine: n + 1,
    level: "warning" as const,
    title: n > 1 ? "t" : "",
    message: "m",
  });
  const annotations = Array.from({ length: 50 }, (_, n) => annotation(n + 1));
  const output = { title: "t", summary: "s", text: "", annotations };
  await forge.updateCheck(id, output, null);
  await forge.updateCheck(id, { ...output, text: "more", annotations: annotations.slice(0, 3) }, "neutral");
  await expect(
    forge.updateCheck(id, { ...output, annotations: [...annotations, ...annotations] }, null),
  ).rejects.toMatchObject({ trouble: "refused", status: null });
  expect(await forge.checks(head, "patchwitness")).toEqual([
    { id, externalId: "review 1", completed: true, annotations: 53 },
  ]);
  expect(fake.posted().checks[0]).toMatchObject({ conclusion: "neutral", text: "more" });
  expect(await forge.checks(head, "none")).toEqual([]);
});

test("SARIF is sent packed", async () => {
  const { forge, repo, head } = await port();
  await forge.uploadSarif(head, "refs/pull/1/head", JSON.stringify({ version: "2.1.0", runs: [] }));
  expect(repo.sarifs).toMatchObject([{ commitSha: head, ref: "refs/pull/1/head", errors: [] }]);
});

test("permissions, by the role that was given; none for who is not there", async () => {
  const { fake, forge, repo } = await port();
  for (const held of ["admin", "write", "triage", "read", "none"] as const) {
    fake.world.user(held);
    repo.permissions.set(held, held);
    expect(await forge.permission(held)).toBe(held);
  }
  expect(await forge.permission("maintainer")).toBe("maintain");
  fake.calls.splice(0);
  expect(await forge.permission("nobody-there")).toBe("none");
  for (const odd of ["..", "", "a/b", "x?y", "-x", "__proto__"]) expect(await forge.permission(odd)).toBe("none");
  expect(operationsOf(fake)).toEqual(["repos/get-collaborator-permission-level"]);
});

test("a file by its path; folders, links and what is not there are none", async () => {
  const { forge, repo, root, head } = await port({ limits: { contentsBytes: 100_000 } });
  expect(await forge.file("Documentation/old name.rst", head)).toBe("text\n");
  const odd = repo.commit(
    new Map<string, never>([
      ["a#b?c%20.yml", "x: \u00e9\n"],
      ["large", "x".repeat(100_001)],
      ["link", { mode: "120000", content: "target" }],
      ["empty", ""],
    ] as never),
    { parents: [root] },
  );
  expect(await forge.file("a#b?c%20.yml", odd)).toBe("x: \u00e9\n");
  expect(await forge.file("empty", odd)).toBe("");
  for (const path of ["virt", "link", "none", "../x", "", "/etc/passwd"])
    expect(await forge.file(path, odd)).toBeNull();
  await expect(forge.file("large", odd)).rejects.toMatchObject({ trouble: "too-large" });
});

test("a list that is longer than is read is refused: part of it could hide what was posted", async () => {
  const { fake, forge, repo, head } = await port({}, { limits: { pages: 1 } });
  for (let n = 0; n < 101; n++) addIssueComment(repo, 1, fake.world.user("maintainer"), `${n}`);
  const comments = Array.from({ length: 101 }, (_, n) => ({ place: place(5), body: `${n}` }));
  await forge.createReview(1, { commit: head, body: "b", comments });
  const wanted = { trouble: "too-large" };
  await expect(forge.comments(1)).rejects.toMatchObject(wanted);
  await expect(forge.lineComments(1)).rejects.toMatchObject(wanted);
  await expect(forge.threads(1)).rejects.toMatchObject(wanted);
});
