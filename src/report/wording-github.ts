/** Words that only pull requests have: of reviews and comments, of answers to commands, of what a person looks at first. */
import { counted } from "./wording.js";

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
  tooMany: (told: number): string =>
    told === 0 ? "Without comments of their own:" : `Beyond the ${counted(told, "comment")} that this review has:`,
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
  noRule: (rule: string, rules: readonly string[]): string =>
    `There is no rule ${rule}. The rules are ${rules.join(", ")}.`,
  unknown:
    "This is no command. There are /review, /review recheck, /review explain RULE, /review invalid ID REASON and /review valid ID, each on a line of its own.",
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
