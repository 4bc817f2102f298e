/**
 * One pull request, from its number to what stands on it afterwards: its commits are reviewed as the patches of a series on the
 * tree that they were made on; what is told is planned, kept, and posted.
 */
import { parseDiff } from "../patch/parse-diff.js";
import { configOutput } from "../report/github/check.js";
import type { ReviewResult } from "../review/finding.js";
import type { KeptPatch, PatchMemory } from "../review/patch-memory.js";
import type { PatchGroup, SelectedPatch } from "../review/select-patches.js";
import { globMatch } from "../speak/glob.js";
import { demotedRules } from "../speak/ledger.js";
import type { LedgerPolicy } from "../speak/policy.js";
import type { SourceTree } from "../tree/source-tree.js";
import type { SpeechStore } from "../watch/speech.js";
import type { Store } from "../watch/store.js";
import type { Pull } from "./forge.js";
import { commitsOf, type Gathered, gather, patchKeys } from "./gather.js";
import { type NamedMail, namedMails } from "./list-threads.js";
import { type PullPlan, planPull } from "./plan.js";
import { type PostPorts, postCheck, postPull } from "./post.js";

import { REPO_CONFIG, type RepoConfig } from "./repo-config.js";
import type { TaskStore } from "./tasks.js";

/** What of the store is asked. */
export type PullStore = Pick<SpeechStore, "lineage" | "saidOf" | "ledger" | "putAnswer" | "ruleOf"> &
  Pick<Store, "suppressed" | "suppress" | "seriesOf"> &
  Pick<TaskStore, "putReport" | "report" | "recallPatch" | "keepPatch">;

/** What reviewing a pull request asks of the world. */
export interface PullPorts extends PostPorts {
  store: PullStore;
  /** Reviews series on a tree, with the rules that are loaded. */
  review(groups: readonly PatchGroup[], tree: SourceTree | null, memory: PatchMemory | null): Promise<ReviewResult>;
  /** Text of a configuration to the configuration, or all that is wrong with it. */
  readConfig(text: string): RepoConfig | { problems: readonly string[] };
  /** Version of the program and of its rules, in one. */
  engine: string;
  ledger: LedgerPolicy;
  /** ISO 8601. */
  now(): string;
}

/** A head that was reviewed. */
export interface ReviewedHead {
  gathered: Gathered;
  result: ReviewResult;
  plan: PullPlan;
}

/** How a command line gets the same again. */
export const reproduceLine = (repository: string, number: number): string => `review github ${repository}#${number}`;

/**
 * Reviews a pull request. `asked`: somebody wants it now, whatever the configuration says of drafts and branches. Gives what came of
 * it in a few words. Throws ForgeError.
 */
export async function reviewPull(number: number, asked: boolean, ports: PullPorts): Promise<string> {
  const { forge } = ports;
  const pull = await forge.pull(number);
  if (!pull.open) return "it is closed";
  const config = await configAt(pull.base, ports);
  if ("problems" in config) {
    await postCheck(pull.head, configOutput([...config.problems]), "failure", ports);
    return "its configuration is unsound";
  }
  const unwanted = asked ? null : whyNot(pull, config);
  if (unwanted !== null) return unwanted;
  const { result, plan } = await reviewHead(pull, config, ports);
  const findings = Object.fromEntries(plan.found);
  await ports.store.putReport(
    forge.repository,
    `pull ${number}`,
    { head: pull.head, findings, report: plan.report },
    ports.now(),
  );
  const reproduce = reproduceLine(forge.repository, number);
  const posted = await postPull({ pull, plan, result, config, reproduce }, ports);
  return posted === "moved" ? "its head moved on meanwhile" : `reviewed, ${plan.report.findings.length} told`;
}

/** The configuration at a commit; the defaults where there is none. */
export async function configAt(
  commit: string,
  { forge, readConfig }: Pick<PullPorts, "forge" | "readConfig">,
): Promise<RepoConfig | { problems: readonly string[] }> {
  return readConfig((await forge.file(REPO_CONFIG, commit)) ?? "");
}

function whyNot({ baseRef, draft }: Pull, { enabled, branches, drafts }: RepoConfig): string | null {
  if (!enabled) return "the repository has switched reviews off";
  if (!branches.some((pattern) => globMatch(pattern, baseRef))) return "its branch is not among those to review";
  return draft && !drafts ? "it is a draft" : null;
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
  return { gathered, result, plan };
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
