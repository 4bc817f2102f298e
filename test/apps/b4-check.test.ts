import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";

const MBOX = readFileSync(new URL("../../fixtures/threads/susp-gate/patch.mbox", import.meta.url), "utf8");
/** As b4 gives it: a message without a From_ line. */
const MAIL = MBOX.slice(MBOX.indexOf("\n") + 1);

describe("review b4-check", () => {
  it("answers a mail with an array, and ends with 0 though something was found", () => {
    const { code, out, err } = runCli(["b4-check"], MAIL);
    expect([code, err]).toEqual([0, ""]);
    expect(JSON.parse(out)).toEqual([
      {
        tool: "patchwitness",
        status: "warn",
        summary: expect.stringMatching(/^2 warnings: .*\?$/),
        details: expect.stringContaining("How two threads meet:"),
      },
    ]);
    expect(runCli(["b4-check"], MBOX).out).toBe(out);
  });

  it("has nothing to report of a cover letter", () => {
    const cover = "From: a@b.example\nSubject: [PATCH 0/2] two things\nMessage-ID: <1@b.example>\n\nWords.\n";
    expect(runCli(["b4-check"], cover)).toEqual({ code: 0, out: "[]\n", err: "" });
  });

  it.each([
    [["b4-check"], "", 4, "review: standard input holds no mail\n"],
    [["b4-check", "--tree", "no-such-folder"], MAIL, 4, "no-such-folder"],
    [["b4-check", "--rules", "no-such-folder"], MAIL, 3, "no-such-folder"],
    [["b4-check", "--format", "json"], MAIL, 2, "unknown option"],
    [["b4-check", "mail.mbox"], MAIL, 2, "too many arguments"],
  ])("%j fails without output, so that b4 shows why", (args, input, code, says) => {
    const ran = runCli(args, input);
    expect([ran.code, ran.out]).toEqual([code, ""]);
    expect(ran.err).toContain(says);
  });
});
