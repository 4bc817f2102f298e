/**
 * Which functions say something of a kind: words, made of the facts of each function by itself, to the functions that have
 * them. Rules find by it the few functions that can matter to them, and need not look at the facts of all others.
 */
import type { ProgramFunction } from "./definitions.js";
import type { Program } from "./program.js";
import { type Lists, MadeLists, type PackedIndex, PackedLists } from "./word-lists.js";

/** The words of one function; they rest on its own facts, and on nothing else that a patch can change. */
export type WordsOf = (f: ProgramFunction) => Iterable<string>;

/** What a patch changes: functions that go, those that come and what they say; and what has become of all others. */
interface Change {
  left: ReadonlySet<ProgramFunction>;
  all: readonly ProgramFunction[];
  come: Lists;
  now: (f: ProgramFunction) => ProgramFunction;
}

export class FactIndex {
  private lists: Lists | null = null;
  private readonly merged = new Map<string, readonly ProgramFunction[]>();
  private change: Change | null = null;
  private readonly known = new Map<ProgramFunction, readonly string[]>();

  constructor(
    readonly program: Program,
    private readonly wordsOf: WordsOf,
    /** The index of the program that this one was made of by a patch. */
    private readonly before: FactIndex | null = null,
    private readonly packed: PackedIndex | null = null,
  ) {}

  /** The functions that have a word, in the program's order. */
  with(word: string): readonly ProgramFunction[] {
    this.program.trace.note(`I ${word}`);
    if (this.before === null) return this.whole.get(word) ?? [];
    const known = this.merged.get(word);
    if (known !== undefined) return known;
    const found = this.merge(word, this.before);
    this.merged.set(word, found);
    return found;
  }

  has(word: string): boolean {
    return this.with(word).length > 0;
  }

  /** All words that begin so, sorted, as far as some function has them. */
  words(start: string): string[] {
    this.program.trace.note(`W ${start}`);
    const all = new Set(this.wordsLike(start));
    return [...all].filter((w) => this.with(w).length > 0).sort();
  }

  private wordsLike(start: string): readonly string[] {
    if (this.before === null) return this.whole.like(start);
    return [...this.before.wordsLike(start), ...this.changes(this.before).come.like(start)];
  }

  private everyWord(): string[] {
    if (this.before === null) return [...this.whole.keys()];
    return [...this.before.everyWord(), ...this.changes(this.before).come.keys()];
  }

  /** The functions that a patch takes away, or of which it changes the facts; and those that there are in their stead. */
  changedFunctions(): { left: readonly ProgramFunction[]; come: readonly ProgramFunction[] } {
    if (this.before === null) return { left: [], come: [] };
    const { left, all } = this.changes(this.before);
    return { left: [...left], come: all };
  }

  /** The words that other functions have than before, by path and name. */
  changedWords(): Set<string> {
    const out = new Set<string>();
    if (this.before === null) return out;
    const { left, all } = this.changes(this.before);
    const [was, is] = [saidBy([...left], this.before.ownWords), saidBy(all, this.ownWords)];
    for (const [said, word] of was) if (!is.has(said)) out.add(word);
    for (const [said, word] of is) if (!was.has(said)) out.add(word);
    return out;
  }

  private ownWords = (f: ProgramFunction): Iterable<string> => {
    const known = this.known.get(f);
    if (known !== undefined) return known;
    const words = this.program.trace.within(null, () => [...new Set(this.wordsOf(f))]);
    // Those of a patch are asked for twice; those of all functions are in lists then.
    if (this.before !== null) this.known.set(f, words);
    return words;
  };

  private get whole(): Lists {
    const { all } = this.program.definitions;
    this.lists ??= this.packed === null ? listsOf(all, this.ownWords) : new PackedLists(this.packed, all);
    return this.lists;
  }

  private mergedLists(): Lists {
    const words = new Set(this.everyWord());
    return new MadeLists([...words].map((word) => [word, this.with(word)] as const).filter(([, of]) => of.length > 0));
  }

  private changes(before: FactIndex): Change {
    if (this.change !== null) return this.change;
    const left = new Set(before.program.definitions.all);
    const come: ProgramFunction[] = [];
    const now = new Map<ProgramFunction, ProgramFunction>();
    for (const f of this.program.definitions.all) {
      const there = this.program.sameBefore(f);
      if (there === null) come.push(f);
      else {
        left.delete(there);
        now.set(there, f);
      }
    }
    this.change = { left, all: come, come: listsOf(come, this.ownWords), now: (f) => now.get(f) as ProgramFunction };
    return this.change;
  }

  private merge(word: string, before: FactIndex): readonly ProgramFunction[] {
    const { left, come, now } = this.changes(before);
    const kept = before.program.trace
      .within(null, () => before.with(word))
      .filter((f) => !left.has(f))
      .map(now);
    const own = come.get(word);
    return own === undefined ? kept : this.program.definitions.inOrder([...kept, ...own]);
  }

  pack(): PackedIndex {
    const lists = this.before === null ? this.whole : this.mergedLists();
    const place = new Map(this.program.definitions.all.map((f, i) => [f, i]));
    const [ends, functions]: number[][] = [[], []];
    const own = [...lists.keys()].sort();
    for (const word of own) {
      for (const f of lists.get(word) ?? []) functions?.push(place.get(f) as number);
      ends?.push(functions?.length ?? 0);
    }
    const words = own.join("\0");
    return { words, ends: Uint32Array.from(ends ?? []), functions: Uint32Array.from(functions ?? []) };
  }
}

function listsOf(functions: readonly ProgramFunction[], wordsOf: WordsOf): Lists {
  const lists = new Map<string, ProgramFunction[]>();
  for (const f of functions) {
    for (const word of wordsOf(f)) {
      const list = lists.get(word);
      if (list === undefined) lists.set(word, [f]);
      else list.push(f);
    }
  }
  return new MadeLists(lists);
}

/** Who says what, by path, name and word. */
function saidBy(functions: readonly ProgramFunction[], wordsOf: WordsOf): Map<string, string> {
  const out = new Map<string, string>();
  for (const f of functions) for (const word of wordsOf(f)) out.set(`${f.file.path}\0${f.fn.name}\0${word}`, word);
  return out;
}
