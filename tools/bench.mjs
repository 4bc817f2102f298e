// Runs the exams and measures of tools/bench/ in name order; `npm run bench -- quoted numstat` runs only those whose name holds a word.
// Options of the measures on kernel trees (review-bench): --tree DIR (Linux 6.12, its KVM part), --growth DIR (more of it),
// --runs N (runs of each, in turn), --out FILE (the table as Markdown; archive-bench, series-bench, workers-bench, github-bench and start-bench write one too).
import { readdirSync } from "node:fs";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tree: { type: "string" },
    growth: { type: "string" },
    runs: { type: "string", default: "3" },
    out: { type: "string" },
  },
});
const modules = readdirSync(new URL("bench/", import.meta.url)).filter((name) => name.endsWith(".mjs"));
for (const name of modules.sort()) {
  if (positionals.length > 0 && !positionals.some((word) => name.includes(word))) continue;
  const module = await import(new URL(`bench/${name}`, import.meta.url).href);
  if (typeof module.default === "function") await module.default(values);
}
