/**
 * Format `sarif`: SARIF 2.1.0 (OASIS standard, 27 March 2020), written by hand, because libraries get the end column
 * wrong: it is one past the last character (section 3.30.8), in UTF-16 code units as columnKind says.
 */
import type { Patch } from "../patch/patch.js";
import type { Finding, FindingStatus, InterleavingStep, Review, ReviewResult, WitnessSite } from "../review/finding.js";
import { findShownLine, type Place, placeOf } from "./locate.js";
import { isShown } from "./plan.js";
import { locksPhrase, ROLE_LABELS, STATUS_LABELS } from "./wording.js";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const ROOT = "SRCROOT";

/**
 * A relative URI reference for a path of the tree (RFC 3986, section 4.2); lone surrogates cannot be encoded. A slash in
 * front, as only a hostile diff has it, would name a host or the root of the reader's own file system.
 */
const uriOf = (path: string): string =>
  path
    .replace(/^\/+/, "")
    .split("/")
    .map((part) => encodeURIComponent(Buffer.from(part, "utf8").toString("utf8")))
    .join("/");

/** Columns of the text of a line, white space before it left out; nothing where the mail lost the indentation. */
const columnsOf = (patch: Patch | null, place: Place): { startColumn?: number; endColumn?: number } => {
  if (patch === null || patch.fidelity === "indent-lost") return {};
  const shown = findShownLine(patch, place);
  const text = shown?.hunk.lines[shown.index]?.text.trimEnd() ?? "";
  const startColumn = text.length - text.trimStart().length + 1;
  return text === "" ? {} : { startColumn, endColumn: text.length + 1 };
};

const physical = (patch: Patch | null, place: Place, code: string | null) => ({
  artifactLocation: { uri: uriOf(place.path), uriBaseId: ROOT },
  region: {
    startLine: Math.max(1, place.line),
    ...columnsOf(patch, place),
    ...(code === null ? {} : { snippet: { text: code } }),
  },
});

const logical = (name: string) => (name === "" ? {} : { logicalLocations: [{ name, kind: "function" }] });

const codeAt = (patch: Patch | null, place: Place): string | null => {
  const shown = patch === null ? null : findShownLine(patch, place);
  return shown?.hunk.lines[shown.index]?.text ?? place.code ?? null;
};

const siteLocation = (patch: Patch | null, site: WitnessSite, finding: Finding) => ({
  physicalLocation: physical(patch, site, site.code),
  ...logical(site.function),
  message: { text: `${site.function}() ${ROLE_LABELS[site.role]}, ${locksPhrase(site.locks, finding.confidence)}` },
});

/** A step of the interleaving; it gets a place when one witness site alone is in a function that the step names. */
const stepLocation = (patch: Patch | null, step: InterleavingStep, order: number, finding: Finding) => {
  const sites = finding.witness.filter((site) => step.text.includes(`${site.function}()`));
  const [site] = sites;
  const place =
    site !== undefined && sites.length === 1
      ? { physicalLocation: physical(patch, site, site.code), ...logical(site.function) }
      : {};
  return { location: { ...place, message: { text: step.text } }, executionOrder: order };
};

/** The interleaving as one code flow with a thread flow for each of the two threads (section 3.36). */
const codeFlows = (patch: Patch | null, finding: Finding) => {
  if (finding.interleaving.length === 0) return {};
  const steps = finding.interleaving.map((step, at) => ({ step, at }));
  const threadFlows = (["A", "B"] as const)
    .map((thread) => ({
      id: thread,
      locations: steps
        .filter(({ step }) => step.thread === thread)
        .map(({ step, at }) => stepLocation(patch, step, at + 1, finding)),
    }))
    .filter(({ locations }) => locations.length > 0);
  return { codeFlows: [{ threadFlows }] };
};

const relatedLocations = (patch: Patch | null, finding: Finding) =>
  finding.witness.length === 0
    ? {}
    : { relatedLocations: finding.witness.map((site, id) => ({ id, ...siteLocation(patch, site, finding) })) };

/** What is not the patch's stays in the file, but not as a failure (section 3.27.9: then the level is none). */
const kindOf = (finding: Finding): { kind: string; level: string } =>
  isShown(finding, false) ? { kind: "fail", level: finding.severity } : { kind: "informational", level: "none" };

/**
 * What the same rules said of the base (section 3.27.24): the baseline is the tree before the patch. A fix that is not whole
 * is neither new nor as it was. A scan has no baseline.
 */
const BASELINE: Record<FindingStatus, "new" | "unchanged" | "updated"> = {
  introduced: "new",
  "incomplete-fix": "updated",
  "pre-existing": "unchanged",
  "fixed-later": "new",
  acknowledged: "unchanged",
};

const resultOf = (finding: Finding, patch: Patch | null, ruleIndex: number) => ({
  ruleId: finding.rule,
  ruleIndex,
  ...kindOf(finding),
  message: { text: [finding.message, finding.why, finding.suggestion].filter((part) => part !== "").join("\n\n") },
  locations: [
    {
      physicalLocation: physical(patch, placeOf(finding), codeAt(patch, placeOf(finding))),
      ...logical(finding.function),
    },
  ],
  ...relatedLocations(patch, finding),
  ...codeFlows(patch, finding),
  partialFingerprints: { "findingId/v1": finding.id },
  ...(patch === null ? {} : { baselineState: BASELINE[finding.status] }),
  ...(finding.status === "acknowledged"
    ? { suppressions: [{ kind: "inSource", status: "accepted", justification: STATUS_LABELS.acknowledged }] }
    : {}),
  properties: {
    severity: finding.severity,
    confidence: finding.confidence,
    status: finding.status,
    nursery: finding.nursery,
    messageId: finding.messageId,
    side: finding.side,
  },
});

const notifications = (review: Review) =>
  review.problems.map(({ messageId, code, message }) => ({
    descriptor: { id: code },
    level: "note",
    message: { text: message === "" ? code : message },
    ...(messageId === null ? {} : { properties: { messageId } }),
  }));

/** The SARIF log as data: one run, its results in the order of the review. */
export const sarifLog = ({ review, reviewed }: ReviewResult) => {
  const patches = new Map<Finding, Patch>();
  for (const { patch, findings } of reviewed) for (const finding of findings) patches.set(finding, patch);
  const rules = [...new Set(review.findings.map(({ rule }) => rule))].sort();
  const { name, version, rules: digest } = review.tool;
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name, version, rules: rules.map((id) => ({ id })), properties: { ruleSet: digest } } },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { [ROOT]: { description: { text: "Root of the kernel tree that the patches apply to." } } },
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: notifications(review) }],
        results: review.findings.map((finding) =>
          resultOf(finding, patches.get(finding) ?? null, rules.indexOf(finding.rule)),
        ),
        properties: { patches: review.patches },
      },
    ],
  };
};

/** The SARIF log as JSON text with a line feed at its end. */
export const renderSarif = (result: ReviewResult): string => `${JSON.stringify(sarifLog(result), null, 2)}\n`;
