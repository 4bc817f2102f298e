/** Structured logs: one JSON object a line on standard error (pino), what strangers wrote only as JSON strings in it. */
import { type Logger, pino, stdTimeFunctions } from "pino";

export type { Logger };

export const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;

/** Opens the log. `process.stderr` is written at once, so that the last line before a kill is there. */
export const openLog = (level: (typeof LOG_LEVELS)[number]): Logger =>
  pino(
    { level, base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    pino.destination({ dest: 2, sync: true }),
  );
