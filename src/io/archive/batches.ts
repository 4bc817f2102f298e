/** Single mails of an archive to batches of bounded size. */
import type { ArchivedMail, Batch, LostMail } from "../../watch/source.js";

/** What an archive has next, and where to go on behind it: plain data that becomes the JSON of a cursor. */
export interface Step<Position> {
  mails?: readonly ArchivedMail[];
  removed?: readonly ArchivedMail[];
  lost?: readonly LostMail[];
  position: Position;
}

export interface BatchLimits {
  /** Mails of a batch, lost and removed ones included. */
  mails: number;
  /** Bytes of its mails; the mail that passes them is the last one. */
  bytes: number;
}

const BATCH_LIMITS: BatchLimits = { mails: 200, bytes: 8 * 1024 * 1024 };

/**
 * Collects steps to batches. When the archive fails, what came before is given first and the failure thrown then, so that
 * a flaky archive still gets read to its end. Steps without content alone make no batch.
 */
export async function* inBatches<Position>(
  steps: AsyncIterable<Step<Position>>,
  signal?: AbortSignal,
  limits: BatchLimits = BATCH_LIMITS,
): AsyncGenerator<Batch> {
  let draft = new Draft<Position>();
  const iterator = steps[Symbol.asyncIterator]();
  try {
    for (;;) {
      signal?.throwIfAborted();
      const next = await settle(iterator.next());
      if ("error" in next || next.value.done === true) {
        if (draft.count > 0) yield draft.finish();
        if ("error" in next) throw next.error;
        return;
      }
      // Within a batch mails are recorded before removals: one that came again after its removal begins another.
      if (draft.removals && (next.value.value.mails?.length ?? 0) > 0) {
        yield draft.finish();
        draft = new Draft();
      }
      draft.add(next.value.value);
      if (draft.count >= limits.mails || draft.bytes >= limits.bytes) {
        yield draft.finish();
        draft = new Draft();
      }
    }
  } finally {
    await iterator.return?.();
  }
}

async function settle<T>(promise: Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}

class Draft<Position> {
  bytes = 0;
  private readonly mails: ArchivedMail[] = [];
  private readonly removed: ArchivedMail[] = [];
  private readonly lost: LostMail[] = [];
  private position: Position | undefined;

  get count(): number {
    return this.mails.length + this.removed.length + this.lost.length;
  }

  get removals(): boolean {
    return this.removed.length > 0;
  }

  add(step: Step<Position>): void {
    this.position = step.position;
    const { mails = [], removed = [], lost = [] } = step;
    this.mails.push(...mails);
    this.removed.push(...removed);
    this.lost.push(...lost);
    for (const mail of [...mails, ...removed]) this.bytes += mail.raw.length;
  }

  finish(): Batch {
    return { mails: this.mails, removed: this.removed, lost: this.lost, cursor: JSON.stringify(this.position) };
  }
}
