/**
 * Format `html`: a review as one page that needs nothing else: no script, no font, no image, no request. It can be put on
 * any host, kept, printed, or read from a file. The order and the bytes are those of the review.
 */
import type { Message } from "../../message/message.js";
import type { Finding, ReviewedPatch, ReviewResult } from "../../review/finding.js";
import type { Series } from "../../thread/series.js";
import { alikeProblems, severityCounts, statusCounts } from "../account.js";
import { isShown } from "../plan.js";
import { reviewedSeries } from "../reviewed-series.js";
import { counted, PAGE, SEVERITY_LABELS } from "../wording.js";
import { findingElement, heading } from "./finding.js";
import { html, type Markup, type PageLink } from "./markup.js";
import { anchorOf, findingAnchor, type PageSetting, patchSection } from "./patch.js";
import { STYLE_DIGEST, styleElement } from "./style.js";

export type { PageLink } from "./markup.js";

export interface HtmlOptions {
  /** Label of the tree that was read, or null. */
  tree: string | null;
  /** Unfold what was there before the patch or is fixed later in the series, too; it is on the page in any case. */
  all: boolean;
  /** Number of files that a scan of the tree looked at. */
  scanned?: number;
  /** Links beside a patch, by the Message-ID of its mail; those that are not http or https are shown as text. */
  links?: ReadonlyMap<string, readonly PageLink[]>;
  /** What became of a finding, by its id, in a sentence: "Still present in v3." */
  fates?: ReadonlyMap<string, string>;
}

/** Patches that belong together: those of a series, or one by itself. `first` is the number of its first patch. */
interface Group {
  series: Series | null;
  patches: ReviewedPatch[];
  first: number;
}

const groupsOf = (reviewed: readonly ReviewedPatch[]): Group[] => {
  const seriesOf = new Map<Message, Series>();
  for (const series of reviewedSeries(reviewed).series)
    for (const message of series.patches) seriesOf.set(message, series);
  const groups: Group[] = [];
  reviewed.forEach((one, at) => {
    const series = one.patch.depth === 0 ? (seriesOf.get(one.message) ?? null) : null;
    const last = groups.at(-1);
    if (series !== null && last?.series === series) last.patches.push(one);
    else groups.push({ series, patches: [one], first: at + 1 });
  });
  return groups;
};

const groupSection = ({ series, patches, first }: Group, setting: PageSetting): Markup => {
  const [only] = patches;
  if (only !== undefined && (patches.length === 1 || series === null)) return patchSection(only, first, 2, setting);
  const version = series === null || series.version === 1 ? "" : `v${series.version}: `;
  const total = series === null ? patches.length : Math.max(series.total, patches.length);
  const size = total === patches.length ? counted(total, "patch", "patches") : `${patches.length} of ${total} patches`;
  return html`<section class="series">
${heading(2, html`${version}${series?.title ?? ""}`)}
<p class="soft">A series of ${size} by ${series?.author.name || series?.author.address || ""}.</p>
${patches.map((one, at) => patchSection(one, first + at, 3, setting))}</section>
`;
};

/** Patches that the contents name unfolded. */
const OPEN_CONTENTS = 20;

const contents = (reviewed: readonly ReviewedPatch[], all: boolean): Markup | null => {
  if (reviewed.length < 2) return null;
  const items = reviewed.map(({ report, findings }, at) => {
    const counts = severityCounts(findings.filter((finding) => isShown(finding, all)));
    const note = counts === "" ? null : html` <span class="count">${counts}</span>`;
    return html`<li><a href="#patch-${at + 1}">${report.subject || "(no subject)"}</a>${note}</li>\n`;
  });
  return html`<details${reviewed.length <= OPEN_CONTENTS ? html` open` : null}>
<summary>${PAGE.patches}</summary>
<ol>
${items}</ol></details>
`;
};

/** The findings that are unfolded, each with a link to it: a page is long, and who opens it looks for these. */
const overview = (findings: readonly Finding[], { all, taken }: PageSetting): Markup | null => {
  const shown = findings.filter((finding) => isShown(finding, all) && taken.has(anchorOf(finding)));
  if (shown.length === 0) return null;
  const items = shown.map(
    (finding) => html`<li class="${finding.severity}"><span class="sev">${SEVERITY_LABELS[finding.severity]}:</span>
<a href="#${anchorOf(finding)}">${finding.message}</a></li>\n`,
  );
  return html`<details${shown.length <= OPEN_CONTENTS ? html` open` : null}>
<summary>${PAGE.findings}</summary>
<ol>
${items}</ol></details>
`;
};

/** Findings of a scan, which have no patch; by file, in the order of the review. */
const looseSection = (findings: readonly Finding[], setting: PageSetting): Markup | null => {
  if (findings.length === 0) return null;
  const files = new Map<string, Finding[]>();
  for (const finding of findings) files.set(finding.path, [...(files.get(finding.path) ?? []), finding]);
  const element = (finding: Finding): Markup =>
    findingElement(finding, {
      level: 4,
      anchor: findingAnchor(finding, setting),
      ofPatch: false,
      open: isShown(finding, setting.all),
      fate: setting.fates.get(finding.id) ?? null,
      lineAnchor: () => null,
    });
  const parts = [...files].map(([path, ones]) => html`${heading(3, html`<code>${path}</code>`)}\n${ones.map(element)}`);
  return html`<section class="loose">
${heading(2, html`${PAGE.inTree}`)}
${parts}</section>
`;
};

const remarks = ({ review }: ReviewResult): Markup | null => {
  if (review.problems.length === 0) return null;
  const items = alikeProblems(review.problems).map(({ text, ids: [first = null, ...more] }) => {
    const where = first === null ? "" : ` <${first}>`;
    return html`<li>${text}${where}${more.length === 0 ? "" : ` and ${more.length} more`}</li>\n`;
  });
  return html`<section class="remarks">
${heading(2, html`${PAGE.remarks}`)}
<ul>
${items}</ul></section>
`;
};

const verdict = ({ review }: ReviewResult, { all, scanned }: HtmlOptions): Markup => {
  const looked = scanned === undefined ? counted(review.patches.length, "patch", "patches") : counted(scanned, "file");
  const counts = severityCounts(review.findings.filter((finding) => isShown(finding, all)));
  const folded = review.findings.filter((finding) => !isShown(finding, all));
  const said =
    counts === ""
      ? html`<p class="verdict good">Nothing found in ${looked}.</p>`
      : html`<p class="verdict">${counts} in ${looked}.</p>`;
  return html`${said}\n${folded.length === 0 ? null : html`<p class="soft">Folded below: ${statusCounts(folded)}.</p>\n`}`;
};

const titleOf = (groups: readonly Group[], { scanned }: HtmlOptions): string => {
  const [only] = groups;
  if (scanned !== undefined) return "Review of a tree";
  if (only === undefined || groups.length > 1) return `Review of ${counted(groups.length, "thread")}`;
  const title = only.series?.title || only.patches[0]?.patch.title || "(no subject)";
  const count = only.patches.length;
  const lead = [
    only.series === null || only.series.version === 1 ? "" : `v${only.series.version}`,
    count === 1 ? "" : `${count} patches`,
  ].filter((part) => part !== "");
  return lead.length === 0 ? `Review: ${title}` : `Review of ${lead.join(", ")}: ${title}`;
};

const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_DIGEST}'; base-uri 'none'; form-action 'none'`;

/** The page, as text that ends with a line feed. Everything that strangers wrote is escaped (markup.ts). */
export const renderHtml = (result: ReviewResult, options: HtmlOptions): string => {
  const { review, reviewed } = result;
  const { name, version, rules } = review.tool;
  const empty = new Map<string, never>();
  const { links = empty, fates = empty } = options;
  const setting: PageSetting = { all: options.all, links, fates, taken: new Set() };
  const groups = groupsOf(reviewed);
  const title = titleOf(groups, options);
  const placed = new Set(reviewed.flatMap(({ findings }) => findings));
  const loose = review.findings.filter((finding) => !placed.has(finding));
  // Anchors are given away while the patches are written: what points to them comes after.
  const main = html`<main id="main">
${groups.map((group) => groupSection(group, setting))}${looseSection(loose, setting)}${remarks(result)}</main>`;
  const nav = [overview(review.findings, setting), contents(reviewed, options.all)].filter((part) => part !== null);
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="${name} ${version}">
<title>${title}</title>
${styleElement}
</head>
<body>
<a class="skip" href="#main">${PAGE.skip}</a>
<header class="page">
<h1>${title}</h1>
${verdict(result, options)}</header>
${nav.length === 0 ? null : html`<nav aria-label="${PAGE.contents}">\n${nav}</nav>\n`}${main}
<footer>
<p>${name} ${version}; rules ${rules}; base: ${options.tree ?? PAGE.noBase}.</p>
</footer>
</body>
</html>
`.text;
};
