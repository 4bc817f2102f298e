/** Reads the rules folder and the C parser's assets from disk. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT, ReviewError } from "../errors.js";
import type { IndexStore } from "../review/tree-index.js";
import { assembleRules, type CheckedRules, type RuleSet, type RuleText, versionOf } from "../rules/rule-set.js";
import { createParser, type ParseC } from "../source/parse-c.js";
import { compileGrammarOnce } from "./compile-later.js";

/** The rules that ship with the package. */
export const shippedRules = (): string => fileURLToPath(new URL("../../rules", import.meta.url));

/** One after the other: some thirty small files, for which promises take longer than the reading. */
function yamlFiles(root: string, folder: string): RuleText[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  const out: RuleText[] = [];
  for (const entry of entries) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && entry.name !== "cases") out.push(...yamlFiles(root, path));
    else if (entry.isFile() && entry.name.endsWith(".yaml")) {
      out.push({ path, text: readFileSync(join(root, path), "utf8") });
    }
  }
  return out;
}

/**
 * The texts of a rules folder, with the shipped models where it has none of its own. `mayLack`: the folder need not be there yet.
 */
export function ruleTexts(folder: string, mayLack = false): RuleText[] {
  const files = mayLack && !existsSync(folder) ? [] : yamlFiles(folder, "");
  if (files.some((f) => f.path.startsWith("models/"))) return files;
  return [...files, ...yamlFiles(shippedRules(), "").filter((f) => f.path.startsWith("models/"))];
}

const sha256 = (text: string): string => `sha256-${createHash("sha256").update(text).digest("hex")}`;

/**
 * Loads a rules folder (the shipped one unless told). A folder without `models/` uses the shipped models. Texts that an earlier
 * run found sound, with this version of the program, are not checked again where there is a store. Throws a
 * {@link ReviewError} with exit 3 when the folder cannot be read or any file in it is unsound, listing every problem.
 */
export async function loadRules(folder: string = shippedRules(), store: IndexStore | null = null): Promise<RuleSet> {
  let files: RuleText[];
  try {
    files = ruleTexts(folder);
  } catch (cause) {
    throw new ReviewError(
      "rules-unreadable",
      EXIT.config,
      `cannot read the rules folder ${folder}: ${(cause as Error).message}`,
      { cause },
    );
  }
  const version = versionOf(files, sha256);
  const key = `rules\n${store?.engine}\n${version}`;
  const kept = (await store?.load(key)) ?? null;
  kept?.close();
  if (kept !== null) return assembleRules(kept.value as CheckedRules, version);
  // Schemas and the YAML reader are loaded only where there is something to check.
  const { checkRules } = await import("../rules/load.js");
  const checked = checkRules(files);
  await store?.save(key, checked);
  return assembleRules(checked, version);
}

/**
 * Loads the C parser: the runtime comes with web-tree-sitter, the grammar lies beside the source stage.
 */
export async function loadParser(): Promise<ParseC> {
  compileGrammarOnce();
  const require = createRequire(import.meta.url);
  const runtime = require.resolve("web-tree-sitter/web-tree-sitter.wasm");
  const grammar = fileURLToPath(new URL("../source/assets/tree-sitter-c.wasm", import.meta.url));
  const [a, b] = await Promise.all([readFile(runtime), readFile(grammar)]);
  return createParser(a, b);
}

/** The page of a rule that is loaded, in markdown; "" where it has none. `id` is that of a rule of the set: nothing else is looked up. */
export const readRulePage = (rules: RuleSet, id: string, folder: string = shippedRules()): Promise<string> =>
  rules.rules.some((rule) => rule.id === id)
    ? readFile(join(folder, id, "README.md"), "utf8").catch(() => "")
    : Promise.resolve("");
