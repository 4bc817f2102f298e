/** The body of a review: what follows at the lines, the findings that have no line, and what the review was made from. */
import { STATUS_LABELS } from "../wording.js";
import { GITHUB } from "../wording-github.js";
import { bodyOf, fitCount, GAP, MAX_BODY, octets } from "./fit.js";
import { notesText, originText, threadsText } from "./foot.js";
import { codeSpan, inlineText } from "./markdown.js";
import { findingMark, reviewMark } from "./marks.js";
import type { PullFinding, PullReport } from "./pull-report.js";
import { adviceText, type Extent, functionCode, messageText, placeCode, whyText } from "./remark.js";

/** Comments of one review: GitHub takes more badly. */
export const MAX_COMMENTS = 30;

/** What a finding without a comment keeps of its reason, and of its advice. */
const SHORT: Extent = { sentences: 2, points: 600 };

/** A finding as an item: its place and commit, what is wrong, why and what to do in short. */
const itemOf = (one: PullFinding): string => {
  const { finding, commit } = one;
  const inside = finding.function === "" ? "" : ` in ${functionCode(finding.function)}`;
  const of = `${GITHUB.inCommit} ${codeSpan(commit.sha.slice(0, 12))} (${inlineText(commit.subject, 120)})`;
  const [wrong, command] = GITHUB.wrong(finding.id);
  const paragraphs = [
    `${placeCode(finding)}${inside}, ${of}`,
    messageText({ finding, exact: true }),
    whyText(finding, SHORT),
    adviceText(finding, SHORT),
    `<sub>${codeSpan(finding.rule, 120)} · ${STATUS_LABELS[finding.status]} · ${wrong} ${codeSpan(command)}</sub>`,
  ];
  return `- ${paragraphs.filter((part) => part !== "").join("\n\n  ")}`;
};

/** The findings by why they have no comment, in the order of the report: a head, and the items below it. */
const groupsOf = (overflow: readonly PullFinding[], told: number): { head: string; all: readonly PullFinding[] }[] =>
  [
    { head: GITHUB.noLine, all: overflow.filter(({ place }) => place === null) },
    { head: GITHUB.tooMany(told), all: overflow.filter(({ place }) => place !== null) },
  ].filter(({ all }) => all.length > 0);

export interface ReviewBodyOptions {
  /** The command that makes the report again. */
  reproduce: string;
}

/**
 * The body, at most 60,000 characters: findings beyond them are counted, and have no marker. It ends with the markers of the
 * findings that it tells and of the head. "" where there are no findings: what was not read is said by the check.
 */
export const reviewBody = (
  report: PullReport,
  inline: readonly PullFinding[],
  overflow: readonly PullFinding[],
  { reproduce }: ReviewBodyOptions,
): string => {
  if (inline.length + overflow.length === 0) return "";
  const groups = groupsOf(overflow, inline.length);
  const items = groups
    .flatMap(({ all }) => all)
    .map((one) => ({ text: itemOf(one), mark: findingMark(one.finding.id) }));
  const opening = GITHUB.opening(inline.length, overflow.length);
  const around = [notesText(report), threadsText(report), originText(report, reproduce)];
  const fixed = [opening, ...groups.map(({ head }) => head), ...around, reviewMark(report.head)].join(GAP);
  const rest = GITHUB.notTold(items.length);
  const sized = items.map(({ text, mark }) => `${text}\n${mark}`);
  const count = fitCount(sized, MAX_BODY - octets(fixed) - 4 * GAP.length, octets(rest));
  const blocks = [opening];
  let at = 0;
  for (const { head, all } of groups) {
    const shown = items.slice(at, Math.min(at + all.length, count)).map(({ text }) => text);
    if (shown.length > 0) blocks.push(head, ...shown);
    at += all.length;
  }
  if (count < items.length) blocks.push(GITHUB.notTold(items.length - count));
  const marks = [...items.slice(0, count).map(({ mark }) => mark), reviewMark(report.head)].join("\n");
  return bodyOf(blocks, [...around, marks], GITHUB.cutHere);
};
