/**
 * The part of SARIF 2.1.0 that this project writes, as a JSON Schema made from the standard's text (OASIS, section
 * numbers beside each object). Stricter than the standard: nothing else may stand in the file.
 */
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";

const strict = (properties: Record<string, unknown>, required: string[] = []) => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const list = (items: unknown, minItems = 0) => ({ type: "array", items, minItems });
const text = { type: "string", minLength: 1 };
const bag = { type: "object" };

/** 3.11 message */
const message = strict({ text }, ["text"]);
/** 3.30 region: columns only with a line, 1-based */
const region = {
  ...strict(
    {
      startLine: { type: "integer", minimum: 1 },
      startColumn: { type: "integer", minimum: 1 },
      endColumn: { type: "integer", minimum: 2 },
      snippet: strict({ text: { type: "string" } }, ["text"]),
    },
    ["startLine"],
  ),
  dependentRequired: { endColumn: ["startColumn"], startColumn: ["endColumn"] },
};
/** 3.4 artifactLocation: a relative URI reference, resolved by uriBaseId */
const artifactLocation = strict(
  { uri: { type: "string", format: "uri-reference", pattern: "^[^/]" }, uriBaseId: { const: "SRCROOT" } },
  ["uri", "uriBaseId"],
);
/** 3.29 physicalLocation */
const physicalLocation = strict({ artifactLocation, region }, ["artifactLocation", "region"]);
/** 3.33 logicalLocation */
const logicalLocation = strict({ name: text, kind: { const: "function" } }, ["name", "kind"]);
const locationParts = { physicalLocation, logicalLocations: list(logicalLocation, 1), message };
/** 3.28 location */
const location = strict(locationParts, ["physicalLocation"]);
const related = strict({ id: { type: "integer", minimum: 0 }, ...locationParts }, ["id", "physicalLocation"]);
/** 3.38 threadFlowLocation */
const threadFlowLocation = strict(
  { location: strict(locationParts), executionOrder: { type: "integer", minimum: 1 } },
  ["location", "executionOrder"],
);
/** 3.37 threadFlow, 3.36 codeFlow */
const threadFlow = strict({ id: { enum: ["A", "B"] }, locations: list(threadFlowLocation, 1) }, ["id", "locations"]);
const codeFlow = strict({ threadFlows: list(threadFlow, 1) }, ["threadFlows"]);
/** 3.35 suppression */
const suppression = strict({ kind: { const: "inSource" }, status: { const: "accepted" }, justification: text }, [
  "kind",
]);
/** 3.27 result: where kind is not "fail", level is "none" (3.27.10) */
const result = {
  ...strict(
    {
      ruleId: text,
      ruleIndex: { type: "integer", minimum: 0 },
      kind: { enum: ["fail", "informational"] },
      level: { enum: ["error", "warning", "note", "none"] },
      message,
      locations: list(location, 1),
      relatedLocations: list(related, 1),
      codeFlows: list(codeFlow, 1),
      partialFingerprints: { type: "object", additionalProperties: { type: "string" }, required: ["findingId/v1"] },
      baselineState: { enum: ["new", "unchanged", "updated"] },
      suppressions: list(suppression, 1),
      properties: bag,
    },
    ["ruleId", "ruleIndex", "kind", "level", "message", "locations", "partialFingerprints"],
  ),
  if: { properties: { kind: { const: "informational" } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { properties: { level: { const: "none" } } },
  else: { properties: { level: { enum: ["error", "warning", "note"] } } },
};
/** 3.58 notification, 3.52 reportingDescriptorReference */
const notification = strict(
  { descriptor: strict({ id: text }, ["id"]), level: { const: "note" }, message, properties: bag },
  ["message"],
);
/** 3.20 invocation */
const invocation = strict(
  { executionSuccessful: { type: "boolean" }, toolExecutionNotifications: list(notification) },
  ["executionSuccessful"],
);
/** 3.19 toolComponent, 3.49 reportingDescriptor */
const driver = strict({ name: text, version: text, rules: list(strict({ id: text }, ["id"])), properties: bag }, [
  "name",
]);
/** 3.14 run */
const run = strict(
  {
    tool: strict({ driver }, ["driver"]),
    columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
    originalUriBaseIds: { type: "object", additionalProperties: strict({ description: message }) },
    invocations: list(invocation, 1),
    results: list(result),
    properties: bag,
  },
  ["tool", "results"],
);

/**
 * The schema that Microsoft publishes for the standard (test/vendor/README.md). It is of draft 04, whose words for its own
 * name ajv refuses, and has a pattern that is no regular expression of Unicode mode.
 */
export const officialErrors = (): ((log: unknown) => unknown) => {
  const text = readFileSync(new URL("../vendor/sarif-2.1.0-rtm.5.json", import.meta.url), "utf8");
  const { $schema: _draft, id: _name, ...schema } = JSON.parse(text);
  const ajv = addFormats.default(new Ajv({ strict: false, allErrors: true, unicodeRegExp: false }));
  const validate = ajv.compile(schema);
  return (log) => (validate(log) ? [] : validate.errors);
};

/** 3.13 sarifLog */
export const sarifSchema = strict(
  { $schema: { type: "string", format: "uri" }, version: { const: "2.1.0" }, runs: list(run, 1) },
  ["version", "runs"],
);
