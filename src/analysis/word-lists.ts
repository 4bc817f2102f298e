/** Functions by word, as the index of facts (fact-index.ts) makes such lists and as it is kept. */
import type { ProgramFunction } from "./definitions.js";

/** An index as it is kept: words in order, and for each the places of its functions in the program, one list behind the other. */
export interface PackedIndex {
  words: string;
  ends: Uint32Array;
  functions: Uint32Array;
}

/** Functions by word. */
export interface Lists {
  get(word: string): readonly ProgramFunction[] | undefined;
  keys(): Iterable<string>;
  /** Words that begin so. */
  like(start: string): readonly string[];
}

const kindOf = (word: string): string => word.slice(0, word.indexOf(" "));

/** Lists as they were made. What is asked for begins with a kind, which is what stands in front of the first blank. */
export class MadeLists extends Map<string, readonly ProgramFunction[]> implements Lists {
  private kinds: Map<string, string[]> | null = null;

  like(start: string): readonly string[] {
    this.kinds ??= byKind(this.keys());
    return (this.kinds.get(kindOf(start)) ?? []).filter((word) => word.startsWith(start));
  }
}

function byKind(words: Iterable<string>): Map<string, string[]> {
  const out = new Map<string, string[]>();
  for (const word of words) {
    const list = out.get(kindOf(word));
    if (list === undefined) out.set(kindOf(word), [word]);
    else list.push(word);
  }
  return out;
}

/** Lists as they are kept: one is looked up in the order of the words, and made, when it is asked for. */
export class PackedLists implements Lists {
  private readonly words: readonly string[];
  private readonly made = new Map<string, readonly ProgramFunction[]>();

  constructor(
    private readonly packed: PackedIndex,
    private readonly all: readonly ProgramFunction[],
  ) {
    this.words = packed.words === "" ? [] : packed.words.split("\0");
  }

  keys(): readonly string[] {
    return this.words;
  }

  get(word: string): readonly ProgramFunction[] | undefined {
    const known = this.made.get(word);
    if (known !== undefined) return known;
    const place = this.placeOf(word);
    if (this.words[place] !== word) return undefined;
    const { ends, functions } = this.packed;
    const own = functions.subarray(place === 0 ? 0 : ends[place - 1], ends[place]);
    const list = Array.from(own, (at) => this.all[at] as ProgramFunction);
    this.made.set(word, list);
    return list;
  }

  like(start: string): readonly string[] {
    const from = this.placeOf(start);
    let to = from;
    while (this.words[to]?.startsWith(start) === true) to++;
    return this.words.slice(from, to);
  }

  /** Where the first word stands that is not before this one. */
  private placeOf(word: string): number {
    let low = 0;
    let high = this.words.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.words[middle] as string) < word) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
