/** The results as a Markdown table with lists of misses and noise. */
import type { OperatorResult, Result } from "./run.js";

const percent = (good: number, all: number): string => (all === 0 ? "-" : `${((100 * good) / all).toFixed(1)} %`);
const goodOf = (r: OperatorResult): number => r.results.filter((x) => x.good).length;

function table(list: readonly OperatorResult[], word: string): string[] {
  const rows = list.map((r) => {
    const good = goodOf(r);
    const cells = [r.operator.name, r.operator.what, r.places, r.results.length, good, percent(good, r.results.length)];
    return `| ${cells.join(" | ")} |`;
  });
  const all = list.reduce((n, r) => n + r.results.length, 0);
  const good = list.reduce((n, r) => n + goodOf(r), 0);
  const places = list.reduce((n, r) => n + r.places, 0);
  return [
    `| operator | what it does | places | seeded | ${word} | |`,
    "|---|---|---:|---:|---:|---:|",
    ...rows,
    `| **all** | | ${places} | ${all} | ${good} | **${percent(good, all)}** |`,
  ];
}

const line = (r: Result): string =>
  `- ${r.operator}: ${r.path}:${r.line} ${r.function}${r.said.length === 0 ? "" : ` (said: ${r.said.join("; ")})`}`;

const bad = (list: readonly OperatorResult[]): string[] =>
  list.flatMap((r) => r.results.filter((x) => !x.good).map(line));

/** How many of each architecture were seeded. */
function spread(list: readonly OperatorResult[]): string {
  const counts = new Map<string, number>();
  for (const { path } of list.flatMap((r) => r.results)) {
    const arch = /^arch\/([^/]+)\//.exec(path)?.[1] ?? "virt/kvm";
    counts.set(arch, (counts.get(arch) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([arch, n]) => `${arch} ${n}`)
    .join(", ");
}

/** Markdown: tables by kind, then what was missed and what was said of sound edits. */
export function report(results: readonly OperatorResult[], tree: string, seed: number, sample: number): string {
  const faults = results.filter((r) => r.operator.kind === "fault");
  const sounds = results.filter((r) => r.operator.kind === "sound");
  const rejected = results.reduce((n, r) => n + r.rejected, 0);
  return [
    `Tree ${tree}, seed ${seed}, at most ${sample} mutants of each operator, seeded into ${spread(results)}.`,
    `Left out because the text no longer parsed as before or was the same: ${rejected}.`,
    "",
    "## Faults: named in the right function by the right rule",
    "",
    ...table(faults, "named"),
    "",
    "## Sound edits: nothing said",
    "",
    ...table(sounds, "silent"),
    "",
    "## Missed",
    "",
    ...bad(faults),
    "",
    "## Noise",
    "",
    ...bad(sounds),
    "",
  ].join("\n");
}

/** What falls short of `require`, "95,99": per cent of faults that are named and of sound edits that are silent; one line each. */
export function shortfalls(results: readonly OperatorResult[], required: readonly [number, number]): string[] {
  const kinds = ["fault", "sound"] as const;
  return kinds.flatMap((kind, i) => {
    const list = results.filter((r) => r.operator.kind === kind);
    const all = list.reduce((n, r) => n + r.results.length, 0);
    const good = list.reduce((n, r) => n + goodOf(r), 0);
    const least = required[i] as number;
    if (all > 0 && 100 * good >= least * all) return [];
    const what = kind === "fault" ? "faults named" : "sound edits silent";
    return [`${what}: ${good} of ${all} (${percent(good, all)}), ${least} % wanted`];
  });
}
