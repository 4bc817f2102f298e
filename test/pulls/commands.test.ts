import { describe, expect, it } from "vitest";
import { readPullCommands } from "../../src/pulls/commands.js";

const ID = "0123456789abcdef";

describe("commands in comments", () => {
  it("are lines that begin with /review", () => {
    const text = `Thanks!\r\n/review\n/review recheck\n/review explain kvm/lock-order\n/review invalid ${ID} the lock is taken by the caller\n/review valid ${ID.toUpperCase()}`;
    expect(readPullCommands(text)).toEqual([
      { verb: "", words: [], reason: "" },
      { verb: "recheck", words: [], reason: "" },
      { verb: "explain", words: ["kvm/lock-order"], reason: "" },
      { verb: "invalid", words: [ID], reason: "the lock is taken by the caller" },
      { verb: "valid", words: [ID], reason: "" },
    ]);
  });

  it.each([
    ["quoted", "> /review recheck"],
    ["in the middle of a line", "please /review recheck"],
    ["indented code", "    /review recheck"],
    ["in a fence", "```\n/review recheck\n```"],
    ["in a fence of tildes with a shorter one in it", "~~~~\n~~~\n/review recheck\n~~~~"],
    ["another word", "/reviewer recheck"],
  ])("are none when %s", (_, text) => {
    expect(readPullCommands(text)).toEqual([]);
  });

  it.each([
    ["has an unknown verb", "merge"],
    ["has no id", "invalid because"],
    ["has no reason", `invalid ${ID}`],
    ["has too many words", "recheck now"],
    ["names two rules", "explain a/b c/d"],
  ])("are answered when one %s", (_, words) => {
    expect(readPullCommands(`/review  ${words}`)).toEqual([{ verb: "unknown", words: words.split(" "), reason: "" }]);
  });

  it("are read after a fence ends, ten of them at the most", () => {
    expect(readPullCommands(`\`\`\`c\ncode\n\`\`\`\n${"/review\n".repeat(50)}`)).toHaveLength(10);
  });
});
