/** What a reply says below a quoted line: prose and evidence of one finding, at most 72 columns wide, short enough to be read. */
import type { Finding } from "../review/finding.js";
import { CUT, defuseOwn } from "./quote.js";
import { oneLine } from "./visible.js";
import { interleavingLines, WITNESS_LINES } from "./witness-lines.js";
import { locksPhrase, QUESTIONS, REPLY, ROLE_LABELS, STATUS_ANSWERS } from "./wording.js";
import { wrap } from "./wrap.js";

export const OWN_COLUMNS = 72;
/** Lines that one finding may take in a reply, its quote and blank lines included. */
export const FINDING_LINES = 30;

/** Own words as one paragraph: nothing that a bot obeys, no markdown code marks. */
export const paragraph = (text: string): string[] =>
  wrap(defuseOwn(oneLine(text.replace(/\s+/g, " ").replaceAll("`", ""))), OWN_COLUMNS);

export const sentences = (text: string): string[] => text.split(/(?<=[.?!]) +(?=[A-Z])/).filter((part) => part !== "");

/** The first `count` sentences of a text. */
const leading = (text: string, count: number): string => sentences(text).slice(0, count).join(" ");

/** What of a finding still has to be said where it stands; what was said above is not said again. */
export interface Remark {
  finding: Finding;
  /** False when the finding's own line is not among the quoted ones. */
  exact: boolean;
  why: boolean;
  evidence: boolean;
  /** The sentences of the suggestion that were not said above, as text; "" when all of them were. */
  advice: string;
  status: boolean;
}

/** How much of a remark is kept, from all to the least that still shows the fault. */
interface Trim {
  message?: number;
  evidence: number;
  why: number;
  advice: number;
}

/** Steps of an interleaving go first, then advice, then reasons: the reason is what a reader cannot find alone. */
const TRIMS: readonly Trim[] = [
  { evidence: 9, why: 9, advice: 9 },
  { evidence: 7, why: 9, advice: 9 },
  { evidence: 6, why: 9, advice: 9 },
  { evidence: 6, why: 9, advice: 3 },
  { evidence: 6, why: 3, advice: 2 },
  { evidence: 6, why: 2, advice: 2 },
  { evidence: 5, why: 1, advice: 1 },
];

const ALL: Trim = { evidence: WITNESS_LINES, why: 9, advice: 9 };

const LEAST: Trim = { message: 1, evidence: 5, why: 0, advice: 1 };

const shorten = (lines: readonly string[], limit: number): string[] =>
  lines.length <= limit ? [...lines] : [...lines.slice(0, limit - 2), `  ${CUT}`, ...lines.slice(-1)];

const siteLines = (finding: Finding): string[] =>
  finding.witness.flatMap((site) => {
    const locks =
      site.role === "lock" || site.role === "unlock" ? "" : `, ${locksPhrase(site.locks, finding.confidence)}`;
    const text = oneLine(`${site.function}() ${ROLE_LABELS[site.role]}${locks}: ${site.code}`);
    return wrap(defuseOwn(text), OWN_COLUMNS, "  ", "    ");
  });

/** The evidence of a finding: how two threads meet, else the sites it rests on. */
const evidenceLines = (finding: Finding, limit: number): string[] => {
  if (finding.interleaving.length === 0) return shorten(siteLines(finding), limit);
  const steps = finding.interleaving.map((step) => ({ ...step, text: oneLine(step.text) }));
  const lines = interleavingLines(steps, OWN_COLUMNS, "  ").map(defuseOwn);
  return [REPLY.interleaving, ...shorten(lines, limit - 1)];
};

/** The two questions about a finding, one line each. */
export const statusLines = (status: Finding["status"]): string[] => [
  `${QUESTIONS.before} ${STATUS_ANSWERS[status].before}`,
  `${QUESTIONS.after} ${STATUS_ANSWERS[status].after}`,
];

/** True for a finding whose text has no question: it gets one of ours. */
export const asksNothing = ({ message, why, suggestion }: Finding): boolean =>
  !`${message}${why}${suggestion}`.includes("?");

const blocks = (remark: Remark, trim: Trim): string[][] => {
  const { finding, exact } = remark;
  const where = exact ? "" : `${REPLY.elsewhere(finding.function, finding.path)} `;
  const message = trim.message === undefined ? finding.message : leading(finding.message, trim.message);
  const why = remark.why ? ` ${leading(finding.why, trim.why)}` : "";
  return [
    paragraph(`${where}${message}${why}`),
    remark.evidence ? evidenceLines(finding, trim.evidence) : [],
    asksNothing(finding) ? paragraph(REPLY.doubt) : [],
    remark.advice === "" ? [] : paragraph(leading(remark.advice, trim.advice)),
    remark.status ? statusLines(finding.status) : [],
  ].filter((block) => block.length > 0);
};

const joined = (parts: readonly string[][]): string[] =>
  parts.flatMap((block, at) => (at === 0 ? block : ["", ...block]));

/** All that is said below a quote. */
export const fullRemark = (remark: Remark): string[] => joined(blocks(remark, ALL));

/** The lines below a quote, at most `limit` of them: the fullest telling that fits. */
export const shortRemark = (remark: Remark, limit: number): string[] => {
  for (const trim of [...TRIMS, LEAST]) {
    const lines = joined(blocks(remark, trim));
    if (lines.length <= limit) return lines;
  }
  // Even a sentence can be endless when a name in it is: cut it, and keep the answers.
  const least = joined(blocks({ ...remark, status: false }, LEAST));
  const status = remark.status ? ["", ...statusLines(remark.finding.status)] : [];
  return [...least.slice(0, Math.max(1, limit - status.length - 1)), CUT, ...status];
};
