/**
 * Mail out of the text of a page, saved or pasted from a browser. Two layouts are read: pipermail's (subject, name,
 * `user at host`, date, then the body) and a head of `From:`, `Subject:`, `Date:` lines as public-inbox and mail
 * clients show it.
 */
import { parseAddressList, restoreAt } from "./address.js";
import { restoreAtSigns } from "./at-sign.js";
import { parseDate } from "./date.js";
import type { Mailbox, Message } from "./message.js";
import { parseMessageIds } from "./message-ids.js";
import { pageMessage } from "./page-message.js";
import { scrubbed, withoutEcho } from "./pipermail-text.js";

interface Head {
  subject: string;
  from: Mailbox;
  date: string | null;
  messageId: string | null;
  /** Number of lines that the head takes. */
  lines: number;
}

/** How far into a page the head may begin or go on. Lines. */
const HEAD_LINES = 40;
const ADDRESS = /^[^\s@<>]{1,64}(?: at |@)[^\s@<>]+\.[^\s@<>]+$/;
const NAVIGATION =
  /^[*•\s-]*(?:(?:Previous|Next) message(?: \(by thread\))?:|Messages sorted by:|\[ ?(?:date|thread|subject|author) ?\])/i;

/** The message of a pasted page, or null when nothing at the text's beginning looks like the head of one. */
export function parsePastedPage(text: string): Message | null {
  const lines = text.split("\n");
  const head = pipermailHead(lines) ?? fieldHead(lines);
  if (head === null) return null;
  let start = head.lines;
  while (start < lines.length && isFurniture(lines[start] ?? "")) start++;
  const body = restoreAtSigns(`${lines.slice(start, bodyEnd(lines, start)).join("\n").replace(/\n+$/, "")}\n`);
  return pageMessage({ ...head, text: body, origin: "pasted", problems: scrubbed(body) });
}

/** Subject, then name and address on one or two lines, then the date; blank lines may stand between. */
function pipermailHead(lines: readonly string[]): Head | null {
  const seen: { text: string; at: number }[] = [];
  for (let i = 0; i < Math.min(lines.length, HEAD_LINES) && seen.length < 12; i++) {
    const text = (lines[i] ?? "").trim();
    if (text !== "") seen.push({ text, at: i });
  }
  for (let i = 1; i < seen.length; i++) {
    const date = parseDate(seen[i]?.text ?? "");
    // Text browsers number the links: "[1]user at host".
    const before = (seen[i - 1]?.text ?? "").replace(/\[\d{1,3}\]/g, "");
    if (date === null) continue;
    const alone = ADDRESS.test(before);
    const both = alone ? null : /^(.{1,100}?)\s+<?([^\s@<>]{1,64}(?: at |@)[^\s@<>]+)>?$/.exec(before);
    if (!alone && both === null) return null;
    const subjectAt = alone ? i - 3 : i - 2;
    const name = alone ? (seen[i - 2]?.text ?? "") : (both?.[1] ?? "");
    return {
      subject: subjectOf(seen.map((line) => line.text).slice(0, Math.max(subjectAt, 0) + 1)),
      from: withoutEcho({ name, address: restoreAt(alone ? before : (both?.[2] ?? "")) }),
      date,
      messageId: null,
      lines: (seen[i]?.at ?? 0) + 1,
    };
  }
  return null;
}

/** The subject is the last of these lines, and the one before it too where a browser wrapped it after the bracket. */
function subjectOf(lines: readonly string[]): string {
  const [before = "", last = ""] = lines.length > 1 ? lines.slice(-2) : ["", ...lines];
  const wrapped = /^(?:\w{1,4}: ?)?\[[^\]]*PATCH/i.test(before) && !last.startsWith("[");
  return (wrapped ? `${before} ${last}` : last).replace(/\s+/g, " ");
}

const FIELD = /^\s{0,4}(From|To|\+?Cc|Subject|Date|Sent|Message-ID|In-Reply-To|References|Reply-To):\s*(.*)$/i;

/** A head of field lines: at least From and one of Subject, Date or Message-ID within the first lines. */
function fieldHead(lines: readonly string[]): Head | null {
  const fields = new Map<string, string>();
  let last = -1;
  for (let i = 0; i < Math.min(lines.length, HEAD_LINES); i++) {
    const line = lines[i] ?? "";
    const match = FIELD.exec(line);
    if (match === null) {
      if (last >= 0 && line.trim() === "") break;
      continue;
    }
    const name = (match[1] ?? "").toLowerCase();
    if (!fields.has(name)) fields.set(name, (match[2] ?? "").trim());
    last = i;
  }
  const from = fields.get("from");
  if (from === undefined || (fields.size < 2 && !from.includes(" @ "))) return null;
  const shown = publicInboxFrom(from);
  const box = parseAddressList(shown?.name ?? from)[0] ?? { name: "", address: "" };
  return {
    subject: fields.get("subject") ?? titleAbove(lines),
    from: box,
    date: parseDate(fields.get("date") ?? fields.get("sent") ?? "") ?? shown?.date ?? null,
    messageId: parseMessageIds(fields.get("message-id") ?? "")[0] ?? null,
    lines: last + 1,
  };
}

/** public-inbox shows `From: A. Author @ 2026-05-21 14:20 UTC (permalink / raw)`. */
function publicInboxFrom(from: string): { name: string; date: string | null } | null {
  const match = /^(.*) @ (\d{4}-\d\d-\d\d) {1,2}(\d{1,2}:\d\d) UTC/.exec(from);
  if (match === null) return null;
  return { name: match[1] ?? "", date: parseDate(`${match[2]} ${(match[3] ?? "").padStart(5, "0")} Z`) };
}

/** public-inbox prints the subject as `* subject` above the head. */
function titleAbove(lines: readonly string[]): string {
  const first = lines.find((line) => line.trim() !== "") ?? "";
  return first.replace(/^\* /, "").trim();
}

/** Lines of the page around the article: its navigation, rules and blank lines. */
function isFurniture(line: string): boolean {
  return line.trim() === "" || NAVIGATION.test(line) || /^\s*[-_*]{20,}\s*$/.test(line);
}

/** Where the body ends: before pipermail's closing lines, which a browser may wrap. */
function bodyEnd(lines: readonly string[], start: number): number {
  let end = lines.length;
  for (;;) {
    while (end > start && isFurniture(lines[end - 1] ?? "")) end--;
    const last = (lines[end - 1] ?? "").trim();
    const two = `${(lines[end - 2] ?? "").trim()} ${last}`;
    if (/^More information about the \S+ mailing list$/i.test(last)) end--;
    else if (/^More information about the \S+ mailing list$/i.test(two) && end - 2 >= start) end -= 2;
    else return end;
  }
}
