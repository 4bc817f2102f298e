/** Findings in the margin of a check run. GitHub shows their text as it is, so that there is no markdown in it. */
import type { Finding, Severity } from "../../review/finding.js";
import { defuseOwn } from "../quote.js";
import { oneLine, visible } from "../visible.js";
import { QUESTIONS, REPLY_CONFIDENCE, SEVERITY_LABELS, STATUS_ANSWERS } from "../wording.js";
import type { Annotation } from "./check-output.js";
import { clipOctets, MAX_BODY } from "./fit.js";
import { cut } from "./markdown.js";
import type { PullFinding } from "./pull-report.js";

const LEVELS: Record<Severity, Annotation["level"]> = { error: "failure", warning: "warning", note: "notice" };
/** GitHub's own limit is 255 characters. */
const MAX_TITLE = 250;
const MAX_PATH = 4096;
const MAX_LINE = 2 ** 31 - 1;

/** True for the path of a file in a repository, which git would check out: nothing that leaves it, nothing that is not seen. */
const isSoundPath = (path: string): boolean =>
  path !== "" &&
  path.length <= MAX_PATH &&
  visible(path) === path &&
  !/[\t\\]/.test(path) &&
  path.split("/").every((part) => part !== "" && part !== "." && part !== "..");

const isLine = (line: number): boolean => Number.isInteger(line) && line >= 1 && line <= MAX_LINE;

const messageOf = (finding: Finding): string => {
  const { message, why, suggestion, status, confidence, rule, id } = finding;
  const parts = [
    cut(message, 1000),
    cut(why, 4000),
    cut(suggestion, 4000),
    `${QUESTIONS.before} ${STATUS_ANSWERS[status].before}\n${QUESTIONS.after} ${STATUS_ANSWERS[status].after}`,
    REPLY_CONFIDENCE[confidence] ?? "",
    `${rule}, ${id}`,
  ];
  const lines = parts.filter((part) => part !== "").map((part) => part.split("\n").map(oneLine).join("\n"));
  return clipOctets(defuseOwn(lines.join("\n\n")), MAX_BODY);
};

/** The annotation of a finding, at its lines in the head; null where it is of the old side, or its path is none. */
const annotationOf = (one: PullFinding): Annotation | null => {
  const { finding, place, exact } = one;
  const shown = place !== null && exact && place.side === "RIGHT" ? place : null;
  const path = shown?.path ?? finding.path;
  const endLine = shown?.line ?? finding.line;
  const startLine = shown?.startLine ?? endLine;
  if (!isSoundPath(path) || !isLine(startLine) || !isLine(endLine) || startLine > endLine) return null;
  return {
    path,
    startLine,
    endLine,
    level: LEVELS[finding.severity],
    title: clipOctets(defuseOwn(oneLine(`${SEVERITY_LABELS[finding.severity]}: ${finding.message}`)), MAX_TITLE),
    message: messageOf(finding),
  };
};

/** The annotations of the findings on the new side, and how many of these have none. */
export const annotationsOf = (findings: readonly PullFinding[]): { annotations: Annotation[]; unplaced: number } => {
  const wanted = findings.filter(({ finding }) => finding.side === "new");
  const annotations = wanted.map(annotationOf).filter((one) => one !== null);
  return { annotations, unplaced: wanted.length - annotations.length };
};
