/** One finding on a page: what is wrong, why, where with the locks held, how two threads meet, what to do. */
import type { Finding, InterleavingStep, WitnessSite } from "../../review/finding.js";
import {
  CONFIDENCE_PHRASES,
  HEADINGS,
  locksPhrase,
  PAGE,
  QUESTIONS,
  ROLE_LABELS,
  SEVERITY_LABELS,
  STATUS_ANSWERS,
  STATUS_LABELS,
} from "../wording.js";
import { html, type Markup } from "./markup.js";

/** A heading of a level from 2 to 6, so that levels follow each other wherever a part stands. */
export const heading = (level: number, content: Markup): Markup =>
  [
    html`<h2>${content}</h2>`,
    html`<h3>${content}</h3>`,
    html`<h4>${content}</h4>`,
    html`<h5>${content}</h5>`,
    html`<h6>${content}</h6>`,
  ][Math.min(6, Math.max(2, level)) - 2] ?? html``;

/** What stands around a finding on its page. */
export interface FindingSetting {
  /** Level of its heading. */
  level: number;
  /** Value of its id attribute, or null. */
  anchor: string | null;
  /** False for a scan of the tree, which has no patch to ask about. */
  ofPatch: boolean;
  /** Shown unfolded. */
  open: boolean;
  /** What became of it in later versions, or null. */
  fate: string | null;
  /** Value of the id attribute of the line that shows a place, or null where the page does not show it. */
  lineAnchor(site: WitnessSite): string | null;
}

const untold = (site: WitnessSite, finding: Finding): boolean =>
  site.role === "lock" || site.role === "unlock" || (site.locks.length === 0 && finding.confidence === "low");

const siteItem = (site: WitnessSite, finding: Finding, setting: FindingSetting): Markup => {
  const via = site.via.length === 0 ? "" : ` via ${site.via.join(" → ")}`;
  const place = `${site.path}:${site.line}`;
  const anchor = setting.lineAnchor(site);
  const where = anchor === null ? html`${place}` : html`<a href="#${anchor}">${place}</a>`;
  const locks = untold(site, finding) ? "" : `, ${locksPhrase(site.locks, finding.confidence)}`;
  return html`<li>${ROLE_LABELS[site.role]}: ${site.function}()${via}, ${where}${locks}<code>${site.code}</code></li>\n`;
};

const sites = (finding: Finding, setting: FindingSetting): Markup | null =>
  finding.witness.length === 0
    ? null
    : html`<div><dt>${HEADINGS.sites}</dt><dd><ol class="sites">
${finding.witness.map((site) => siteItem(site, finding, setting))}</ol></dd></div>
`;

const stepRow = ({ thread, text }: InterleavingStep): Markup =>
  thread === "A" ? html`<tr><td>${text}</td><td></td></tr>\n` : html`<tr><td></td><td>${text}</td></tr>\n`;

const interleaving = (finding: Finding): Markup | null =>
  finding.interleaving.length === 0
    ? null
    : html`<div><dt>${HEADINGS.interleaving}</dt><dd><table class="meet">
<thead><tr>${PAGE.threads.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${finding.interleaving.map(stepRow)}</tbody></table></dd></div>
`;

const paragraph = (title: string, text: string): Markup | null =>
  text === "" ? null : html`<div><dt>${title}</dt><dd>${text.replace(/\s+/g, " ").trim()}</dd></div>\n`;

const answers = ({ status }: Finding): Markup =>
  html`<div class="asked"><dt>${QUESTIONS.before}</dt><dd>${STATUS_ANSWERS[status].before}</dd></div>
<div class="asked"><dt>${QUESTIONS.after}</dt><dd>${STATUS_ANSWERS[status].after}</dd></div>
`;

const fact = (name: string, value: string): Markup => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`;

const facts = (finding: Finding): Markup => html`<dl class="facts">
${fact("Rule", finding.rule)}${fact("Status", STATUS_LABELS[finding.status])}${fact(
  "Confidence",
  `${finding.confidence} (${CONFIDENCE_PHRASES[finding.confidence]})`,
)}${fact("Finding", finding.id)}${finding.cites.length === 0 ? null : fact("See", finding.cites.join(", "))}</dl>
`;

/** A finding as an element that can be folded; its summary is its heading. */
export const findingElement = (finding: Finding, setting: FindingSetting): Markup => {
  const id = setting.anchor === null ? null : html` id="${setting.anchor}"`;
  const inside = finding.function === "" ? "" : ` in ${finding.function}()`;
  const label = SEVERITY_LABELS[finding.severity];
  return html`<details class="finding ${finding.severity}"${id}${setting.open ? html` open` : null}>
<summary>${heading(setting.level, html`<span class="sev">${label}:</span> ${finding.message.replace(/\s+/g, " ")}`)}</summary>
<p class="soft">${finding.path}:${finding.line}${inside}</p>
${setting.fate === null ? null : html`<p class="fate">${setting.fate}</p>\n`}<dl>
${paragraph(HEADINGS.why, finding.why)}${sites(finding, setting)}${interleaving(finding)}${paragraph(
  HEADINGS.suggestion,
  finding.suggestion,
)}${setting.ofPatch ? answers(finding) : null}</dl>
${finding.nursery ? html`<p class="soft">${PAGE.nursery}</p>\n` : null}${facts(finding)}</details>
`;
};
