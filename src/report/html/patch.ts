/** A patch on a page: who sent it, how it was read, its commit message, its files, and the findings where they belong. */
import type { FileDiff, HunkLine } from "../../patch/patch.js";
import type { Finding, ReviewedPatch } from "../../review/finding.js";
import { findShownLine, placeOf } from "../locate.js";
import { isShown } from "../plan.js";
import { ANALYSED_PHRASES, FIDELITY_PHRASES, PAGE } from "../wording.js";
import { type Comments, fileElement } from "./diff.js";
import { findingElement, heading } from "./finding.js";
import { html, type Markup, type PageLink, webLink } from "./markup.js";

/** What a page is made with, and what of it has been given away. */
export interface PageSetting {
  /** Unfold what the patch does not bring, too. */
  all: boolean;
  links: ReadonlyMap<string, readonly PageLink[]>;
  fates: ReadonlyMap<string, string>;
  /** Values of id attributes that findings have taken. */
  taken: Set<string>;
}

/** A finding's id as a value of an id attribute: links lead to `#finding-ID`. */
export const anchorOf = ({ id }: Finding): string => `finding-${id.replace(/[^\w-]/g, "_")}`;

/** {@link anchorOf} for the first finding that has it; null for the next ones, as an id stands once on a page. */
export const findingAnchor = (finding: Finding, { taken }: PageSetting): string | null => {
  const anchor = anchorOf(finding);
  if (taken.has(anchor)) return null;
  taken.add(anchor);
  return anchor;
};

/** Where the findings of a patch go, as comments that are already written. */
interface Placed extends Comments {
  /** About files that the patch does not touch. */
  elsewhere: readonly Markup[];
}

const add = <Key>(map: Map<Key, Markup[]>, key: Key, comment: Markup): void => {
  const known = map.get(key);
  if (known === undefined) map.set(key, [comment]);
  else known.push(comment);
};

const place = ({ patch, findings }: ReviewedPatch, at: number, level: number, setting: PageSetting): Placed => {
  const [under, after] = [new Map<HunkLine, Markup[]>(), new Map<FileDiff, Markup[]>()];
  const elsewhere: Markup[] = [];
  const anchors = new Map<HunkLine, string>();
  const lineAnchor = (site: Parameters<typeof findShownLine>[1]): string | null => {
    const shown = findShownLine(patch, site);
    const line = shown?.hunk.lines[shown.index];
    if (line === undefined) return null;
    const anchor = anchors.get(line) ?? `p${at}-${anchors.size + 1}`;
    anchors.set(line, anchor);
    return anchor;
  };
  for (const finding of findings) {
    const comment = findingElement(finding, {
      level: level + 2,
      anchor: findingAnchor(finding, setting),
      ofPatch: true,
      open: isShown(finding, setting.all),
      fate: setting.fates.get(finding.id) ?? null,
      lineAnchor,
    });
    const shown = findShownLine(patch, placeOf(finding));
    const line = shown?.hunk.lines[shown.index];
    const file = patch.files.find(({ newPath, oldPath }) => newPath === finding.path || oldPath === finding.path);
    if (line !== undefined) add(under, line, comment);
    else if (file !== undefined) add(after, file, comment);
    else elsewhere.push(comment);
  }
  return { under, after, elsewhere, anchors };
};

const meta = ({ message, patch, report }: ReviewedPatch, links: readonly PageLink[]): Markup => {
  const author = patch.author.name || patch.author.address;
  const items = [
    author === "" ? null : html`${author}`,
    message.date === null ? null : html`<time datetime="${message.date}">${message.date.slice(0, 10)}</time>`,
    report.messageId === null ? null : html`&lt;${report.messageId}&gt;`,
    ...links.map(webLink),
  ].filter((item) => item !== null);
  return html`<ul class="meta">${items.map((item) => html`<li>${item}</li>`)}</ul>\n`;
};

/** How a patch was read, and why not better. */
const analysed = ({ report, patch }: ReviewedPatch): Markup => {
  const reason = report.reason === null ? "" : `: ${report.reason}`;
  const fidelity = FIDELITY_PHRASES[patch.fidelity];
  const how = ANALYSED_PHRASES[report.analysed];
  return html`<p class="soft">${how.slice(0, 1).toUpperCase()}${how.slice(1)}${reason}.${fidelity === null ? "" : ` ${fidelity}`}</p>\n`;
};

/** A patch as a section; `at` is its number on the page, and the section's id is `patch-` with it. */
export const patchSection = (reviewed: ReviewedPatch, at: number, level: number, setting: PageSetting): Markup => {
  const { patch, report, findings } = reviewed;
  const placed = place(reviewed, at, level, setting);
  const open = findings.some((finding) => isShown(finding, setting.all));
  const links = report.messageId === null ? [] : (setting.links.get(report.messageId) ?? []);
  return html`<section class="patch" id="patch-${at}">
${heading(level, html`${report.subject || patch.title || "(no subject)"}`)}
${meta(reviewed, links)}${analysed(reviewed)}${
  patch.description.trim() === "" ? null : html`<pre>${patch.description.trim()}</pre>\n`
}${patch.files.map((file) => fileElement(file, placed, level + 1, open))}${
  placed.elsewhere.length === 0 ? null : html`${heading(level + 1, html`${PAGE.elsewhere}`)}\n${placed.elsewhere}`
}</section>
`;
};
