/**
 * The published form of `--format json`, as zod types: the JSON Schema in schemas/ is generated from here. Objects are
 * loose, because the contract lets later versions add fields; none of those named here may be dropped.
 */
import { z } from "zod";
import { CONFIDENCES, ROLES, SEVERITIES, STATUSES } from "../review/finding.js";

const text = (what: string) => z.string().meta({ description: what });
const line = z.number().int().min(0).meta({ description: "1-based, in the file that side names" });
const side = z.enum(["new", "old"]).meta({ description: "the file after the patch, or before it" });
const messageId = z.string().nullable().meta({ description: "Message-ID of the patch mail, without <>" });

const witness = z.looseObject({
  path: text("relative to the tree"),
  line,
  side,
  function: text("function the code stands in"),
  role: z.enum(ROLES).meta({ description: "what happens there" }),
  locks: z.array(z.string()).meta({ description: "locks held there, as canonical paths" }),
  code: text("the source line, white space trimmed"),
  via: z.array(z.string()).meta({ description: "call path to the function, outermost first" }),
});

const finding = z.looseObject({
  id: text("stable across the versions of a series"),
  rule: text("id of the rule"),
  severity: z.enum(SEVERITIES),
  confidence: z.enum(CONFIDENCES),
  status: z.enum(STATUSES),
  nursery: z.boolean().meta({ description: "the rule is on trial: shown locally, never posted" }),
  messageId,
  path: text("of the file after the patch"),
  line,
  side,
  function: text("function the line stands in"),
  message: text("what is wrong, one sentence"),
  why: text("the reason"),
  suggestion: text("what to do: the paths to change"),
  witness: z.array(witness),
  interleaving: z.array(z.looseObject({ thread: z.enum(["A", "B"]), text: z.string() })),
  cites: z.array(z.string()).meta({ description: "documents and commits the rule rests on" }),
});

const patch = z.looseObject({
  messageId,
  subject: text("decoded"),
  series: z
    .looseObject({ version: z.number().int(), index: z.number().int(), total: z.number().int() })
    .nullable()
    .meta({ description: "place in a series, or null" }),
  analysed: z.enum(["tree", "function", "diff", "none"]).meta({ description: "how the patch was read" }),
  reason: z.string().nullable().meta({ description: "why not more, or null" }),
  files: z.array(z.string()),
});

export const reportSchema = z
  .looseObject({
    schemaVersion: z.literal(1),
    tool: z.looseObject({ name: z.string(), version: z.string(), rules: text("digest of the rule set") }),
    patches: z.array(patch),
    findings: z.array(finding),
    problems: z.array(z.looseObject({ messageId, code: z.string(), message: z.string() })),
  })
  .meta({ title: "patchwitness report", description: "What review --format json prints." });

/** The document of `--format json`. */
export type ReportDocument = z.infer<typeof reportSchema>;
