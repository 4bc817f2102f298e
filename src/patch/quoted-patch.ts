/**
 * A patch rebuilt from a reply that quotes it: for threads of which only the answers were kept. Title from the subject,
 * commit message from the quoted lines above the diff, author from the attribution line and the sign-offs.
 */
import { restoreAt } from "../message/address.js";
import type { Mailbox, Message } from "../message/message.js";
import { parseSubject } from "../message/subject.js";
import type { Patch, Trailer } from "./patch.js";
import { readQuote } from "./quote-marks.js";
import { inBodyAuthor } from "./read-patch.js";
import { splitBody } from "./split-body.js";
import { splitLines } from "./text-lines.js";
import { collectTrailers } from "./trailers.js";
import type { QuotedDiff } from "./unquote.js";

/** Builds the patch that a quoted diff was part of, as far as the reply shows it. */
export function quotedPatch(message: Message, quoted: QuotedDiff): Patch {
  const bodyLines = splitLines(message.body.text);
  const head = readQuotedHead(bodyLines, quoted);
  const split = splitBody({ lines: head.lines, at: null });
  const trailers = collectTrailers(split.description);
  const author = inBodyAuthor(split.inBody.from) ?? findAuthor(head.attribution, trailers) ?? { name: "", address: "" };
  const open = quoted.hunksOpen > 0;
  return {
    messageId: message.messageId,
    subject: message.subject,
    title: split.inBody.subject === null ? message.subjectInfo.title : parseSubject(split.inBody.subject).title,
    description: split.description,
    trailers,
    author,
    files: quoted.files.filter((file) => file.oldPath !== null || file.newPath !== null),
    diff: quoted.diff,
    depth: quoted.depth,
    fidelity: quoted.fidelity,
    bodyLines,
    problems: open ? [{ code: "hunk-open", message: "the reply quotes only a part of the patch" }] : [],
  };
}

interface QuotedHead {
  /** Lines of the quoted mail above its diff, quote marks removed. */
  lines: string[];
  /** The line(s) that say who wrote the quoted mail, joined; "" when there are none. */
  attribution: string;
}

function readQuotedHead(bodyLines: readonly string[], quoted: QuotedDiff): QuotedHead {
  const diffAt = quoted.files.reduce((first, file) => Math.min(first, file.at), bodyLines.length);
  let lines: string[] = [];
  let attribution = "";
  let pending: string[] = [];
  for (let i = 0; i < diffAt; i += 1) {
    const raw = bodyLines[i] ?? "";
    const { depth, start } = readQuote(raw);
    const rest = depth === 0 ? raw : raw.slice(start);
    const text = rest.startsWith(" ") && depth > 0 ? rest.slice(1) : rest;
    if (depth === quoted.depth) {
      if (isAttribution(pending)) {
        attribution = pending.join(" ");
        lines = [];
      }
      pending = [];
      lines.push(text);
    } else if (depth === quoted.depth - 1 && text.trim() !== "") pending = [...pending.slice(-1), text.trim()];
  }
  return { lines, attribution };
}

/** Words that end the line in which a mail client names the author of what it quotes. */
const WROTE = /(?:wrote|writes|said|schrieb|a écrit|escribió|написал|さん|写道)\s?[:：]$/;

function isAttribution(pending: readonly string[]): boolean {
  const last = pending[pending.length - 1];
  return last !== undefined && last.length < 500 && WROTE.test(last);
}

/** The author named by the attribution, with the address of the sign-off that bears the same name. */
function findAuthor(attribution: string, trailers: readonly Trailer[]): Mailbox | null {
  const signers = trailers
    .filter(({ key }) => key.toLowerCase() === "signed-off-by")
    .flatMap(({ value }) => inBodyAuthor(value) ?? []);
  const text = attribution.slice(-400).replace(WROTE, "").trim();
  const address = /<([^<>]{3,200})>$/.exec(text);
  const named = (address === null ? text : text.slice(0, address.index)).trim();
  const signer = signers.find(({ name }) => name !== "" && (named.endsWith(name) || named.endsWith(`"${name}"`)));
  if (signer !== undefined) return signer;
  const name = attributedName(named);
  if (address !== null) return { name, address: restoreAt(address[1] ?? "") };
  return signers[0] ?? (name === "" ? null : { name, address: "" });
}

/** The name at the end of "On DATE, NAME" or "On DATE +0000 NAME". */
function attributedName(text: string): string {
  const comma = text.lastIndexOf(", ");
  const tail = comma < 0 ? text : text.slice(comma + 2);
  return tail
    .replace(/^.*\d\d:\d\d(?::\d\d)?(?: ?[AP]M)?(?: [-+]\d{4})?(?: \([A-Z]+\))? /, "")
    .replace(/^["']|["']$/g, "");
}
