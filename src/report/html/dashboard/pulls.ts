/** Pull requests, and the last report of one. */
import type { Finding, Review } from "../../../review/finding.js";
import { findingElement } from "../finding.js";
import { html, type Markup } from "../markup.js";
import { findingAnchor } from "../patch.js";
import type { Listed, PullRow } from "./data.js";
import { pullHref } from "./links.js";
import { day, type Frame, pager, table, type View } from "./shell.js";
import { DASHBOARD } from "./words.js";

const pullRow = ({ repository, subject, head, madeAt, findings }: PullRow): Markup => html`<tr>
<th scope="row"><a href="${pullHref(repository, subject)}">${repository} ${subject}</a></th>
<td data-name="Head"><code>${head.slice(0, 12)}</code></td><td class="num" data-name="Findings">${findings}</td>
<td data-name="Reviewed">${day(madeAt)}</td></tr>
`;

/** Pull requests, those reviewed last first. */
export const pullsPage = (pulls: Listed<PullRow>, frame: Frame): View => {
  const columns = ["Pull request", "Head", "Findings", "Reviewed"];
  const main =
    pulls.rows.length === 0
      ? html`<p class="empty">${DASHBOARD.nothing}</p>`
      : html`${table("Pull requests", columns, pulls.rows.map(pullRow))}${pager(frame, pulls.next)}`;
  return { title: "Pull requests", data: { pulls: pulls.rows, next: pulls.next }, main };
};

/** The report that is kept of a pull request. */
export const pullPage = (repository: string, subject: string, head: string, report: Review): View => {
  const taken = { all: true, links: new Map(), fates: new Map(), taken: new Set<string>() };
  const element = (finding: Finding): Markup =>
    findingElement(finding, {
      level: 3,
      anchor: findingAnchor(finding, taken),
      ofPatch: true,
      open: true,
      fate: null,
      lineAnchor: () => null,
    });
  const main = html`<p>Head <code>${head}</code>; rules ${report.tool.rules}.</p>
<h2>Patches</h2>
<ul>
${report.patches.map(({ subject: title }) => html`<li>${title}</li>\n`)}</ul>
<h2>Findings</h2>
${report.findings.length === 0 ? html`<p class="empty">Nothing was found.</p>` : report.findings.map(element)}`;
  return { title: `${repository} ${subject}`, data: { repository, subject, head, report }, main };
};
