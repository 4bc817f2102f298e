/** From the bytes of an archive to the record of a mail, and back from a record to what series are built of. */
import { hasDiff } from "../message/has-diff.js";
import type { Message } from "../message/message.js";
import { parseMessage } from "../message/parse-message.js";
import { isPipermailPage, parsePipermailPage } from "../message/pipermail-page.js";
import { parsePipermailText } from "../message/pipermail-text.js";
import { readSingle } from "../message/read-message.js";
import { readPatches } from "../patch/read-patch.js";
import type { SeriesInput } from "../thread/collect-series.js";
import type { MailRecord } from "./records.js";
import type { ArchivedMail, MailForm } from "./source.js";
import { mayBeCover, mayCarryDiff } from "./triage.js";

/** "sha256-<hex>" of bytes. */
export type Digest = (bytes: Uint8Array) => string;

const bufferOf = (raw: Uint8Array): Buffer => Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);

/** Reads a mail of an archive in its form. */
export async function messageOf(form: MailForm, raw: Buffer): Promise<Message> {
  if (form === "mail") return parseMessage(raw);
  if (form === "pipermail-text") return parsePipermailText(raw);
  const text = raw.toString("utf8");
  return isPipermailPage(text) ? parsePipermailPage(text) : readSingle(raw, "html");
}

/** Where the header block of a mail ends, so that an answer's body is not even decoded. */
function headOf(raw: Buffer): Buffer {
  const end = /\n\r?\n/.exec(raw.toString("latin1", 0, Math.min(raw.length, 256 * 1024)));
  return end === null ? raw : raw.subarray(0, end.index + end[0].length);
}

/** The record of a mail as it stands in an archive. Odd mail becomes an odd record; only bytes that no parser survives throw. */
export async function openMail({ form, raw }: ArchivedMail, digest: Digest): Promise<MailRecord> {
  const bytes = bufferOf(raw);
  const matters = form !== "mail" || mayCarryDiff(bytes) || mayBeCover(bytes);
  const message = await messageOf(form, matters ? bytes : headOf(bytes));
  const kind = matters ? kindOf(message) : "other";
  const own = digest(bytes);
  const id = message.messageId ?? own;
  return {
    id,
    kind,
    subject: message.subject,
    sender: message.from.address.toLowerCase(),
    sent: message.date,
    parents: parentsOf(message, id),
    form: kind === "other" ? "mail" : form,
    raw: kind === "other" ? threadHeaders(message, id) : raw,
    digest: own,
  };
}

/** Whether a mail posts a patch or begins a series; what only speaks of one does not. */
function kindOf(message: Message): MailRecord["kind"] {
  const { reply, pull, index } = message.subjectInfo;
  if (reply || pull) return "other";
  if (hasDiff(message.body.text) && readPatches(message).patch !== null) return "patch";
  return index === 0 ? "cover" : "other";
}

function parentsOf({ inReplyTo, references }: Message, id: string): string[] {
  return [...new Set([...inReplyTo, ...references.toReversed()])].filter((parent) => parent !== id);
}

const oneLine = (text: string): string => text.replace(/[\r\n]+/g, " ");

/** The fields that threads are built from, as the head of a mail; the body of an answer is nobody's business here. */
function threadHeaders(message: Message, id: string): Uint8Array {
  const { from, subject, date, inReplyTo, references } = message;
  const ids = (list: readonly string[]): string => list.map((one) => `<${one}>`).join(" ");
  const name = from.name.replace(/["\\]/g, "");
  const lines = [
    `From: ${name === "" ? "" : `"${name}" `}<${from.address}>`,
    `Subject: ${subject}`,
    ...(date === null ? [] : [`Date: ${new Date(date).toUTCString()}`]),
    `Message-ID: <${id}>`,
    ...(inReplyTo.length === 0 ? [] : [`In-Reply-To: ${ids(inReplyTo)}`]),
    ...(references.length === 0 ? [] : [`References: ${ids(references)}`]),
  ];
  return Buffer.from(`${lines.map(oneLine).join("\n")}\n\n`, "utf8");
}

/** The message of a record; one without a Message-ID goes by its record's name. */
export async function recordedMessage(record: MailRecord): Promise<Message> {
  const message = await messageOf(record.form, bufferOf(record.raw));
  return message.messageId === record.id ? message : { ...message, messageId: record.id };
}

/** What series are collected from. */
export async function seriesInput(record: MailRecord): Promise<SeriesInput> {
  const message = await recordedMessage(record);
  if (record.kind === "other") return { message, hasDiff: false };
  const { patch, author } = readPatches(message);
  return { message, hasDiff: patch !== null, author };
}
