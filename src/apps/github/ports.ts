/** What reviewing pull requests is given of the world: the engine, the store, and the host. */
import { createHash } from "node:crypto";
import { readRepoConfig } from "../../io/config/repo-config.js";
import { readRulePage } from "../../io/load-rules.js";
import type { Forge } from "../../pulls/forge.js";
import type { ExplainedRule } from "../../pulls/obey.js";
import type { PullStore } from "../../pulls/ports.js";
import type { WorkPorts } from "../../pulls/work.js";
import { reviewGroups } from "../../review/review.js";
import { makeReader } from "../../review/sides.js";
import type { IndexStore } from "../../review/tree-index.js";
import type { RuleSet } from "../../rules/rule-set.js";
import type { ParseC } from "../../source/parse-c.js";
import { readC } from "../../source/read-file.js";
import type { LedgerPolicy } from "../../speak/policy.js";

/** The engine, loaded once. */
export interface Engine {
  rules: RuleSet;
  /** Folder of the rules; the shipped ones when left out. */
  rulesFolder?: string;
  parse: ParseC;
  index: IndexStore | null;
  version: string;
}

/** Ports for one repository. */
export function portsFor(forge: Forge, engine: Engine, store: PullStore, ledger: LedgerPolicy): WorkPorts {
  const { rules, parse, index, version } = engine;
  const reader = makeReader(parse, rules);
  return {
    forge,
    store,
    ledger,
    engine: `${version} ${rules.version}`,
    digest: (text) => createHash("sha256").update(text).digest("hex"),
    now: () => new Date().toISOString(),
    readConfig: readRepoConfig,
    readC: (path, text) => readC(path, text, reader),
    locks: rules.models.locks,
    review: (groups, tree, memory) =>
      reviewGroups(
        groups,
        groups.flatMap((group) => group.map(({ message }) => message)),
        { tree, rules, parse, version, index, ...(memory === null ? {} : { memory }) },
      ),
    explain: (id) => explain(id, engine),
    rules: rules.rules.map(({ id }) => id),
  };
}

async function explain(id: string, { rules, rulesFolder }: Engine): Promise<ExplainedRule | null> {
  const rule = rules.rules.find((one) => one.id === id);
  if (rule === undefined) return null;
  const readme = await readRulePage(rules, id, rulesFolder);
  return { id, title: rule.title, readme, cites: rule.cites };
}
