/** A thread of mails told as if it were a pull request: each patch a commit, each finding at the line that its patch shows. */
import { checkOutput } from "../../../src/report/github/check.js";
import { commentBody } from "../../../src/report/github/comment.js";
import type { DiffPlace, PullCommit, PullFinding, PullReport } from "../../../src/report/github/pull-report.js";
import { reviewBody } from "../../../src/report/github/review.js";
import { findShownLine, numberedLines, placeOf } from "../../../src/report/locate.js";
import { isPosted } from "../../../src/report/plan.js";
import type { Finding, ReviewedPatch, ReviewResult } from "../../../src/review/finding.js";
import { fnv1a } from "../../../src/review/finding-id.js";

const shaOf = (text: string): string =>
  ["a", "b", "c"]
    .map((part) => fnv1a(`${part}${text}`))
    .join("")
    .slice(0, 40);

const placeIn = ({ patch }: ReviewedPatch, finding: Finding): DiffPlace | null => {
  const shown = findShownLine(patch, placeOf(finding));
  if (shown === null) return null;
  const { oldLine, newLine } = numberedLines(shown.hunk)[shown.index] ?? { oldLine: null, newLine: null };
  return {
    path: finding.path,
    side: newLine === null ? "LEFT" : "RIGHT",
    line: newLine ?? oldLine ?? 1,
    startLine: null,
  };
};

/** The review as what is told on a pull request. */
export const pullOf = ({ review, reviewed }: ReviewResult): PullReport => {
  const commits = reviewed.map(
    ({ patch, report }): PullCommit => ({
      sha: shaOf(patch.messageId ?? patch.title),
      subject: patch.title,
      analysed: report.analysed,
      reason: report.reason,
    }),
  );
  const findings = reviewed.flatMap((one, at) =>
    one.findings.filter(isPosted).map((finding): PullFinding => {
      const commit = commits[at];
      if (commit === undefined) throw new Error("a patch without a commit");
      return { finding, commit, place: placeIn(one, finding), exact: true, edit: null, toldAt: null };
    }),
  );
  const silent = review.findings.length - findings.length;
  return {
    head: commits.at(-1)?.sha ?? shaOf(""),
    tool: review.tool,
    base: null,
    commits,
    findings,
    silent: silent === 0 ? [] : [{ reason: "not held against the patch", count: silent }],
    notes: [],
    threads: [],
  };
};

/** Everything that GitHub would be given for it, one after the other: the check, the review, and the comments. */
export const githubText = (result: ReviewResult): string => {
  const report = pullOf(result);
  const inline = report.findings.filter(({ place }) => place !== null);
  const below = report.findings.filter(({ place }) => place === null);
  const { title, summary } = checkOutput(report);
  const parts = [
    `# check: ${title}\n\n${summary}`,
    `# review\n\n${reviewBody(report, inline, below, { reproduce: "review github example/linux#1" })}`,
    ...inline.map((one) => `# ${one.place?.path}:${one.place?.line}\n\n${commentBody(one, { status: true })}`),
  ];
  return `${parts.join("\n\n")}\n`;
};
