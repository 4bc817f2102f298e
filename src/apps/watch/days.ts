/** Days of a command line. */
import { EXIT, ReviewError } from "../../errors.js";
import type { MailRecord } from "../../watch/records.js";
import { parseDay } from "../../watch/schedule.js";

/** The first moment of a month or day, or the first behind it, as ISO 8601. @throws ReviewError (exit 2) for what is none */
export function dayOf(option: string, text: string, end = false): string {
  const time = parseDay(text, end);
  if (time !== null) return time;
  throw new ReviewError("bad-day", EXIT.usage, `--${option}: ${text} is no month or day; write 2019-04 or 2019-04-17`);
}

/** Mails of a span of time; undefined for all. */
export function timeSpan({
  since,
  until,
}: {
  since?: string;
  until?: string;
}): ((mail: MailRecord) => boolean) | undefined {
  const from = since === undefined ? null : dayOf("since", since);
  const to = until === undefined ? null : dayOf("until", until, true);
  if (from === null && to === null) return undefined;
  if (from !== null && to !== null && from >= to)
    throw new ReviewError("bad-days", EXIT.usage, `--since ${since} is after --until ${until}: no day lies between`);
  return ({ sent }) => sent !== null && (from === null || sent >= from) && (to === null || sent < to);
}
