/**
 * The published form of `review parse`, as zod types: the JSON Schemas in schemas/ are generated from here. Objects are
 * loose, because the contract lets later versions add fields; none of those named here may be dropped.
 */
import { z } from "zod";

const mailbox = z.looseObject({ name: z.string(), address: z.string() });
const text = (what: string) => z.string().meta({ description: what });
const count = (what: string) => z.number().int().min(0).meta({ description: what });
const messageId = z.string().nullable().meta({ description: "without <>" });

const file = z.looseObject({
  oldPath: z.string().nullable(),
  newPath: z.string().nullable().meta({ description: "null for a deletion" }),
  status: z.enum(["modified", "added", "deleted", "renamed", "copied", "mode"]),
  binary: z.boolean(),
  additions: count("as git apply --numstat counts"),
  deletions: count("as git apply --numstat counts"),
  hunks: count("hunks of this file"),
});

export const parsedMessageSchema = z
  .looseObject({
    messageId,
    subject: text("decoded"),
    from: mailbox.meta({ description: "sender of the header, a munged one undone" }),
    author: mailbox.meta({ description: "author of the patch: an in-body From, else the sender" }),
    date: z.string().nullable().meta({ description: "ISO 8601 in UTC, or null" }),
    inReplyTo: z.array(z.string()),
    references: z.array(z.string()),
    kind: z.enum(["patch", "cover", "reply", "pull-request", "other"]),
    series: z
      .looseObject({
        version: z.number().int(),
        index: z.number().int(),
        total: z.number().int(),
        prefixes: z.array(z.string()),
      })
      .nullable(),
    title: text("subject without prefixes, as git would commit it"),
    description: text("commit message below the title, as git would commit it"),
    trailers: z.array(z.looseObject({ key: z.string(), value: z.string() })),
    files: z.array(file),
    quoted: z.array(
      z.looseObject({
        depth: count("quote marks before the diff"),
        files: z.array(file),
        hunksClosed: count("hunks whose counted lines are all there"),
        hunksOpen: count("hunks with lines missing"),
        diff: z.string().optional().meta({ description: "with --diff: the recovered diff" }),
      }),
    ),
    diff: z.string().optional().meta({ description: "with --diff: the patch text as applied" }),
    problems: z.array(z.looseObject({ code: z.string(), message: z.string() })),
  })
  .meta({ title: "patchwitness message", description: "A line of review parse." });

/** A line of `review parse`. */
export type ParsedMessage = z.infer<typeof parsedMessageSchema>;

export const parsedSeriesSchema = z
  .looseObject({
    title: text("of the cover letter, else of the first patch"),
    author: mailbox,
    version: z.number().int(),
    total: z.number().int(),
    cover: messageId,
    patches: z.array(messageId).meta({ description: "Message-IDs in order" }),
    incomplete: z.string().nullable().meta({ description: "why patches are missing, or null" }),
    previous: messageId.meta({ description: "cover or first id of the version before, or null" }),
  })
  .meta({ title: "patchwitness series", description: "A line of review parse --series." });

/** A line of `review parse --series`. */
export type ParsedSeries = z.infer<typeof parsedSeriesSchema>;
