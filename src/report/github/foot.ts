/** What stands around findings: what was not read, pages on the lists, and what a report was made from. */
import { counted } from "../wording.js";
import { GITHUB } from "../wording-github.js";
import { codeSpan, inlineText, link } from "./markdown.js";
import type { PullReport } from "./pull-report.js";

const MAX_NOTES = 20;
const MAX_NOTE = 200;
const MAX_THREADS = 10;

/** A head and a list below it; "" for no items. `more` counts those beyond the limit. */
export const listText = (
  head: string,
  items: readonly string[],
  most: number,
  more: (left: number) => string,
): string => {
  if (items.length === 0) return "";
  const left = items.length - most;
  const shown = [...items.slice(0, most), ...(left > 0 ? [more(left)] : [])];
  return `${head}\n\n${shown.map((item) => `- ${item}`).join("\n")}`;
};

/** What was left out or not read; "" for nothing. */
export const notesText = ({ notes }: Pick<PullReport, "notes">): string =>
  listText(
    GITHUB.notes,
    notes.map((note) => inlineText(note, MAX_NOTE)),
    MAX_NOTES,
    GITHUB.moreNotes,
  );

/** The threads that the pull request names; "" for none. */
export const threadsText = ({ threads }: Pick<PullReport, "threads">): string =>
  listText(
    GITHUB.threads,
    threads.map((url) => link(url, url)),
    MAX_THREADS,
    (left) => `and ${counted(left, "more")}`,
  );

/** Digits of a digest by which people tell rule sets apart. */
const DIGEST = 12;

/** The line of small print that says what a report was made from, and the command that makes it again. */
export const originText = ({ tool, base }: Pick<PullReport, "tool" | "base">, reproduce: string | null): string => {
  const digest = tool.rules.replace(/^sha256[:-]?/, "").slice(0, DIGEST);
  const parts = [
    inlineText(`${tool.name} ${tool.version}`, 100),
    `${GITHUB.rules} ${codeSpan(digest)}`,
    base === null ? GITHUB.noBase : `${GITHUB.base} ${codeSpan(base, 200)}`,
    ...(reproduce === null ? [] : [`${GITHUB.reproduce} ${codeSpan(reproduce, 300)}`]),
  ];
  return `<sub>${parts.join(" · ")}</sub>`;
};
