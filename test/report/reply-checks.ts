/** What a reader of a kernel list may expect of each reply; what is otherwise is named, with the line that is at fault. */
import type { ReviewedPatch } from "../../src/review/finding.js";
import { headerOf, type PeerMail } from "./python-mail.js";

export interface Checked {
  complaints: string[];
  /** Quoted lines that are not as they were sent: a bot or a terminal would act on them, no mail may hold them, or a client broke them. */
  changed: string[];
}

const isQuote = (line: string): boolean => line.startsWith(">");
const TAG = /^\s*(Reviewed|Acked|Tested|Signed-off|Reported|Suggested|Co-developed)-by:/i;
const EVIDENCE = "For example, with two threads A and B:";
const QUESTIONS = ["Was this there before the patch?", "Is it still there at the end of the series?"];
const ANSWERS = /^(Yes|No)[.,;]/;
const MAX_REFERENCES = 40;

function headComplaints(mail: PeerMail, { message, patch }: ReviewedPatch): string[] {
  const out: string[] = [];
  const want = (ok: boolean, what: string): unknown => ok || out.push(what);
  want(mail.defects.length === 0, `defects: ${mail.defects.join("; ")}`);
  want(mail.contentType === "text/plain" && !mail.multipart, `part: ${mail.contentType}`);
  want(mail.charset === "utf-8", `charset: ${mail.charset}`);
  want(headerOf(mail, "Content-Transfer-Encoding") === "8bit", "not 8bit");
  want(mail.carriageReturns === 0, "carriage returns");
  want(mail.longest <= 998, `line of ${mail.longest} octets`);
  want(headerOf(mail, "In-Reply-To")?.replace(/\s/g, "") === `<${patch.messageId}>`, "In-Reply-To is not the patch");
  const above = message.references.length > 0 ? message.references : message.inReplyTo.slice(0, 1);
  const whole = [...above.filter((id) => id !== patch.messageId), patch.messageId ?? ""].map((id) => `<${id}>`);
  const ids = whole.filter((id, at) => whole.lastIndexOf(id) === at);
  const kept = ids.length <= MAX_REFERENCES ? ids : [...ids.slice(0, 1), ...ids.slice(1 - MAX_REFERENCES)];
  const given = headerOf(mail, "References")?.trim().split(/\s+/) ?? [];
  want(given.join(" ") === kept.join(" "), `References: ${given.join(" ")}`);
  return out;
}

/** As the line was sent, or changed for one of four reasons; null for a line that was not sent at all. */
function quoteOf(line: string, sent: ReadonlySet<string>, lines: readonly string[]): "sent" | "changed" | null {
  const text = line === ">" ? "" : line.startsWith("> ") ? line.slice(2) : null;
  if (text === null) return null;
  if (sent.has(text)) return "sent";
  // Two lines that a mail client made of one, put together again.
  if (lines.some((one, at) => one !== "" && text.startsWith(one) && text === `${one.trimEnd()} ${lines[at + 1] ?? ""}`))
    return "changed";
  for (const one of sent) {
    const harmless = one
      .replace(/pw-bot:/gi, (found) => found.replace(":", " :"))
      .replace(/#(syz|regzb|review)/gi, "# $1");
    const seen = harmless.replace(/[\0-\x08\x0b-\x1f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)));
    if (seen === text) return "changed";
    if (text.endsWith(" [ ... ]") && text.length > 300 && seen.startsWith(text.slice(0, -8))) return "changed";
  }
  return null;
}

/** Quoted lines of code that stand one below the other, without their marks. */
function runsOf(body: readonly string[]): string[][] {
  const runs: string[][] = [[]];
  for (const line of body) {
    if (!isQuote(line) || /^> (diff --git |@@ )/.test(line)) runs.push([]);
    else runs.at(-1)?.push(line.slice(2));
  }
  return runs.filter((run) => run.length > 0);
}

function quoteComplaints(body: readonly string[], { patch, message }: ReviewedPatch, changed: string[]): string[] {
  const lines = message.body.text.split("\n");
  const sent = new Set(lines);
  const torn = runsOf(body).filter((run) => {
    const whole = run.every((line) => sent.has(line));
    return whole && !`\n${message.body.text}\n`.includes(`\n${run.join("\n")}\n`);
  });
  if (torn.length > 0 && patch.fidelity === "exact" && message.body.flowed === null)
    return torn.map((run) => `not one piece of the mail: ${run.join("\n")}`);
  return body.filter(isQuote).flatMap((line) => {
    // Where archives ate the indentation, and in flowed mail, the diff is what stands for the lines.
    if (patch.fidelity !== "exact" || message.body.flowed !== null) return [];
    const how = quoteOf(line, sent, lines);
    if (how === "changed") changed.push(line);
    return how === null ? [`not as it was sent: ${line}`] : [];
  });
}

function ownComplaints(own: readonly string[]): string[] {
  return own.flatMap((line) => {
    const out: string[] = [];
    const bad = (ok: boolean, what: string): unknown => ok && out.push(`${what}: ${line}`);
    bad([...line].length > 72, "wider than 72 columns");
    bad(TAG.test(line), "a tag");
    bad(/\.[ch]:\d|\bline \d/.test(line), "a line number");
    if (line.startsWith("  ")) return out;
    bad(/\byou(r|rs)?\b/i.test(line), "talks to the author");
    bad(/(\b[A-Z]{2,}\b[ ,]+){2,}\b[A-Z]{2,}\b/.test(line), "shouts");
    bad(/`|\*\*|^#|^[-*+] |\]\(/.test(line), "markdown");
    return out;
  });
}

function footerComplaints(body: readonly string[]): string[] {
  const at = body.indexOf("-- ");
  const foot = body.slice(at + 1);
  const out = at < 0 || body.lastIndexOf("-- ") !== at ? ["not one signature"] : [];
  if (foot.length !== 4 || foot.some((line) => line.trim() === "")) out.push(`footer of ${foot.length} lines`);
  for (const line of foot) if ([...line].length > 72 && !/https?:\/\//.test(line)) out.push(`footer too wide: ${line}`);
  if (foot.some((line) => TAG.test(line) || line.startsWith("#"))) out.push("a tag or command in the footer");
  return out;
}

function shapeComplaints(text: readonly string[], findings: number): string[] {
  const out: string[] = [];
  for (const question of QUESTIONS) {
    const answered = text.filter((line) => line.startsWith(question) && ANSWERS.test(line.slice(question.length + 1)));
    if (answered.length !== 1 && answered.length !== findings)
      out.push(`answered ${answered.length} times: ${question}`);
  }
  text.forEach((line, at) => {
    if (line === EVIDENCE && !/^ {2}( {4})?[AB]: \S/.test(text[at + 1] ?? "")) out.push("empty evidence");
    if (line === "" && text[at + 1] === "") out.push("two blank lines");
    // A comment stands below its quote, with a blank line between them.
    if (
      isQuote(line) &&
      !isQuote(text[at + 1] ?? "") &&
      text[at + 1] !== "[ ... ]" &&
      (text[at + 1] !== "" || (text[at + 2] ?? "") === "")
    )
      out.push(`nothing is said below: ${line}`);
  });
  const first = text.findIndex((line) => line.endsWith("wrote:"));
  if (first < 0) out.push("no attribution");
  const end = text.findLastIndex(
    (line) => !QUESTIONS.some((q) => line.startsWith(q)) && !/^Read (in|from) /.test(line) && line !== "",
  );
  if (end - first > 30 * findings) out.push(`${end - first} lines for ${findings} findings`);
  return out;
}

/** All that is wrong with a reply to a patch. */
export function checkReply(mail: PeerMail, reviewed: ReviewedPatch, findings: number): Checked {
  const body = mail.body.replace(/\n+$/, "").split("\n");
  const text = body.slice(0, body.indexOf("-- "));
  const changed: string[] = [];
  const complaints = [
    ...headComplaints(mail, reviewed),
    ...quoteComplaints(body, reviewed, changed),
    ...ownComplaints(text.filter((line) => !isQuote(line))),
    ...shapeComplaints(text, findings),
    ...footerComplaints(body),
  ];
  return { complaints, changed };
}
