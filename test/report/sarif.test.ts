import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderSarif, sarifLog } from "../../src/report/sarif.js";
import { STATUSES } from "../../src/review/finding.js";
import { checkFinding, gateFinding, samplePatch, sampleResult } from "./sample.js";
import { sarifSchema } from "./sarif-schema.js";

const ajv = addFormats.default(new Ajv2020({ strict: true, strictRequired: false, allErrors: true }));
const validate = ajv.compile(sarifSchema);
const errorsOf = (log: unknown): unknown => (validate(log) ? [] : validate.errors);

const [run] = sarifLog(sampleResult()).runs;
const [gate, check] = run?.results ?? [];

describe("sarif", () => {
  it("is valid SARIF 2.1.0", () => {
    expect(errorsOf(JSON.parse(renderSarif(sampleResult())))).toEqual([]);
  });

  it("stays valid with findings of any kind and names of any sort", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STATUSES),
        fc.string({ unit: "binary", minLength: 1 }),
        fc.nat(),
        (status, word, line) => {
          const finding = gateFinding({
            status,
            path: `dir with space/${word}`,
            function: word,
            line,
            interleaving: [],
          });
          const result = sampleResult({ findings: [finding, checkFinding({ witness: [] })] });
          result.review.problems.push({ messageId: null, code: "odd", message: "" });
          expect(errorsOf(JSON.parse(renderSarif(result)))).toEqual([]);
        },
      ),
    );
  });

  it("marks the code of the line, the end column one past it", () => {
    const region = gate?.locations[0]?.physicalLocation.region;
    const code = "\tWRITE_ONCE(vcpu->kvm->arch.park_pending, false);";
    expect(region).toEqual({ startLine: 1156, startColumn: 2, endColumn: code.length + 1, snippet: { text: code } });
  });

  it("has no columns where the mail lost the indentation", () => {
    const result = sampleResult({ patch: samplePatch({ fidelity: "indent-lost" }) });
    const region = sarifLog(result).runs[0]?.results[0]?.locations[0]?.physicalLocation.region;
    expect(Object.keys(region ?? {})).toEqual(["startLine", "snippet"]);
  });

  it("keeps the id of a finding as its fingerprint, and the rule beside it", () => {
    expect(gate?.partialFingerprints).toEqual({ "findingId/v1": "5f0c2b9d1a77" });
    expect(run?.tool.driver.rules.map(({ id }) => id)).toEqual(["kvm/check-then-act", "kvm/self-clearing-flag"]);
    expect([gate?.ruleIndex, check?.ruleIndex]).toEqual([1, 0]);
  });

  it("gives the witness as related locations and the interleaving as two thread flows in order", () => {
    expect(gate?.relatedLocations?.map(({ id }) => id)).toEqual([0, 1, 2]);
    const flows = gate?.codeFlows?.[0]?.threadFlows;
    expect(flows?.map(({ id, locations }) => [id, locations.map((step) => step.executionOrder)])).toEqual([
      ["A", [1, 4]],
      ["B", [2, 3]],
    ]);
    expect(flows?.[1]?.locations[0]?.location).toMatchObject({
      physicalLocation: { artifactLocation: { uri: "arch/arm64/kvm/arm.c" }, region: { startLine: 1156 } },
    });
  });

  it("suppresses what a comment acknowledges, and never fails on what the patch did not bring", () => {
    const levels = STATUSES.map((status) => {
      const result = sarifLog(sampleResult({ findings: [gateFinding({ status })] })).runs[0]?.results[0];
      return [status, result?.kind, result?.level, result?.suppressions?.length ?? 0];
    });
    expect(levels).toEqual([
      ["introduced", "fail", "warning", 0],
      ["incomplete-fix", "fail", "warning", 0],
      ["pre-existing", "informational", "none", 0],
      ["fixed-later", "informational", "none", 0],
      ["acknowledged", "fail", "warning", 1],
    ]);
  });
});
