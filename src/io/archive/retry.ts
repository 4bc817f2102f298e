/** Trying again: exponential back-off with jitter, bounded, and what a server asks for goes before. */
import { SourceError } from "../../watch/source.js";
import type { ArchiveTime } from "./context.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
/** A server that wants to be left alone for longer is left alone by ending the run. */
const LONGEST_RETRY_AFTER = 120_000;

/** Failures of the moment: the same request may well succeed later. */
const PASSING: ReadonlySet<string> = new Set(["unreachable", "http-status", "rate-limited", "truncated", "git-failed"]);

/** Thrown by an attempt that is not worth another one, whatever its reason. */
export class FinalError extends SourceError {}

/**
 * Does something up to `tries` times while it fails with a {@link SourceError} of the moment.
 * @throws the last failure
 */
export async function retrying<T>(
  tries: number,
  time: ArchiveTime,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let failed = 1; ; failed++) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      const wait = failed < tries ? waitAfter(error, failed, time) : null;
      if (wait === null) throw error;
      await time.sleep(wait, signal);
    }
  }
}

/** How long to wait after the n-th failure; null: not to be tried again. Milliseconds. */
function waitAfter(error: unknown, failed: number, time: ArchiveTime): number | null {
  if (!(error instanceof SourceError) || error instanceof FinalError || !PASSING.has(error.reason)) return null;
  const backOff = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failed - 1)) * (0.5 + time.random() / 2);
  if (error.retryAfter === null) return backOff;
  const asked = error.retryAfter * 1000;
  return asked > LONGEST_RETRY_AFTER ? null : Math.max(asked, backOff);
}

/** Seconds that a Retry-After field asks for (RFC 9110, 10.2.3: a number or a date); null when it is neither. */
export function retryAfterSeconds(field: string | undefined, now: number): number | null {
  const text = field?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const date = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000));
}

/**
 * The steps of an archive over a connection that may break: a `session` begins behind the last step that was given. Failures
 * count anew after every step. @throws the last failure
 */
export async function* resuming<Position, S extends { position: Position }>(
  start: Position | null,
  tries: number,
  time: ArchiveTime,
  signal: AbortSignal | undefined,
  session: (position: Position | null) => AsyncIterable<S>,
): AsyncGenerator<S> {
  let position = start;
  for (let failed = 0; ; ) {
    let wait: number | null = null;
    try {
      for await (const step of session(position)) {
        position = step.position;
        failed = 0;
        yield step;
      }
      return;
    } catch (error) {
      signal?.throwIfAborted();
      wait = ++failed < tries ? waitAfter(error, failed, time) : null;
      if (wait === null) throw error;
    }
    await time.sleep(wait, signal);
  }
}
