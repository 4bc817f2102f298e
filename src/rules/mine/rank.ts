/** The candidates of several programs in one order: the clearer the code speaks, and says it in words, the higher. */
import { inOrderOf, type Mined } from "./mine.js";

export interface Ranked extends Mined {
  score: number;
}

/** How often a lock is held by chance where it guards nothing: Engler's z statistic is about this. */
const BY_CHANCE = 0.5;

/** Words in the code weigh as much as these standard deviations. */
const WORDS = 2;

/** Fewer accesses under the lock, writes among them, or functions say nothing. */
const LEAST = { under: 3, writes: 1, functions: 2 };

/** One candidate of what several programs say of the same field and lock. */
function merged(all: readonly Mined[]): Mined[] {
  const out = new Map<string, Mined>();
  for (const one of all) {
    const key = `${one.arch}\0${one.field}\0${one.lock}`;
    const own = out.get(key);
    if (own === undefined) out.set(key, one);
    else
      out.set(key, {
        ...own,
        under: inOrderOf([...own.under, ...one.under]),
        bare: inOrderOf([...own.bare, ...one.bare]),
      });
  }
  return [...out.values()];
}

/** Standard deviations above what chance would give, and what words add. */
function scoreOf({ under, bare, declared }: Mined): number {
  const all = under.length + bare.length;
  const z = (under.length / all - BY_CHANCE) / Math.sqrt((BY_CHANCE * (1 - BY_CHANCE)) / all);
  return Math.round((z + (declared.length > 0 ? WORDS : 0)) * 100) / 100;
}

function isClear({ under, bare, declared }: Mined): boolean {
  if (under.filter((p) => p.access === "write").length < LEAST.writes) return false;
  if (declared.length > 0) return true;
  const functions = new Set(under.map((p) => `${p.path} ${p.function}`));
  return under.length >= LEAST.under && functions.size >= LEAST.functions && under.length > bare.length;
}

const nameOf = (m: Mined): string => `${m.arch}\0${m.field}\0${m.lock}`;

/** The candidates, best first; what the code does not say clearly is left out. */
export const ranked = (all: readonly Mined[]): Ranked[] =>
  merged(all)
    .filter(isClear)
    .map((m) => ({ ...m, score: scoreOf(m) }))
    .sort((a, b) => b.score - a.score || (nameOf(a) < nameOf(b) ? -1 : 1));
