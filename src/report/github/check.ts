/** What a check run says: its title, a summary by commit, and the findings in full below it. */
import type { Analysed } from "../../review/finding.js";
import { severityCounts } from "../account.js";
import { ANALYSED_PHRASES, CHECK } from "../wording.js";
import { GITHUB } from "../wording-github.js";
import { annotationsOf } from "./annotations.js";
import type { CheckOutput } from "./check-output.js";
import { findingBlocks } from "./comment.js";
import { bodyOf, clipOctets, fitting, MAX_BODY } from "./fit.js";
import { listText, notesText, originText, threadsText } from "./foot.js";
import { codeSpan, inlineText } from "./markdown.js";
import type { PullCommit, PullFinding, PullReport } from "./pull-report.js";
import { functionCode, placeCode } from "./remark.js";

/** GitHub's own limit is 255 characters. */
const MAX_TITLE = 250;
/** Octets of the table of commits in a summary. */
const MAX_TABLE = 30_000;
const MAX_SILENT = 20;

const WORST_FIRST: readonly Analysed[] = ["none", "diff", "function", "tree"];

/** How the commits were read, by the one that was read worst. */
const readingOf = (commits: readonly PullCommit[]): string => {
  if (commits.length === 0) return GITHUB.noCommits;
  const unread = commits.filter(({ analysed }) => analysed === "none").length;
  if (unread > 0) return GITHUB.notRead(unread, commits.length);
  const worst = WORST_FIRST.find((one) => commits.some(({ analysed }) => analysed === one)) ?? "none";
  return ANALYSED_PHRASES[worst];
};

/** "1 error, 2 warnings", or that nothing was found and how well was looked. */
const titleOf = ({ findings, commits }: PullReport): string =>
  severityCounts(findings.map(({ finding }) => finding)) || `${CHECK.clean}, ${readingOf(commits)}`;

const readingCell = (analysed: Analysed, reason: string | null): string =>
  inlineText(`${ANALYSED_PHRASES[analysed]}${reason === null ? "" : `: ${reason}`}`, 200);

const rowOf = ({ sha, subject, analysed, reason }: PullCommit, findings: readonly PullFinding[]): string => {
  const own = findings.filter(({ commit }) => commit.sha === sha).map(({ finding }) => finding);
  const cells = [codeSpan(sha.slice(0, 12)), inlineText(subject, 120), readingCell(analysed, reason)];
  return `| ${cells.join(" | ")} | ${severityCounts(own) || "–"} |`;
};

const tableOf = ({ commits, findings }: PullReport): string => {
  if (commits.length === 0) return "";
  const rows = commits.map((commit) => rowOf(commit, findings));
  const kept = fitting(rows, MAX_TABLE, (left) => `\n${GITHUB.moreCommits(left)}`, "\n");
  return [`| ${GITHUB.commitColumns.join(" | ")} |`, "|---|---|---|---|", ...kept].join("\n");
};

const silentText = ({ silent }: PullReport): string =>
  listText(
    GITHUB.silentHead,
    silent.map(({ reason, count }) => `${count}: ${inlineText(reason, 200)}`),
    MAX_SILENT,
    GITHUB.moreNotes,
  );

const detailOf = (one: PullFinding): string => {
  const { finding } = one;
  const inside = finding.function === "" ? "" : ` in ${functionCode(finding.function)}`;
  const { blocks, tail } = findingBlocks({ ...one, exact: true, edit: null }, { status: true });
  return bodyOf([`### ${placeCode(finding)}${inside}`, ...blocks], tail, GITHUB.cutHere);
};

/** The output of the check of a head. What it comes to is the caller's: here stands what was found. */
export const checkOutput = (report: PullReport, reproduce: string | null = null): CheckOutput => {
  const { annotations, unplaced } = annotationsOf(report.findings);
  const summary = bodyOf(
    [
      tableOf(report),
      silentText(report),
      unplaced === 0 ? "" : GITHUB.noAnnotation(unplaced),
      notesText(report),
      threadsText(report),
    ],
    [originText(report, reproduce)],
    GITHUB.cutHere,
  );
  return {
    title: clipOctets(titleOf(report), MAX_TITLE),
    summary,
    text: fitting(report.findings.map(detailOf), MAX_BODY, GITHUB.notTold).join("\n\n"),
    annotations,
  };
};

const MAX_PROBLEMS = 100;

/** The output of a check that failed because the settings in the repository are unsound: all that is wrong with them. */
export const configOutput = (problems: readonly string[]): CheckOutput => ({
  title: GITHUB.unsound(problems.length),
  summary: bodyOf(
    [
      listText(
        GITHUB.unsoundHead,
        problems.map((problem) => inlineText(problem, 400)),
        MAX_PROBLEMS,
        GITHUB.moreProblems,
      ),
    ],
    [],
    GITHUB.cutHere,
  ),
  text: "",
  annotations: [],
});
