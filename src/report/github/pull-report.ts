/** What is told on a pull request, as data: made by src/pulls, put into GitHub's markdown by the files beside this one. */
import type { Analysed, Finding, Review } from "../../review/finding.js";

/** A place in the diff of a pull request, as GitHub's API names it: 1-based lines of the file that `side` names. */
export interface DiffPlace {
  path: string;
  side: "LEFT" | "RIGHT";
  line: number;
  /** The first line of a comment on several; null for one line. Less than `line`, in the same hunk. */
  startLine: number | null;
}

/** The commit that a finding belongs to. */
export interface PullCommit {
  sha: string;
  subject: string;
  /** How it was read, and why not better. */
  analysed: Analysed;
  reason: string | null;
}

/** A finding as it is told on a pull request. */
export interface PullFinding {
  finding: Finding;
  commit: PullCommit;
  /** Where its comment goes; null when the diff of the pull request shows no line of it. */
  place: DiffPlace | null;
  /** False where `place` is that of a witness and not of the finding itself. */
  exact: boolean;
  /** What the lines of `place` should read instead: only an edit after which the rule was run again and is silent. */
  edit: readonly string[] | null;
  /** Page of the mail in which the same finding was told on a list; null where it was not. */
  toldAt: string | null;
}

/** All that is told of one head of a pull request, or of a push. */
export interface PullReport {
  /** Commit id of the head. */
  head: string;
  tool: Review["tool"];
  /** What the kernel tree was that the commits were read with ("git 0123456789ab"); null for none. */
  base: string | null;
  /** In the order of the series. */
  commits: readonly PullCommit[];
  /** What is told, in the order of the series, then of the lines. */
  findings: readonly PullFinding[];
  /** How many findings are not told, by the reason in words ("it is less grave than ..."). */
  silent: readonly { reason: string; count: number }[];
  /** What was left out or could not be read: a sentence each, in words of our own and names out of the patch. */
  notes: readonly string[];
  /** Pages of the threads on mailing lists that the pull request names. */
  threads: readonly string[];
}
