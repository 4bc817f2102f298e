/**
 * Format `reply`: one RFC 5322 mail for each patch with findings, as a reviewer on a kernel list would write it:
 * trimmed quotes, the comment below the code, questions (Documentation/process/submitting-patches.rst, "Use trimmed
 * interleaved replies"). Decided here: what is said once, and in which order; the words come from the finding.
 */
import type { Patch } from "../patch/patch.js";
import { CONFIDENCES, type Finding, type ReviewedPatch, type ReviewResult } from "../review/finding.js";
import { toMboxrd } from "./mboxrd.js";
import { isPosted } from "./plan.js";
import { type Anchor, anchorOf, CONTEXTS, defuseOwn, NOTHING_QUOTED, type QuoteState, quoteFor } from "./quote.js";
import { footerLines, type ReplyOptions, replyHeaders } from "./reply-envelope.js";
import {
  FINDING_LINES,
  fullRemark,
  OWN_COLUMNS,
  paragraph,
  type Remark,
  sentences,
  shortRemark,
  statusLines,
} from "./reply-text.js";
import { type Unanswered, unanswered } from "./unanswered.js";
import { oneLine } from "./visible.js";
import { REPLY, REPLY_CONFIDENCE } from "./wording.js";
import { wrap } from "./wrap.js";

export type { ReplyLinks, ReplyOptions } from "./reply-envelope.js";

interface Placed {
  finding: Finding;
  anchor: Anchor | null;
}

/** Findings in the order of the lines they stand at; those without a place in the patch last. */
const inPatchOrder = (patch: Patch, findings: readonly Finding[]): Placed[] => {
  const rank = ({ anchor }: Placed): number[] => {
    if (anchor === null) return [Number.POSITIVE_INFINITY, 0, 0];
    const { file, hunk, index } = anchor.shown;
    return [patch.files.indexOf(file), file.hunks.indexOf(hunk), index];
  };
  return findings
    .map((finding) => ({ finding, anchor: anchorOf(patch, finding) }))
    .map((placed) => ({ placed, key: rank(placed) }))
    .sort((a, b) => {
      const at = a.key.findIndex((part, index) => part !== b.key[index]);
      return at < 0 ? 0 : (a.key[at] ?? 0) < (b.key[at] ?? 0) ? -1 : 1;
    })
    .map(({ placed }) => placed);
};

/** No name of a person is longer. Code points. */
const MAX_NAME = 100;

const attribution = ({ patch, message }: ReviewedPatch): string[] => {
  // The date of a mail that only quotes the patch is not the patch's.
  const date = patch.depth > 0 || message.date === null ? null : new Date(message.date).toUTCString();
  const called = oneLine(patch.author.name) || oneLine(patch.author.address) || "The author";
  const name = [...called].slice(0, MAX_NAME).join("");
  return wrap(defuseOwn(REPLY.attribution(date === null ? null : date.replace("GMT", "+0000"), name)), OWN_COLUMNS);
};

/**
 * Sentences of advice that all findings share: said once, before the comments (general before picky). What is shared
 * stands alone only where some advice begins with it; mere afterthoughts are left to the comments.
 */
const sharedAdvice = (findings: readonly Finding[]): string[] => {
  const all = findings.map(({ suggestion }) => sentences(suggestion));
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return [];
  const shared = first.filter((sentence) => others.every((other) => other.includes(sentence)));
  return all.some((one) => one[0] !== undefined && one[0] === shared[0]) ? shared : [];
};

const generalLines = (shared: readonly string[], comments: number): string[] =>
  shared.length === 0 ? [] : [...paragraph(`${REPLY.shared(comments)} ${shared.join(" ")}`), ""];

/** Answers whether a thing is said for the first time, and takes note of it. */
const firstTime = (): ((text: string) => boolean) => {
  const said = new Set<string>();
  return (text) => {
    if (said.has(text)) return false;
    said.add(text);
    return true;
  };
};

const evidenceKey = ({ interleaving, witness }: Finding): string =>
  JSON.stringify(interleaving.length > 0 ? interleaving : witness);

interface Comment {
  lines: string[];
  quoted: QuoteState;
}

/** One comment below its quote. Where it would be too long the quote is cut to the line itself before words are cut. */
const comment = (patch: Patch, { finding, anchor }: Placed, remark: Remark, before: QuoteState): Comment => {
  const full = fullRemark(remark);
  if (anchor === null) {
    const own = full.length < FINDING_LINES ? full : shortRemark(remark, FINDING_LINES - 1);
    return { lines: [...own, ""], quoted: before };
  }
  const quotes = CONTEXTS.map((context) => quoteFor(patch, anchor, finding, before, context));
  // The blank line below the quote and the one after the comment count as the finding's lines.
  const room = ({ lines }: { lines: string[] }): number => Math.max(10, FINDING_LINES - lines.length - 2);
  const fitting = quotes.find((quote) => full.length <= room(quote));
  const quote = fitting ?? quoteFor(patch, anchor, finding, before, "none");
  const own = fitting === undefined ? shortRemark(remark, room(quote)) : full;
  const above = quote.lines.length === 0 ? [] : [...quote.lines, ""];
  return { lines: [...above, ...own, ""], quoted: quote.after };
};

const commentLines = (
  patch: Patch,
  placed: readonly Placed[],
  shared: readonly string[],
  status: boolean,
): string[] => {
  let quoted = NOTHING_QUOTED;
  const isNew = firstTime();
  for (const sentence of shared) isNew(sentence);
  return placed.flatMap((one) => {
    const { finding, anchor } = one;
    const advice = sentences(finding.suggestion).filter(isNew).join(" ");
    const remark: Remark = {
      finding,
      exact: anchor?.exact ?? false,
      why: isNew(`why ${finding.why}`),
      evidence: isNew(`evidence ${evidenceKey(finding)}`),
      advice: advice === "" && shared.length === 0 && finding.suggestion !== "" ? REPLY.coveredAbove : advice,
      status,
    };
    const written = comment(patch, one, remark, quoted);
    quoted = written.quoted;
    return written.lines;
  });
};

/** The weakest confidence speaks for the mail. */
const confidenceLines = (findings: readonly Finding[]): string[] => {
  const weakest = Math.max(...findings.map(({ confidence }) => CONFIDENCES.indexOf(confidence)));
  const sentence = REPLY_CONFIDENCE[CONFIDENCES[weakest] ?? "low"];
  return sentence === null ? [] : paragraph(sentence);
};

const bodyLines = (
  reviewed: ReviewedPatch,
  findings: readonly Finding[],
  result: ReviewResult,
  options: ReplyOptions,
) => {
  const { patch } = reviewed;
  const placed = inPatchOrder(patch, findings);
  const advice = sharedAdvice(findings);
  const statuses = new Set(findings.map(({ status }) => status));
  const [status] = statuses;
  const shared = statuses.size === 1 && status !== undefined ? statusLines(status) : [];
  return [
    ...generalLines(advice, placed.length),
    ...attribution(reviewed),
    ...commentLines(patch, placed, advice, shared.length === 0),
    ...confidenceLines(findings),
    ...shared,
    "",
    "-- ",
    ...footerLines(reviewed, findings, result.review.tool, options),
  ];
};

/** The reply to one patch as RFC 5322 text with LF line ends, or null when nothing in it is for its author. */
export const replyMail = (
  reviewed: ReviewedPatch,
  result: ReviewResult,
  options: ReplyOptions,
  findings: readonly Finding[] = reviewed.findings.filter(isPosted),
): string | null => {
  if (findings.length === 0) return null;
  const body = `${bodyLines(reviewed, findings, result, options).join("\n")}\n`;
  return `${replyHeaders(reviewed, findings, result.review.tool, body, options).join("\n")}\n\n${body}`;
};

export interface Replies {
  /** One mboxrd of all mails, in the order of the patches; "" when there is nothing to answer. */
  mboxrd: string;
  /** Patches with findings that get no mail, by reason. */
  unanswered: ReadonlyMap<Unanswered, number>;
}

/** The replies of a review. */
export const renderReplies = (result: ReviewResult, options: ReplyOptions): Replies => {
  const reasons = unanswered(result.reviewed);
  const counts = new Map<Unanswered, number>();
  const mails: string[] = [];
  for (const reviewed of result.reviewed) {
    const mail = replyMail(reviewed, result, options);
    const reason = reasons.get(reviewed);
    if (mail === null) continue;
    if (reason === undefined) mails.push(mail);
    else counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return { mboxrd: toMboxrd(mails), unanswered: counts };
};
