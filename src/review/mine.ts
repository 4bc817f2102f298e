/** Mines a tree for guarded-by candidates, one architecture after the other: each is let go of before the next is read. */
import { archOf } from "../analysis/definitions.js";
import { FactIndex } from "../analysis/fact-index.js";
import { GuardEvidence } from "../analysis/guard-evidence.js";
import { globs } from "../rules/glob.js";
import { wordsFor } from "../rules/index-words.js";
import { declaredGuards } from "../rules/mine/declared.js";
import { type Mined, mineProgram } from "../rules/mine/mine.js";
import { type Ranked, ranked } from "../rules/mine/rank.js";
import type { ScanOptions } from "./scan.js";
import { makeReader } from "./sides.js";
import { TreeReader } from "./tree-reader.js";

/** The candidates of files of a tree, best first. */
export async function mineTree(files: readonly string[], options: ScanOptions): Promise<Ranked[]> {
  const { rules, parse, tree } = options;
  const reader = new TreeReader(tree, makeReader(parse, rules), rules, null);
  const arches = [...new Set(files.map(archOf))].sort();
  const wanted = new Set(files);
  const found: Mined[] = [];
  for (const [done, arch] of arches.entries()) {
    options.onProgress?.(done, arches.length, arch === "" ? "common code" : `arch/${arch}`);
    const own = files.filter((p) => archOf(p) === arch || archOf(p) === "");
    const around = rules.rules.filter((r) => own.some(globs(r.scope.paths)));
    const program = await reader.program(own, around);
    for (const f of program.definitions.all) {
      options.between?.();
      program.facts(f);
    }
    const evidence = new GuardEvidence(program, new FactIndex(program, wordsFor(program, [])));
    found.push(...mineProgram(program, evidence, declaredGuards(program), (path) => wanted.has(path)));
    await reader.forget();
    options.between?.();
  }
  return ranked(found);
}
