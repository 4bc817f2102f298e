/** Runs rounds by a schedule until the process is asked to stop. Only this file knows croner. */
import { Cron } from "croner";
import { EXIT, ReviewError } from "../../errors.js";

/** Throws a {@link ReviewError} (exit 3) for a schedule that crontab(5) would not take, or that never comes (31 February). */
export function checkSchedule(schedule: string): void {
  let next: Date | null = null;
  let cause: unknown = new Error(`${schedule} never comes`);
  try {
    const job = new Cron(schedule, { paused: true });
    next = job.nextRun();
    job.stop();
  } catch (error) {
    cause = error;
  }
  if (next !== null) return;
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new ReviewError("bad-config", EXIT.config, `the configuration is not sound:\n  schedule: ${why}`, { cause });
}

/**
 * Runs `round` at once and then whenever the schedule says so, one at a time; a round that takes longer than the schedule's
 * interval is waited for. Resolves when the signal has aborted and the last round has ended.
 */
export async function runBySchedule(schedule: string, round: () => Promise<void>, signal: AbortSignal): Promise<void> {
  await round();
  if (signal.aborted) return;
  let running: Promise<void> = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    const job = new Cron(schedule, { protect: true }, () => {
      running = round();
      running.catch((error: unknown) => {
        job.stop();
        reject(error);
      });
      return running;
    });
    const stop = (): void => {
      job.stop();
      running.then(resolve, reject);
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
