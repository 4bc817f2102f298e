import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCommands, VERBS } from "../../src/speak/commands.js";

const ID = "0123456789abcdef";
const OTHER = "fedcba9876543210";

describe("commands in a mail", () => {
  it.each([
    [`#review invalid ${ID} the lock is taken above`, "invalid", [ID], "the lock is taken above"],
    [`#review invalid ${ID} ${OTHER} both wrong`, "invalid", [ID, OTHER], "both wrong"],
    [`#review invalid ${ID} ${ID} twice`, "invalid", [ID], "twice"],
    [`#review invalid ${ID.toUpperCase()} x`, "invalid", [ID], "x"],
    [`#review valid ${ID}`, "valid", [ID], ""],
    ["#review ignore", "ignore", [], ""],
    ["#review ignore a series of mine", "ignore", [], "a series of mine"],
    ["#review recheck", "recheck", [], ""],
    ["#review stop\t", "stop", [], ""],
    [`#review approve ${ID}`, "approve", [ID], ""],
    [`#review  drop\t${ID}  too  late`, "drop", [ID], "too late"],
  ])("%s", (line, verb, ids, reason) => {
    expect(VERBS).toContain(verb);
    for (const text of [line, `Hi,\n\n${line}\n\nBye`, `Hi,\r\n${line}\r\n`])
      expect(readCommands(text)).toEqual([{ verb, ids, reason }]);
  });

  it.each([
    `> #review invalid ${ID} quoted`,
    `| #review invalid ${ID} quoted`,
    `AJ> #review invalid ${ID} quoted`,
    ` #review invalid ${ID} indented`,
    `    #review approve ${ID}`,
    `Wrong? Reply with "#review invalid ${ID} REASON"`,
    `-- \n#review invalid ${ID} below a signature`,
    `--\r\n#review invalid ${ID} below a signature`,
    `#review invalid ${ID}`,
    "#review invalid 0123456789abcde too short",
    "#review invalid because",
    "#review",
    "#review dance",
    "#review Invalid 0123456789abcdef case",
    `#review ignore ${ID}`,
    `#review recheck ${ID}`,
    "#review valid",
    "#review drop",
    `#reviewinvalid ${ID} x`,
    `#Review invalid ${ID} x`,
    `# review invalid ${ID} x`,
    "",
  ])("none: %s", (text) => {
    expect(readCommands(text)).toEqual([]);
  });

  it("takes twenty of a mail, in their order, and a reason of 300 characters", () => {
    const many = Array.from({ length: 50 }, (_, at) => `#review ignore ${at}`).join("\n");
    expect(readCommands(many).map(({ reason }) => reason)).toEqual(Array.from({ length: 20 }, (_, at) => String(at)));
    expect(readCommands(`#review ignore ${"x".repeat(5000)}`)[0]?.reason).toBe("x".repeat(300));
  });

  it("reads nothing of strangers that no command holds, whatever stands around it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (noise) => {
        fc.pre(!noise.includes("#review"));
        expect(readCommands(noise)).toEqual([]);
        const text = `${noise.replace(/^-- ?\r?$/gm, "")}\n#review recheck\n`;
        expect(readCommands(text)).toEqual([{ verb: "recheck", ids: [], reason: "" }]);
      }),
    );
  });

  it.each([
    ["a line without end", "#review ".repeat(1_000_000)],
    ["lines that ask for nothing", "#review x\n".repeat(500_000)],
    ["blanks", `#review invalid${" ".repeat(8_000_000)}`],
    ["line feeds", "\n".repeat(8_000_000)],
    ["hyphens", "--".repeat(4_000_000)],
    ["signatures that are none", "--- \n".repeat(1_000_000)],
  ])("is done with megabytes in linear time: %s", (_, text) => {
    const [half, whole] = [text.slice(0, text.length / 2), text].map((one) => {
      const started = performance.now();
      expect(readCommands(one)).toEqual([]);
      return performance.now() - started;
    });
    expect(whole).toBeLessThan(8 * (half ?? 0) + 500);
  });
});
