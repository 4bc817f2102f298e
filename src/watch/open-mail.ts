/** From the bytes of an archive to the record of a mail, and back from a record to what series are built of. */
import { hasDiff } from "../message/has-diff.js";
import { type Head, readHead } from "../message/head.js";
import type { Message } from "../message/message.js";
import { parseMessage } from "../message/parse-message.js";
import { isPipermailPage, parsePipermailPage } from "../message/pipermail-page.js";
import { parsePipermailText } from "../message/pipermail-text.js";
import { readSingle } from "../message/read-message.js";
import { readAuthor, readPatches } from "../patch/read-patch.js";
import type { SeriesInput } from "../thread/series.js";
import type { NoteReader } from "./notes.js";
import type { MailRecord } from "./records.js";
import type { ArchivedMail, MailForm } from "./source.js";
import { diffAtSight, diffInBody } from "./triage.js";

/** "sha256-<hex>" of bytes. */
export type Digest = (bytes: Uint8Array) => string;

/** What names mails, and what git names patches by: SHA-1 of a text. */
export interface Digests {
  sha256: Digest;
  sha1: (text: string) => Uint8Array;
}

const bufferOf = (raw: Uint8Array): Buffer => Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);

/** Reads a mail of an archive in its form. */
export async function messageOf(form: MailForm, raw: Buffer): Promise<Message> {
  if (form === "mail") return parseMessage(raw);
  if (form === "pipermail-text") return parsePipermailText(raw);
  const text = raw.toString("utf8");
  return isPipermailPage(text) ? parsePipermailPage(text) : readSingle(raw, "html");
}

/**
 * The record of a mail as it stands in an archive. Odd mail becomes an odd record; only bytes that no parser survives throw.
 * Most of an archive needs no more than its headers: bodies are decoded where a look at the bytes does not settle what they are.
 */
export async function openMail(
  { form, raw }: ArchivedMail,
  digest: Digest,
  notes: NoteReader | null = null,
): Promise<MailRecord> {
  const bytes = bufferOf(raw);
  if (form !== "mail") return openPage(form, bytes, digest);
  const head = readHead(bytes);
  const record = recordOf(head, await kindAtSight(head, bytes), form, bytes, digest);
  const found = notes?.mayHold(bytes) ? notes.read(await parseMessage(bytes)) : undefined;
  return found === undefined ? record : { ...record, notes: found };
}

/** As {@link openMail}, with all of the mail read: what a look at its bytes comes to must be the same. */
export async function openClosely({ form, raw }: ArchivedMail, digest: Digest): Promise<MailRecord> {
  return openPage(form, bufferOf(raw), digest);
}

async function openPage(form: MailForm, bytes: Buffer, digest: Digest): Promise<MailRecord> {
  const message = await messageOf(form, bytes);
  return recordOf(message, kindOf(message), form, bytes, digest);
}

function recordOf(head: Head, kind: MailRecord["kind"], form: MailForm, bytes: Buffer, digest: Digest): MailRecord {
  const own = digest(bytes);
  const id = head.messageId ?? own;
  return {
    id,
    kind,
    subject: head.subject,
    sender: head.from.address.toLowerCase(),
    sent: head.date,
    parents: parentsOf(head, id),
    form: kind === "other" ? "mail" : form,
    raw: kind === "other" ? threadHeaders(head, id) : bytes,
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

/** What {@link kindOf} would say of the whole mail. */
async function kindAtSight(head: Head & { bodyStart: number }, bytes: Buffer): Promise<MailRecord["kind"]> {
  const { reply, pull, index } = head.subjectInfo;
  if (reply || pull) return "other";
  let sight = diffAtSight(head.headers, bytes, head.bodyStart);
  if (sight === "unclear") {
    const message = await parseMessage(bytes);
    sight = diffInBody(message.body);
    if (sight === "unclear") return kindOf(message);
  }
  return sight === "patch" ? "patch" : index === 0 ? "cover" : "other";
}

function parentsOf({ inReplyTo, references }: Head, id: string): string[] {
  return [...new Set([...inReplyTo, ...references.toReversed()])].filter((parent) => parent !== id);
}

const oneLine = (text: string): string => text.replace(/[\r\n]+/g, " ");

/** The fields that threads are built from, as the head of a mail; the body of an answer is nobody's business here. */
function threadHeaders(head: Head, id: string): Uint8Array {
  const { from, subject, date, inReplyTo, references } = head;
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
  if (record.kind === "patch") return { message, hasDiff: true, author: readAuthor(message) };
  const { patch, author } = readPatches(message);
  return { message, hasDiff: patch !== null, author };
}
