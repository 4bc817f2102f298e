/** From a tree's files to results: reads, proposes, samples, reviews. */

import type { Finding } from "../../src/review/finding.js";
import { globs } from "../../src/rules/glob.js";
import type { RuleSet } from "../../src/rules/rule-set.js";
import type { CReader } from "../../src/source/read-file.js";
import { readC } from "../../src/source/read-file.js";
import { Bench, type Files } from "./bench.js";
import { shuffled } from "./choice.js";
import { readSource, type SourceFile } from "./code.js";
import type { Draft, Operator, Scope } from "./operator.js";
import { OPERATORS } from "./operators/index.js";

export interface RunOptions {
  seed: number;
  /** Mutants of each operator, at most. */
  sample: number;
  /** Names of operators; empty for all. */
  operators: readonly string[];
  fresh: boolean;
  /** Folders that mutants are seeded into; the KVM parts when none is named. */
  paths?: readonly string[];
  onProgress?: (what: string) => void;
}

/** What became of one mutant. */
export interface Result {
  operator: string;
  path: string;
  function: string;
  /** 1-based line in the unmutated file. */
  line: number;
  /** fault: named or not; sound: silent or not. */
  good: boolean;
  /** What was said, as "rule severity function:line". */
  said: string[];
}

export interface OperatorResult {
  operator: Operator;
  /** Places where it could be seeded. */
  places: number;
  results: Result[];
  /** Mutants that were left out: their text no longer parsed as well as before, or was the same. */
  rejected: number;
}

const TARGET = /^(?:arch\/[^/]+\/kvm|virt\/kvm)\//;
const archOf = (path: string): string => /^arch\/([^/]+)\//.exec(path)?.[1] ?? "virt";

/** Reads the sources that mutants are seeded into, by architecture. */
function scopesOf(files: Files, rules: RuleSet, reader: CReader, { seed, paths = [] }: RunOptions): Scope[] {
  const isTarget = (path: string): boolean =>
    paths.length === 0 ? TARGET.test(path) : paths.some((p) => path.startsWith(`${p}/`));
  const covers = (id: string, path: string): boolean =>
    rules.rules.some((r) => r.id === id && globs(r.scope.paths)(path));
  const ofObjects = rules.rules.filter((r) => "object" in r).map((r) => r.id);
  const byArch = new Map<string, SourceFile[]>();
  for (const [path, cfile] of files) {
    if (!isTarget(path)) continue;
    const file = readSource(
      cfile,
      reader,
      rules.models,
      ofObjects.some((id) => covers(id, path)),
    );
    const list = byArch.get(archOf(path)) ?? [];
    byArch.set(archOf(path), list);
    list.push(file);
  }
  return [...byArch].map(([arch, files]) => ({ arch, files, models: rules.models, covers, seed }));
}

const draftKey = (d: Draft): string => `${d.path}:${String(d.at).padStart(9, "0")}:${d.edits[0]?.edits[0]?.start ?? 0}`;

/** Drafts in the order in which they are tried: architectures take turns. */
function inTurns(lists: readonly Draft[][]): Draft[] {
  const out: Draft[] = [];
  const longest = Math.max(0, ...lists.map((l) => l.length));
  for (let i = 0; i < longest; i++) for (const list of lists) if (list[i] !== undefined) out.push(list[i] as Draft);
  return out;
}

const severe = (f: Finding): boolean => f.status === "introduced" && f.severity !== "note";

/** Every finding that a reader of the mail would get. */
const said = (findings: readonly Finding[]): Finding[] => findings.filter((f) => f.status === "introduced");

function judge(operator: Operator, draft: Draft, findings: readonly Finding[]): boolean {
  if (operator.kind === "sound") return said(findings).length === 0;
  return findings.some((f) => severe(f) && operator.rules.includes(f.rule) && draft.functions.includes(f.function));
}

/** One operator's drafts in the order in which they are tried, and what came of those that were. */
interface Queue {
  operator: Operator;
  drafts: Draft[];
  next: number;
  out: OperatorResult;
}

function queueOf(operator: Operator, scopes: readonly Scope[], seed: number): Queue {
  const lists = scopes.map((s) => shuffled(operator.drafts(s), seed, (d) => `${operator.name}:${draftKey(d)}`));
  const drafts = inTurns(lists);
  return { operator, drafts, next: 0, out: { operator, places: drafts.length, results: [], rejected: 0 } };
}

/** Reviews as many mutants of each operator as are wanted; one that was rejected is replaced by the next. */
function work(queues: readonly Queue[], bench: Bench, options: RunOptions): void {
  for (;;) {
    const batch = queues.flatMap((queue) => {
      const missing = options.sample - queue.out.results.length;
      const drafts = queue.drafts.slice(queue.next, queue.next + missing);
      queue.next += drafts.length;
      return drafts.map((draft, i) => ({
        queue,
        draft,
        key: `${bench.folderKey(draft)}\0${queue.operator.name}\0${String(i).padStart(6, "0")}`,
      }));
    });
    if (batch.length === 0) return;
    batch.sort((a, b) => (a.key < b.key ? -1 : 1));
    batch.forEach(({ queue, draft }, i) => {
      options.onProgress?.(`${i + 1} of ${batch.length}: ${draft.path}`);
      reviewOne(queue, draft, bench);
    });
  }
}

function reviewOne({ operator, out }: Queue, draft: Draft, bench: Bench): void {
  const reviewed = bench.review(draft);
  if (!reviewed.ok) {
    out.rejected++;
    return;
  }
  out.results.push({
    operator: operator.name,
    path: draft.path,
    function: draft.function,
    line: bench.lineOf(draft),
    good: judge(operator, draft, reviewed.findings),
    said: said(reviewed.findings).map((f) => `${f.rule} ${f.severity} ${f.function}:${f.line}`),
  });
}

const sortKey = (r: Result): string => `${r.path}:${String(r.line).padStart(8, "0")}:${r.function}`;

/** Runs the chosen operators over a tree's files: all that the rules may want to see, by path. */
export function runMutants(
  texts: ReadonlyMap<string, string>,
  rules: RuleSet,
  reader: CReader,
  options: RunOptions,
): OperatorResult[] {
  const files = new Map([...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([p, t]) => [p, readC(p, t, reader)]));
  const scopes = scopesOf(files, rules, reader, options);
  const chosen = OPERATORS.filter((o) => options.operators.length === 0 || options.operators.includes(o.name));
  const queues = chosen.map((operator) => queueOf(operator, scopes, options.seed));
  work(queues, new Bench(files, reader, rules, options.fresh), options);
  for (const { out } of queues) out.results.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  return queues.map((q) => q.out);
}
