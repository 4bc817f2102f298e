/**
 * Results for `b4 review` (b4.docs.kernel.org, "CI check integration", since b4 0.15): for a patch mail an array of
 * objects with tool and status, and with summary, url and details where there is something to say. An empty array is
 * "nothing to report". b4 puts `tool` over a column and shows `details` as text.
 */
import type { ReviewedPatch, ReviewResult, Severity } from "../review/finding.js";
import { checkSentence } from "./account.js";
import { PLAIN } from "./paint.js";
import { gradeOf, isShown } from "./plan.js";
import { findingBlock } from "./terminal-finding.js";
import { visible } from "./visible.js";

/** One object of the array; the names are b4's. */
export interface B4Result {
  tool: string;
  status: "pass" | "warn" | "fail";
  summary: string;
  /** A page about the patch, for the maintainer to open. */
  url?: string;
  /** Several lines; left out when nothing is shown. */
  details?: string;
}

const STATUS: Record<Severity, B4Result["status"]> = { error: "fail", warning: "warn", note: "pass" };

const WIDTH = 80;

const detailsOf = ({ patch, findings }: ReviewedPatch): string | null => {
  const options = { paint: PLAIN, width: WIDTH, all: false, quiet: false };
  const blocks = findings
    .filter((finding) => isShown(finding, false))
    .map((finding) => findingBlock(finding, patch, options).join("\n"));
  return blocks.length === 0 ? null : blocks.join("\n\n");
};

/**
 * The results of the patches of a review, in its order. A patch that no rule speaks of has none: its silence is no pass.
 * `url` may name a page for a Message-ID.
 */
export const b4Results = (
  { review, reviewed }: ReviewResult,
  tree: string | null,
  url: (messageId: string) => string | null = () => null,
): B4Result[] =>
  reviewed
    .filter(({ report }) => report.analysed !== "none")
    .map((one) => {
      const grade = gradeOf(one.findings);
      const details = detailsOf(one);
      const page = one.report.messageId === null ? null : url(one.report.messageId);
      const base = `${review.tool.version}, rules ${review.tool.rules}, base ${visible(tree ?? "none")}`;
      return {
        tool: review.tool.name,
        status: grade === null ? "pass" : STATUS[grade],
        summary: checkSentence(one),
        ...(page === null ? {} : { url: page }),
        ...(details === null ? {} : { details: `${details}\n\n${review.tool.name} ${base}` }),
      };
    });

/** The array as JSON text with a line feed at its end. */
export const renderB4Results = (results: readonly B4Result[]): string => `${JSON.stringify(results, null, 2)}\n`;
