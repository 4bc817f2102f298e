/**
 * From raw bytes of a known kind to messages: the one place where mail, archive months, pages, bare diffs and rubbish
 * come together. Every input is answered by at least one message.
 */
import type { Problem } from "../errors.js";
import { normalizeText } from "./body.js";
import { decodeText } from "./charset.js";
import type { MboxDialect } from "./from-line.js";
import { htmlToText } from "./html-text.js";
import { type InputKind, isBareDiff } from "./input-kind.js";
import type { Message } from "./message.js";
import { pageMessage } from "./page-message.js";
import { parseMessage } from "./parse-message.js";
import { parsePastedPage } from "./pasted-page.js";
import { isPipermailPage, parsePipermailPage } from "./pipermail-page.js";
import { parsePipermailText } from "./pipermail-text.js";
import type { RawMail } from "./split-mbox.js";

/** Parses one mail of a mailbox whose dialect is known. */
export function readMboxMail(raw: RawMail, dialect: MboxDialect | null): Promise<Message> {
  return dialect === "pipermail" ? parsePipermailText(raw.bytes, raw.problems) : parseMessage(raw.bytes, raw.problems);
}

/** Parses an input that is no mailbox and holds one message. `found` are problems of reading it. */
export async function readSingle(bytes: Buffer, kind: InputKind, found: readonly Problem[] = []): Promise<Message> {
  if (kind === "mail") return parseMessage(bytes, found);
  const problems = [...found];
  if (kind === "binary")
    return notMail("", [...problems, { code: "not-mail", message: "The input is binary data, not mail." }]);
  const text = normalizeText(decodeText(bytes, "utf-8", problems), problems).replace(/^\ufeff/, "");
  const message = kind === "html" ? readPage(text) : kind === "text" ? parsePastedPage(text) : null;
  if (message !== null) return { ...message, problems: [...problems, ...message.problems] };
  const shown = kind === "html" ? htmlToText(text) : text;
  if (isBareDiff(shown))
    problems.push({ code: "bare-diff", message: "The input is a diff without the headers of a mail." });
  else
    problems.push({
      code: "not-mail",
      message: shown.trim() === "" ? "The input is empty." : "The input is not mail.",
    });
  return notMail(shown, problems);
}

function readPage(html: string): Message | null {
  return isPipermailPage(html) ? parsePipermailPage(html) : parsePastedPage(htmlToText(html));
}

function notMail(text: string, problems: Problem[]): Message {
  return pageMessage({
    messageId: null,
    subject: "",
    from: { name: "", address: "" },
    date: null,
    text,
    origin: "pasted",
    problems,
  });
}
