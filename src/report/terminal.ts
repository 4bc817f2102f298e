/**
 * Format `text`: a review for a person at a terminal, plain in a pipe. Findings first, patch by patch, then how each
 * patch was analysed, so that "nothing found" never stands without what was looked at.
 */
import type { Finding, PatchReport, ReviewResult } from "../review/finding.js";
import { alikeProblems, severityCounts, statusCounts } from "./account.js";
import { fatesOf } from "./fates.js";
import type { TerminalOptions } from "./paint.js";
import { isShown } from "./plan.js";
import { findingBlock } from "./terminal-finding.js";
import { visible } from "./visible.js";
import { ANALYSED_PHRASES, counted } from "./wording.js";
import { wrap } from "./wrap.js";

/** Patches are named one by one up to this many; a whole archive is told in numbers. */
const NAMED_PATCHES = 20;
const NAMED_PROBLEMS = 10;

const analysedLine = (report: PatchReport, options: TerminalOptions): string[] => {
  const reason = report.reason === null ? "" : `: ${visible(report.reason)}`;
  const subject = visible(report.subject) || "(no subject)";
  return wrap(`${subject}: ${ANALYSED_PHRASES[report.analysed]}${reason}`, options.width, "  ", "      ");
};

const analysedCounts = (patches: readonly PatchReport[], options: TerminalOptions): string[] => {
  const counts = new Map<string, number>();
  for (const { analysed, reason } of patches) {
    const how = reason === null ? ANALYSED_PHRASES[analysed] : `${ANALYSED_PHRASES[analysed]}: ${visible(reason)}`;
    counts.set(how, (counts.get(how) ?? 0) + 1);
  }
  return [...counts].flatMap(([how, count]) =>
    wrap(`${counted(count, "patch", "patches")} ${how}`, options.width, "  ", "      "),
  );
};

/** Remarks on the input, like ones told once: a damaged archive would fill the screen with them. */
const problemLines = (result: ReviewResult, options: TerminalOptions): string[] => {
  const { problems } = result.review;
  if (problems.length === 0) return [];
  const alike = alikeProblems(problems);
  const lines = alike.slice(0, NAMED_PROBLEMS).flatMap(({ text, ids }) => {
    const [first = null] = ids;
    const where = first === null ? "" : ` <${visible(first)}>`;
    const more = ids.length > 1 ? ` and ${ids.length - 1} more` : "";
    return wrap(`${text}${where}${more}`, options.width, "  ", "      ");
  });
  const rest = alike.length > NAMED_PROBLEMS ? [`  and ${alike.length - NAMED_PROBLEMS} of other kinds`] : [];
  return ["", `${counted(problems.length, "remark")} on the input (--format json lists them all):`, ...lines, ...rest];
};

const summary = (result: ReviewResult, shown: readonly Finding[], options: TerminalOptions): string[] => {
  const { findings, patches } = result.review;
  const looked =
    options.scanned === undefined ? counted(patches.length, "patch", "patches") : counted(options.scanned, "file");
  const verdict =
    shown.length === 0
      ? options.paint.green(`Nothing found in ${looked}.`)
      : options.paint.bold(`${severityCounts(shown)} in ${looked}.`);
  const hidden = findings.filter((finding) => !isShown(finding, options.all));
  return hidden.length === 0 ? [verdict] : [verdict, `Not shown: ${statusCounts(hidden)}; --all shows them.`];
};

const account = (result: ReviewResult, shown: readonly Finding[], options: TerminalOptions): string[] => {
  const { patches } = result.review;
  const how =
    patches.length <= NAMED_PATCHES
      ? patches.flatMap((report) => analysedLine(report, options))
      : analysedCounts(patches, options);
  return [
    ...(how.length === 0 ? [] : ["Analysed:", ...how]),
    ...problemLines(result, options),
    "",
    ...summary(result, shown, options),
  ];
};

/** The whole report as text that ends with a line feed; "" when there is nothing to say and `quiet` is set. */
export const renderTerminal = (result: ReviewResult, options: TerminalOptions): string => {
  const lines: string[] = [];
  const shown: Finding[] = [];
  const said = new Set<Finding>();
  const fates = fatesOf(result.reviewed);
  const say = (finding: Finding, patch: ReviewResult["reviewed"][number]["patch"] | null): void => {
    said.add(finding);
    if (!isShown(finding, options.all)) return;
    shown.push(finding);
    for (const line of findingBlock(finding, patch, options, fates.get(finding.id))) lines.push(line);
    lines.push("");
  };
  for (const { patch, findings } of result.reviewed) for (const finding of findings) say(finding, patch);
  // A scan of the tree has findings without a patch.
  for (const finding of result.review.findings) if (!said.has(finding)) say(finding, null);
  if (!options.quiet) for (const line of account(result, shown, options)) lines.push(line);
  const text = lines.join("\n").trim();
  return text === "" ? "" : `${text}\n`;
};
