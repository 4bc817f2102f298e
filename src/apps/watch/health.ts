/** Whether a running watch is well: alive, and done with a round at all. */

/** A schedule may leave out this many rounds; and however short it is, so long is waited. Milliseconds. */
const ROUNDS = 3;
const LEAST = 10 * 60_000;

/** What /healthz and /readyz answer. */
export interface HealthAnswer {
  live: boolean;
  /** Whether a round has ended since the start: findings, counts and failing sources are known. */
  ready: boolean;
  /** Why not live, or not ready; null for neither. */
  reason: string | null;
  /** Ends of the last round, ISO 8601; null before the first. */
  lastCycle: string | null;
  /** Sources that could not be read to their end in it, with the reason. */
  failing: Record<string, string>;
  /** Seconds since the last sign of life: a batch read, a series judged, a round ended. */
  silentSeconds: number;
  /** More seconds than this, and it does not count as live any more. */
  limitSeconds: number;
}

export class Health {
  lastCycle: string | null = null;
  failing: Record<string, string> = {};
  #sign: number;
  #limit = Number.POSITIVE_INFINITY;

  constructor(private readonly now: () => number = Date.now) {
    this.#sign = now();
  }

  /** Says how long the schedule's longest pause is. Milliseconds. */
  expect(pause: number): void {
    this.#limit = Math.max(LEAST, ROUNDS * pause);
  }

  /** Something was got on with. */
  sign(): void {
    this.#sign = this.now();
  }

  /** A round has ended. */
  ended(at: Date): void {
    this.lastCycle = at.toISOString();
    this.sign();
  }

  answer(): HealthAnswer {
    const silent = this.now() - this.#sign;
    const ready = this.lastCycle !== null;
    // The first round may have a whole archive to fetch, of which nothing is heard until it is there.
    const live = !ready || silent <= this.#limit;
    const reason = live
      ? ready
        ? null
        : "the first round is not over yet"
      : `no round has ended, and none got on with anything, for ${Math.floor(silent / 1000)} seconds`;
    const { lastCycle, failing } = this;
    const limitSeconds = Math.round(this.#limit / 1000);
    return { live, ready, reason, lastCycle, failing, silentSeconds: Math.floor(silent / 1000), limitSeconds };
  }
}
