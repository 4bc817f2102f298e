/** The lines of `--stats`. */
import type { Stats } from "../review/stats.js";
import { visible } from "./visible.js";
import { counted } from "./wording.js";

/** A part of a whole in per cent, to the second place. */
const share = (part: number, whole: number): string => `${whole === 0 ? "0.00" : ((100 * part) / whole).toFixed(2)} %`;

/** Constructs that are named one by one; the rest is a number. */
const MAX_NAMES = 20;

/** What a review read and what it took. `broken`: files of the index that were none. */
export function statsLines(stats: Stats, broken: number): string[] {
  const { functions, withErrors, index } = stats;
  const unhandled = stats.unhandled();
  const total = unhandled.reduce((n, [, count]) => n + count, 0);
  const lines = [
    `read: ${counted(stats.files.size, "file", "files")}, ${counted(functions, "function", "functions")}`,
    `parse errors: ${counted(withErrors, "function", "functions")} (${share(withErrors, functions)})`,
    `not understood: ${counted(total, "construct", "constructs")}`,
    ...unhandled.slice(0, MAX_NAMES).map(([what, count]) => `  ${count} ${visible(what)}`),
  ];
  if (unhandled.length > MAX_NAMES) lines.push(`  and ${unhandled.length - MAX_NAMES} kinds more`);
  lines.push(
    `analysed: ${counted(stats.analysed, "function", "functions")}; ${stats.known} taken over from the index or the other side of a patch`,
    `cut off: ${counted(stats.cutFunctions.size, "function", "functions")}, ${counted(stats.cutSummaries.size, "summary", "summaries")}`,
  );
  if (index !== null) {
    lines.push(
      `index: ${counted(index.hits, "kept program", "kept programs")} used as it was, ${index.partial} brought up to date, ${index.misses} made, ${broken} broken`,
    );
  }
  for (const [stage, ms] of stats.stages) lines.push(`time: ${ms.toFixed(0).padStart(6)} ms ${stage}`);
  return lines;
}
