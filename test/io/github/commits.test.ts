/** The commits of a pull request. */
import { expect, test } from "vitest";
import { operationsOf, port } from "./port.js";

test("commits come oldest first, with the place where they left the base", async () => {
  const { forge, root, first, head } = await port();
  const list = await forge.commits(root, head);
  expect(list).toMatchObject({ mergeBase: root, leftOut: [] });
  expect(list.commits.map(({ sha, parents, message }) => [sha, parents, message])).toEqual([
    [first, [root], "one\n"],
    [head, [first], "two\n"],
  ]);
  expect(list.commits[0]).toMatchObject({
    author: { name: "A. Writer", email: "writer@example.org" },
    date: "2026-01-02T03:04:05.000Z",
  });
});

test("more commits than a page has, and more than are read", async () => {
  const { forge, repo, root } = await port({}, { limits: { commits: 250 } });
  const shas: string[] = [];
  for (let n = 0; n < 260; n++) {
    shas.push(repo.commit({ a: `${n}` }, { parents: [shas.at(-1) ?? root], message: `${n}` }));
  }
  const { commits, leftOut } = await forge.commits(root, shas.at(-1) ?? "");
  expect(commits.map(({ sha }) => sha)).toEqual(shas.slice(0, 250));
  expect(leftOut).toEqual(["10 of 260 commits were not read: at most 250 are."]);
  expect((await forge.commits(root, shas[129] ?? "")).commits).toHaveLength(130);
});

test("nothing in common is told from what is not there", async () => {
  const { forge, repo, root } = await port();
  const alone = repo.commit({ a: "b" });
  expect(await forge.commits(root, alone)).toEqual({
    commits: [],
    mergeBase: null,
    leftOut: ["The head and its base have no commit in common."],
  });
  await expect(forge.commits(root, "1".repeat(40))).rejects.toMatchObject({ trouble: "missing" });
  await expect(forge.commits(root, "main")).rejects.toMatchObject({ trouble: "missing", status: null });
});

test("commits that GitHub's pages leave out are looked for from the head", async () => {
  const { fake, client, forge, repo, root } = await port();
  const shas: string[] = [];
  for (let n = 0; n < 9; n++)
    shas.push(repo.commit({ a: `${n}` }, { parents: [shas.at(-1) ?? root], message: `${n}` }));
  const { call } = client;
  Object.assign(client, {
    call: async (...args: Parameters<typeof call>) => {
      const answer = await call(...args);
      const { commits } = answer.data as { commits?: unknown[] };
      return commits === undefined
        ? answer
        : { ...answer, data: { ...(answer.data as object), commits: commits.slice(0, 4) } };
    },
  });
  const { commits, leftOut } = await forge.commits(root, shas.at(-1) ?? "");
  expect([commits.map(({ sha }) => sha), leftOut]).toEqual([shas, []]);
  expect(operationsOf(fake).filter((name) => name === "git/get-commit")).toHaveLength(5);
});
