/**
 * The maps of a path state. Paths that part share what they know until one of them learns something (copy on write), and what
 * two paths share needs no look when they meet again.
 */

/** A map in order of insertion, as `Map`; copying it costs nothing until one of the two is written to. */
export class PathMap<K, V> {
  private own = false;
  private entriesOf: Map<K, V>;

  private constructor(entries: Map<K, V>) {
    this.entriesOf = entries;
  }

  /** An empty map. */
  static empty<K, V>(): PathMap<K, V> {
    return new PathMap<K, V>(NOTHING as Map<K, V>);
  }

  /** The same entries; neither map sees what is written to the other. */
  copy(): PathMap<K, V> {
    this.own = false;
    return new PathMap(this.entriesOf);
  }

  /** True where both are known to have the same entries without a look at them; false says nothing. */
  shares(other: PathMap<K, V>): boolean {
    return this.entriesOf === other.entriesOf;
  }

  get size(): number {
    return this.entriesOf.size;
  }

  get(key: K): V | undefined {
    return this.entriesOf.get(key);
  }

  has(key: K): boolean {
    return this.entriesOf.has(key);
  }

  set(key: K, value: V): this {
    this.writable().set(key, value);
    return this;
  }

  /** Whether there was an entry. */
  delete(key: K): boolean {
    return this.entriesOf.has(key) && this.writable().delete(key);
  }

  keys(): MapIterator<K> {
    return this.entriesOf.keys();
  }

  values(): MapIterator<V> {
    return this.entriesOf.values();
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entriesOf.entries();
  }

  private writable(): Map<K, V> {
    if (!this.own) {
      this.entriesOf = new Map(this.entriesOf);
      this.own = true;
    }
    return this.entriesOf;
  }
}

const NOTHING = new Map<never, never>();
