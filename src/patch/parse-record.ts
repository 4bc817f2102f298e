/** The line that `review parse` prints for a message: the contract's record, checked by the schema that is published. */
import { z } from "zod";
import type { Message } from "../message/message.js";
import type { FileDiff } from "./patch.js";
import { type ReadPatches, readPatches } from "./read-patch.js";

const mailboxSchema = z.object({ name: z.string(), address: z.string() });

const problemSchema = z.object({
  code: z.string().describe("stable kebab-case word"),
  message: z.string().describe("one sentence for a person"),
});

const fileSchema = z.object({
  oldPath: z.string().nullable().describe("name before the patch, C-unquoted; null for an added file"),
  newPath: z.string().nullable().describe("name after the patch, C-unquoted; null for a deleted file"),
  status: z.enum(["modified", "added", "deleted", "renamed", "copied", "mode"]),
  binary: z.boolean(),
  additions: z.int().min(0).describe("as `git apply --numstat` counts; 0 when binary"),
  deletions: z.int().min(0).describe("as `git apply --numstat` counts; 0 when binary"),
  hunks: z.int().min(0),
});

const seriesSchema = z.object({
  version: z.int().min(0),
  index: z.int().min(0),
  total: z.int().min(0),
  prefixes: z.array(z.string()),
});

const quotedSchema = z.object({
  depth: z.int().min(0).describe("quote marks in front of the diff"),
  files: z.array(fileSchema).describe("hunks without any file header stand under a file with both paths null"),
  hunksClosed: z.int().min(0).describe("hunks of which every counted line is there"),
  hunksOpen: z.int().min(0).describe("hunks that the reply trimmed or broke"),
  diff: z.string().optional().describe("with --diff: the text of the quoted diff"),
});

/** One line of `review parse`. */
export const parseRecordSchema = z.object({
  messageId: z.string().nullable().describe("without angle brackets"),
  subject: z.string().describe("decoded"),
  from: mailboxSchema.describe("the sender, a munged one undone"),
  author: mailboxSchema.describe("the patch's author: an in-body From: line, else the sender"),
  date: z.string().nullable().describe("ISO 8601, or null when missing or nonsense"),
  inReplyTo: z.array(z.string()),
  references: z.array(z.string()),
  kind: z.enum(["patch", "cover", "reply", "pull-request", "other"]),
  series: seriesSchema.nullable(),
  title: z.string().describe("subject without prefixes, or the in-body Subject: line's"),
  description: z.string().describe("commit message below the title, as git would commit it"),
  trailers: z.array(z.object({ key: z.string(), value: z.string() })),
  files: z.array(fileSchema),
  quoted: z.array(quotedSchema),
  diff: z.string().optional().describe("with --diff: the patch text as applied"),
  problems: z.array(problemSchema),
});

export type ParseRecord = z.infer<typeof parseRecordSchema>;

/** The record of a message. `diff` asks for the diff texts. */
export function parseRecord(message: Message, options: { diff?: boolean } = {}, read?: ReadPatches): ParseRecord {
  const found = read ?? readPatches(message);
  const { patch, quoted } = found;
  return {
    messageId: message.messageId,
    subject: message.subject,
    from: message.from,
    author: found.author,
    date: message.date,
    inReplyTo: message.inReplyTo,
    references: message.references,
    kind: found.kind,
    series: seriesOf(message),
    title: found.title,
    description: found.description,
    trailers: patch?.trailers ?? [],
    files: (patch?.files ?? []).map(fileRecord),
    quoted: quoted.map((diff) => ({
      depth: diff.depth,
      files: diff.files.map(fileRecord),
      hunksClosed: diff.hunksClosed,
      hunksOpen: diff.hunksOpen,
      ...(options.diff === true ? { diff: diff.diff } : {}),
    })),
    ...(options.diff === true && patch !== null ? { diff: patch.diff } : {}),
    problems: [...message.problems, ...(patch?.problems ?? [])],
  };
}

function fileRecord(file: FileDiff): ParseRecord["files"][number] {
  const { oldPath, newPath, status, binary, additions, deletions, hunks } = file;
  return { oldPath, newPath, status, binary, additions, deletions, hunks: hunks.length };
}

/** A lone patch is 1 of 1; a mail whose subject has no PATCH bracket is of no series. */
function seriesOf(message: Message): ParseRecord["series"] {
  const { patch, index, total, version, prefixes } = message.subjectInfo;
  if (!patch && index === null) return null;
  return { version, index: index ?? 1, total: total ?? 1, prefixes };
}
