/** What operators see, and what their forms do: every change is one transaction of the store. */
import { dropLetters } from "../../io/store/found.js";
import { seenLetters, seenQueue } from "../../io/store/seen-waiting.js";
import { appPage, lettersPage, queuedPage, queuePage } from "../../report/html/dashboard/operator.js";
import type { View } from "../../report/html/dashboard/shell.js";
import type { Refusal } from "../../report/html/dashboard/words.js";
import { outgoingSchema } from "../../speak/outgoing.js";
import { type ActRoute, type Asked, askedFor, type Dashboard, type PageRoute, ROWS } from "./dashboard.js";

/** What waits for somebody or something. */
const WAITING = ["held", "waiting", "unsure"] as const;
/** Entries of each list on the page of the App. */
const SHOWN = 200;

async function queue(asked: Asked, { store }: Dashboard): Promise<View | Refusal> {
  const rows = await seenQueue(store.sql, WAITING, askedFor(asked, "after"), ROWS);
  return rows === null ? 400 : queuePage(rows, asked.frame);
}

async function queued(asked: Asked, { store }: Dashboard): Promise<View | Refusal> {
  const row = await store.outboxRow(askedFor(asked, "target") ?? "", askedFor(asked, "key") ?? "");
  if (row === null) return 404;
  const mail = outgoingSchema.safeParse(row.payload).data ?? null;
  const { target, key, state, reason, list, author, notBefore, attempts } = row;
  const of = { subject: mail?.subject ?? null, recipients: mail?.recipients ?? [] };
  return queuedPage(
    { target, key, state, reason, list, author, notBefore, attempts, ...of },
    mail?.raw ?? null,
    asked.frame,
  );
}

async function letters(asked: Asked, { store }: Dashboard): Promise<View | Refusal> {
  const rows = await seenLetters(store.sql, askedFor(asked, "after"), ROWS);
  return rows === null ? 400 : lettersPage(rows, asked.frame);
}

async function app({ frame }: Asked, { store, now }: Dashboard): Promise<View> {
  const dead = await store.deadTasks(SHOWN);
  const state = {
    counts: await store.taskCounts(),
    waiting: await store.waitingSubjects(now().toISOString(), SHOWN),
    dead: dead.map(({ task: { repository, subject, kind }, reason }) => ({ repository, subject, kind, reason })),
  };
  return appPage(state, frame);
}

/** Pages of operators. */
export const OPERATOR_PAGES: readonly PageRoute[] = [
  { path: "/queue", access: "operator", show: queue },
  { path: "/queue/mail", access: "operator", show: queued },
  { path: "/letters", access: "operator", show: letters },
  { path: "/app", access: "operator", show: app },
];

type Form = Readonly<Record<string, string>>;

async function decide(form: Form, { store }: Dashboard, decision: Parameters<Dashboard["store"]["decideOutbox"]>[2]) {
  const done = await store.decideOutbox(form.target ?? "", form.key ?? "", decision);
  return { to: "/queue", done: done ? (decision.kind === "approve" ? "approved" : "dropped") : "late" };
}

/** Only a series: a mail has to be read from its archive again, which is the watch's. */
async function retryLetter({ key = "" }: Form, { store }: Dashboard) {
  await store.revive("series", key);
  return { to: "/letters", done: "retried" };
}

async function dropLetter({ key = "" }: Form, { store }: Dashboard) {
  const gone = await dropLetters(store.sql, key);
  return { to: "/letters", done: gone.length === 0 ? "gone" : "dropped" };
}

/** What their forms do. */
export const ACTS: readonly ActRoute[] = [
  { path: "/queue/approve", act: (form, dashboard) => decide(form, dashboard, { kind: "approve" }) },
  {
    path: "/queue/drop",
    act: (form, dashboard) => decide(form, dashboard, { kind: "drop", reason: form.reason || "no reason given" }),
  },
  { path: "/letters/retry", act: retryLetter },
  { path: "/letters/drop", act: dropLetter },
  {
    path: "/app/retry",
    async act(_, { store, now }) {
      await store.reviveTasks(now().toISOString());
      return { to: "/app", done: "retried" };
    },
  },
];
