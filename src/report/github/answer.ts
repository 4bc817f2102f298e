/** Answers to commands that were given in a comment. */
import { GITHUB } from "../wording-github.js";
import { bodyOf, fitting } from "./fit.js";
import { codeSpan, inlineText } from "./markdown.js";
import { answerMark, backMark, fixedMark } from "./marks.js";

const MAX_LINE = 1000;
const MAX_QUOTE = 200;
/** Octets of a rule's own page in an answer. */
const MAX_README = 40_000;
const MAX_CITES = 30;

const quoteText = (command: string | null): string => (command === null ? "" : `> ${codeSpan(command, MAX_QUOTE)}`);

/** The answer to a comment: the command that it is about, one paragraph for each line, and the marker. */
export const answerBody = (commentId: number, lines: readonly string[], command: string | null): string =>
  bodyOf(
    [quoteText(command), ...lines.map((line) => inlineText(line, MAX_LINE))],
    [answerMark(commentId)],
    GITHUB.cutHere,
  );

/** Several answers to one comment as one: what is said twice stands there once, the marker at the end alone. */
export const joinedAnswers = (commentId: number, bodies: readonly string[]): string => {
  const mark = answerMark(commentId);
  const texts = bodies.map((body) => (body.endsWith(mark) ? body.slice(0, -mark.length).trimEnd() : body));
  return bodyOf([...new Set(texts)], [mark], GITHUB.cutHere);
};

/** The reply that says that a finding is not there any more at a head. */
export const fixedBody = (finding: string, head: string): string =>
  bodyOf([GITHUB.fixedIn(head.slice(0, 12))], [fixedMark(finding, head)], GITHUB.cutHere);

/** The reply that says that a finding is there again at a head. */
export const backBody = (finding: string, head: string): string =>
  bodyOf([GITHUB.backIn(head.slice(0, 12))], [backMark(finding, head)], GITHUB.cutHere);

/** Pieces of a line of markdown, code spans among them. */
const SPANS = /(`+)[^`]+\1/g;

/** A piece of our own markdown outside of code: nobody is called, nothing is referred to, no markup but markdown's. */
const calm = (text: string): string =>
  text
    .replace(/<(?!https?:)/g, "&lt;")
    .replace(/@(?=[A-Za-z0-9])/g, "@\u200b")
    .replace(/#(?=[0-9])/g, "#\u200b")
    .replace(/\]\((?!https?:)[^()\s]*\)/g, "]");

const calmLine = (line: string): string => {
  let out = "";
  let at = 0;
  for (const span of line.matchAll(SPANS)) {
    out += calm(line.slice(at, span.index)) + span[0];
    at = span.index + span[0].length;
  }
  return out + calm(line.slice(at));
};

/** Lines that begin a block of their own, or end one: all others go on with the paragraph above. */
const BEGINS = /^\s*(?:$|[-*+|>#]|[0-9]+[.)] )/;

/**
 * The page of a rule without its title. In a comment GitHub ends a line where the text does, so that paragraphs are joined; fenced
 * code stays as it is.
 */
const pageText = (readme: string): string => {
  const out: string[] = [];
  let fence = "";
  let open = false;
  for (const [at, line] of readme.split(/\r?\n/).entries()) {
    if (at === 0 && line.startsWith("# ")) continue;
    const [mark = ""] = /^ {0,3}(?:`{3,}|~{3,})/.exec(line) ?? [];
    const inFence = fence !== "";
    if (inFence ? line.trim() === fence : mark !== "") fence = inFence ? "" : mark.trim();
    if (inFence || fence !== "") {
      out.push(line);
      open = false;
    } else if (open && !BEGINS.test(line)) out.push(`${out.pop() ?? ""} ${calmLine(line.trim())}`);
    else {
      out.push(calmLine(line));
      open = line.trim() !== "" && !/^\s*[#|]/.test(line);
    }
  }
  return [...out, ...(fence === "" ? [] : [fence])].join("\n").trim();
};

/** What is known of a rule: its title, its own page, and what it rests on. */
export const explainBody = (
  commentId: number,
  rule: { id: string; title: string; readme: string; cites: readonly string[] },
  command: string | null,
): string => {
  const cites = rule.cites.slice(0, MAX_CITES).map((cite) => `- ${inlineText(cite, 300)}`);
  return bodyOf(
    [
      quoteText(command),
      `**${codeSpan(rule.id, 120)}** ${inlineText(rule.title, 300)}`,
      ...fitting([pageText(rule.readme)], MAX_README, () => GITHUB.cutHere),
      cites.length === 0 ? "" : `${GITHUB.restsOn}\n\n${cites.join("\n")}`,
    ],
    [answerMark(commentId)],
    GITHUB.cutHere,
  );
};
