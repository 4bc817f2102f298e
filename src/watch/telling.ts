/**
 * From a judged series to what is put into the outbox: what the plan has to know is looked up, the plan is made, and mails are
 * written. Nothing is sent here.
 */
import type { Patch } from "../patch/patch.js";
import { patchworkCheck } from "../report/patchwork-check.js";
import type { ReviewedPatch, ReviewResult } from "../review/finding.js";
import { addressKey } from "../speak/addresses.js";
import { composeModeration } from "../speak/answer.js";
import { composeReview } from "../speak/compose.js";
import { demotedRules } from "../speak/ledger.js";
import { threadUrl } from "../speak/links.js";
import type { OutgoingCheck, OutgoingMail } from "../speak/outgoing.js";
import { planSeries } from "../speak/plan.js";
import type { History, PatchPlan } from "../speak/planned.js";
import type { LedgerPolicy, ListPolicy, Policies } from "../speak/policy.js";
import type { BaseChoice } from "./base.js";
import type { OutboxRecord } from "./outbox.js";
import type { SeriesRecord } from "./records.js";
import type { SpeechStore } from "./speech.js";

/** What telling asks of the world. */
export interface TellingPorts {
  store: SpeechStore;
  /** Message-IDs of patches that a tree has already. */
  merged(patches: readonly Patch[]): Promise<ReadonlySet<string>>;
  /** The word by which a moderator names the mail of a key. */
  word(key: string): string;
  /** ISO 8601. */
  now(): string;
}

export interface TellingOptions {
  policies: Policies;
  ledger: LedgerPolicy;
  /** Mails become drafts, which are never sent. */
  dry: boolean;
}

/** What is to be said of a series, and the rows that say so. */
export interface Told {
  plans: PatchPlan[];
  outbox: OutboxRecord[];
}

/** Everything that was ever said or forbidden about a series and the versions before it. */
export async function historyOf(
  series: SeriesRecord,
  { store }: Pick<TellingPorts, "store">,
  ledger: LedgerPolicy,
): Promise<Omit<History, "merged">> {
  const lineage = await store.lineage(series.key);
  const keys = lineage.length === 0 ? [series.key] : lineage.map((one) => one.key);
  const named = (await store.suppressions()).map(({ what }) => what);
  const suppressed = new Set(named.filter((what) => !what.includes(":")));
  const after = (prefix: string): string[] =>
    named.filter((what) => what.startsWith(prefix)).map((what) => what.slice(prefix.length));
  const ignored = new Set(after("series:"));
  return {
    superseded: await store.hasLater(series.key),
    incomplete: series.incomplete !== null,
    said: await store.saidOf(keys),
    suppressed,
    ignored: keys.some((key) => ignored.has(key)),
    optedOut: new Set(after("author:")),
    demoted: demotedRules(await store.ledger(), ledger),
  };
}

/** Plans a judged series and writes its mails and checks. */
export async function tellOf(
  series: SeriesRecord,
  { result, base }: { result: ReviewResult; base: BaseChoice | null },
  options: TellingOptions,
  ports: TellingPorts,
): Promise<Told> {
  const { policies } = options;
  if (policies.lists.length === 0) return { plans: [], outbox: [] };
  const known = await historyOf(series, ports, options.ledger);
  const plan = (merged: ReadonlySet<string>): PatchPlan[] =>
    planSeries({ result, policies, history: { ...known, merged }, now: ports.now() });
  const first = plan(new Set());
  // Trees are asked only where there is something to say.
  const telling = first.filter(({ action }) => action !== "silent").map(({ reviewed }) => reviewed.patch);
  const merged = telling.length === 0 ? new Set<string>() : await ports.merged(telling);
  const plans = merged.size === 0 ? first : plan(merged);
  const outbox = [
    ...(await mailRows(series, plans, { result, base }, options, ports)),
    ...checkRows(series, plans, policies.lists, options.dry),
  ];
  return { plans, outbox };
}

async function mailRows(
  series: SeriesRecord,
  plans: readonly PatchPlan[],
  { result, base }: { result: ReviewResult; base: BaseChoice | null },
  { policies, dry }: TellingOptions,
  { store, word }: TellingPorts,
): Promise<OutboxRecord[]> {
  const { mail } = policies;
  if (mail === null || plans.every(({ action }) => action === "silent")) return [];
  const linked = await store.linksOf(series.members);
  const context = { result, mail, tree: treeLabel(base), series: series.key, version: series.version, linked };
  return plans.flatMap((plan): OutboxRecord[] => {
    if (plan.action === "silent") return [];
    const payload = composeReview(plan, context);
    if (payload === null) return [];
    const key = payload.inReplyTo ?? payload.messageId;
    const held = plan.action === "hold";
    const row = rowOf(key, payload, {
      state: dry ? "draft" : held ? "held" : "waiting",
      notBefore: plan.notBefore,
      list: addressKey(plan.list.address),
      author: addressKey(plan.to[0]?.address ?? ""),
      thread: series.key,
      word: held ? word(key) : null,
    });
    const question = held && !dry ? composeModeration(payload, word(key), mail) : null;
    return question === null ? [row] : [row, rowOf(`moderation ${key}`, question, {})];
  });
}

/** A row for a mail, with no caps but the one for all unless it says so. */
export function rowOf(key: string, payload: OutgoingMail, over: Partial<OutboxRecord>): OutboxRecord {
  const plain = { state: "waiting" as const, notBefore: null, list: "", author: "", thread: "", word: null };
  return { target: "mail", key, payload, ...plain, ...over };
}

/** "linux git 0123456789ab": what a reply calls the base; null where there was none. */
export function treeLabel(base: BaseChoice | null): string | null {
  if (base === null || base.tree === null || base.revision === null) return null;
  return `${base.tree} git ${base.revision.slice(0, 12)}`;
}

/** Checks for patchwork: one for each patch of a list that wants them and that a rule speaks of, whatever was found. */
function checkRows(
  series: SeriesRecord,
  plans: readonly PatchPlan[],
  lists: readonly ListPolicy[],
  dry: boolean,
): OutboxRecord[] {
  return plans.flatMap(({ reviewed, ...plan }): OutboxRecord[] => {
    const name = typeof plan.list === "string" ? plan.list : (plan.list?.address ?? null);
    const list = lists.find((one) => one.address === name);
    const id = reviewed.patch.messageId;
    if (list?.patchwork === undefined || id === null || list.mode === "off" || !isOwnMail(reviewed)) return [];
    const told = new Set(plan.findings.filter((f) => f.silence === null).map((f) => f.finding.id));
    const check = patchworkCheck(
      { ...reviewed, findings: reviewed.findings.filter(({ id: finding }) => told.has(finding)) },
      { context: list.patchwork.context, url: threadUrl(list, id) ?? "" },
    );
    if (check === null) return [];
    const payload: OutgoingCheck = { kind: "check", list: list.address, messageId: id, series: series.key, check };
    const state = dry || list.mode === "local" ? "draft" : "waiting";
    const row = { list: "", author: "", thread: "", word: null, notBefore: null };
    return [{ target: "patchwork", key: `${id} ${series.revision}`, payload, state, ...row }];
  });
}

const isOwnMail = ({ patch, message }: ReviewedPatch): boolean => patch.depth === 0 && message.origin === "mail";
