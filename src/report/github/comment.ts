/** The comment below a line of the diff: what a maintainer would write there, and what a reader needs to check it. */
import { REPLY_CONFIDENCE } from "../wording.js";
import { GITHUB } from "../wording-github.js";
import { bodyOf } from "./fit.js";
import { inlineText, link, suggestionBlock } from "./markdown.js";
import { findingMark } from "./marks.js";
import type { PullFinding } from "./pull-report.js";
import { adviceText, doubtText, footText, meetingText, messageText, sitesText, statusText, whyText } from "./remark.js";

export interface CommentOptions {
  /** Whether it is said that the fault comes with the patch and stays to the end of the series. */
  status: boolean;
}

/** The edit as a suggestion that a button commits; "" where there is none, or no line of the new file for it. */
const editText = ({ edit, place, exact }: PullFinding): string =>
  edit === null || place === null || place.side !== "RIGHT" || !exact ? "" : (suggestionBlock(edit) ?? "");

/** Where else it was told; "" for nowhere. */
const toldText = ({ toldAt }: Pick<PullFinding, "toldAt">): string =>
  toldAt === null ? "" : `${GITHUB.toldAt.before}${link(GITHUB.toldAt.label, toldAt)}.`;

/** All that is said of a finding, without markers: blocks of which the last may be left out, and what is always said. */
export const findingBlocks = (one: PullFinding, { status }: CommentOptions): { blocks: string[]; tail: string[] } => {
  const { finding } = one;
  return {
    blocks: [
      messageText(one),
      whyText(finding),
      sitesText(one),
      meetingText(finding),
      doubtText(finding),
      adviceText(finding),
      editText(one),
    ],
    tail: [
      status ? statusText(finding) : "",
      inlineText(REPLY_CONFIDENCE[finding.confidence] ?? ""),
      toldText(one),
      footText(one),
    ],
  };
};

/** The body of the comment, at most 60,000 characters; its marker ends it. */
export const commentBody = (one: PullFinding, options: CommentOptions): string => {
  const { blocks, tail } = findingBlocks(one, options);
  return bodyOf(blocks, [...tail, findingMark(one.finding.id)], GITHUB.cutHere);
};
