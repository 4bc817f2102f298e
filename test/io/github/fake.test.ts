/** The peer against a real client: every operation through octokit, and no violation. */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { open } from "./opened.js";
import { routes } from "./routes.js";
import { operations } from "./spec.js";

test("every operation of the slice has a route", () => {
  expect(operations.map(({ id }) => id).sort()).toEqual(Object.keys(routes).sort());
});

describe("reading", () => {
  test("the App, its installation, the repository, users and permissions", async () => {
    const { fake, octokit, at } = await open();
    const { data: app } = await octokit.rest.apps.getAuthenticated();
    expect(app?.slug).toBe("patchwitness");
    const { data: installation } = await octokit.rest.apps.getRepoInstallation(at);
    expect(installation.id).toBe(fake.app.installation);
    expect((await octokit.rest.repos.get(at)).data.full_name).toBe("kvm/linux");
    expect((await octokit.rest.users.getByUsername({ username: "maintainer" })).data.login).toBe("maintainer");
    const { data } = await octokit.rest.repos.getCollaboratorPermissionLevel({ ...at, username: "maintainer" });
    expect([data.permission, data.role_name]).toEqual(["write", "maintain"]);
    expect((await octokit.rest.rateLimit.get()).data.resources.core.used).toBe(6);
    fake.app.manifestCodes.add("code");
    const { data: made } = await octokit.rest.apps.createFromManifest({ code: "code" });
    expect(made.pem).toBe(fake.app.privateKey);
    await expect(octokit.rest.apps.createFromManifest({ code: "code" })).rejects.toMatchObject({ status: 404 });
  });

  test("contents, blobs, trees, commits and references", async () => {
    const { repo, octokit, at, head, root } = await open();
    const path = "virt/kvm/new.c";
    const { data: file } = await octokit.rest.repos.getContent({ ...at, path, ref: head });
    expect(file).toMatchObject({ type: "file", content: "aW50IGE7Cg==\n", sha: repo.git.blob("int a;\n") });
    const raw = await octokit.rest.repos.getContent({ ...at, path, ref: head, mediaType: { format: "raw" } });
    expect(raw.data).toBe("int a;\n");
    const { data: folder } = await octokit.rest.repos.getContent({ ...at, path: "virt" });
    expect(folder).toMatchObject([{ type: "dir", path: "virt/kvm" }]);
    const { data: blob } = await octokit.rest.git.getBlob({ ...at, file_sha: repo.git.blob("int a;\n") });
    expect(blob).toMatchObject({ size: 7, encoding: "base64" });
    const { data: tree } = await octokit.rest.git.getTree({ ...at, tree_sha: head, recursive: "1" });
    expect(tree.tree.map((one) => one.path)).toEqual([
      "Documentation",
      "Documentation/old name.rst",
      "virt",
      "virt/kvm",
      "virt/kvm/kvm_main.c",
      "virt/kvm/new.c",
    ]);
    expect((await octokit.rest.git.getCommit({ ...at, commit_sha: head })).data.message).toBe("two\n");
    expect((await octokit.rest.git.getRef({ ...at, ref: "heads/main" })).data.object.sha).toBe(root);
    expect((await octokit.rest.git.listMatchingRefs({ ...at, ref: "pull/" })).data).toHaveLength(1);
  });

  test("pull requests, their files, commits and diffs", async () => {
    const { octokit, at, on, root, head } = await open();
    const { data: pull } = await octokit.rest.pulls.get(on);
    expect(pull).toMatchObject({
      changed_files: 2,
      commits: 2,
      additions: 3,
      deletions: 2,
      head: { sha: head },
      base: { sha: root },
    });
    const diff = await octokit.rest.pulls.get({ ...on, mediaType: { format: "diff" } });
    expect(String(diff.data)).toContain("@@ -2,7 +2,7 @@ line 1;\n line 2;\n line 3;\n line 4;\n-line 5;\n+five;\n");
    expect((await octokit.rest.pulls.list(at)).data.map(({ number }) => number)).toEqual([1]);
    const { data: files } = await octokit.rest.pulls.listFiles(on);
    expect(files.map(({ filename, status }) => [filename, status])).toEqual([
      ["virt/kvm/kvm_main.c", "modified"],
      ["virt/kvm/new.c", "added"],
    ]);
    expect((await octokit.rest.pulls.listCommits(on)).data.map(({ commit }) => commit.message)).toEqual([
      "one\n",
      "two\n",
    ]);
    const { data: compared } = await octokit.rest.repos.compareCommitsWithBasehead({
      ...at,
      basehead: `main...${head}`,
    });
    expect(compared).toMatchObject({ status: "ahead", ahead_by: 2, files: [{}, {}] });
  });
});

describe("writing", () => {
  test("reviews with comments, single comments and replies", async () => {
    const { fake, octokit, on } = await open();
    const comments = [
      { path: "virt/kvm/kvm_main.c", body: "here", line: 5, side: "RIGHT" },
      { path: "virt/kvm/kvm_main.c", body: "there", start_line: 19, start_side: "LEFT", line: 20, side: "LEFT" },
    ];
    const { data: review } = await octokit.rest.pulls.createReview({ ...on, event: "COMMENT", body: "All", comments });
    expect(review).toMatchObject({ state: "COMMENTED", user: { login: "patchwitness[bot]", type: "Bot" } });
    expect((await octokit.rest.pulls.getReview({ ...on, review_id: review.id })).data.body).toBe("All");
    const { data: own } = await octokit.rest.pulls.listCommentsForReview({ ...on, review_id: review.id });
    expect(own.map(({ body }) => body)).toEqual(["here", "there"]);
    const single = {
      ...on,
      commit_id: review.commit_id ?? "",
      path: "virt/kvm/new.c",
      line: 1,
      side: "RIGHT" as const,
      body: "one",
    };
    const { data: comment } = await octokit.rest.pulls.createReviewComment(single);
    await octokit.rest.pulls.createReplyForReviewComment({ ...on, comment_id: comment.id, body: "answer" });
    expect((await octokit.rest.pulls.listReviewComments(on)).data.map(({ line }) => line)).toEqual([5, 20, 1, 1]);
    expect((await octokit.rest.pulls.listReviews(on)).data).toHaveLength(3);
    expect(fake.posted().reviewComments).toHaveLength(4);
    expect(fake.duplicates()).toEqual([]);
    await octokit.rest.pulls.createReview({ ...on, event: "COMMENT", body: "All", comments });
    expect(fake.duplicates()).toHaveLength(3);
  });

  test("comments, checks with annotations, code scanning", async () => {
    const { fake, octokit, at, head } = await open();
    const { data: comment } = await octokit.rest.issues.createComment({ ...at, issue_number: 1, body: "hello" });
    await octokit.rest.issues.updateComment({ ...at, comment_id: comment.id, body: "new" });
    expect((await octokit.rest.issues.getComment({ ...at, comment_id: comment.id })).data.body).toBe("new");
    expect((await octokit.rest.issues.listComments({ ...at, issue_number: 1 })).data).toHaveLength(1);
    const annotations = [
      { path: "virt/kvm/new.c", start_line: 1, end_line: 1, annotation_level: "notice" as const, message: "m" },
    ];
    const { data: check } = await octokit.rest.checks.create({
      ...at,
      name: "review",
      head_sha: head,
      status: "in_progress",
    });
    const output = { title: "t", summary: "s", annotations };
    await octokit.rest.checks.update({
      ...at,
      check_run_id: check.id,
      status: "completed",
      conclusion: "neutral",
      output,
    });
    await octokit.rest.checks.update({ ...at, check_run_id: check.id, output });
    expect((await octokit.rest.checks.listAnnotations({ ...at, check_run_id: check.id })).data).toHaveLength(2);
    const { data: listed } = await octokit.rest.checks.listForRef({ ...at, ref: head, check_name: "review" });
    expect(listed.check_runs[0]).toMatchObject({
      conclusion: "neutral",
      output: { annotations_count: 2 },
      pull_requests: [{ number: 1 }],
    });
    expect((await octokit.rest.checks.get({ ...at, check_run_id: check.id })).data.status).toBe("completed");
    const sarif = gzipSync(JSON.stringify({ version: "2.1.0", runs: [] })).toString("base64");
    const { data: receipt } = await octokit.rest.codeScanning.uploadSarif({
      ...at,
      commit_sha: head,
      ref: "refs/pull/1/head",
      sarif,
    });
    const { data: status } = await octokit.rest.codeScanning.getSarif({ ...at, sarif_id: receipt.id ?? "" });
    expect(status.processing_status).toBe("complete");
    expect(fake.posted().checks[0]?.annotations).toHaveLength(2);
  });
});
