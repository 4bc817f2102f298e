/** `review rules mine`: which lock guards which field, as a tree itself tells; proposes rules of it. */
import { EXIT, type ExitCode, ReviewError } from "../../errors.js";
import { openTree } from "../../io/git-tree.js";
import { makeHeapKeeper } from "../../io/heap.js";
import { loadParser, loadRules } from "../../io/load-rules.js";
import { writeRuleFolder } from "../../io/rule-files.js";
import { makeProgress, remark, writeOutput } from "../../io/terminal.js";
import { minedJson, minedText, minedYaml } from "../../report/kit/mined-text.js";
import { visible } from "../../report/visible.js";
import { mineTree } from "../../review/mine.js";
import { scanPaths } from "../../review/scan.js";
import { candidateFiles } from "../../rules/mine/candidate-rule.js";
import type { Ranked } from "../../rules/mine/rank.js";

export interface MineOptions {
  tree: string;
  paths: string[];
  rules?: string;
  out?: string;
  top: string;
  format: "text" | "json" | "yaml";
}

const RENDER = { text: minedText, json: minedJson, yaml: minedYaml };

const writeRules = (found: readonly Ranked[], { out = "", paths }: MineOptions): void => {
  const scope = paths.map((p) => (/\.[ch]$/.test(p) ? p : `${p.replace(/\/+$/, "")}/**`));
  let written = 0;
  for (const one of found) {
    const files = candidateFiles(one, scope);
    if (files === null) continue;
    try {
      writeRuleFolder(out, files);
    } catch (cause) {
      throw new ReviewError("not-written", EXIT.config, `cannot write to ${out}: ${(cause as Error).message}`, {
        cause,
      });
    }
    written++;
  }
  remark(
    `review: ${written} of ${found.length} candidates are rules in ${out}; the locks of the others are no part of their objects`,
  );
};

/** Prints the candidates of paths of a tree, best first, and writes rules of them where a folder is named. */
export const runRulesMine = async (options: MineOptions): Promise<ExitCode> => {
  const top = Number(options.top);
  if (!Number.isInteger(top) || top < 1)
    throw new ReviewError("bad-top", EXIT.usage, "--top: expected a number from 1 on");
  const rules = await loadRules(options.rules);
  const tree = await openTree(options.tree);
  const progress = makeProgress(true);
  try {
    const { files, missing } = await scanPaths(tree, options.paths);
    if (missing.length > 0)
      throw new ReviewError("no-such-path", EXIT.input, `the tree has no C file at ${missing.join(", ")}`);
    const onProgress = (done: number, total: number, label: string): void =>
      progress.update(done / Math.max(1, total), visible(label));
    const found = await mineTree(files, {
      tree,
      rules,
      parse: await loadParser(),
      version: "",
      onProgress,
      between: makeHeapKeeper(),
    });
    progress.clear();
    const shown = found.slice(0, top);
    await writeOutput(RENDER[options.format](shown));
    if (options.out !== undefined) writeRules(shown, options);
    return EXIT.nothing;
  } finally {
    progress.clear();
    await tree.close();
  }
};
