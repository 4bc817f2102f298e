/** Schedules as crontab(5) writes them. Only this file knows croner. */
import { Cron } from "croner";

/** What is wrong with a schedule: croner does not take it, or it never comes (31 February). Null for nothing. */
export function scheduleProblem(schedule: string): string | null {
  try {
    const job = new Cron(schedule, { paused: true });
    const next = job.nextRun();
    job.stop();
    return next === null ? `${schedule} never comes` : null;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `${schedule} is no schedule as in crontab(5): ${why}`;
  }
}

/** Runs that are looked at ahead: enough for a schedule that rests over nights and weekends. */
const AHEAD = 300;

/** The longest pause between two runs of a sound schedule. Milliseconds. */
export function longestPause(schedule: string, now: Date): number {
  const job = new Cron(schedule, { paused: true });
  const runs = [now, ...job.nextRuns(AHEAD, now)].map((run) => run.getTime());
  job.stop();
  return Math.max(0, ...runs.slice(1).map((run, n) => run - (runs[n] ?? run)));
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
