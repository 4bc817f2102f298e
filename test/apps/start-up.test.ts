/** What `review --version` and `--help` load: they must answer at once. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { CLI } from "./run-cli.js";

/** Static imports of a module that are there at run time: `import type` and `import()` do not load anything. */
const importsOf = (file: string): string[] => {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/^(?:import|export) (?!type )[^;]*?from "([^"]+)";/gm)].map(([, name]) => name ?? "");
};

const loaded = (entry: string): { files: Set<string>; packages: Set<string> } => {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const name of importsOf(file)) {
      if (name.startsWith(".")) visit(join(dirname(file), name.replace(/\.js$/, ".ts")));
      else packages.add(name);
    }
  };
  visit(entry);
  return { files, packages };
};

describe("start-up", () => {
  it("loads the parser of the command line and nothing heavy", () => {
    const { files, packages } = loaded(CLI);
    expect([...packages].filter((name) => !name.startsWith("node:"))).toEqual(["commander"]);
    expect(files.size).toBeGreaterThan(3);
    expect(files.size).toBeLessThan(18);
  });
});
