/** What GitHub refuses and its published description does not say: each rule is reached, noted and refused. */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { open } from "./opened.js";
import type { sample } from "./sample.js";

type Sample = Awaited<ReturnType<typeof sample>>;
const C = "virt/kvm/kvm_main.c";
const long = (length: number): string => "x".repeat(length);

const review = ({ octokit, on }: Sample, comment: object, rest: object = {}): Promise<unknown> =>
  octokit.rest.pulls.createReview({
    ...on,
    event: "COMMENT",
    body: "b",
    comments: [comment as { path: string; body: string }],
    ...rest,
  });

const check = ({ octokit, at, head }: Sample, body: object): Promise<unknown> =>
  octokit.rest.checks.create({ ...at, name: "n", head_sha: head, ...body });

const annotation = { path: "a.c", start_line: 2, end_line: 2, annotation_level: "notice", message: "m" };
const output = (more: object): object => ({ output: { title: "t", summary: "s", ...more } });

const REFUSED: [string, RegExp, (s: Sample) => Promise<unknown>][] = [
  [
    "a line outside the hunks",
    /line must be part of the diff/,
    (s) => review(s, { path: C, body: "b", line: 12, side: "RIGHT" }),
  ],
  [
    "a line that is only on the other side",
    /line must be part/,
    (s) => review(s, { path: "virt/kvm/new.c", body: "b", line: 1, side: "LEFT" }),
  ],
  ["no line", /line is missing/, (s) => review(s, { path: C, body: "b", side: "RIGHT" })],
  [
    "a path that did not change",
    /path could not be resolved/,
    (s) => review(s, { path: "Makefile", body: "b", line: 1 }),
  ],
  [
    "a start behind the end",
    /must precede/,
    (s) => review(s, { path: C, body: "b", start_line: 5, start_side: "RIGHT", line: 5, side: "RIGHT" }),
  ],
  [
    "a start in another hunk",
    /same hunk/,
    (s) => review(s, { path: C, body: "b", start_line: 5, start_side: "RIGHT", line: 20, side: "RIGHT" }),
  ],
  ["a side that is none", /side/, (s) => review(s, { path: C, body: "b", line: 5, side: "BOTH" })],
  ["a comment that is too long", /body is too long/, (s) => review(s, { path: C, body: long(65_537), line: 5 })],
  ["an empty comment", /can't be blank/, (s) => review(s, { path: C, body: " ", line: 5 })],
  [
    "a review that is too long",
    /body is too long/,
    (s) => review(s, { path: C, body: "b", line: 5 }, { body: long(65_537) }),
  ],
  ["a review without a body", /can't be blank/, (s) => review(s, { path: C, body: "b", line: 5 }, { body: "" })],
  [
    "a commit of elsewhere",
    /not part of the pull request/,
    (s) => review(s, { path: C, body: "b", line: 5 }, { commit_id: s.root }),
  ],
  ["a field that is not described", /additional/, (s) => review(s, { path: C, body: "b", line: 5, sort: "x" })],
  [
    "a comment on the whole that is too long",
    /too long/,
    (s) => s.octokit.rest.issues.createComment({ ...s.at, issue_number: 1, body: long(65_537) }),
  ],
  ["a check that ended without a conclusion", /conclusion/, (s) => check(s, { status: "completed" })],
  ["a check of no commit", /check of/, (s) => check(s, { head_sha: "0".repeat(40) })],
  ["a check's text that is too long", /65535/, (s) => check(s, output({ text: long(65_536) }))],
  ["51 annotations", /50 items/, (s) => check(s, output({ annotations: Array(51).fill(annotation) }))],
  [
    "an annotation that ends before it starts",
    /end_line/,
    (s) => check(s, output({ annotations: [{ ...annotation, end_line: 1 }] })),
  ],
  [
    "columns over several lines",
    /columns/,
    (s) => check(s, output({ annotations: [{ ...annotation, end_line: 3, start_column: 1 }] })),
  ],
  [
    "a long title of an annotation",
    /title/,
    (s) => check(s, output({ annotations: [{ ...annotation, title: long(256) }] })),
  ],
  [
    "a long message of an annotation",
    /64 KB/,
    (s) => check(s, output({ annotations: [{ ...annotation, message: long(65_537) }] })),
  ],
  [
    "SARIF that is not gzip",
    /gzip/,
    (s) => s.octokit.rest.codeScanning.uploadSarif({ ...s.at, commit_sha: s.head, ref: "refs/heads/x", sarif: "e30=" }),
  ],
  [
    "an unknown parameter",
    /parameter sorted is unknown/,
    (s) => s.octokit.request("GET /repos/{owner}/{repo}/pulls", { ...s.at, sorted: 1 }),
  ],
  ["an unknown operation", /no such operation/, (s) => s.octokit.request("GET /repos/{owner}/{repo}/labels", s.at)],
  [
    "an unknown method",
    /no such method/,
    (s) => s.octokit.request("DELETE /repos/{owner}/{repo}/pulls/{pull_number}", s.on),
  ],
];

describe("refused, and noted", () => {
  test.each(REFUSED)("%s", async (_, wanted, act) => {
    const made = await open();
    const error = await act(made).then(
      () => null,
      (reason) => reason,
    );
    expect([400, 404, 405, 422]).toContain(error?.status);
    expect(made.fake.takeViolations().join("\n")).toMatch(wanted);
    const { reviews, checks, reviewComments, issueComments } = made.fake.posted();
    expect([reviews, checks, reviewComments, issueComments].flat()).toEqual([]);
  });

  test("answers to answers, and another's comment edited", async () => {
    const { fake, repo, octokit, on, at, head } = await open();
    const { data: first } = await octokit.rest.pulls.createReviewComment({
      ...on,
      commit_id: head,
      path: C,
      line: 5,
      side: "RIGHT",
      body: "b",
    });
    const { data: second } = await octokit.rest.pulls.createReplyForReviewComment({
      ...on,
      comment_id: first.id,
      body: "c",
    });
    await expect(
      octokit.rest.pulls.createReplyForReviewComment({ ...on, comment_id: second.id, body: "d" }),
    ).rejects.toThrow(/replies/);
    const { id } = fake.say(repo, 1, fake.world.user("maintainer"), "mine");
    await expect(octokit.rest.issues.updateComment({ ...at, comment_id: id, body: "d" })).rejects.toThrow(/another/);
    expect(fake.takeViolations()).toHaveLength(2);
  });

  test("an empty SARIF fails later, as at GitHub", async () => {
    const { octokit, at, head } = await open();
    const sarif = gzipSync("{}").toString("base64");
    const { data } = await octokit.rest.codeScanning.uploadSarif({
      ...at,
      commit_sha: head,
      ref: "refs/heads/x",
      sarif,
    });
    expect((await octokit.rest.codeScanning.getSarif({ ...at, sarif_id: data.id ?? "" })).data.processing_status).toBe(
      "failed",
    );
  });
});
