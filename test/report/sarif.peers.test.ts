/** SARIF of real mails against the published schema. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCli } from "../apps/run-cli.js";
import { officialErrors } from "./sarif-schema.js";

const shared = (path: string): string => fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url));
const CORPUS = shared("corpus/linux-riscv-2019-2020.mbox.gz");
const THREAD = shared("thread/riscv-susp-toctou.pipermail.txt");

describe.skipIf(!existsSync(CORPUS))("SARIF of real mails (skipped without ../shared)", () => {
  const errorsOf = officialErrors();

  it("is valid for two years of a list, and for a patch that only a reply quotes", () => {
    const log = JSON.parse(runCli(["--format", "sarif", "--fail-on", "never", CORPUS, THREAD]).out);
    expect(errorsOf(log)).toEqual([]);
    const [run] = log.runs;
    expect(run.results.length).toBeGreaterThan(10);
    for (const { locations } of run.results) {
      const { startColumn, endColumn, snippet } = locations[0].physicalLocation.region;
      if (startColumn === undefined) continue;
      expect(snippet.text.slice(startColumn - 1, endColumn - 1)).toBe(snippet.text.trim());
    }
  });
});
