/** `review queue`: what waits to be sent, and a moderator's word on it. */
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { EXIT, type ExitCode, ReviewError } from "../errors.js";
import { loadConfig } from "../io/config/load-config.js";
import type { SqlStore } from "../io/store/store.js";
import { writeOutput } from "../io/terminal.js";
import { visibleLines } from "../report/visible.js";
import { addressKey } from "../speak/addresses.js";
import { withBody } from "../speak/edit.js";
import { type OutgoingMail, outgoingSchema } from "../speak/outgoing.js";
import { isSpeaking } from "../speak/policy.js";
import type { WatchConfig } from "../watch/config.js";
import { OUTBOX_STATES, type OutboxRow } from "../watch/outbox.js";
import { openBeside } from "./watch/place.js";
import { outboxText } from "./watch/plan-text.js";

export type QueueAction = "list" | "show" | "approve" | "edit" | "drop";

export interface QueueOptions {
  config: string;
  all?: boolean;
  file?: string;
}

interface Asked extends QueueOptions {
  action: QueueAction;
  key: string | null;
  reason: string | null;
}

/** Runs the command; exit 4 when the mail is not there, or it is too late. */
export async function runQueue(asked: Asked): Promise<ExitCode> {
  const config = await loadConfig(asked.config);
  const place = await openBeside(config);
  try {
    await act(asked, place.store, config);
  } finally {
    await place.close();
  }
  return EXIT.nothing;
}

async function act(asked: Asked, store: SqlStore, config: WatchConfig): Promise<void> {
  if (asked.action === "list") {
    const rows = await store.outbox(asked.all === true ? OUTBOX_STATES : ["held", "waiting", "unsure"]);
    await writeOutput(rows.length === 0 ? "nothing waits\n" : outboxText(rows));
    return;
  }
  const row = await rowNamed(asked.key ?? "", store);
  if (asked.action === "show") await writeOutput(visibleLines(mailOf(row).raw));
  else if (asked.action === "approve") await approve(store, row, config);
  else if (asked.action === "drop")
    await decide(store, row, { kind: "drop", reason: asked.reason ?? "no reason given" });
  else {
    const mail = mailOf(row);
    const body = await newBody(mail, asked.file);
    const payload = withBody(mail, body);
    if (payload === null) throw new ReviewError("bad-edit", EXIT.input, "the text is empty: drop the mail instead");
    await decide(store, row, { kind: "edit", payload });
  }
}

/** A draft was planned by a watch without --send; it goes out only where its list has opted in meanwhile. */
async function approve(store: SqlStore, row: OutboxRow, { lists }: WatchConfig): Promise<void> {
  const list = lists.find(({ address }) => addressKey(address) === row.list);
  if (row.state === "draft" && (list === undefined || !isSpeaking(list)))
    throw new ReviewError("not-opted-in", EXIT.input, "the mail is a draft, and its list has no mode that sends mail");
  await decide(store, row, { kind: "approve", drafts: true });
}

/** The row of a patch, of another key, or of the word that a moderator was told. */
async function rowNamed(name: string, store: SqlStore): Promise<OutboxRow> {
  const bare = name.replace(/^<(.*)>$/, "$1");
  const row = (await store.outboxRow("mail", bare)) ?? (await store.outbox()).find(({ word }) => word === bare) ?? null;
  if (row !== null) return row;
  throw new ReviewError("no-such-mail", EXIT.input, `no mail of that key waits; review queue list names those that do`);
}

function mailOf({ payload }: OutboxRow): OutgoingMail {
  const parsed = outgoingSchema.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new ReviewError("no-mail", EXIT.input, "the row holds no mail that this program can read");
}

async function decide(
  store: SqlStore,
  { target, key, state }: OutboxRow,
  decision: Parameters<SqlStore["decideOutbox"]>[2],
) {
  if (await store.decideOutbox(target, key, decision)) return;
  throw new ReviewError("too-late", EXIT.input, `the mail does not wait for that: it is ${STATE_WORDS[state]}`);
}

const STATE_WORDS: Readonly<Record<OutboxRow["state"], string>> = {
  draft: "a draft",
  held: "held, or changed at this moment",
  waiting: "let go already, or is being sent",
  sent: "sent",
  dropped: "dropped",
  failed: "given up: the server refused it",
  unsure: "perhaps sent: nobody knows",
};

const bodyOf = ({ raw }: OutgoingMail): string => raw.slice(raw.indexOf("\n\n") + 2);

/** The text from a file, from standard input, or from the editor of whoever runs this. */
async function newBody(mail: OutgoingMail, file: string | undefined): Promise<string> {
  if (file === "-") return readAll(process.stdin);
  if (file !== undefined) return readFile(file, "utf8");
  const editor = process.env.VISUAL || process.env.EDITOR;
  if (!editor) throw new ReviewError("no-editor", EXIT.usage, "set EDITOR, or name a file with --file");
  const folder = await mkdtemp(join(tmpdir(), "patchwitness-"));
  try {
    const path = join(folder, "mail.txt");
    await writeFile(path, bodyOf(mail), { mode: 0o600 });
    const done = spawnSync("/bin/sh", ["-c", `${editor} "$1"`, "sh", path], { stdio: "inherit" });
    if (done.status !== 0) throw new ReviewError("editor-failed", EXIT.input, "the editor failed; nothing was changed");
    return await readFile(path, "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
