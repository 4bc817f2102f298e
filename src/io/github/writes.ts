/** What is posted: each is one request that is sent once. */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { z } from "zod";
import { type Annotation, type CheckOutput, ForgeError, type ForgeWrites } from "../../pulls/forge.js";
import type { DiffPlace } from "../../report/github/pull-report.js";
import { read } from "./call.js";
import { type Context, commitId } from "./context.js";

const zipped = promisify(gzip);
const REPO = "/repos/{owner}/{repo}";
/** "Update a check run": more are refused. */
const MAX_ANNOTATIONS = 50;

const RESOLVE = "mutation($thread: ID!) { resolveReviewThread(input: {threadId: $thread}) { thread { isResolved } } }";

export function writesOf({ client, at }: Context): ForgeWrites {
  return {
    async createReview(number, { commit, body, comments }) {
      const review = { event: "COMMENT", commit_id: commitId(commit), body, comments: comments.map(lineComment) };
      const route = `POST ${REPO}/pulls/{pull_number}/reviews`;
      await client.call("pulls/create-review", route, { ...at, pull_number: number, ...review });
    },
    async reply(number, comment, body) {
      const route = `POST ${REPO}/pulls/{pull_number}/comments/{comment_id}/replies`;
      const on = { ...at, pull_number: number, comment_id: comment };
      await client.call("pulls/create-reply-for-review-comment", route, { ...on, body });
    },
    async resolve(thread) {
      await client.graphql("graphql/resolveReviewThread", RESOLVE, { thread });
    },
    async comment(number, body) {
      const route = `POST ${REPO}/issues/{issue_number}/comments`;
      await client.call("issues/create-comment", route, { ...at, issue_number: number, body });
    },
    async createCheck(head, name, externalId) {
      const check = { name, head_sha: commitId(head), external_id: externalId, status: "in_progress" };
      const { data } = await client.call("checks/create", `POST ${REPO}/check-runs`, { ...at, ...check });
      return read("checks/create", z.object({ id: z.number() }), data).id;
    },
    async updateCheck(id, output, conclusion) {
      if (output.annotations.length > MAX_ANNOTATIONS) {
        throw new ForgeError("refused", `checks/update: more than ${MAX_ANNOTATIONS} annotations`, null);
      }
      const done = conclusion === null ? {} : { status: "completed", conclusion };
      const route = `PATCH ${REPO}/check-runs/{check_run_id}`;
      await client.call("checks/update", route, { ...at, check_run_id: id, output: outputOf(output), ...done });
    },
    async uploadSarif(commit, ref, sarif) {
      const packed = (await zipped(sarif)).toString("base64");
      const route = `POST ${REPO}/code-scanning/sarifs`;
      await client.call("code-scanning/upload-sarif", route, {
        ...at,
        commit_sha: commitId(commit),
        ref,
        sarif: packed,
      });
    },
  };
}

/** A side is always given; a first line only where it is another than the last ("Create a review for a pull request"). */
function lineComment({ place, body }: { place: DiffPlace; body: string }): Record<string, unknown> {
  const { path, side, line, startLine } = place;
  const start = startLine === null || startLine === line ? {} : { start_line: startLine, start_side: side };
  return { path, body, side, line, ...start };
}

function outputOf({ title, summary, text, annotations }: CheckOutput): Record<string, unknown> {
  return { title, summary, ...(text === "" ? {} : { text }), annotations: annotations.map(annotationOf) };
}

function annotationOf({ path, startLine, endLine, level, title, message }: Annotation): Record<string, unknown> {
  const named = title === "" ? {} : { title };
  return { path, start_line: startLine, end_line: endLine, annotation_level: level, message, ...named };
}
