/** An outbox in memory: one row at a time is leased, and what was done is written down. */
import type { LeasedRow, OutboxRow, OutboxStore, SendEnd } from "../../src/watch/outbox.js";

export class MemoryOutbox implements Pick<OutboxStore, "leaseOutbox" | "beginSend" | "endSend"> {
  readonly ends: SendEnd[] = [];
  readonly caps: unknown[] = [];
  private readonly queue: OutboxRow[];

  constructor(
    rows: readonly OutboxRow[],
    /** What beginning an attempt comes to. */
    private readonly begin: "begun" | "lost" | { until: string } = "begun",
  ) {
    this.queue = [...rows];
  }

  async leaseOutbox(target: string, _now: string, until: string): Promise<LeasedRow | null> {
    const at = this.queue.findIndex((row) => row.target === target);
    const [row] = at < 0 ? [] : this.queue.splice(at, 1);
    return row === undefined ? null : { row, lease: until };
  }

  async beginSend(_leased: LeasedRow, caps: readonly unknown[]) {
    this.caps.push(caps);
    return this.begin;
  }

  async endSend(_leased: LeasedRow, end: SendEnd): Promise<boolean> {
    this.ends.push(end);
    return true;
  }

  /** As the port that is asked for; what these tests do not need is not there. */
  get port(): OutboxStore {
    return this as unknown as OutboxStore;
  }
}

export const outboxRow = (over: Partial<OutboxRow>): OutboxRow => ({
  target: "mail",
  key: "patch@example.org",
  payload: {},
  state: "waiting",
  notBefore: null,
  list: "",
  author: "author@example.org",
  thread: "s",
  word: null,
  reason: null,
  attempts: 0,
  open: false,
  firstAttempt: null,
  lastAttempt: null,
  sent: null,
  ...over,
});
