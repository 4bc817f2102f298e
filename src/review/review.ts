/**
 * The review stage, and its one entry: messages in, findings out. For each patch both sides are analysed and compared; the
 * patches of a series are judged in order, each on top of those before it; different series each against the tree itself.
 */
import type { Program } from "../analysis/program.js";
import type { Message } from "../message/message.js";
import type { FileDiff } from "../patch/patch.js";
import { evaluateRules } from "../rules/evaluate.js";
import { Evaluation } from "../rules/evaluation.js";
import type { RuleSet } from "../rules/rule-set.js";
import type { ParseC } from "../source/parse-c.js";
import type { SourceTree } from "../tree/source-tree.js";
import type { Finding, PatchReport, ReportProblem, Review, ReviewedPatch, ReviewResult } from "./finding.js";
import { inOrder } from "./in-order.js";
import type { KeptFinding, PatchMemory } from "./patch-memory.js";
import { type PatchGroup, type SelectedPatch, selectPatches } from "./select-patches.js";
import { applicable, makeReader, type ReviewContext, readSides, type Sides } from "./sides.js";
import { Stats } from "./stats.js";
import type { IndexStore } from "./tree-index.js";
import { TreeReader } from "./tree-reader.js";
import { faultOf, judge, type Touched } from "./verdict.js";

export interface ReviewOptions {
  tree: SourceTree | null;
  rules: RuleSet;
  parse: ParseC;
  /** The tool's own version, for the report. */
  version: string;
  /** Where programs of the tree are kept between runs; null or left out: nowhere. */
  index?: IndexStore | null;
  /** Is told what was read and what it took. */
  stats?: Stats;
  /** What earlier runs made of patches that come again unchanged, on the same tree and behind the same patches. */
  memory?: PatchMemory;
  onProgress?: (done: number, total: number, label: string) => void;
  /** Is shown what was found with what it was found in: the code after each patch, or the tree itself. */
  onEvaluation?: (evaluation: Evaluation, findings: readonly Finding[]) => void;
}

interface Judged {
  selected: SelectedPatch;
  report: PatchReport;
  found: KeptFinding[];
  /** Faults that the patch takes away. */
  gone: ReadonlySet<string>;
}

/** Reviews the patches of the messages. Throws only on I/O failure of the tree. */
export async function reviewMessages(inputs: readonly Message[], options: ReviewOptions): Promise<ReviewResult> {
  const messages = inOrder(inputs);
  return reviewGroups(selectPatches(messages), messages, options);
}

/** Reviews patches that are put together as series already; `messages` is what they were taken out of. Throws as the other. */
export async function reviewGroups(
  groups: readonly PatchGroup[],
  messages: readonly Message[],
  options: ReviewOptions,
): Promise<ReviewResult> {
  const { rules, parse, tree } = options;
  const reader = makeReader(parse, rules);
  const treeReader = tree === null ? null : new TreeReader(tree, reader, rules, options.index ?? null);
  const stats = options.stats ?? new Stats(() => 0);
  const context: ReviewContext = { rules, reader, tree: treeReader, stats, onEvaluation: options.onEvaluation };
  const total = groups.reduce((n, g) => n + g.length, 0);
  const judged: Judged[] = [];
  for (const group of groups) {
    judged.push(...(await reviewGroup(group, context, options.memory ?? null)));
    options.onProgress?.(judged.length, total, group[0]?.patch.title ?? "");
  }
  await stats.timed("keeping the index", () => treeReader?.index.finish());
  stats.index = treeReader?.index.counts ?? null;
  return assemble(judged, messages, { name: "patchwitness", version: options.version, rules: rules.version });
}

async function reviewGroup(group: PatchGroup, context: ReviewContext, memory: PatchMemory | null): Promise<Judged[]> {
  context.tree?.startSeries();
  const known: (Judged | null)[] = [];
  for (const selected of group) known.push(memory === null ? null : await recalled(selected, memory));
  // What the last one that is read anew builds on has to stand in the tree before it.
  const last = known.lastIndexOf(null);
  const out: Judged[] = [];
  for (const [at, selected] of group.entries()) {
    out.push(known[at] ?? (await reviewFresh(selected, context, memory)));
    if (group.length > 1 && at < last) await context.tree?.keep(selected.patch);
  }
  markFixedLater(out);
  return out;
}

async function recalled(selected: SelectedPatch, memory: PatchMemory): Promise<Judged | null> {
  const kept = await memory.recall(selected);
  if (kept === null) return null;
  const { analysed, reason, found, gone } = kept;
  const { messageId } = selected.patch;
  const own = found.map(({ finding, fault }) => ({ finding: { ...finding, messageId }, fault }));
  return { selected, report: reportOf(selected, analysed, reason), found: own, gone: new Set(gone) };
}

async function reviewFresh(
  selected: SelectedPatch,
  context: ReviewContext,
  memory: PatchMemory | null,
): Promise<Judged> {
  const { rules, files } = applicable(context.rules.rules, selected.patch);
  const judged = files.length === 0 ? passedOver(selected) : await reviewPatch(selected, context, rules, files);
  const { report, found, gone } = judged;
  // A copy: what a later patch mends is marked in the findings themselves.
  const kept = found.map(({ finding, fault }) => ({ finding: { ...finding }, fault }));
  await memory?.keep(selected, { analysed: report.analysed, reason: report.reason, found: kept, gone: [...gone] });
  return judged;
}

function reportOf(selected: SelectedPatch, analysed: PatchReport["analysed"], reason: string | null): PatchReport {
  const { patch, message, series } = selected;
  return {
    messageId: patch.messageId,
    subject: message.subject,
    series,
    analysed,
    reason,
    files: patch.files.map((f) => f.newPath ?? f.oldPath ?? "").filter((p) => p !== ""),
  };
}

function passedOver(selected: SelectedPatch): Judged {
  const isCode = selected.patch.files.some((f) => /\.[ch]$/.test(f.newPath ?? f.oldPath ?? ""));
  const reason = isCode ? "no rule speaks of these files" : "no C file is changed";
  return { selected, report: reportOf(selected, "none", reason), found: [], gone: new Set() };
}

async function reviewPatch(
  selected: SelectedPatch,
  context: ReviewContext,
  rules: RuleSet["rules"][number][],
  files: readonly FileDiff[],
): Promise<Judged> {
  const { stats } = context;
  const sides = await stats.timed("reading and parsing", () => readSides(selected.patch, rules, files, context));
  const [before, after] = evaluationsOf(sides, context);
  const result = await stats.timed("analysis and rules", () => evaluateRules(after, rules));
  const base = await stats.timed("analysis and rules", () => evaluateRules(before, rules, result.predicates).outcomes);
  stats.add(sides.base);
  stats.add(sides.result);
  const report = reportOf(selected, sides.analysed, sides.reason);
  const outcomes = { base, result: result.outcomes };
  const found = judge(sides, outcomes, selected.patch, touchedFunctions(sides)).map(({ finding, outcome }) => ({
    finding,
    fault: faultOf(outcome),
  }));
  context.onEvaluation?.(
    after,
    found.map((f) => f.finding),
  );
  const left = new Set(result.outcomes.map(faultOf));
  return { selected, report, found, gone: new Set(base.map(faultOf).filter((fault) => !left.has(fault))) };
}

/** How the rules see both sides: by the index of the tree, or each by itself. */
function evaluationsOf(
  { base, result }: Sides,
  { tree, rules }: ReviewContext,
): [before: Evaluation, after: Evaluation] {
  const of = (program: Program): Evaluation =>
    tree?.index.evaluationOf(program) ?? new Evaluation(program, rules.rules);
  return [of(base), of(result)];
}

/** A lock that is added for a site stands this many lines from it, at most. */
const MARGIN = 4;

/** Functions in which the patch adds or removes lines, and how near it comes to the sites of an outcome. */
function touchedFunctions(sides: Sides): Touched {
  const touched = new Set<string>();
  for (const { file, fn } of sides.result.functions) {
    const changed = sides.changed.get(file.path);
    // Lines are counted only where there is something to be found.
    if (changed === undefined) continue;
    const [from, to] = [file.lineAt(fn.at), file.lineAt(fn.end)];
    if (changed.some((line) => line >= from && line <= to)) touched.add(`${file.path}\0${fn.name}`);
  }
  return {
    function: (path, name) => touched.has(`${path}\0${name}`),
    sites: ({ sites }) =>
      sites.some(({ path, function: name }) => {
        const lines = sites.filter((s) => s.path === path && s.function === name).map((s) => s.line);
        const [from, to] = [Math.min(...lines) - MARGIN, Math.max(...lines) + MARGIN];
        return (sides.changed.get(path) ?? []).some((line) => line >= from && line <= to);
      }),
  };
}

/** A finding whose fault a later patch of the series had before it and has no longer after it was fixed later. */
function markFixedLater(judged: readonly Judged[]): void {
  judged.forEach((one, i) => {
    for (const { finding, fault } of one.found) {
      if (finding.status !== "introduced" && finding.status !== "incomplete-fix") continue;
      const fixed = judged.slice(i + 1).some((later) => later.gone.has(fault));
      if (fixed) finding.status = "fixed-later";
    }
  });
}

function assemble(judged: readonly Judged[], messages: readonly Message[], tool: Review["tool"]): ReviewResult {
  const reviewed: ReviewedPatch[] = judged.map(({ selected, report, found }) => ({
    message: selected.message,
    patch: selected.patch,
    report,
    findings: found.map((f) => f.finding),
  }));
  const problems: ReportProblem[] = messages.flatMap((m) => m.problems.map((p) => ({ messageId: m.messageId, ...p })));
  for (const { patch } of reviewed) problems.push(...patch.problems.map((p) => ({ messageId: patch.messageId, ...p })));
  const review = {
    tool,
    patches: reviewed.map((r) => r.report),
    findings: reviewed.flatMap((r) => r.findings),
    problems,
  };
  return { review, reviewed };
}
