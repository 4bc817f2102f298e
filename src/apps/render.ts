/** A finished review as the text of a format, for the terminal or pipe that it goes to. */
import pc from "picocolors";
import { wantsColour } from "../io/terminal.js";
import { parseAddressList } from "../message/address.js";
import type { Mailbox } from "../message/message.js";
import { fatesOf } from "../report/fates.js";
import { renderHtml } from "../report/html/page.js";
import { renderJson } from "../report/json.js";
import { renderReplies } from "../report/mail-reply.js";
import { renderSarif } from "../report/sarif.js";
import { renderTerminal } from "../report/terminal.js";
import { counted, UNANSWERED_PHRASES } from "../report/wording.js";
import type { ReviewResult } from "../review/finding.js";
import type { Format } from "./formats.js";

export interface RenderOptions {
  format: Format;
  all: boolean;
  quiet: boolean;
  /** Label of the tree that was read, or null. */
  tree: string | null;
  /** Sender of replies; null for the tool's own name. */
  from: Mailbox | null;
  /** Columns that text fills. */
  width: number;
  /** Number of files that a scan looked at. */
  scanned?: number;
}

/** A report, and what is to be said beside it on standard error. */
export interface Rendered {
  text: string;
  remarks: string[];
}

const replies = (result: ReviewResult, { tree, from }: RenderOptions): Rendered => {
  const { mboxrd, unanswered } = renderReplies(result, { tree, from });
  const remarks = [...unanswered].map(
    ([reason, count]) => `${counted(count, "patch", "patches")} ${UNANSWERED_PHRASES[reason]}`,
  );
  return { text: mboxrd, remarks: mboxrd === "" ? [...remarks, "nothing to reply to"] : remarks };
};

const RENDERERS: Record<Format, (result: ReviewResult, options: RenderOptions) => string | Rendered> = {
  text: (result, { all, quiet, width, scanned }) =>
    renderTerminal(result, {
      paint: pc.createColors(wantsColour(process.stdout.isTTY === true, process.env)),
      width,
      all,
      quiet,
      ...(scanned === undefined ? {} : { scanned }),
    }),
  json: (result) => renderJson(result.review),
  reply: replies,
  mbox: replies,
  sarif: (result) => renderSarif(result),
  html: (result, { all, tree, scanned }) =>
    renderHtml(result, { all, tree, fates: fatesOf(result.reviewed), ...(scanned === undefined ? {} : { scanned }) }),
};

/** A review in the format that `options` names. */
export const render = (result: ReviewResult, options: RenderOptions): Rendered => {
  const rendered = RENDERERS[options.format](result, options);
  return typeof rendered === "string" ? { text: rendered, remarks: [] } : rendered;
};

/** The mailbox that `--from` names, or null when there is none in it. */
export const readMailbox = (text: string): Mailbox | null => {
  const [mailbox] = parseAddressList(text);
  return mailbox === undefined || !mailbox.address.includes("@") ? null : mailbox;
};
