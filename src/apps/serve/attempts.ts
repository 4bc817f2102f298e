/** How often somebody may try to sign in. An attempt counts when it begins, so that many at once gain nothing. */

/** Attempts that may fail in a span, by one name from one address, and by all names from it. */
const OF_NAME = 5;
const OF_ADDRESS = 20;
const SPAN_MS = 15 * 60_000;
/** Passwords that are looked at at a time: each takes memory. */
const AT_ONCE = 2;
const MAX_KEPT = 10_000;

export class Attempts {
  readonly #failed = new Map<string, number[]>();
  #running = 0;

  /** Begins an attempt; null when there were too many, else what ends it. */
  begin(name: string, address: string, now: number): ((well: boolean) => void) | null {
    const keys: [string, number][] = [
      [JSON.stringify([address, name]), OF_NAME],
      [address, OF_ADDRESS],
    ];
    if (this.#running >= AT_ONCE || keys.some(([key, most]) => this.#recent(key, now).length >= most)) return null;
    for (const [key] of keys) this.#put(key, now);
    this.#running += 1;
    return (well) => {
      this.#running -= 1;
      if (well) for (const [key] of keys) this.#take(key, now);
    };
  }

  #recent(key: string, now: number): number[] {
    return (this.#failed.get(key) ?? []).filter((at) => at > now - SPAN_MS);
  }

  #put(key: string, now: number): void {
    const recent = this.#recent(key, now);
    // Put behind all others: what is at the front is what nobody has tried for longest.
    this.#failed.delete(key);
    this.#failed.set(key, [...recent, now]);
    for (const old of this.#failed.keys()) {
      if (this.#failed.size <= MAX_KEPT) break;
      this.#failed.delete(old);
    }
  }

  #take(key: string, at: number): void {
    const times = this.#failed.get(key) ?? [];
    const place = times.indexOf(at);
    if (place >= 0) times.splice(place, 1);
  }
}
