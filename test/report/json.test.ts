import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { renderJson } from "../../src/report/json.js";
import { reportSchema } from "../../src/report/report-schema.js";
import { sampleResult } from "./sample.js";

const published: object = JSON.parse(
  readFileSync(new URL("../../schemas/report.schema.json", import.meta.url), "utf8"),
);
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(published);
const document = JSON.parse(renderJson(sampleResult().review));

describe("json", () => {
  it("is what the zod type and the published schema say", () => {
    expect(reportSchema.parse(document)).toEqual(document);
    expect(validate(document) ? [] : validate.errors).toEqual([]);
  });

  it("has every field of the contract", () => {
    expect(Object.keys(document)).toEqual(["schemaVersion", "tool", "patches", "findings", "problems"]);
    expect(Object.keys(document.patches[0])).toEqual(
      expect.arrayContaining(["messageId", "subject", "series", "analysed", "reason", "files"]),
    );
    expect(Object.keys(document.findings[0])).toEqual(
      expect.arrayContaining([
        ...["id", "rule", "severity", "confidence", "status", "messageId", "path", "line", "side"],
        ...["function", "message", "why", "suggestion", "witness"],
      ]),
    );
    expect(Object.keys(document.findings[0].witness[0])).toEqual(
      expect.arrayContaining(["path", "line", "function", "role", "locks"]),
    );
  });

  it("refuses a document that lost a field, and allows one that gained some", () => {
    const { why, ...lost } = document.findings[0];
    expect(why).not.toBe("");
    expect(validate({ ...document, findings: [lost] })).toBe(false);
    expect(validate({ ...document, extra: 1, tool: { ...document.tool, extra: true } })).toBe(true);
  });

  it("is the same text for the same review, with one line feed at its end", () => {
    const text = renderJson(sampleResult().review);
    expect(text).toBe(renderJson(sampleResult().review));
    expect(text.endsWith("}\n")).toBe(true);
  });
});
