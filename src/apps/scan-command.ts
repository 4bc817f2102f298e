/** `review --scan`: what the rules say of a tree as it stands. */
import { EXIT, type ExitCode, ReviewError } from "../errors.js";
import { makeHeapKeeper } from "../io/heap.js";
import { loadParser } from "../io/load-rules.js";
import { makeProgress, outputWidth, remark, writeOutput } from "../io/terminal.js";
import { leaveOut } from "../report/ignored.js";
import { visible } from "../report/visible.js";
import { scanPaths, scanTree } from "../review/scan.js";
import { render } from "./render.js";
import { ignoredIds, openTools, type ReviewOptions, sayStats, startStats } from "./review-command.js";

/** Scans paths of the tree; answers the exit code: what was there before never fails a run. */
export const runScan = async (paths: readonly string[], options: ReviewOptions, version: string): Promise<ExitCode> => {
  const stats = startStats();
  const ignored = ignoredIds(options);
  const tools = await stats.timed("loading rules, opening the tree", () => openTools(options, version));
  const { rules, tree, index } = tools;
  if (tree === null) throw new ReviewError("no-tree", EXIT.usage, "--scan needs --tree");
  const progress = makeProgress(options.quiet !== true);
  try {
    const { files, missing } = await scanPaths(tree, paths);
    if (missing.length > 0) {
      const problems = missing.map((p) => ({ code: "no-such-path", message: `no C file at ${p}` }));
      throw new ReviewError("no-such-path", EXIT.input, `the tree has no C file at ${missing.join(", ")}`, {
        problems,
      });
    }
    const onProgress = (done: number, total: number, label: string): void =>
      progress.update(done / Math.max(1, total), visible(label));
    const parse = await loadParser();
    const review = await scanTree(files, {
      tree,
      rules,
      parse,
      version,
      index,
      stats,
      onProgress,
      between: makeHeapKeeper(),
    });
    const { format, quiet = false } = options;
    const shown = {
      format,
      all: true,
      quiet,
      tree: tree.label,
      from: null,
      width: outputWidth(),
      scanned: files.length,
    };
    const { result, said } = leaveOut({ review, reviewed: [] }, ignored);
    await writeOutput(render(result, shown).text);
    if (!quiet) for (const line of said) remark(`review: ${line}`);
    sayStats(stats, tools, options.stats === true);
    return EXIT.nothing;
  } finally {
    progress.clear();
    await tree.close();
  }
};
