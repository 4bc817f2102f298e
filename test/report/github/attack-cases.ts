/**
 * Pull requests of an attacker, and what GitHub is given for each: the cases of attacks.test.ts, and of docs/attacks.md. Each is a
 * sound pull request with one thing changed; a comment, a review and a check are made of it as in earnest.
 */

import { checkOutput } from "../../../src/report/github/check.js";
import type { Annotation } from "../../../src/report/github/check-output.js";
import { commentBody } from "../../../src/report/github/comment.js";
import { findingMark } from "../../../src/report/github/marks.js";
import type { PullFinding, PullReport } from "../../../src/report/github/pull-report.js";
import { reviewBody } from "../../../src/report/github/review.js";
import type { Finding } from "../../../src/review/finding.js";
import { pullCommit, pullFinding, pullReport } from "./pull-sample.js";

export interface PullAttack {
  group: string;
  what: string;
  /** What it changes of the finding, of what is told around it, of the report. */
  finding?: Partial<Finding>;
  about?: Partial<PullFinding>;
  report?: Partial<PullReport>;
  /** False where the finding has to be told without an annotation. */
  annotated?: boolean;
}

const ID = "5f0c2b9d1a770000";
const subject = (text: string): Pick<PullAttack, "about" | "report"> => {
  const commit = pullCommit({ subject: text });
  return { about: { commit }, report: { commits: [commit] } };
};
const code = (text: string): Pick<PullAttack, "finding"> => {
  const { finding } = pullFinding();
  return { finding: { witness: finding.witness.map((site) => ({ ...site, code: text })) } };
};
const path = (text: string): Pick<PullAttack, "finding"> => ({ finding: { path: text, witness: [] } });
const suggest = (...lines: string[]): Pick<PullAttack, "about"> => ({ about: { edit: lines } });
const thread = (url: string): Pick<PullAttack, "report"> => ({ report: { threads: [url] } });

const SUBJECTS: [string, string][] = [
  ["mentions of a person and of a team", "x @torvalds @kernel/everyone"],
  ["references to issues, in four ways", "fixes #1, GH-2, torvalds/linux#3, a/b/issues/4"],
  ["commit ids", "reverts 0acc7239c20a, a@2121cadec45a"],
  ["markup", "**x** _y_ ~~z~~ [a](https://evil.example) ![b](https://evil.example/b.png)"],
  ["HTML", '<img src=x onerror=alert(1)> <a href="https://evil.example">ok</a>'],
  ["HTML that closes ours", "</sub></details></table><script>alert(1)</script>"],
  ["entities", "&#64;torvalds &lt;b&gt; &#x23;12"],
  ["bare URLs and an address", "https://evil.example www.evil.example x@evil.example"],
  ["cells of a table", "x | y | z |"],
  ["a heading, lists and a task", "# x - [x] done 1. y"],
  ["line feeds, and a table below", "x\n\n| a |\n|---|\n| b |"],
  ["emoji, a formula and a footnote", ":+1: $x$ $`y`$ [^1]"],
  ["backticks", "` `` ```suggestion"],
  ["bidirectional controls and blanks that nobody sees", "safe \u202eedoc\u202c a\u200bb"],
  ["NUL, ESC and a lone surrogate", "a\0b \u001b[31m c \ud800"],
  ["5,000 characters", "x".repeat(5000)],
  ["commands of other bots", "/lgtm pw-bot: accept #syz fix"],
  ["a marker of ours", `${findingMark(ID)} -->`],
];

const OTHERS: Omit<PullAttack, "group">[] = [
  { what: "code that closes its span and calls people", ...code("x` @torvalds `` #1 ```") },
  { what: "code with HTML and the end of a comment", ...code("--> <script>alert(1)</script>") },
  { what: "code that is a marker of ours", ...code(findingMark("f".repeat(16))) },
  { what: "function whose name is markup", finding: { function: "f](javascript:alert(1)) @torvalds" } },
  { what: "lock whose name is a link", finding: { witness: [lockSite("[x](https://evil.example)")] } },
  { what: "step with bars and a mention", finding: { interleaving: [{ thread: "A", text: "x | @torvalds | `|`" }] } },
  { what: "path that leaves the tree", ...path("../../.github/workflows/x.yml"), annotated: false },
  { what: "path from the root", ...path("/etc/passwd"), annotated: false },
  { what: "path with a line feed", ...path("a.c\n::error file=b.c::x"), annotated: false },
  { what: "path written from right to left", ...path("a\u202ec.b"), annotated: false },
  { what: "path with markup", ...path("a`@torvalds`|<b>.c") },
  { what: "suggestion with a control that nobody sees", ...suggest("if (x\u200b)") },
  { what: "suggestion written from right to left", ...suggest("/* \u202e */ x();") },
  { what: "suggestion that closes its fence", ...suggest("```", "@torvalds") },
  { what: "suggestion with a bot's command", ...suggest("x();", "/approve") },
  { what: "thread at a javascript: address", ...thread("javascript:alert(1)") },
  {
    what: "thread at an issue of GitHub, which would be told there",
    ...thread("https://github.com/torvalds/linux/issues/1"),
  },
  { what: "thread with a password", ...thread("https://user:secret@lore.example/x/") },
  { what: "thread whose address ends the link", ...thread("https://lore.example/x>)[y](https://evil.example)") },
  { what: "note with a name out of the patch", report: { notes: ["The file <b>@torvalds</b>/#1.c is too large."] } },
];

function lockSite(lock: string): Finding["witness"][number] {
  const [site] = pullFinding().finding.witness;
  if (site === undefined) throw new Error("the sample has no witness");
  return { ...site, locks: [lock] };
}

export const PULL_ATTACKS: PullAttack[] = [
  ...SUBJECTS.map(([what, text]) => ({ group: "Subjects of commits", what, ...subject(text) })),
  ...OTHERS.map((one) => ({ group: "Code, names, paths and links", ...one })),
];

export interface Posted {
  comment: string;
  review: string;
  summary: string;
  text: string;
  annotations: readonly Annotation[];
}

/** What GitHub is given for a pull request: once with its finding at a line, once without. */
export const postedFor = ({ finding = {}, about = {}, report = {} }: Omit<PullAttack, "group" | "what">): Posted => {
  const one = pullFinding({ confidence: "high", ...finding }, about);
  const below = { ...one, place: null };
  const told = pullReport({ findings: [one], notes: [], ...report });
  const { summary, text, annotations } = checkOutput(told);
  return {
    comment: commentBody(one, { status: true }),
    review: reviewBody(told, [], [below], { reproduce: "review github example/linux#1" }),
    ...{ summary, text, annotations },
  };
};

const linesOf = ({ comment, review, summary }: Posted): string[] =>
  [comment, review, summary].flatMap((body) => body.split("\n"));

const commonLength = (a: string, b: string): number => {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
};

/** What is left of an attack in the first line of ours that shows it: that line, from the word on in which it differs. */
export const leftOf = (attack: PullAttack): string => {
  const sound = linesOf(postedFor({}));
  const changed = linesOf(postedFor(attack)).filter((line) => !sound.includes(line));
  const line = changed.find((one) => !one.endsWith("suggestion") && !one.endsWith(":")) ?? "";
  const same = Math.max(...sound.map((one) => commonLength(one, line)));
  return line.slice(line.lastIndexOf(" ", same - 1) + 1);
};
