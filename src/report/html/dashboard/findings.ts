/** Findings with their filters, and one finding with its diff and witness. */
import { type Finding, type ReviewedPatch, SEVERITIES, STATUSES } from "../../../review/finding.js";
import { FATE, STATUS_LABELS } from "../../wording.js";
import { findingElement } from "../finding.js";
import { html, type Markup, type PageLink } from "../markup.js";
import { anchorOf, patchSection } from "../patch.js";
import type { FindingFilter, FindingRow, Listed, VersionRow } from "./data.js";
import { findingHref, ruleHref, seriesHref } from "./links.js";
import { day, type Frame, findingsTable, pager, severity, type View } from "./shell.js";
import { DASHBOARD } from "./words.js";

/** What can be chosen in the filters. */
export interface Choices {
  rules: readonly string[];
  lists: readonly string[];
}

type Option = readonly [string, string];

const select = (name: string, label: string, options: readonly Option[], chosen: string | null): Markup => {
  const known = chosen === null || options.some(([value]) => value === chosen);
  const all: Option[] = known || chosen === null ? [...options] : [...options, [chosen, chosen]];
  const items = all.map(
    ([value, text]) => html`<option value="${value}"${value === chosen ? html` selected` : null}>${text}</option>`,
  );
  return html`<div class="field"><label for="f-${name}">${label}</label>
<select id="f-${name}" name="${name}"><option value="">${DASHBOARD.any}</option>${items}</select></div>\n`;
};

const same = (values: readonly string[]): Option[] => values.map((value) => [value, value]);

const filterForm = (
  filter: FindingFilter,
  { rules, lists }: Choices,
): Markup => html`<form class="filter" method="get" action="/findings" role="search" aria-label="Filter findings">
${select("rule", "Rule", same(rules), filter.rule)}${select("severity", "Severity", same(SEVERITIES), filter.severity)}${select(
  "status",
  "Status",
  STATUSES.map((status) => [status, STATUS_LABELS[status]]),
  filter.status,
)}${select("list", "List", same(lists), filter.list)}<div class="field"><label for="f-text">Words of the subject</label>
<input id="f-text" name="text" type="search" maxlength="200" value="${filter.text ?? ""}"></div>
<button class="main" type="submit">Show</button>
<p><a href="/findings">Clear</a></p>
</form>
`;

/** Findings, filtered. */
export const findingsPage = (
  filter: FindingFilter,
  choices: Choices,
  findings: Listed<FindingRow>,
  frame: Frame,
): View => ({
  title: "Findings",
  data: { filter, findings: findings.rows, next: findings.next },
  main: html`${filterForm(filter, choices)}${findingsTable(findings.rows)}${pager(frame, findings.next)}`,
});

/** One finding, and where it stands. */
export interface FindingDetail {
  row: FindingRow;
  /** Null where the report does not hold it any more. */
  finding: Finding | null;
  /** Its patch with nothing else found in it; null where the mail is not there. */
  reviewed: ReviewedPatch | null;
  /** Other series that have it. */
  elsewhere: FindingRow[];
  versions: VersionRow[];
  links: PageLink[];
}

/** What became of a finding over the versions that were judged; null where there is nothing to tell. */
export const fateOver = (id: string, versions: readonly VersionRow[]): string | null => {
  const judged = versions.filter(({ judgedAt }) => judgedAt !== null);
  const having = judged.filter(({ findings }) => findings.some((finding) => finding.id === id));
  const [first, last, latest] = [having[0], having.at(-1), judged.at(-1)];
  if (first === undefined || last === undefined || latest === undefined) return null;
  if (last === latest) return first === last ? null : FATE.still(first.version, latest.version);
  const after = judged[judged.indexOf(last) + 1];
  return after === undefined || after.incomplete !== null ? null : `Not found in v${after.version} any more.`;
};

const witness = ({ finding, reviewed, links, row, versions }: FindingDetail): Markup => {
  if (finding === null) return html`<p class="empty">The report of its last verdict does not hold it any more.</p>\n`;
  const fate = fateOver(row.id, versions);
  if (reviewed === null)
    return findingElement(finding, {
      level: 2,
      anchor: anchorOf(finding),
      ofPatch: true,
      open: true,
      fate,
      lineAnchor: () => null,
    });
  const setting = {
    all: true,
    links: new Map(reviewed.report.messageId === null ? [] : [[reviewed.report.messageId, links]]),
    fates: new Map(fate === null ? [] : [[finding.id, fate]]),
    taken: new Set<string>(),
  };
  return patchSection(reviewed, 1, 2, setting);
};

const elsewhereList = (rows: readonly FindingRow[]): Markup | null =>
  rows.length === 0
    ? null
    : html`<h2>Also found in</h2>
<ul>
${rows.map((row) => html`<li><a href="${findingHref(row)}">${row.subject === "" ? "(no subject)" : row.subject}</a>, v${row.version}, ${day(row.sent)}</li>\n`)}</ul>
`;

/** One finding with the diff that it is about. */
export const findingPage = (detail: FindingDetail): View => {
  const { row, finding, elsewhere } = detail;
  const jump = finding === null ? null : html`<p><a href="#${anchorOf(finding)}">To the finding in the diff</a></p>\n`;
  const main = html`<dl class="about">
<dt>Severity</dt><dd>${severity(row.severity)}</dd><dt>Status</dt><dd>${STATUS_LABELS[row.status] ?? row.status}</dd>
<dt>Rule</dt><dd><a href="${ruleHref(row.rule)}">${row.rule}</a></dd>
<dt>Series</dt><dd><a href="${seriesHref(row.series)}">${row.subject === "" ? "(no subject)" : row.subject}</a></dd>
<dt>Sent</dt><dd>${day(row.sent)}</dd></dl>
${jump}${witness(detail)}${elsewhereList(elsewhere)}`;
  const { path, line, id } = row;
  return { title: `Finding ${id}: ${path}:${line}`, data: { row, finding, elsewhere }, main };
};
