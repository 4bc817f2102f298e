/** What is said of one finding, as blocks of markdown in the order in which a reader asks: what, why, where, how, what to do. */
import type { Finding, InterleavingStep, WitnessSite } from "../../review/finding.js";
import { asksNothing, sentences } from "../reply-text.js";
import { HEADINGS, locksPhrase, PAGE, QUESTIONS, REPLY, ROLE_LABELS, STATUS_ANSWERS } from "../wording.js";
import { GITHUB } from "../wording-github.js";
import { codeSpan, cut, inlineText } from "./markdown.js";
import type { PullFinding } from "./pull-report.js";

/** Code points of the parts. Markup makes at most five octets of one. */
const MOST = { message: 600, prose: 2000, name: 120, code: 300, step: 300, path: 300 } as const;
/** Witness sites that a comment lists, and steps that it has of an interleaving. */
const MAX_SITES = 8;
const MAX_STEPS = 12;
/** Locks held at a site, and functions of a call path. */
const MAX_NAMES = 8;
/** Steps, and code points of them, beyond which an interleaving is folded. */
const LONG = { steps: 8, points: 1200 } as const;

/** The first `count` sentences of a text. */
const leading = (text: string, count: number): string => sentences(text).slice(0, count).join(" ");

/** A file and a line of it, as code. */
export const placeCode = ({ path, line }: { path: string; line: number }): string =>
  codeSpan(`${cut(path, MOST.path)}:${line}`);

/** A function's name with its parentheses, as code; "" for none. */
export const functionCode = (name: string): string => (name === "" ? "" : codeSpan(`${name}()`, MOST.name));

/** What is wrong, in a sentence; before it, where, when no comment stands at the line. */
export const messageText = ({ finding, exact }: Pick<PullFinding, "finding" | "exact">): string => {
  const where = exact ? "" : `${GITHUB.elsewhere(functionCode(finding.function), placeCode(finding))} `;
  return `${where}${inlineText(finding.message, MOST.message)}`;
};

/** How much of a text is told: its first sentences, and of them so many code points. */
export interface Extent {
  sentences: number;
  points: number;
}

const WHOLE: Extent = { sentences: Number.POSITIVE_INFINITY, points: MOST.prose };

/** The reason. */
export const whyText = ({ why }: Finding, { sentences: count, points } = WHOLE): string =>
  inlineText(leading(why, count), points);

/** What to do. */
export const adviceText = ({ suggestion }: Finding, { sentences: count, points } = WHOLE): string =>
  inlineText(leading(suggestion, count), points);

/** A question of its own for a finding that asks nothing, else "". */
export const doubtText = (finding: Finding): string => (asksNothing(finding) ? inlineText(REPLY.doubt) : "");

/** The two questions that every report answers. The blanks end a line wherever GitHub joins lines. */
export const statusText = ({ status }: Finding): string =>
  [`${QUESTIONS.before} ${STATUS_ANSWERS[status].before}`, `${QUESTIONS.after} ${STATUS_ANSWERS[status].after}`].join(
    "  \n",
  );

/** True where the locks at a site say nothing: it takes or drops one, or the patch alone was read and shows none. */
const untold = (site: WitnessSite, { confidence }: Finding): boolean =>
  site.role === "lock" || site.role === "unlock" || (site.locks.length === 0 && confidence === "low");

const siteItem = (site: WitnessSite, one: PullFinding): string => {
  const { finding, place } = one;
  const via = site.via.length === 0 ? "" : ` via ${codeSpan(site.via.slice(0, MAX_NAMES).join(" -> "), MOST.code)}`;
  const locks = untold(site, finding)
    ? ""
    : `, ${inlineText(locksPhrase(site.locks.slice(0, MAX_NAMES), finding.confidence), MOST.code)}`;
  const at = place !== null && one.exact ? finding : place;
  const sameFile = at !== null && site.path === at.path;
  const where = sameFile ? (site.line === at.line ? "" : ` (${GITHUB.sameFile(site.line)})`) : ` (${placeCode(site)})`;
  const code = site.code === "" ? "" : `: ${codeSpan(site.code, MOST.code)}`;
  return `- ${functionCode(site.function)} ${ROLE_LABELS[site.role]}${via}${locks}${code}${where}`.replace("-  ", "- ");
};

/** The sites that the finding rests on, as a short list; "" for none. */
export const sitesText = (one: PullFinding): string => {
  const { witness } = one.finding;
  const items = witness.slice(0, MAX_SITES).map((site) => siteItem(site, one));
  const left = witness.length - items.length;
  return [...items, ...(left === 0 ? [] : [`- ${GITHUB.moreSites(left)}`])].join("\n");
};

const stepRow = ({ thread, text }: InterleavingStep): string => {
  const step = inlineText(text, MOST.step);
  return thread === "A" ? `| ${step} | |` : `| | ${step} |`;
};

/** How two threads meet, as a table of two columns; folded where it is long, "" for none. */
export const meetingText = ({ interleaving: steps }: Finding): string => {
  if (steps.length === 0) return "";
  const left = Math.max(0, steps.length - MAX_STEPS);
  const rows =
    left === 0
      ? steps.map(stepRow)
      : [
          ...steps.slice(0, MAX_STEPS - 1).map(stepRow),
          `| ${GITHUB.moreSteps(left)} | |`,
          ...steps.slice(-1).map(stepRow),
        ];
  const table = [`| ${PAGE.threads.join(" | ")} |`, "|---|---|", ...rows].join("\n");
  const points = steps.reduce((sum, { text }) => sum + text.length, 0);
  return steps.length > LONG.steps || points > LONG.points
    ? `<details>\n<summary>${HEADINGS.interleaving}</summary>\n\n${table}\n\n</details>`
    : `${REPLY.interleaving}\n\n${table}`;
};

/** The line of small print below a finding: its rule, its id, its commit, and how to say that it is wrong. */
export const footText = ({ finding, commit }: PullFinding): string => {
  const [wrong, command] = GITHUB.wrong(finding.id);
  const parts = [
    codeSpan(finding.rule, MOST.name),
    `${GITHUB.finding} ${codeSpan(finding.id)}`,
    `${GITHUB.inCommit} ${codeSpan(commit.sha.slice(0, 12))}`,
    `${wrong} ${codeSpan(command)}`,
  ];
  return `<sub>${parts.join(" · ")}</sub>`;
};
