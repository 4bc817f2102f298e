/** The list of metrics in the documents is that of the program. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Metrics } from "../../src/apps/watch/metrics.js";

const TEXT = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");

describe("docs/metrics.md", () => {
  it("names every metric with its type, its labels and what it counts", () => {
    const metrics = new Metrics().registry.getMetricsAsArray() as unknown as {
      name: string;
      type: string;
      help: string;
      labelNames: string[];
    }[];
    const rows = metrics.map(({ name, type, help, labelNames }) => {
      const labels = labelNames.map((label) => `\`${label}\``).join(", ");
      return `| \`${name}\` | ${type} | ${labels} | ${help} |`;
    });
    expect(TEXT.split("\n").filter((line) => line.startsWith("| `"))).toEqual(rows);
  });
});
