/**
 * The words of a report, apart from what decides when they are said. Every table is a Record over a union of
 * src/review/finding.ts, so that a new status or role cannot be forgotten here.
 */

import type { DiffFidelity, FileStatus } from "../patch/patch.js";
import type { Analysed, Confidence, FindingStatus, Severity, SiteRole } from "../review/finding.js";
import type { Unanswered } from "./unanswered.js";

/** The two questions that each report answers about a finding (design of the mails: one line each). */
export const QUESTIONS = {
  before: "Was this there before the patch?",
  after: "Is it still there at the end of the series?",
} as const;

/** Answers to {@link QUESTIONS}, each short enough to stand on the line of its question. */
export const STATUS_ANSWERS: Record<FindingStatus, { before: string; after: string }> = {
  introduced: { before: "No, it comes with the patch.", after: "Yes." },
  "incomplete-fix": { before: "Yes; the patch sets out to fix it.", after: "Yes." },
  "pre-existing": { before: "Yes.", after: "Yes." },
  "fixed-later": { before: "No, it comes with the patch.", after: "No." },
  acknowledged: { before: "Yes, a comment there accepts it.", after: "Yes." },
};

/** A status in a word or two, for a person who scans a list. */
export const STATUS_LABELS: Record<FindingStatus, string> = {
  introduced: "introduced by the patch",
  "incomplete-fix": "incomplete fix",
  "pre-existing": "there before the patch",
  "fixed-later": "fixed later in the series",
  acknowledged: "acknowledged in a comment",
};

/** What a confidence rests on. At low the text never claims that no lock is held, only that none is visible. */
export const CONFIDENCE_PHRASES: Record<Confidence, string> = {
  high: "read in the patched tree",
  medium: "read in whole functions, but not in the very tree that the patch was made for",
  low: "read in the shown lines only; where no lock is named, none is visible in the patch",
};

/** How a patch was read, as the end of a sentence that begins with its subject. */
export const ANALYSED_PHRASES: Record<Analysed, string> = {
  tree: "applied to the tree and read with it",
  function: "read in whole functions",
  diff: "read from the diff alone",
  none: "not analysed",
};

export const SEVERITY_LABELS: Record<Severity, string> = { error: "error", warning: "warning", note: "note" };

/** What happens at a site of a witness, as a verb. */
export const ROLE_LABELS: Record<SiteRole, string> = {
  set: "sets",
  clear: "clears",
  check: "checks",
  act: "acts",
  read: "reads",
  write: "writes",
  lock: "locks",
  unlock: "unlocks",
};

export const HEADINGS = {
  why: "Why",
  sites: "Where",
  interleaving: "How two threads meet",
  suggestion: "What to do",
} as const;

/** The phrase for the locks at a site: what a diff does not show is never said to be absent. */
export const locksPhrase = (locks: readonly string[], confidence: Confidence): string => {
  if (locks.length > 0) return `holding ${locks.join(", ")}`;
  return confidence === "low" ? "lock: none visible in the patch" : "no lock held";
};

/** What a patch does to a file, beside the lines it changes; "" where the lines say it all. */
export const FILE_STATUS_LABELS: Record<FileStatus, string> = {
  modified: "",
  added: "new file",
  deleted: "deleted",
  renamed: "renamed",
  copied: "copied",
  mode: "mode changed",
};

/** How a diff came through, where a reader has to know; null where it stands as it was sent. */
export const FIDELITY_PHRASES: Record<DiffFidelity, string | null> = {
  exact: null,
  unquoted: "The diff was taken out of the quotes of an answer.",
  "indent-lost": "The diff was taken out of quotes that had lost their indentation.",
};

/** What the check of a patch says where it has nothing against it, or nothing yet. */
export const CHECK = {
  clean: "nothing found",
  notHeld: "not held against the patch",
  pending: "under review",
} as const;

/** What a page says that no other format does. */
export const PAGE = {
  skip: "Skip to the patches",
  patches: "Patches",
  findings: "Findings",
  contents: "Contents",
  remarks: "Remarks on the input",
  inTree: "Found in the tree",
  elsewhere: "About code that the patch does not touch",
  beyond: "About lines of this file that the patch does not show",
  noLines: "No lines are changed.",
  binary: "A binary file; its content is not shown.",
  cut: "The mail ends within this hunk.",
  noBase: "none, the patches were read by themselves",
  columns: ["Old line", "New line", "Code"],
  threads: ["Thread A", "Thread B"],
  nursery: "The rule is in nursery: its findings are shown and never posted.",
} as const;

/** What became of a finding over the versions of its series. */
export const FATE = {
  still: (first: number, latest: number): string => `There since v${first}, still present in v${latest}.`,
  fixed: (version: number): string => `Fixed in v${version}.`,
  gone: (version: number): string =>
    `Not found in v${version} any more; that version does not show its file as it was read.`,
} as const;

/** In place of sites that a witness has no room for. */
export const moreSites = (count: number): string => `[ ... ] ${counted(count, "site")} more in --format json`;

/** "1 patch", "3 patches": the plural is given where adding an s does not make it. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** Sentences of a reply mail that do not come from the finding. They ask and propose; they never address a person. */
export const REPLY = {
  attribution: (date: string | null, name: string): string =>
    date === null ? `${name} wrote:` : `On ${date}, ${name} wrote:`,
  /** Before advice that all comments of a mail share. */
  shared: (comments: number): string =>
    comments === 2
      ? "One thing first, as it covers both comments below."
      : "One thing first, as it covers all comments below.",
  /** Before the steps of an interleaving. */
  interleaving: "For example, with two threads A and B:",
  coveredAbove: "What is proposed above would cover this as well.",
  /** Where a finding asks nothing by itself. */
  doubt: "Is there something that rules this out?",
  elsewhere: (fn: string, path: string): string =>
    fn === ""
      ? `This is about ${path}, outside the quoted lines.`
      : `This is about ${fn}() in ${path}, outside the quoted lines.`,
} as const;

/** Why patches with findings get no reply, after their number. */
export const UNANSWERED_PHRASES: Record<Unanswered, string> = {
  superseded: "not answered: a later version is in the input",
  "pull-request": "not answered: a pull request",
  automatic: "not answered: sent by a program",
};

/** What a reply says of its own limits, or null when it read the whole tree. */
export const REPLY_CONFIDENCE: Record<Confidence, string | null> = {
  high: null,
  medium: "Read in whole functions, though not in the tree the patch was made for.",
  low: "Read from the diff alone; further locks: none visible in the patch.",
};

/** What is said on GitHub and nowhere else. Like a reply, it asks and proposes and addresses nobody. */
export const GITHUB = {
  /** Below a comment whose finding is gone, or is there again; the head in short. */
  fixedIn: (head: string): string => `Not found any more in ${head}.`,
  backIn: (head: string): string => `Found again in ${head}.`,
  /** Before a finding whose own line the diff of the pull request does not show. */
  elsewhere: (fn: string, place: string): string =>
    `This is about ${fn === "" ? "" : `${fn} at `}${place}, which has no line of its own in this diff.`,
  sameFile: (line: number): string => `line ${line}`,
  moreSites: (count: number): string => `and ${counted(count, "more place")}`,
  moreSteps: (count: number): string => `and ${counted(count, "more step")} before the last one`,
  toldAt: { before: "Told on the list too: ", label: "the mail there" },
  wrong: (id: string): [string, string] => ["Wrong?", `/review invalid ${id} <reason>`],
  finding: "finding",
  /** The sentence that opens a review, by how many findings stand at lines of the diff and how many below. */
  opening: (inline: number, below: number): string => {
    if (below === 0)
      return inline === 1 ? "1 comment, at a line of the diff." : `${inline} comments, at lines of the diff.`;
    if (inline === 0) return `${counted(below, "finding")} below.`;
    return `${counted(inline, "comment")} at lines of the diff, and ${counted(below, "more finding")} below.`;
  },
  noLine: "The diff of the pull request does not show the line:",
  tooMany: (most: number): string => `Beyond the ${most} comments that a review has:`,
  notTold: (count: number): string =>
    count === 1 ? "1 more finding has no room here." : `${count} more findings have no room here.`,
  inCommit: "in commit",
  notes: "Left out or not read:",
  threads: "On the lists:",
  moreNotes: (count: number): string => `and ${counted(count, "more remark")}`,
  moreCommits: (count: number): string => `${counted(count, "more commit")} not listed here.`,
  rules: "rules",
  base: "base",
  noBase: "read without a tree",
  reproduce: "Reproduce:",
  commitColumns: ["Commit", "Subject", "How it was read", "Findings"],
  notRead: (count: number, all: number): string => `${count} of ${counted(all, "commit")} not analysed`,
  noCommits: "no commit to read",
  silentHead: "Findings that are not told:",
  noAnnotation: (count: number): string =>
    count === 1
      ? "1 finding has no annotation: its file or line is none that GitHub takes."
      : `${count} findings have no annotation: their files or lines are none that GitHub takes.`,
  unsound: (count: number): string => `.github/patchwitness.yml is unsound: ${counted(count, "problem")}`,
  unsoundHead: "Nothing is reviewed until this is mended:",
  moreProblems: (count: number): string => `and ${counted(count, "more problem")}`,
  restsOn: "It rests on:",
  cutHere: "The rest is left out here.",
} as const;

/** Answers to commands on a pull request. */
export const PULL_ANSWERS = {
  noRule: (rule: string): string => `There is no rule ${rule}.`,
  noFinding: (id: string): string => `${id} was not found on this pull request.`,
  valid: (id: string): string => `Noted: ${id} is right.`,
  invalid: (id: string): string => `Noted: ${id} is wrong. It is not told any more, here or on a list.`,
} as const;

/** Headings of what would be posted on a pull request. */
export const GITHUB_POSTS = {
  check: "Check run",
  review: "Review",
  none: "None: there is nothing to tell that was not told before.",
  oldFile: "the file before the change",
} as const;
