/**
 * The fields of a header block as a map whose values are unfolded when they are asked for: of the sixty lines that
 * relays and filters put above a mail, ten are ever looked at.
 */
export class HeaderFields implements ReadonlyMap<string, readonly string[]> {
  readonly #text: string;
  /** Start and end of each value, by lower-case name: two numbers a field. */
  readonly #spans = new Map<string, number[]>();
  readonly #values = new Map<string, readonly string[]>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Adds the field whose value stands between two offsets of the text. */
  add(name: string, start: number, end: number): void {
    const spans = this.#spans.get(name);
    if (spans === undefined) this.#spans.set(name, [start, end]);
    else spans.push(start, end);
  }

  get size(): number {
    return this.#spans.size;
  }

  has(name: string): boolean {
    return this.#spans.has(name);
  }

  get(name: string): readonly string[] | undefined {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const spans = this.#spans.get(name);
    if (spans === undefined) return undefined;
    const values: string[] = [];
    for (let i = 0; i < spans.length; i += 2) values.push(unfold(this.#text.slice(spans[i], spans[i + 1])));
    this.#values.set(name, values);
    return values;
  }

  keys(): MapIterator<string> {
    return this.#spans.keys();
  }

  *entries(): MapIterator<[string, readonly string[]]> {
    for (const name of this.#spans.keys()) yield [name, this.get(name) ?? []];
  }

  *values(): MapIterator<readonly string[]> {
    for (const [, values] of this.entries()) yield values;
  }

  [Symbol.iterator](): MapIterator<[string, readonly string[]]> {
    return this.entries();
  }

  forEach(visit: (values: readonly string[], name: string, map: ReadonlyMap<string, readonly string[]>) => void): void {
    for (const [name, values] of this.entries()) visit(values, name, this);
  }
}

/** RFC 5322, 2.2.3: a line end before white space only folds the line. */
function unfold(raw: string): string {
  if (!raw.includes("\n")) return raw.trim();
  return raw
    .split("\n")
    .map((line) => line.trim())
    .join(" ")
    .trim();
}
