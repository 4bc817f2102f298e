/** What reviewing pull requests asks of the world. */
import type { LockCall } from "../analysis/models.js";
import type { ReviewResult } from "../review/finding.js";
import type { PatchMemory } from "../review/patch-memory.js";
import type { PatchGroup } from "../review/select-patches.js";
import type { CFile } from "../source/ast.js";
import type { LedgerPolicy } from "../speak/policy.js";
import type { SourceTree } from "../tree/source-tree.js";
import type { SpeechStore } from "../watch/speech.js";
import type { Store } from "../watch/store.js";
import type { PostPorts } from "./post.js";
import type { RepoConfig } from "./repo-config.js";
import type { TaskStore } from "./tasks.js";

/** What of the store is asked. */
export type PullStore = Pick<SpeechStore, "lineage" | "saidOf" | "ledger" | "putAnswer" | "ruleOf"> &
  Pick<Store, "suppressed" | "suppress" | "unsuppress" | "seriesOf"> &
  Pick<TaskStore, "putReport" | "report" | "recallPatch" | "keepPatch">;

/** What reviewing a pull request asks of the world. */
export interface PullPorts extends PostPorts {
  store: PullStore;
  /** Reviews series on a tree, with the rules that are loaded. */
  review(groups: readonly PatchGroup[], tree: SourceTree | null, memory: PatchMemory | null): Promise<ReviewResult>;
  /** Reads a text as C. */
  readC(path: string, text: string): CFile;
  /** How locks are taken, by the rules' models. */
  locks: ReadonlyMap<string, LockCall>;
  /** Text of a configuration to the configuration, or all that is wrong with it. */
  readConfig(text: string): RepoConfig | { problems: readonly string[] };
  /** Version of the program and of its rules, in one. */
  engine: string;
  ledger: LedgerPolicy;
  /** ISO 8601. */
  now(): string;
}
