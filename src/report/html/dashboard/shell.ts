/** What all pages of the dashboard have in common: head, navigation, and the parts that several of them are made of. */
import { STATUS_LABELS } from "../../wording.js";
import { html, type Markup } from "../markup.js";
import type { FindingRow } from "./data.js";
import { findingHref, jsonHref, ruleHref, seriesHref, withQuery } from "./links.js";
import { DASHBOARD, DONE, NAVIGATION, OPERATOR_NAVIGATION, PULLS } from "./words.js";

/** Who looks, and at what. */
export interface Frame {
  /** Path of the page and its query, without the suffix of a twin. */
  path: string;
  query: Readonly<Record<string, string | null>>;
  /** Name of the operator who is signed in. */
  operator: string | null;
  /** Token that forms of the operator carry; "" without one. */
  csrf: string;
  /** Whether anybody can sign in. */
  canSignIn: boolean;
  /** Whether pull requests may be seen. */
  pulls: boolean;
  /** Address of the style sheet. */
  style: string;
  version: string;
}

/** What stands in the frame. */
export interface View {
  title: string;
  /** What the JSON twin gives. */
  data: object;
  main: Markup;
  /** Address of an Atom feed of what is on the page. */
  feed?: string;
}

const navItem = (path: string, [href, label]: readonly [string, string]): Markup => {
  const here = path === href || (href !== "/" && path.startsWith(`${href}/`)) || (href === "/" && isOfLists(path));
  return html`<li><a href="${href}"${here ? html` aria-current="${path === href ? "page" : "true"}"` : null}>${label}</a></li>`;
};

const isOfLists = (path: string): boolean => /^\/(?:lists|series)(?:\/|$)/.test(path);

/** The hidden field that every form of an operator carries. */
export const csrfField = ({ csrf }: Frame): Markup => html`<input type="hidden" name="csrf" value="${csrf}">`;

const account = (frame: Frame): Markup | null => {
  if (frame.operator !== null)
    return html`<form class="account" method="post" action="/sign-out">${csrfField(frame)}
<span>Signed in as <strong>${frame.operator}</strong></span> <button type="submit">Sign out</button></form>\n`;
  return frame.canSignIn ? html`<p class="account"><a href="/sign-in">Sign in</a></p>\n` : null;
};

const navigation = (frame: Frame): Markup => {
  const pages = [
    ...NAVIGATION,
    ...(frame.pulls ? [PULLS] : []),
    ...(frame.operator === null ? [] : OPERATOR_NAVIGATION),
  ];
  return html`<nav aria-label="Pages"><ul>
${pages.map((page) => navItem(frame.path, page))}
</ul></nav>`;
};

/** A whole page, as text that ends with a line feed. */
export const renderPage = ({ title, main, feed }: View, frame: Frame): string => {
  const done = DONE[frame.query.done ?? ""];
  const { done: _done, ...query } = frame.query;
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} - ${DASHBOARD.name}</title>
<link rel="stylesheet" href="${frame.style}">
<link rel="alternate" type="application/json" href="${jsonHref(frame.path, query)}">
${feed === undefined ? null : html`<link rel="alternate" type="application/atom+xml" href="${feed}" title="${title}">\n`}</head>
<body class="dash">
<a class="skip" href="#main">${DASHBOARD.skip}</a>
<header class="site">
<p class="brand"><a href="/">${DASHBOARD.name}</a></p>
${navigation(frame)}
${account(frame)}</header>
<main id="main" tabindex="-1">
<h1>${title}</h1>
${done === undefined ? null : html`<p class="done" role="status">${done}</p>\n`}${main}
</main>
<footer>
<p><a href="${jsonHref(frame.path, query)}">${DASHBOARD.json}</a>${
    feed === undefined ? null : html` · <a href="${feed}">${DASHBOARD.feed}</a>`
  } · ${DASHBOARD.name} ${frame.version}</p>
</footer>
</body>
</html>
`.text;
};

/** The day of a time, as an element. */
export const day = (at: string | null): Markup =>
  at === null ? html`<span class="soft">no date</span>` : html`<time datetime="${at}">${at.slice(0, 10)}</time>`;

/** A table that scrolls by itself where the page is narrow, and can be reached by the keyboard for that. */
export const table = (name: string, columns: readonly string[], rows: readonly Markup[]): Markup =>
  html`<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table class="list">
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>
${rows}</tbody></table></div>
`;

/** Links to where the list goes on. */
export const pager = ({ path, query }: Frame, next: string | null): Markup | null => {
  const { after, done: _done, ...rest } = query;
  const first = after === null || after === undefined ? null : withQuery(path, rest);
  if (first === null && next === null) return null;
  return html`<nav class="pager" aria-label="More of this list"><ul>
${first === null ? null : html`<li><a href="${first}">${DASHBOARD.newest}</a></li>`}${
  next === null
    ? null
    : html`<li><a rel="next" href="${withQuery(path, { ...rest, after: next })}">${DASHBOARD.older}</a></li>`
}
</ul></nav>
`;
};

/** The severity of a finding, in its colour and in a word. */
export const severity = (word: string): Markup =>
  html`<span class="badge ${/^(?:error|warning|note)$/.test(word) ? word : "note"}"><span class="sev">${word}</span></span>`;

const FINDING_COLUMNS = ["Finding", "Severity", "Rule", "Patch", "Sent"];

const findingRow = (row: FindingRow): Markup => html`<tr>
<th scope="row"><a href="${findingHref(row)}"><code>${row.path}:${row.line}</code></a><br>
<span class="soft">${row.id}</span></th>
<td>${severity(row.severity)}<br><span class="soft">${STATUS_LABELS[row.status] ?? row.status}</span></td>
<td><a href="${ruleHref(row.rule)}">${row.rule}</a></td>
<td><a href="${seriesHref(row.series)}">${row.subject === "" ? "(no subject)" : row.subject}</a></td>
<td>${day(row.sent)}</td></tr>
`;

/** Findings as a table. */
export const findingsTable = (rows: readonly FindingRow[]): Markup =>
  rows.length === 0
    ? html`<p class="empty">${DASHBOARD.noFindings}</p>\n`
    : table("Findings", FINDING_COLUMNS, rows.map(findingRow));
