/** What a watch says: the plan of each judged series, and the words of people that it listens to. */
import { createHmac, randomBytes } from "node:crypto";
import type { KernelTrees } from "../../io/kernel-trees.js";
import type { Teller } from "../../watch/judge.js";
import { type TellingOptions, type TellingPorts, tellOf } from "../../watch/telling.js";
import type { WatchContext } from "./context.js";

/** Letters of the word that stands for a held mail; a command takes no other. */
const WORD = 16;

/** Answers the word for a key: nobody else can tell it, so a mail that names it comes from whoever was asked. */
async function moderationWords(store: Pick<WatchContext["store"], "secret">): Promise<(key: string) => string> {
  const secret = await store.secret(randomBytes(32).toString("hex"));
  return (key) => createHmac("sha256", secret).update(key).digest("hex").slice(0, WORD);
}

/** The ports and options of a watch; null when no list is configured. */
export async function makeTeller(
  context: WatchContext,
  trees: Pick<KernelTrees, "merged">,
  dry: boolean,
): Promise<Teller | null> {
  const { config, store } = context;
  if (config.lists.length === 0) return null;
  const ports: TellingPorts = {
    store,
    merged: (patches) => trees.merged(patches),
    word: await moderationWords(store),
    now: () => context.now().toISOString(),
  };
  const options: TellingOptions = {
    policies: { lists: config.lists, mail: config.mail ?? null },
    ledger: config.ledger,
    dry,
  };
  return (series, judged) => tellOf(series, judged, options, ports);
}
