/** Structured logs: one JSON object a line on standard error (pino), what strangers wrote only as JSON strings in it. */
import { type Logger, pino, stdTimeFunctions } from "pino";

export type { Logger };

export const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;

/**
 * What JSON lets stand in a string and a terminal acts on: DEL, the controls C1 (CSI is one of them), and what hides text or
 * reorders it (Unicode's format characters, the separators of lines).
 */
const ACTS = /[\u007f-\u009f\u2028\u2029\p{Cf}]/gu;

const escaped = (found: string): string =>
  Array.from({ length: found.length }, (_, n) => `\\u${found.charCodeAt(n).toString(16).padStart(4, "0")}`).join("");

/** Longer titles are cut in the log; the store has them whole. */
const MAX_TITLE = 200;

export const brief = (text: string): string => (text.length > MAX_TITLE ? `${text.slice(0, MAX_TITLE)}…` : text);

/** Libraries hang all sorts of things on errors, whole payloads of strangers among them: only what went wrong is logged. */
const err = ({ name, message }: Error) => ({ name: brief(String(name)), message: brief(String(message)) });

/** Opens the log. `process.stderr` is written at once, so that the last line before a kill is there. */
export const openLog = (level: (typeof LOG_LEVELS)[number]): Logger => {
  const stream = pino.destination({ dest: 2, sync: true });
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err, error: err },
    },
    // Such characters stand within strings only, where JSON has another way to write them.
    { write: (line: string) => stream.write(line.replace(ACTS, escaped)) },
  );
};
