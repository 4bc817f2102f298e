/** Durations as people write them. */
import { z } from "zod";

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "90s", "2h", "1d" in milliseconds; null for anything else. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  return match === null ? null : Number(match[1]) * (UNITS[match[2] ?? ""] ?? Number.NaN);
}

/** A duration in a configuration. */
export const duration = z
  .string()
  .refine((text) => parseDuration(text) !== null, "a number and s, m, h or d: 90s, 2h, 1d");

/** The last moment that a clock can tell (ECMA-262, section 21.4.1.1). */
const LAST = 8.64e15;

/** The moment so long after another; both ISO 8601. A duration that is none counts as nothing. */
export function after(time: string, wait: string): string {
  return new Date(Math.min(LAST, Date.parse(time) + (parseDuration(wait) ?? 0))).toISOString();
}
