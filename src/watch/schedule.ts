/** When things are due: days as people write them, and how long to wait before trying again. */

/** Waits after the first, second, … failure of a series. Milliseconds. */
const BACK_OFF = [60_000, 10 * 60_000, 60 * 60_000];

/** How long a series waits before it is tried again, by how often it failed before. */
export const retryWait = (attempts: number): number => BACK_OFF[Math.min(attempts, BACK_OFF.length - 1)] ?? 0;

/** "2019-04", "2019-04-17": the first moment of it, or the first behind it, as ISO; null for what names no month or day. */
export function parseDay(text: string, end = false): string | null {
  const match = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), match[3] === undefined ? null : Number(match[3])];
  const start = new Date(Date.UTC(year, month - 1, day ?? 1));
  if (start.getUTCMonth() !== month - 1 || (day !== null && start.getUTCDate() !== day)) return null;
  if (!end) return start.toISOString();
  return new Date(day === null ? Date.UTC(year, month, 1) : Date.UTC(year, month - 1, day + 1)).toISOString();
}
