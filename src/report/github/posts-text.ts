/** What would be posted on a pull request, as one markdown text for a person who looks at it first. */
import { GITHUB_POSTS } from "../wording-github.js";
import { checkOutput } from "./check.js";
import { codeSpan } from "./markdown.js";
import type { DiffPlace, PullReport } from "./pull-report.js";

/** The check run. */
export function checkText(report: PullReport, reproduce: string): string {
  const { title, summary, text } = checkOutput(report, reproduce);
  return [`# ${GITHUB_POSTS.check}: ${title}`, summary, ...(text === "" ? [] : [text])].join("\n\n");
}

/** The review with its comments. */
export function postsText(
  review: { body: string; comments: readonly { place: DiffPlace; body: string }[] } | null,
): string {
  if (review === null) return `# ${GITHUB_POSTS.review}\n\n${GITHUB_POSTS.none}\n`;
  const comments = review.comments.flatMap(({ place, body }) => {
    const lines = place.startLine === null ? `${place.line}` : `${place.startLine}-${place.line}`;
    const side = place.side === "LEFT" ? ` (${GITHUB_POSTS.oldFile})` : "";
    return [`## ${codeSpan(`${place.path}:${lines}`)}${side}`, body];
  });
  return `${[`# ${GITHUB_POSTS.review}`, review.body, ...comments].join("\n\n")}\n`;
}
