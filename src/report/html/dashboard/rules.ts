/** Rules with their ledger, and one of them. */
import { html, type Markup } from "../markup.js";
import type { AnswerRow, FindingRow, RuleRow } from "./data.js";
import { findingHref, ruleHref, withQuery } from "./links.js";
import { day, findingsTable, table, type View } from "./shell.js";
import { DASHBOARD } from "./words.js";

const percent = (share: number | null): string => (share === null ? "no answers" : `${Math.round(share * 100)} %`);

const stageOf = ({ stage, demoted }: RuleRow): string =>
  demoted ? "nursery, by its answers" : (stage ?? "not in the rules any more");

const ruleRow = (rule: RuleRow): Markup => html`<tr>
<th scope="row"><a href="${ruleHref(rule.id)}">${rule.id}</a>${rule.title === null ? null : html`<br><span class="soft">${rule.title}</span>`}</th>
<td data-name="Stage">${stageOf(rule)}</td>
<td class="num" data-name="Findings"><a href="${withQuery("/findings", { rule: rule.id })}">${rule.findings}</a></td>
<td class="num" data-name="Valid">${rule.valid}</td><td class="num" data-name="Invalid">${rule.invalid}</td>
<td class="num" data-name="Precision">${percent(rule.precision)}</td></tr>
`;

/** All rules, those that only the store knows too. */
export const rulesPage = (rules: readonly RuleRow[]): View => {
  const columns = ["Rule", "Stage", "Findings", "Valid", "Invalid", "Precision"];
  return {
    title: "Rules",
    data: { rules },
    main: html`<p>Valid and invalid count the answers of people, and judgements that were put down by hand.</p>
${table("Rules with their ledger", columns, rules.map(ruleRow))}`,
  };
};

/** A rule, what people said to it, and what it found last. */
export interface RuleDetail {
  rule: RuleRow;
  /** Its README; "" where there is none. */
  page: string;
  answers: AnswerRow[];
  recent: FindingRow[];
}

const answerRow = ({ finding, valid, by, reason, via, at }: AnswerRow): Markup => html`<tr>
<th scope="row"><a href="${findingHref({ id: finding, series: "" })}">${finding}</a></th><td data-name="Answer">${valid ? "valid" : "invalid"}</td>
<td data-name="By">${by} (${via})</td><td data-name="Reason">${reason}</td><td data-name="When">${day(at)}</td></tr>
`;

/** One rule. */
export const rulePage = ({ rule, page, answers, recent }: RuleDetail): View => {
  const columns = ["Finding", "Answer", "By", "Reason", "When"];
  const main = html`${rule.title === null ? null : html`<p>${rule.title}</p>\n`}<dl class="about">
<dt>Stage</dt><dd>${stageOf(rule)}</dd>${rule.kind === null ? null : html`<dt>Kind</dt><dd>${rule.kind}</dd>`}
<dt>Findings</dt><dd><a href="${withQuery("/findings", { rule: rule.id })}">${rule.findings}</a></dd>
<dt>Answers</dt><dd>${rule.valid} valid, ${rule.invalid} invalid</dd><dt>Precision</dt><dd>${percent(rule.precision)}</dd></dl>
<h2>Found last</h2>
${findingsTable(recent)}<h2>Ledger</h2>
${answers.length === 0 ? html`<p class="empty">${DASHBOARD.nothing}</p>\n` : table("Ledger", columns, answers.map(answerRow))}${
  page === "" ? null : html`<h2>What it says</h2>\n<pre>${page.trim()}</pre>\n`
}`;
  return { title: `Rule ${rule.id}`, data: { rule, page, answers, recent }, main };
};
