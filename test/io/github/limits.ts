/** GitHub's limits, each of which a test may set lower, and the counting of requests. */
import { Refusal } from "./http.js";

export const LIMITS = {
  /** Requests an hour. */
  hourly: 5000,
  /** Writes a minute and an hour. GitHub counts what creates content; here each write counts, which is stricter. */
  contentMinute: 80,
  contentHour: 500,
  body: 65_536,
  checkText: 65_535,
  annotations: 50,
  pullFiles: 3000,
  pullCommits: 250,
  diffLines: 20_000,
  diffFiles: 300,
  compareFiles: 300,
  treeEntries: 100_000,
  folderEntries: 1000,
  /** Above this a file comes without its text, above the next not at all. */
  contentsBytes: 1_048_576,
  blobBytes: 104_857_600,
  /** A listed file with more lines of patch than this has none. */
  patchLines: 20_000,
};
export type Limits = typeof LIMITS;

const HOUR = 3_600_000;

export class Counter {
  #window = { from: 0, used: 0 };
  #writes: number[] = [];

  constructor(
    readonly limits: Limits,
    readonly now: () => number,
  ) {}

  get state(): { limit: number; used: number; remaining: number; reset: number } {
    if (this.now() - this.#window.from >= HOUR) this.#window = { from: this.now(), used: 0 };
    const { from, used } = this.#window;
    const { hourly: limit } = this.limits;
    return { limit, used, remaining: Math.max(0, limit - used), reset: Math.ceil((from + HOUR) / 1000) };
  }

  get headers(): Record<string, string> {
    const { limit, used, remaining, reset } = this.state;
    return {
      "x-ratelimit-limit": `${limit}`,
      "x-ratelimit-used": `${used}`,
      "x-ratelimit-remaining": `${remaining}`,
      "x-ratelimit-reset": `${reset}`,
      "x-ratelimit-resource": "core",
    };
  }

  /** Counts a request that is not answered by 304; refuses it when the hour is used up. */
  request(): void {
    if (this.state.remaining === 0) throw new Refusal(403, "API rate limit exceeded for installation.");
    this.#window.used++;
  }

  /** Takes back a request that an ETag answered: GitHub does not count these. */
  unchanged(): void {
    this.#window.used--;
  }

  write(): void {
    const now = this.now();
    this.#writes = this.#writes.filter((at) => now - at < HOUR);
    const minute = this.#writes.filter((at) => now - at < 60_000);
    const over =
      minute.length >= this.limits.contentMinute
        ? 60_000 - (now - (minute[0] ?? now))
        : this.#writes.length >= this.limits.contentHour
          ? HOUR - (now - (this.#writes[0] ?? now))
          : 0;
    if (over > 0) throw secondaryLimit(Math.ceil(over / 1000));
    this.#writes.push(now);
  }
}

export const secondaryLimit = (seconds: number): Refusal =>
  new Refusal(
    403,
    "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.",
    null,
    undefined,
    { "retry-after": `${seconds}` },
  );
