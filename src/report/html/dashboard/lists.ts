/** The first page, a list with its series, and a series with its versions. */
import { counted } from "../../wording.js";
import { html, type Markup } from "../markup.js";
import type { FindingRow, Listed, ListRow, SeriesRow, VersionRow } from "./data.js";
import { feedHref, findingHref, listHref, seriesHref, withQuery } from "./links.js";
import { day, type Frame, findingsTable, pager, severity, table, type View } from "./shell.js";
import { DASHBOARD, STATES } from "./words.js";

const num = (name: string, value: number): Markup => html`<td class="num" data-name="${name}">${value}</td>`;

/** All lists. */
export const homePage = (lists: readonly ListRow[]): View => {
  const rows = lists.map(
    ({ name, series, findings, latest }) => html`<tr>
<th scope="row"><a href="${listHref(name)}">${name}</a></th>${num("Series", series)}
<td class="num" data-name="Findings"><a href="${withQuery("/findings", { list: name })}">${findings}</a></td>
<td data-name="Latest series">${day(latest)}</td>
<td><a href="${feedHref(name)}">Feed<span class="sr"> of ${name}</span></a></td></tr>\n`,
  );
  const columns = ["List", "Series", "Findings", "Latest series", "Atom"];
  const main = rows.length === 0 ? html`<p class="empty">${DASHBOARD.nothing}</p>` : table("Lists", columns, rows);
  return { title: "Lists", data: { lists }, main };
};

const stateOf = ({ state, incomplete }: Pick<SeriesRow, "state" | "incomplete">): string => {
  const word = STATES[state] ?? state;
  return incomplete === null ? word : `${word}, not complete: ${incomplete}`;
};

const seriesItem = (row: SeriesRow): Markup => html`<tr>
<th scope="row"><a href="${seriesHref(row.key)}">${row.title === "" ? "(no subject)" : row.title}</a><br>
<span class="soft">v${row.version}, ${counted(row.total, "patch", "patches")}, by ${row.author}</span></th>
<td data-name="State">${stateOf(row)}</td>${num("Findings", row.findings)}
<td data-name="Sent">${day(row.sent)}</td></tr>
`;

/** Series of a list. */
export const listPage = (name: string, series: Listed<SeriesRow>, frame: Frame): View => {
  const rows = series.rows.map(seriesItem);
  const columns = ["Series", "State", "Findings", "Sent"];
  const main = html`<p><a href="${withQuery("/findings", { list: name })}">Findings on this list</a></p>
${rows.length === 0 ? html`<p class="empty">${DASHBOARD.nothing}</p>\n` : table(`Series on ${name}`, columns, rows)}${pager(
  frame,
  series.next,
)}`;
  return {
    title: `List ${name}`,
    data: { list: name, series: series.rows, next: series.next },
    main,
    feed: feedHref(name),
  };
};

/** A series that is looked at, and all of its versions from the first to the last. */
export interface SeriesDetail extends Omit<SeriesRow, "findings"> {
  lists: string[];
  versions: VersionRow[];
  /** How the tree of its last verdict was chosen. */
  base: string[];
}

/** How a version was judged, in a phrase. */
const verdictOf = ({ judgedAt, findings, state, incomplete }: VersionRow): string => {
  if (judgedAt === null) return stateOf({ state, incomplete });
  return findings.length === 0 ? "nothing found" : counted(findings.length, "finding");
};

const versionRow = (row: VersionRow, here: string): Markup => html`<tr>
<th scope="row">${row.key === here ? html`<strong>v${row.version}</strong> (this one)` : html`<a href="${seriesHref(row.key)}">v${row.version}</a>`}</th>
<td data-name="Sent">${day(row.sent)}</td><td data-name="Verdict">${verdictOf(row)}</td>
<td data-name="Judged">${row.judgedAt === null ? html`<span class="soft">not yet</span>` : day(row.judgedAt)}</td></tr>
`;

/** Findings of all versions, each once, as its last version has it. */
export const findingsOver = (versions: readonly VersionRow[]): { finding: FindingRow; in: number[] }[] => {
  const out = new Map<string, { finding: FindingRow; in: number[] }>();
  for (const { findings, version } of versions) {
    for (const finding of findings) {
      const known = out.get(finding.id) ?? { finding, in: [] };
      if (!known.in.includes(version)) known.in.push(version);
      out.set(finding.id, { finding, in: known.in });
    }
  }
  return [...out.values()];
};

/** In a word for each version, whether a finding is there. */
const cell = ({ version, judgedAt }: VersionRow, has: readonly number[]): Markup => {
  if (judgedAt === null) return html`<td data-name="v${version}" class="soft">not judged</td>`;
  return has.includes(version)
    ? html`<td data-name="v${version}" class="yes">there</td>`
    : html`<td data-name="v${version}" class="soft">not found</td>`;
};

const overVersions = (versions: readonly VersionRow[]): Markup => {
  const rows = findingsOver(versions).map(
    ({ finding, in: has }) => html`<tr>
<th scope="row"><a href="${findingHref(finding)}"><code>${finding.path}:${finding.line}</code></a> ${severity(finding.severity)}<br>
<span class="soft">${finding.rule}</span></th>${versions.map((one) => cell(one, has))}</tr>\n`,
  );
  return table("What became of the findings", ["Finding", ...versions.map(({ version }) => `v${version}`)], rows);
};

/** A series. */
export const seriesPage = (series: SeriesDetail): View => {
  const { key, versions, lists, base } = series;
  const own = versions.find((one) => one.key === key);
  const columns = ["Version", "Sent", "Verdict", "Judged"];
  const judged = own?.judgedAt ?? null;
  const several = versions.length > 1 && versions.some(({ findings }) => findings.length > 0);
  const main = html`<dl class="about">
<dt>Author</dt><dd>${series.author}</dd><dt>Sent</dt><dd>${day(series.sent)}</dd>
<dt>Version</dt><dd>v${series.version}, ${counted(series.total, "patch", "patches")}</dd>
<dt>State</dt><dd>${stateOf(series)}</dd>
<dt>Lists</dt><dd>${lists.map((name, at) => html`${at === 0 ? "" : ", "}<a href="${listHref(name)}">${name}</a>`)}</dd>
<dt>Message-ID</dt><dd>&lt;${key}&gt;</dd></dl>
<h2>Versions</h2>
${table(
  "Versions",
  columns,
  versions.map((one) => versionRow(one, key)),
)}${
  several ? html`<h2>What became of the findings</h2>\n${overVersions(versions)}` : null
}<h2>Findings in v${series.version}</h2>
${judged === null ? html`<p class="empty">${stateOf(series)}</p>\n` : findingsTable(own?.findings ?? [])}${
  base.length === 0 ? null : html`<h2>The tree it was read with</h2>\n${base.map((line) => html`<p>${line}</p>\n`)}`
}`;
  const title = `${series.version === 1 ? "" : `v${series.version}: `}${series.title === "" ? "(no subject)" : series.title}`;
  return { title, data: { series }, main };
};
