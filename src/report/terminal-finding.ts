/** One finding as a block for the terminal: what, where, the code, why, the witness (witness-lines.ts), what to do. */
import type { Patch } from "../patch/patch.js";
import type { Finding, Severity } from "../review/finding.js";
import { findShownLine, numberedLines, placeOf } from "./locate.js";
import type { Paint, TerminalOptions } from "./paint.js";
import { visible } from "./visible.js";
import { clip, witnessLines } from "./witness-lines.js";
import { CONFIDENCE_PHRASES, HEADINGS, QUESTIONS, SEVERITY_LABELS, STATUS_ANSWERS } from "./wording.js";
import { wrap } from "./wrap.js";

const SEVERITY_PAINT: Record<Severity, keyof Paint> = { error: "red", warning: "yellow", note: "cyan" };
/** Lines of code before the one that is meant. */
const LEAD = 2;

/** A marker under the text of a line; white space is copied, so that tabs line up whatever their width. */
const marker = (code: string): string => {
  const indent = code.length - code.trimStart().length;
  return code.slice(0, indent) + "^".repeat(Math.max(1, [...code.trim()].length));
};

interface CodeLine {
  number: string;
  kind: string;
  code: string;
}

const shownCode = (finding: Finding, patch: Patch | null): CodeLine[] => {
  const place = placeOf(finding);
  const shown = patch === null ? null : findShownLine(patch, place);
  if (shown === null) {
    return place.code === undefined ? [] : [{ number: String(place.line), kind: " ", code: clip(visible(place.code)) }];
  }
  const lines = numberedLines(shown.hunk)
    .slice(Math.max(0, shown.index - LEAD), shown.index + 1)
    .map(({ line, oldLine, newLine }) => ({ line, number: place.side === "old" ? oldLine : newLine }));
  // The hunk's own numbers are off where the patch was applied at an offset.
  const offset = place.line - (lines.at(-1)?.number ?? place.line);
  return lines.map(({ line, number }) => ({
    number: number === null ? "" : String(number + offset),
    kind: line.kind,
    code: clip(visible(line.text)),
  }));
};

const codeBlock = (finding: Finding, patch: Patch | null, paint: Paint): string[] => {
  const code = shownCode(finding, patch);
  const last = code.at(-1);
  if (last === undefined) return [];
  const gutter = Math.max(...code.map((line) => line.number.length));
  const colour = paint[SEVERITY_PAINT[finding.severity]];
  return [
    ...code.map(({ number, kind, code: text }) => `  ${paint.dim(`${number.padStart(gutter)} |`)} ${kind}${text}`),
    `  ${paint.dim(`${"".padStart(gutter)} |`)}  ${colour(marker(last.code))}`,
    "",
  ];
};

const section = (title: string, lines: readonly string[], paint: Paint): string[] =>
  lines.length === 0 ? [] : [`  ${paint.bold(`${title}:`)}`, ...lines];

const statusLines = (
  finding: Finding,
  patch: Patch | null,
  options: TerminalOptions,
  fate: string | null,
): string[] => {
  const answers = STATUS_ANSWERS[finding.status];
  const nursery = finding.nursery ? " The rule is in nursery: it is shown here and never posted." : "";
  // A scan of the tree has no patch to ask about.
  const questions =
    patch === null ? [] : [`  ${QUESTIONS.before} ${answers.before}`, `  ${QUESTIONS.after} ${answers.after}`];
  return [
    ...questions,
    ...(fate === null ? [] : [`  ${fate}`]),
    ...wrap(
      `Confidence: ${finding.confidence} (${CONFIDENCE_PHRASES[finding.confidence]}).${nursery} Finding ${visible(finding.id)}.`,
      options.width,
      "  ",
    ),
  ];
};

/** The lines of one finding, without a blank line at the end. `fate` says what became of it in other versions, where that is known. */
export const findingBlock = (
  finding: Finding,
  patch: Patch | null,
  options: TerminalOptions,
  fate: string | null = null,
): string[] => {
  const { paint, width } = options;
  const colour = paint[SEVERITY_PAINT[finding.severity]];
  const paragraph = (text: string): string[] => wrap(visible(text.replace(/\s+/g, " ")), width, "    ");
  const where = `${visible(finding.path)}:${finding.line}`;
  const inside = finding.function === "" ? "" : ` in ${visible(finding.function)}()`;
  const { sites, interleaving } = witnessLines(finding, options);
  return [
    `${colour(paint.bold(SEVERITY_LABELS[finding.severity]))}[${visible(finding.rule)}] ${where}${inside}`,
    ...wrap(visible(finding.message.replace(/\s+/g, " ")), width, "  ").map(paint.bold),
    "",
    ...codeBlock(finding, patch, paint),
    ...section(HEADINGS.why, paragraph(finding.why), paint),
    ...section(HEADINGS.sites, sites, paint),
    ...section(HEADINGS.interleaving, interleaving, paint),
    ...section(HEADINGS.suggestion, paragraph(finding.suggestion), paint),
    ...statusLines(finding, patch, options, fate),
  ];
};
