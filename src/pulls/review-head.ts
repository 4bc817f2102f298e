/**
 * The head of a pull request, or of a push: its commits are reviewed as the patches of a series on the tree that they were made on,
 * and what is told of them is planned. Nothing is posted here.
 */
import { parseDiff } from "../patch/parse-diff.js";
import type { PullFinding } from "../report/github/pull-report.js";
import type { ReviewResult } from "../review/finding.js";
import type { KeptPatch, PatchMemory } from "../review/patch-memory.js";
import type { SelectedPatch } from "../review/select-patches.js";
import { demotedRules } from "../speak/ledger.js";
import { withEdits } from "./edits.js";
import type { Pull } from "./forge.js";
import { commitsOf, type Gathered, gather, patchKeys } from "./gather.js";
import { type NamedMail, namedMails } from "./list-threads.js";
import { type PullPlan, planPull, replaceFindings } from "./plan.js";
import type { PullPorts, PullStore } from "./ports.js";
import type { RepoConfig } from "./repo-config.js";

/** A head that was reviewed. */
export interface ReviewedHead {
  gathered: Gathered;
  result: ReviewResult;
  plan: PullPlan;
}

/** Reviews the head of a pull request, and plans what is told of it. Posts nothing. */
export async function reviewHead(pull: Pull, config: RepoConfig, ports: PullPorts): Promise<ReviewedHead> {
  const { forge } = ports;
  const gathered = await gather(forge, pull.base, pull.head);
  const { mergeBase } = gathered;
  const { result, unread } = await reviewSeries(gathered, ports);
  const shown =
    mergeBase === null ? null : await forge.diffOfPull(pull, mergeBase, (path) => touches(gathered.patches, path));
  const named = namedMails([pull.body, ...gathered.commits.map(({ message }) => message)].join("\n"));
  const plan = await planOf(
    {
      head: pull.head,
      gathered,
      result,
      config,
      diff: shown === null ? null : shown.text,
      notes: [...gathered.notes, ...(shown?.leftOut ?? []), ...unread],
      named,
    },
    ports,
  );
  const findings = await editsFor(pull.head, plan, gathered, ports);
  return { gathered, result, plan: replaceFindings(plan, findings) };
}

/** The findings with the edits that can be proven. */
function editsFor(head: string, plan: PullPlan, gathered: Gathered, ports: PullPorts): Promise<PullFinding[]> {
  return withEdits(plan.report.findings, gathered.patches, {
    file: (path) => ports.forge.file(path, head),
    readC: ports.readC,
    locks: ports.locks,
    review: async (patches) => (await reviewSeries({ ...gathered, patches: [...patches] }, ports)).result,
  });
}

const touches = (patches: readonly SelectedPatch[], path: string): boolean =>
  patches.some(({ patch }) => patch.files.some((file) => file.newPath === path || file.oldPath === path));

/** Reviews the patches on the tree that they left; what was made of them before is taken over. */
export async function reviewSeries(
  { patches, mergeBase }: Gathered,
  { forge, review, store, engine, digest, now }: PullPorts,
): Promise<{ result: ReviewResult; unread: readonly string[] }> {
  const group = patches.length === 0 ? [] : [patches];
  if (mergeBase === null) {
    const why = "The commits have nothing in common with the branch: they were read by themselves.";
    return { result: await review(group, null, null), unread: [why] };
  }
  const tree = await forge.tree(mergeBase);
  const keys = patchKeys(patches, `${engine}\n${mergeBase}`, digest);
  const fresh = new Map<string, KeptPatch>();
  const keyOf = (selected: SelectedPatch): string => keys.get(selected) ?? "";
  const memory: PatchMemory = {
    recall: (selected) => store.recallPatch(keyOf(selected), now()),
    keep: async (selected, kept) => void fresh.set(keyOf(selected), kept),
  };
  try {
    const result = await review(group, tree, memory);
    const unread = tree.unread();
    // What was judged without a part of the tree is judged anew next time.
    if (unread.length === 0) for (const [key, kept] of fresh) await store.keepPatch(key, kept, now());
    return { result, unread };
  } finally {
    await tree.close();
  }
}

interface Planning {
  head: string;
  gathered: Gathered;
  result: ReviewResult;
  config: RepoConfig;
  /** The diff that comments can stand in. */
  diff: string | null;
  notes: readonly string[];
  named: readonly NamedMail[];
}

/** The plan for what was reviewed, with what people said before. */
export async function planOf(planning: Planning, { store, ledger }: PullPorts): Promise<PullPlan> {
  const { head, gathered, result, config, diff, notes, named } = planning;
  const analysed = new Map(
    result.reviewed.map(({ patch, report }) => [
      patch.messageId ?? "",
      { analysed: report.analysed, reason: report.reason },
    ]),
  );
  const ids = new Set(result.review.findings.map(({ id }) => id));
  return planPull({
    head,
    result,
    commits: commitsOf(gathered, analysed),
    diff: diff === null ? null : parseDiff(diff).files,
    base: gathered.mergeBase === null ? null : `git ${gathered.mergeBase.slice(0, 12)}`,
    config,
    history: { suppressed: await store.suppressed(), demoted: demotedRules(await store.ledger(), ledger) },
    toldAt: ids.size === 0 ? new Map() : await toldOnLists(named, store),
    notes,
    threads: [...new Set(named.flatMap(({ url }) => url ?? []))],
  });
}

/** Findings that mails about these threads told of, with the page of the thread. */
async function toldOnLists(
  named: readonly NamedMail[],
  store: Pick<PullStore, "seriesOf" | "lineage" | "saidOf">,
): Promise<Map<string, string>> {
  const told = new Map<string, string>();
  for (const { id, url } of named) {
    const series = url === null ? null : await store.seriesOf(id);
    if (series === null || url === null) continue;
    const lineage = await store.lineage(series);
    for (const finding of await store.saidOf(lineage.map(({ key }) => key)))
      if (!told.has(finding)) told.set(finding, url);
  }
  return told;
}
