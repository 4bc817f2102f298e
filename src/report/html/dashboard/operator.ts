/** What an operator works with: the queue, dead letters, the App, and the way in. */
import { visibleLines } from "../../visible.js";
import { counted } from "../../wording.js";
import { html, type Markup } from "../markup.js";
import type { LetterRow, Listed, QueueRow } from "./data.js";
import { pullHref, queueHref } from "./links.js";
import { csrfField, type Frame, pager, table, type View } from "./shell.js";
import { DASHBOARD } from "./words.js";

type Fields = Readonly<Record<string, string>>;

/** A button that does something, as a form of its own. What it is about is said to those who only hear it. */
const button = (
  frame: Frame,
  action: string,
  label: string,
  about: string,
  fields: Fields,
): Markup => html`<form class="act" method="post" action="${action}">
${csrfField(frame)}${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button type="submit">${label}<span class="sr"> ${about}</span></button></form>
`;

const queueRow = (row: QueueRow): Markup => html`<tr>
<th scope="row"><a href="${queueHref(row.target, row.key)}">${row.subject ?? `${row.target} ${row.key}`}</a><br>
<span class="soft">to ${row.recipients.length === 0 ? row.target : row.recipients.join(", ")}</span></th>
<td data-name="State">${row.state}${row.reason === null ? "" : `: ${row.reason}`}</td><td data-name="List">${row.list}</td>
<td data-name="Not before">${row.notBefore === null ? "at once" : row.notBefore}</td></tr>
`;

/** Mails that wait. */
export const queuePage = (queue: Listed<QueueRow>, frame: Frame): View => {
  const columns = ["Mail", "State", "List", "Not before"];
  const main =
    queue.rows.length === 0
      ? html`<p class="empty">Nothing waits.</p>`
      : html`${table("Mails that wait", columns, queue.rows.map(queueRow))}${pager(frame, queue.next)}`;
  return { title: "Queue", data: { queue: queue.rows, next: queue.next }, main };
};

/** One of them as it would go out. */
export const queuedPage = (row: QueueRow, raw: string | null, frame: Frame): View => {
  const { target, key, state } = row;
  const fields = { target, key };
  const open = state === "held" || state === "waiting";
  const drop = html`<form class="act" method="post" action="/queue/drop">
${csrfField(frame)}<input type="hidden" name="target" value="${target}"><input type="hidden" name="key" value="${key}">
<div class="field"><label for="reason">Reason to drop it</label><input id="reason" name="reason" maxlength="500" required></div>
<button type="submit">Drop</button></form>\n`;
  const main = html`<dl class="about"><dt>State</dt><dd>${state}${row.reason === null ? "" : `: ${row.reason}`}</dd>
<dt>To</dt><dd>${row.recipients.join(", ")}</dd><dt>About</dt><dd>&lt;${key}&gt;</dd></dl>
${state === "held" ? button(frame, "/queue/approve", "Approve", "this mail", fields) : null}${open ? drop : null}
${raw === null ? null : html`<h2>As it goes out</h2>\n<pre>${visibleLines(raw)}</pre>\n`}`;
  return { title: `Queued: ${row.subject ?? key}`, data: { row, raw }, main };
};

const letterRow = (row: LetterRow, frame: Frame): Markup => html`<tr>
<th scope="row">${row.kind} ${row.key}<br><span class="soft">${row.source ?? ""} ${row.ref}</span></th>
<td data-name="Reason">${row.reason}</td><td class="num" data-name="Tried">${row.attempts}</td>
<td class="act">${row.kind === "series" ? button(frame, "/letters/retry", "Try again", row.key, { key: row.key }) : null}${button(
  frame,
  "/letters/drop",
  "Drop",
  row.key,
  { key: row.key },
)}</td></tr>
`;

/** What was given up. */
export const lettersPage = (letters: Listed<LetterRow>, frame: Frame): View => {
  const columns = ["What", "Reason", "Tried", "Do"];
  const main =
    letters.rows.length === 0
      ? html`<p class="empty">Nothing was given up.</p>`
      : html`${table(
          "Dead letters",
          columns,
          letters.rows.map((row) => letterRow(row, frame)),
        )}${pager(frame, letters.next)}`;
  return { title: "Dead letters", data: { letters: letters.rows, next: letters.next }, main };
};

/** What waits for the GitHub App, and what it gave up. */
export interface AppState {
  counts: { waiting: number; done: number; dead: number };
  waiting: { repository: string; subject: string; since: string }[];
  dead: { repository: string; subject: string; kind: string; reason: string }[];
}

const waitingRow = ({ repository, subject, since }: AppState["waiting"][number]): Markup => html`<tr>
<th scope="row"><a href="${pullHref(repository, subject)}">${repository} ${subject}</a></th><td data-name="Since">${since}</td></tr>
`;

const deadRow = ({ repository, subject, kind, reason }: AppState["dead"][number]): Markup => html`<tr>
<th scope="row">${repository} ${subject}</th><td data-name="Task">${kind}</td><td data-name="Reason">${reason}</td></tr>
`;

/** The App. */
export const appPage = (state: AppState, frame: Frame): View => {
  const { counts, waiting, dead } = state;
  const main = html`<p>${counted(counts.waiting, "task")} waiting, ${counts.done} done, ${counts.dead} given up.</p>
<h2>Waiting</h2>
${waiting.length === 0 ? html`<p class="empty">Nothing waits.</p>\n` : table("Waiting", ["Subject", "Since"], waiting.map(waitingRow))}<h2>Given up</h2>
${
  dead.length === 0
    ? html`<p class="empty">Nothing was given up.</p>\n`
    : html`${button(frame, "/app/retry", "Take all up again", "", {})}${table("Given up", ["Subject", "Task", "Reason"], dead.map(deadRow))}`
}`;
  return { title: "App", data: { ...state }, main };
};

/** The way in. `problem` says why the last attempt failed. */
export const signInPage = (token: string, problem: string | null, frame: Frame): View => {
  const form = html`<form class="sign" method="post" action="/sign-in">
<input type="hidden" name="csrf" value="${token}">
<div class="field"><label for="name">Name</label><input id="name" name="name" autocomplete="username" autocapitalize="none" maxlength="64" required></div>
<div class="field"><label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required></div>
<div><button class="main" type="submit">Sign in</button></div>
</form>`;
  const said = problem === null ? null : html`<p class="refused" role="alert">${problem}</p>\n`;
  const main = frame.canSignIn ? html`${said}${form}` : html`<p class="empty">${DASHBOARD.noOperators}</p>`;
  return { title: "Sign in", data: { canSignIn: frame.canSignIn }, main };
};
