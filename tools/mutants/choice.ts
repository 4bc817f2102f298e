/**
 * Choices that depend on the seed and on what is chosen for, never on the order in which things were visited: the same tree
 * and seed give the same mutants, whatever else is asked for in the same run.
 */

/** FNV-1a over UTF-16 code units, finished as in MurmurHash3 so that near texts fall far apart. 32 bits. */
export function hashOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    h ^= text.charCodeAt(i);
    h = Math.imul(h, 0x01000193);
  }
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The list in an order that the seed decides. */
export function shuffled<T>(list: readonly T[], seed: number, keyOf: (item: T) => string): T[] {
  const ranked = list.map((item) => ({ item, key: keyOf(item), rank: hashOf(`${seed}:${keyOf(item)}`) }));
  ranked.sort((a, b) => a.rank - b.rank || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return ranked.map((r) => r.item);
}
