import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderSarif, sarifLog } from "../../src/report/sarif.js";
import { STATUSES } from "../../src/review/finding.js";
import { runCli } from "../apps/run-cli.js";
import { checkFinding, gateFinding, samplePatch, sampleResult } from "./sample.js";
import { officialErrors, sarifSchema } from "./sarif-schema.js";

const ajv = addFormats.default(new Ajv2020({ strict: true, strictRequired: false, allErrors: true }));
const validate = ajv.compile(sarifSchema);
const official = officialErrors();
/** Of this project's own, stricter schema, and of the published one. */
const errorsOf = (log: unknown): unknown => [validate(log) ? [] : validate.errors, official(log)].flat();

const [run] = sarifLog(sampleResult()).runs;
const [gate, check] = run?.results ?? [];

describe("sarif", () => {
  it("is valid SARIF 2.1.0", () => {
    expect(errorsOf(JSON.parse(renderSarif(sampleResult())))).toEqual([]);
  });

  it.each(["susp-gate/goldens/patch.mbox", "susp-gate/goldens/thread.txt", "unlocked-write/goldens/patch.mbox"])(
    "is valid for the fixture %s",
    (name) => {
      const url = new URL(`../../fixtures/threads/${name}.sarif`, import.meta.url);
      expect(errorsOf(JSON.parse(readFileSync(url, "utf8")))).toEqual([]);
    },
  );

  it("stays valid with findings of any kind and names of any sort", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STATUSES),
        fc.string({ unit: "binary", minLength: 1 }),
        fc.nat(),
        (status, word, line) => {
          const finding = gateFinding({
            status,
            path: `${word}/dir with space/${word}`,
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

  it("names files by relative references, whatever a diff calls them", () => {
    const uriOf = (path: string): unknown =>
      sarifLog(sampleResult({ findings: [gateFinding({ path })] })).runs[0]?.results[0]?.locations[0]?.physicalLocation
        .artifactLocation.uri;
    expect(["a b/ü#?.c", "c:/x%.c", "//host/x.c", "/etc/passwd"].map(uriOf)).toEqual([
      "a%20b/%C3%BC%23%3F.c",
      "c%3A/x%25.c",
      "host/x.c",
      "etc/passwd",
    ]);
  });

  it("has one fingerprint for a fault in all versions of a patch, wherever its lines stand", () => {
    const url = new URL("../../fixtures/threads/unlocked-write/patch.mbox", import.meta.url);
    const v1 = readFileSync(url, "utf8");
    const v2 = v1
      .replace("[PATCH]", "[PATCH v2]")
      .replace("1202-1-author", "1202-2-author")
      .replace("@@ -52,6 +52,18 @@", "@@ -152,6 +153,18 @@");
    const of = (mail: string): unknown =>
      JSON.parse(runCli(["--format", "sarif", "-"], mail).out).runs[0].results.map(
        (result: {
          partialFingerprints: unknown;
          locations: { physicalLocation: { region: { startLine: number } } }[];
        }) => [result.partialFingerprints, result.locations[0]?.physicalLocation.region.startLine],
      );
    const fingerprint = { "findingId/v1": "51258317b18a3021" };
    expect(of(v1)).toEqual([[fingerprint, 61]]);
    expect(of(v2)).toEqual([[fingerprint, 162]]);
  });

  it("says how a result stands to the base, and nothing of it where there is none", () => {
    const states = STATUSES.map((status) => {
      const result = sarifLog(sampleResult({ findings: [gateFinding({ status })] })).runs[0]?.results[0];
      return [status, result?.baselineState];
    });
    expect(states).toEqual([
      ["introduced", "new"],
      ["incomplete-fix", "updated"],
      ["pre-existing", "unchanged"],
      ["fixed-later", "new"],
      ["acknowledged", "unchanged"],
    ]);
    const scan = sarifLog({ review: sampleResult().review, reviewed: [] });
    expect(scan.runs[0]?.results.map((result) => "baselineState" in result)).toEqual([false, false]);
    expect(errorsOf(JSON.parse(JSON.stringify(scan)))).toEqual([]);
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
