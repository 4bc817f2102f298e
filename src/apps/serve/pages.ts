/** The pages that everybody may see: each looks up what it shows, and the renderers of report/html/dashboard write it. */
import { readRulePage } from "../../io/load-rules.js";
import { findingsById, ruleCounts, seenFindings } from "../../io/store/seen-findings.js";
import { lastVerdict, listsOf, seenLists, seenSeries, seenVersions } from "../../io/store/seen-series.js";
import { seenPulls } from "../../io/store/seen-waiting.js";
import type { RuleRow } from "../../report/html/dashboard/data.js";
import { type FindingDetail, findingPage, findingsPage } from "../../report/html/dashboard/findings.js";
import { homePage, listPage, seriesPage } from "../../report/html/dashboard/lists.js";
import { pullPage, pullsPage } from "../../report/html/dashboard/pulls.js";
import { rulePage, rulesPage } from "../../report/html/dashboard/rules.js";
import type { View } from "../../report/html/dashboard/shell.js";
import type { Refusal } from "../../report/html/dashboard/words.js";
import { type Review, type ReviewedPatch, SEVERITIES, STATUSES } from "../../review/finding.js";
import { ledgerRows } from "../../speak/ledger.js";
import type { BaseChoice } from "../../watch/base.js";
import { baseLines } from "../../watch/base-text.js";
import type { VerdictRecord } from "../../watch/records.js";
import { allVersions, pageLinks, storedResult } from "../stored-page.js";
import { type Asked, askedFor, type Dashboard, keyOf, type PageRoute, ROWS } from "./dashboard.js";

/** Other series that a finding is shown in. */
const ELSEWHERE = 20;
/** Findings and answers that the page of a rule shows. */
const RECENT = 20;

/** All lists: those with series, and those that are followed and have none yet. */
async function lists({ store, config }: Dashboard) {
  const seen = await seenLists(store.sql);
  const names = new Set(seen.map(({ name }) => name));
  const fresh = config.sources.filter(({ name }) => !names.has(name));
  const all = [...seen, ...fresh.map(({ name }) => ({ name, series: 0, findings: 0, latest: null }))];
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function isList(name: string, dashboard: Dashboard): Promise<boolean> {
  if (dashboard.config.sources.some((source) => source.name === name)) return true;
  return ((await seenSeries(dashboard.store.sql, name, null, 1))?.rows.length ?? 0) > 0;
}

async function list(asked: Asked, dashboard: Dashboard): Promise<View | Refusal> {
  const name = keyOf(asked);
  if (!(await isList(name, dashboard))) return 404;
  const series = await seenSeries(dashboard.store.sql, name, askedFor(asked, "after"), ROWS);
  return series === null ? 400 : listPage(name, series, asked.frame);
}

const baseOf = (verdict: VerdictRecord | null): string[] => {
  const base = verdict?.base as BaseChoice | null | undefined;
  return base !== null && base !== undefined && "tried" in base ? baseLines(base) : [];
};

async function series(asked: Asked, { store }: Dashboard): Promise<View | Refusal> {
  const found = await store.series(keyOf(asked));
  if (found === null) return 404;
  const { key, title, author, version, total, sent, state, incomplete } = found;
  const chain = await allVersions(key, store);
  const versions = await seenVersions(
    store.sql,
    chain.map((one) => one.key),
  );
  const base = baseOf(await lastVerdict(store.sql, key));
  const own = await listsOf(store.sql, key);
  return seriesPage({ key, title, author, version, total, sent, state, incomplete, lists: own, versions, base });
}

async function findings(asked: Asked, dashboard: Dashboard): Promise<View | Refusal> {
  const of = (name: Parameters<typeof askedFor>[1]) => askedFor(asked, name);
  const filter = {
    rule: of("rule"),
    severity: of("severity"),
    status: of("status"),
    list: of("list"),
    text: of("text")?.slice(0, 200) ?? null,
  };
  const isOf = (value: string | null, all: readonly string[]): boolean => value === null || all.includes(value);
  if (!isOf(filter.severity, SEVERITIES) || !isOf(filter.status, STATUSES)) return 400;
  const { store, rules, config } = dashboard;
  const found = await seenFindings(store.sql, filter, of("after"), ROWS);
  if (found === null) return 400;
  const choices = { rules: rules.rules.map(({ id }) => id), lists: config.sources.map(({ name }) => name).sort() };
  return findingsPage(filter, choices, found, asked.frame);
}

async function finding(asked: Asked, dashboard: Dashboard): Promise<View | Refusal> {
  const rows = await findingsById(dashboard.store.sql, keyOf(asked), ELSEWHERE);
  const wanted = askedFor(asked, "series");
  const row = rows.find(({ series: key }) => key === wanted) ?? (wanted === null ? rows[0] : undefined);
  if (row === undefined) return 404;
  return findingPage({
    row,
    elsewhere: rows.filter((one) => one.series !== row.series),
    ...(await details(row, dashboard)),
  });
}

/** A finding out of its report, with its patch: only that mail is read, however long the series is. */
async function details(
  { id, series: key, messageId }: FindingDetail["row"],
  { store, config }: Dashboard,
): Promise<Pick<FindingDetail, "finding" | "reviewed" | "versions" | "links">> {
  const verdict = await lastVerdict(store.sql, key);
  const chain = await allVersions(key, store);
  const versions = await seenVersions(
    store.sql,
    chain.map((one) => one.key),
  );
  const report = verdict?.report as Partial<Review> | undefined;
  const found = report?.findings?.find((one) => one.id === id && one.messageId === messageId) ?? null;
  if (verdict === null || found === null || messageId === null)
    return { finding: found, reviewed: null, versions, links: [] };
  const result = await storedResult(verdict, store, messageId);
  const links = (await pageLinks(result, store, config)).get(messageId) ?? [];
  const [patch]: (ReviewedPatch | undefined)[] = result.reviewed;
  const reviewed = patch === undefined ? null : { ...patch, findings: [found] };
  return { finding: found, reviewed, versions, links };
}

/** Rules of the set, and those that only findings or answers name, with their numbers. */
async function ruleRows({ store, config, rules }: Dashboard): Promise<RuleRow[]> {
  const counts = await ruleCounts(store.sql);
  const known = new Map(rules.rules.map((rule) => [rule.id, rule]));
  const rows = ledgerRows(await store.ledger(), config.ledger, [...known.keys(), ...counts.keys()]);
  return rows.map(({ rule: id, valid, invalid, precision, demoted }) => {
    const rule = known.get(id);
    const of = { title: rule?.title ?? null, stage: rule?.stage ?? null, kind: rule?.kind ?? null };
    return { id, ...of, findings: counts.get(id) ?? 0, valid, invalid, precision, demoted };
  });
}

async function rule(asked: Asked, dashboard: Dashboard): Promise<View | Refusal> {
  const id = `${asked.params.area}/${asked.params.id}`;
  const row = (await ruleRows(dashboard)).find((one) => one.id === id);
  if (row === undefined) return 404;
  const { store, rules, config } = dashboard;
  const any = { rule: id, severity: null, status: null, list: null, text: null };
  const recent = await seenFindings(store.sql, any, null, RECENT);
  const answers = (await store.ledger()).filter((answer) => answer.rule === id).toReversed();
  const page = await readRulePage(rules, id, config.rules);
  return rulePage({ rule: row, page, answers: answers.slice(0, RECENT), recent: recent?.rows ?? [] });
}

async function pulls(asked: Asked, { store }: Dashboard): Promise<View | Refusal> {
  const found = await seenPulls(store.sql, askedFor(asked, "after"), ROWS);
  return found === null ? 400 : pullsPage(found, asked.frame);
}

async function pull(asked: Asked, { store }: Dashboard): Promise<View | Refusal> {
  const [repository, subject] = [askedFor(asked, "repository") ?? "", askedFor(asked, "subject") ?? ""];
  const kept = await store.report(repository, subject);
  return kept === null ? 404 : pullPage(repository, subject, kept.head, kept.report as Review);
}

/** All of them. */
export const PAGES: readonly PageRoute[] = [
  { path: "/", access: "all", show: async (_, dashboard) => homePage(await lists(dashboard)) },
  { path: "/lists", access: "all", show: list },
  { path: "/lists/:key", access: "all", show: list },
  { path: "/series", access: "all", show: series },
  { path: "/series/:key", access: "all", show: series },
  {
    path: "/findings",
    access: "all",
    show: (asked, dashboard) => (askedFor(asked, "key") === null ? findings : finding)(asked, dashboard),
  },
  { path: "/findings/:key", access: "all", show: finding },
  { path: "/rules", access: "all", show: async (_, dashboard) => rulesPage(await ruleRows(dashboard)) },
  { path: "/rules/:area/:id", access: "all", show: rule },
  { path: "/pulls", access: "pulls", show: pulls },
  { path: "/pulls/report", access: "pulls", show: pull },
];
