import { describe, expect, it } from "vitest";
import { barText, wantsColour } from "../../src/io/terminal.js";

describe("terminal", () => {
  it("colours a terminal unless told otherwise, and a pipe only when told", () => {
    expect(wantsColour(true, { TERM: "xterm" })).toBe(true);
    expect(wantsColour(false, { TERM: "xterm" })).toBe(false);
    expect(wantsColour(true, { NO_COLOR: "1" })).toBe(false);
    expect(wantsColour(true, { NO_COLOR: "" })).toBe(true);
    expect(wantsColour(true, { TERM: "dumb" })).toBe(false);
    expect(wantsColour(false, { FORCE_COLOR: "1" })).toBe(true);
    expect(wantsColour(true, { FORCE_COLOR: "0" })).toBe(false);
  });

  it("draws a bar that fits", () => {
    expect(barText(0.5, "reading", 80)).toBe("[############------------]  50 % reading");
    expect(barText(2, "x", 10)).toBe("[#########");
    expect(barText(0, "", 0)).toBe("");
  });
});
