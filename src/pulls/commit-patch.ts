/**
 * A commit as a patch. It is made without a detour over a mail: a commit message may hold what looks like a diff, and in a mail
 * nobody could tell the two apart (git-am(1), "DISCUSSION").
 */
import type { Message } from "../message/message.js";
import { parseSubject } from "../message/subject.js";
import { parseDiff } from "../patch/parse-diff.js";
import type { Patch } from "../patch/patch.js";
import { collectTrailers } from "../patch/trailers.js";
import type { SelectedPatch } from "../review/select-patches.js";
import type { Commit } from "./forge.js";

/** Longest subject; git has no bound. */
const MAX_SUBJECT = 1000;

/** Subject and body of a commit message: the subject is its first paragraph on one line (git-commit(1), "DISCUSSION"). */
export function splitMessage(message: string): { title: string; description: string } {
  const lines = message.replace(/\r\n?/g, "\n").replace(/^\n+/, "").split("\n");
  const blank = lines.findIndex((line) => line.trim() === "");
  const head = blank < 0 ? lines : lines.slice(0, blank);
  const title = head.map((line) => line.trim()).join(" ");
  const rest = blank < 0 ? "" : lines.slice(blank).join("\n");
  return { title: title.slice(0, MAX_SUBJECT), description: rest.replace(/^\n+/, "").trimEnd() };
}

/** A commit as the patch with number `index` of `total`. In place of a Message-ID it has its commit id. */
export function commitPatch(commit: Commit, diff: string, index: number, total: number): SelectedPatch {
  const { title, description } = splitMessage(commit.message);
  const subject = total === 1 ? `[PATCH] ${title}` : `[PATCH ${index}/${total}] ${title}`;
  const parsed = parseDiff(diff);
  const author = { name: commit.author.name, address: commit.author.email };
  const message: Message = {
    messageId: commit.sha,
    subject,
    subjectInfo: { ...parseSubject(""), title, patch: true, index, total },
    from: author,
    to: [],
    cc: [],
    replyTo: [],
    date: commit.date,
    inReplyTo: [],
    references: [],
    headers: new Map(),
    body: { text: "", flowed: null },
    origin: "mail",
    problems: [],
  };
  const patch: Patch = {
    messageId: commit.sha,
    subject,
    title,
    description,
    trailers: collectTrailers(description),
    author,
    files: parsed.files,
    diff,
    depth: 0,
    fidelity: "exact",
    bodyLines: diff.split("\n"),
    problems: parsed.problems,
  };
  return { message, patch, order: index - 1, series: total === 1 ? null : { version: 1, index, total } };
}
