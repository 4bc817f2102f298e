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
  diff: "read from a diff that does not show all functions whole",
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
