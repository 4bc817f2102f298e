/**
 * What is told of a pull request: which findings, where each of them goes, and why the others are not. A pure function of the
 * review, of what the repository wants to hear, and of what people said before.
 */
import type { FileDiff } from "../patch/patch.js";
import type { PullCommit, PullFinding, PullReport } from "../report/github/pull-report.js";
import { atLeast } from "../report/plan.js";
import { CONFIDENCES, type Finding, type ReviewResult, SEVERITIES } from "../review/finding.js";
import { globMatch } from "../speak/glob.js";
import { findingSilence } from "../speak/plan.js";
import type { History } from "../speak/planned.js";
import { FINDING_SILENCES } from "../speak/silence.js";
import type { Conclusion } from "./forge.js";
import { lineAtHead, placeOfFinding } from "./place.js";
import type { RepoConfig } from "./repo-config.js";

/** Why a finding is not told on a pull request, beside the reasons of mail. */
const PULL_SILENCES = {
  ...FINDING_SILENCES,
  "rule-off": "the repository has switched its rule off",
  "path-ignored": "the repository wants to hear nothing of its file",
} as const satisfies Record<string, string>;
type PullSilence = keyof typeof PULL_SILENCES;

export interface PullPlanInput {
  head: string;
  result: ReviewResult;
  /** Commits that were not reviewed (merges), beside those of the result; by commit id. */
  commits: readonly PullCommit[];
  /** Files of the diff that comments can stand in; null where there is none, as for a push. */
  diff: readonly FileDiff[] | null;
  base: string | null;
  config: RepoConfig;
  history: Pick<History, "suppressed" | "demoted">;
  /** Where a finding was told on a list. */
  toldAt: ReadonlyMap<string, string>;
  notes: readonly string[];
  threads: readonly string[];
}

/** What is told, and ids of what was found at all, with their rules. */
export interface PullPlan {
  report: PullReport;
  /** Ids of findings that the pull request brings or sets out to fix, told or not, with their rules. */
  found: ReadonlyMap<string, string>;
  /** The same with what was called wrong: what somebody may speak of. */
  known: ReadonlyMap<string, string>;
  /** Paths that were read with the tree in every commit that touches them, and so can be said to be free of a fault. */
  read: ReadonlySet<string>;
  /** Paths that some commit touches. */
  touched: ReadonlySet<string>;
  /** Where what is told stands at the head. */
  atHead: ReadonlyMap<PullFinding, { path: string; line: number }>;
}

/** Makes the plan. */
export function planPull(input: PullPlanInput): PullPlan {
  const { result, config, history } = input;
  const files = result.reviewed.map(({ patch }) => patch.files);
  const commitOf = new Map(input.commits.map((commit) => [commit.sha, commit]));
  const off = new Set(config.rulesOff);
  const told = new Set<string>();
  const silent = new Map<PullSilence, number>();
  const findings: PullFinding[] = [];
  const atHead = new Map<PullFinding, { path: string; line: number }>();
  const silenceOf = (finding: Finding): PullSilence | null => {
    if (off.has(finding.rule)) return "rule-off";
    if (config.ignore.some((pattern) => globMatch(pattern, finding.path))) return "path-ignored";
    return findingSilence(finding, config, history, told);
  };
  for (const [index, reviewed] of result.reviewed.entries()) {
    for (const finding of reviewed.findings) {
      const silence = silenceOf(finding);
      const commit = commitOf.get(reviewed.patch.messageId ?? "");
      if (silence === null && commit !== undefined) {
        told.add(finding.id);
        const placed = input.diff === null ? null : placeOfFinding(finding, index, files, input.diff);
        const { place, exact } = placed ?? { place: null, exact: false };
        const one = { finding, commit, place, exact, edit: null, toldAt: input.toldAt.get(finding.id) ?? null };
        findings.push(one);
        const line = lineAtHead(finding, index, files);
        if (line !== null) atHead.set(one, line);
      } else if (silence !== null) silent.set(silence, (silent.get(silence) ?? 0) + 1);
    }
  }
  const { head, base, commits, notes, threads } = input;
  const counted = [...silent].map(([reason, count]) => ({ reason: PULL_SILENCES[reason], count }));
  const report = { head, tool: result.review.tool, base, commits, findings, silent: counted, notes, threads };
  return { report, atHead, ...whatWasRead(result, history) };
}

function whatWasRead({ review, reviewed }: ReviewResult, { suppressed }: Pick<History, "suppressed">) {
  const [found, known] = [new Map<string, string>(), new Map<string, string>()];
  for (const { id, rule, status } of review.findings) {
    if (status === "introduced" || status === "incomplete-fix") {
      known.set(id, rule);
      if (!suppressed.has(id)) found.set(id, rule);
    }
  }
  const touched = new Set(review.patches.flatMap((patch) => patch.files));
  const unread = new Set(reviewed.flatMap(({ report }) => (report.analysed === "tree" ? [] : report.files)));
  const read = new Set([...touched].filter((path) => !unread.has(path)));
  return { found, known, read, touched };
}

/** The plan with other findings in place of those that it has, in the same order. */
export function replaceFindings(plan: PullPlan, findings: readonly PullFinding[]): PullPlan {
  const atHead = new Map<PullFinding, { path: string; line: number }>();
  for (const [n, one] of plan.report.findings.entries()) {
    const [at, other] = [plan.atHead.get(one), findings[n]];
    if (at !== undefined && other !== undefined) atHead.set(other, at);
  }
  return { ...plan, report: { ...plan.report, findings }, atHead };
}

/** Findings that get a comment of their own: the gravest and surest, so many as the repository wants, in the order of the report. */
export function inlineFindings(report: PullReport, most: number): PullFinding[] {
  const rank = ({ finding }: PullFinding): number =>
    SEVERITIES.indexOf(finding.severity) * CONFIDENCES.length + CONFIDENCES.indexOf(finding.confidence);
  const placed = report.findings.filter(({ place }) => place !== null);
  const order = new Map(placed.map((one, at) => [one, at]));
  const best = [...placed].sort((a, b) => rank(a) - rank(b) || (order.get(a) ?? 0) - (order.get(b) ?? 0));
  const kept = new Set(best.slice(0, most));
  return placed.filter((one) => kept.has(one));
}

/** What the check run comes to. Success would say more than is known where no commit was analysed. */
export function conclusionOf(report: PullReport, { failOn }: RepoConfig): Conclusion {
  const fails = report.findings.some(
    ({ finding }) => failOn !== "never" && atLeast(SEVERITIES, finding.severity, failOn),
  );
  if (fails) return "failure";
  const looked = report.commits.some(({ analysed }) => analysed !== "none");
  return report.findings.length > 0 || !looked ? "neutral" : "success";
}
