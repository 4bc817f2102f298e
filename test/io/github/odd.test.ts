/** Repositories and pull requests out of the ordinary, and such as mean harm. */
import { expect, test } from "vitest";
import { open } from "./opened.js";

test("hostile names are carried as they are", async () => {
  const { octokit, repo, root, at } = await open();
  const names = ["../../etc/passwd", "a\nb.c", "\u202Egpj.c", '"quoted\\".c', "tab\t.c", "-rf", "__proto__"];
  const head = repo.commit(new Map(names.map((name) => [name, "x\n"])), { parents: [root] });
  const { number } = repo.open({ head, title: "</script>\u202E\n" });
  const { data } = await octokit.rest.pulls.listFiles({ ...at, pull_number: number });
  expect(
    data
      .filter(({ status }) => status === "added")
      .map(({ filename }) => filename)
      .sort(),
  ).toEqual([...names].sort());
  const diff = await octokit.rest.pulls.get({ ...at, pull_number: number, mediaType: { format: "diff" } });
  expect(String(diff.data)).toContain('+++ "b/a\\nb.c"\n');
  expect(String(diff.data)).toContain('"b/\\342\\200\\256gpj.c"');
  for (const path of names)
    expect((await octokit.rest.repos.getContent({ ...at, path, ref: head })).data).toMatchObject({ path });
});

test("links, submodules, programs, bytes and empty files", async () => {
  const { octokit, repo, root, at } = await open();
  const files = {
    sub: { mode: "160000", content: root },
    link: { mode: "120000", content: "target" },
    run: { mode: "100755", content: "#!" },
    bytes: Buffer.from([0, 255]),
    empty: "",
  };
  const head = repo.commit(files, { parents: [root], ref: "odd/branch" });
  const { data: all } = await octokit.rest.repos.getContent({ ...at, path: "", ref: "odd/branch" });
  expect(Array.isArray(all) && all.map(({ name, type }) => `${name} ${type}`)).toEqual([
    "bytes file",
    "empty file",
    "link symlink",
    "run file",
    "sub file",
  ]);
  expect((await octokit.rest.repos.getContent({ ...at, path: "sub", ref: head })).data).toMatchObject({
    type: "submodule",
  });
  expect((await octokit.rest.repos.getContent({ ...at, path: "link", ref: head })).data).toMatchObject({
    target: "target",
  });
  const { number } = repo.open({ head });
  const { data: listed } = await octokit.rest.pulls.listFiles({ ...at, pull_number: number });
  expect(listed.filter(({ patch }) => patch === undefined).map(({ filename }) => filename)).toEqual(["bytes", "empty"]);
  await octokit.rest.git.getTree({ ...at, tree_sha: "odd/branch", recursive: "1" });
});

test("a deleted fork, another's fork, a draft, a branch without common history", async () => {
  const { fake, octokit, repo, at, head } = await open();
  const fork = fake.world.repo("someone", "linux");
  const gone = repo.open({ head, headRepo: null, draft: true });
  expect((await octokit.rest.pulls.get({ ...at, pull_number: gone.number })).data).toMatchObject({
    draft: true,
    head: { repo: null },
  });
  const { number } = repo.open({ head, headRepo: fork, headRef: "work" });
  const { data } = await octokit.rest.pulls.list({ ...at, head: "someone:work" });
  expect(data.map((pull) => [pull.number, pull.head.repo?.full_name])).toEqual([[number, "someone/linux"]]);
  const alone = repo.commit({ a: "b" });
  const comparing = octokit.rest.repos.compareCommitsWithBasehead({ ...at, basehead: `main...${alone}` });
  await expect(comparing).rejects.toMatchObject({ status: 404 });
});

test("comments become outdated, stand on whole files, or wait for their review to be sent", async () => {
  const { octokit, repo, pull, head, on } = await open();
  const C = "virt/kvm/kvm_main.c";
  const whole = { ...on, commit_id: head, path: "virt/kvm/new.c", body: "b", subject_type: "file" as const };
  expect((await octokit.rest.pulls.createReviewComment(whole)).data).toMatchObject({
    line: null,
    subject_type: "file",
  });
  await octokit.rest.pulls.createReviewComment({ ...on, commit_id: head, path: C, line: 5, side: "RIGHT", body: "b" });
  repo.push(pull, repo.commit({ [C]: "new\n", "virt/kvm/new.c": "int a;\n" }, { parents: [head] }));
  const { data: all } = await octokit.rest.pulls.listReviewComments(on);
  expect(all.map(({ line, original_line, position }) => [line, original_line, position])).toEqual([
    [null, null, null],
    [null, 5, null],
  ]);
  const pending = { ...on, comments: [{ path: C, line: 1, side: "RIGHT", body: "later" }] };
  expect((await octokit.rest.pulls.createReview(pending)).data.state).toBe("PENDING");
  expect((await octokit.rest.pulls.listReviewComments(on)).data).toHaveLength(2);
});
