/** `review`: reads the inputs, reviews the patches in them, prints the report in the form that was asked for. */
import { EXIT, type ExitCode, ReviewError } from "../errors.js";
import { type OpenTree, openTree } from "../io/git-tree.js";
import { type FolderStore, openIndexStore } from "../io/index-store.js";
import { loadParser, loadRules } from "../io/load-rules.js";
import { makeProgress, outputWidth, remark, writeOutput } from "../io/terminal.js";
import { cacheFolder } from "../io/user-folder.js";
import type { Mailbox, Message } from "../message/message.js";
import { leaveOut } from "../report/ignored.js";
import { type FailOn, makesFail } from "../report/plan.js";
import { statsLines } from "../report/stats.js";
import { visible } from "../report/visible.js";
import type { PatchReport, ReviewResult } from "../review/finding.js";
import { reviewMessages } from "../review/review.js";
import { Stats } from "../review/stats.js";
import type { RuleSet } from "../rules/rule-set.js";
import type { ParseC } from "../source/parse-c.js";
import type { Format } from "./formats.js";
import { holdsMail, noMail, type OpenedInputs, openInputs } from "./inputs.js";
import { readMailbox, render } from "./render.js";
import { reportError } from "./report-error.js";

export interface ReviewOptions {
  format: Format;
  tree?: string;
  failOn: FailOn;
  rules?: string;
  from?: string;
  all?: boolean;
  /** Ids of findings that are left out. */
  ignore?: string[];
  /** Paths of the tree to report on, in place of patches. */
  scan?: string[];
  quiet?: boolean;
  /** A folder, or false for none; the user's own when left out. */
  cache?: string | false;
  stats?: boolean;
}

/** The sender that `--from` names; what is no mailbox is a usage error, before any work is done. */
const senderOf = (from: string | undefined): Mailbox | null => {
  if (from === undefined) return null;
  const mailbox = readMailbox(from);
  if (mailbox !== null) return mailbox;
  throw new ReviewError("bad-sender", EXIT.usage, "--from is no mailbox: write it as 'Name <name@example.org>'");
};

const ID = /^[0-9a-f]{16}$/;

/** The ids that `--ignore` names; what is no id is a usage error, before any work is done. */
export const ignoredIds = ({ ignore = [] }: ReviewOptions): ReadonlySet<string> => {
  const wrong = ignore.filter((id) => !ID.test(id));
  if (wrong.length === 0) return new Set(ignore);
  const message = `--ignore takes the id of a finding, 16 of 0-9 and a-f: ${wrong.map(visible).join(", ")}`;
  throw new ReviewError("bad-finding-id", EXIT.usage, message);
};

export interface Tools {
  rules: RuleSet;
  tree: OpenTree | null;
  /** Where the index of the tree is kept; null when nowhere, or when there is no tree. */
  index: FolderStore | null;
  /** This package's version. */
  version: string;
}

/** The account that `--stats` asks for, on the real clock; it is kept in any case, and costs next to nothing. */
export const startStats = (): Stats => new Stats(() => performance.now());

/** Says the account of a run. */
export const sayStats = (stats: Stats, { index }: Tools, wanted: boolean): void => {
  if (wanted) for (const line of statsLines(stats, index?.broken() ?? 0)) remark(line);
};

/** What {@link openTools} and {@link reviewAll} read of the options. */
export type ToolOptions = Pick<ReviewOptions, "tree" | "rules" | "cache" | "quiet">;

/** Rules and tree are opened before the inputs are read: what is wrong with them is told at once. */
export const openTools = async (options: ToolOptions, version: string): Promise<Tools> => {
  const keeps = options.tree !== undefined && options.cache !== false;
  const index = keeps ? await openIndexStore(options.cache || cacheFolder(process.env), version) : null;
  const rules = await loadRules(options.rules, index);
  const tree = options.tree === undefined ? null : await openTree(options.tree);
  return { rules, tree, index, version };
};

/** Reviews messages with tools that are open, and closes the tree. */
export const reviewAll = async (
  messages: readonly Message[],
  { rules, tree, index, version }: Tools,
  parse: ParseC,
  options: ToolOptions,
  stats: Stats,
): Promise<ReviewResult> => {
  const progress = makeProgress(options.quiet !== true);
  const onProgress = (done: number, total: number, label: string): void =>
    progress.update(done / Math.max(1, total), visible(label));
  try {
    return await reviewMessages(messages, { tree, rules, parse, version, index, stats, onProgress });
  } finally {
    progress.clear();
    await tree?.close();
  }
};

/** Runs the command on inputs of the command line; answers the exit code. */
export const runReview = (inputs: readonly string[], options: ReviewOptions, version: string): Promise<ExitCode> =>
  reviewOpened(
    () => openInputs(inputs, makeProgress(options.quiet !== true)),
    options,
    version,
    () => noMail(inputs),
  );

const isInTree = ({ analysed }: PatchReport): boolean => analysed === "tree";

/**
 * Reviews what was opened, and prints the report; answers the exit code. It is opened after rules and tree were found sound.
 * `whenEmpty` says what is wrong where it holds no mail at all.
 */
export const reviewOpened = async (
  open: () => OpenedInputs,
  options: ReviewOptions,
  version: string,
  whenEmpty: () => ReviewError | null = () => null,
): Promise<ExitCode> => {
  const from = senderOf(options.from);
  const ignored = ignoredIds(options);
  const stats = startStats();
  // Compiling the grammar is other threads' work: it goes on while all else is opened.
  const parser = loadParser();
  parser.catch(() => {});
  const tools = await stats.timed("loading rules, opening the tree", () => openTools(options, version));
  const opened = open();
  const messages: Message[] = [];
  await stats.timed("reading mail", async () => {
    for await (const message of opened.messages) messages.push(message);
  });
  const parse = await stats.timed("loading the parser", () => parser);
  const { result, said } = leaveOut(await reviewAll(messages, tools, parse, options, stats), ignored);
  const { format, all = false, quiet = false } = options;
  const { text, remarks } = render(result, {
    format,
    all,
    quiet,
    tree: tools.tree?.label ?? null,
    from,
    width: outputWidth(),
  });
  const hasMail = holdsMail(messages);
  const unreadable = opened.unreadable() ?? (hasMail ? null : whenEmpty());
  // Where nothing was read, that nothing was found says nothing.
  if (unreadable === null || hasMail || format !== "text") await writeOutput(text);
  if (!quiet && tools.tree !== null && result.review.patches.length > 0 && !result.review.patches.some(isInTree))
    remark('review: the tree was read for none of the patches; the report says why below "Analysed"');
  if (!quiet) for (const line of [...remarks, ...said]) remark(`review: ${line}`);
  sayStats(stats, tools, options.stats === true);
  if (unreadable !== null) return reportError(unreadable, remark);
  return result.review.findings.some((finding) => makesFail(finding, options.failOn)) ? EXIT.findings : EXIT.nothing;
};
