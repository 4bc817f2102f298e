/** Format `json`: the review as one document, as contracts promise it to other programs (see report-schema.ts). */
import type { Finding, PatchReport, Review, WitnessSite } from "../review/finding.js";
import type { ReportDocument } from "./report-schema.js";

const witnessOf = ({ path, line, side, function: fn, role, locks, code, via }: WitnessSite) => ({
  path,
  line,
  side,
  function: fn,
  role,
  locks,
  code,
  via,
});

const findingOf = (finding: Finding): ReportDocument["findings"][number] => ({
  id: finding.id,
  rule: finding.rule,
  severity: finding.severity,
  confidence: finding.confidence,
  status: finding.status,
  nursery: finding.nursery,
  messageId: finding.messageId,
  path: finding.path,
  line: finding.line,
  side: finding.side,
  function: finding.function,
  message: finding.message,
  why: finding.why,
  suggestion: finding.suggestion,
  witness: finding.witness.map(witnessOf),
  interleaving: finding.interleaving.map(({ thread, text }) => ({ thread, text })),
  cites: finding.cites,
});

const patchOf = ({ messageId, subject, series, analysed, reason, files }: PatchReport) => ({
  messageId,
  subject,
  series,
  analysed,
  reason,
  files,
});

/** The document as data. Keys stand in one order, whatever order the objects were made in. */
const reportDocument = (review: Review): ReportDocument => ({
  schemaVersion: 1,
  tool: review.tool,
  patches: review.patches.map(patchOf),
  findings: review.findings.map(findingOf),
  problems: review.problems.map(({ messageId, code, message }) => ({ messageId, code, message })),
});

/** The document as JSON text, two blanks of indentation, a line feed at its end. */
export const renderJson = (review: Review): string => `${JSON.stringify(reportDocument(review), null, 2)}\n`;
