import { describe, expect, it } from "vitest";
import { PLAIN } from "../../src/report/paint.js";
import { renderTerminal } from "../../src/report/terminal.js";
import { gateFinding, sampleReport, sampleResult } from "./sample.js";

const plain = { paint: PLAIN, width: 80, all: false, quiet: false };

describe("renderTerminal", () => {
  it("x", () => {
    expect(renderTerminal(sampleResult(), plain)).toContain("vcpu");
    expect(gateFinding().id).not.toBe(sampleReport().subject);
  });
});
