/** The diff of a patch on a page: one table for each file, its lines numbered, comments under the lines that they are about. */
import { formatHunkHeader } from "../../patch/hunk-header.js";
import type { FileDiff, Hunk, HunkLine } from "../../patch/patch.js";
import { numberedLines } from "../locate.js";
import { counted, FILE_STATUS_LABELS, PAGE } from "../wording.js";
import { heading } from "./finding.js";
import { html, type Markup } from "./markup.js";

/** What belongs to the lines and files of a patch. */
export interface Comments {
  /** Comments under a line. */
  under: ReadonlyMap<HunkLine, readonly Markup[]>;
  /** Comments on a file that stand under none of its lines. */
  after: ReadonlyMap<FileDiff, readonly Markup[]>;
  /** Values of the id attributes of lines that something on the page points to. */
  anchors: ReadonlyMap<HunkLine, string>;
}

const ROW_CLASS: Record<HunkLine["kind"], Markup | null> = { "+": html`a`, "-": html`d`, " ": null };

const number = (line: number | null): Markup => html`<td class="n">${line}</td>`;

const wide = (content: Markup | string): Markup =>
  html`<tr class="h"><td class="n"></td><td class="n"></td><td>${content}</td></tr>\n`;

const hunkRows = (hunk: Hunk, { under, anchors }: Comments): Markup => {
  const rows = numberedLines(hunk).map(({ line, oldLine, newLine }) => {
    const comments = under.get(line) ?? [];
    const anchor = anchors.get(line);
    const names = [ROW_CLASS[line.kind], comments.length > 0 ? html`at` : null].filter((name) => name !== null);
    const attributes = [
      names.length === 0
        ? null
        : html` class="${names.length === 2 ? html`${names[0] ?? null} at` : (names[0] ?? null)}"`,
      anchor === undefined ? null : html` id="${anchor}"`,
    ];
    return html`<tr${attributes}>${number(oldLine)}${number(newLine)}<td>${line.kind}${line.text}</td></tr>
${line.noNewline === true ? wide("\\ No newline at end of file") : null}${
  comments.length === 0 ? null : html`<tr><td class="c" colspan="3">${comments}</td></tr>\n`
}`;
  });
  return html`<tbody>
${wide(formatHunkHeader(hunk))}${rows}${hunk.closed ? null : wide(PAGE.cut)}</tbody>
`;
};

const nameOf = ({ oldPath, newPath }: FileDiff): string => newPath ?? oldPath ?? "";

const table = (file: FileDiff, comments: Comments): Markup => {
  if (file.binary) return html`<p class="soft">${PAGE.binary}</p>\n`;
  if (file.hunks.length === 0) return html`<p class="soft">${PAGE.noLines}</p>\n`;
  return html`<table class="diff"><caption class="sr">${nameOf(file)}</caption>
<colgroup><col class="n"><col class="n"><col></colgroup>
<thead class="sr"><tr>${PAGE.columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
${file.hunks.map((hunk) => hunkRows(hunk, comments))}</table>
`;
};

/** How many comments a file has. */
const commentCount = (file: FileDiff, { under, after }: Comments): number => {
  let count = after.get(file)?.length ?? 0;
  for (const { lines } of file.hunks) for (const line of lines) count += under.get(line)?.length ?? 0;
  return count;
};

/** A file with all of its hunks; folded where `open` is not set. Comments that no line bears follow it. */
export const fileElement = (file: FileDiff, comments: Comments, level: number, open: boolean): Markup => {
  const name = nameOf(file);
  const old = file.oldPath !== null && file.oldPath !== name ? `${file.oldPath} → ` : "";
  const count = commentCount(file, comments);
  const notes = [
    FILE_STATUS_LABELS[file.status],
    `+${file.additions} −${file.deletions}`,
    count === 0 ? "" : counted(count, "comment"),
  ].filter((note) => note !== "");
  const loose = comments.after.get(file) ?? [];
  const beyond = loose.length === 0 ? null : html`<p class="soft">${PAGE.beyond}:</p>\n${loose}`;
  return html`<details class="file"${open ? html` open` : null}>
<summary>${heading(level, html`<code>${old}${name}</code>`)} <span class="count">${notes.join(", ")}</span></summary>
${table(file, comments)}</details>
${beyond}`;
};
