/**
 * Commands that people give by mail: a line of their own that begins with `#review`. What stands in quotes is somebody else's
 * and not obeyed.
 */

/** What can be asked for, and by whom: see {@link mayCommand}. */
export const VERBS = ["invalid", "valid", "ignore", "recheck", "stop", "approve", "drop"] as const;
export type Verb = (typeof VERBS)[number];

export interface Command {
  verb: Verb;
  /** Finding ids, or the keys of mails that wait for a moderator. */
  ids: string[];
  /** What was said behind them. */
  reason: string;
}

/** Commands that are read of one mail; a hostile one may hold thousands. */
const MAX_COMMANDS = 20;
const MAX_LINE = 1000;
const MAX_REASON = 300;
const NEEDS_IDS: ReadonlySet<Verb> = new Set(["invalid", "valid", "approve", "drop"]);
/** What says nothing without a reason. */
const NEEDS_REASON: ReadonlySet<Verb> = new Set(["invalid"]);

/** The commands of a mail's text, in order. A line that asks for nothing known, or lacks what it needs, is none. */
export function readCommands(text: string): Command[] {
  const commands: Command[] = [];
  let from = 0;
  while (from <= text.length && commands.length < MAX_COMMANDS) {
    let end = text.indexOf("\n", from);
    if (end < 0) end = text.length;
    if (text.startsWith("#review", from)) {
      const command = readCommand(text.slice(from, Math.min(end, from + MAX_LINE)));
      if (command !== null) commands.push(command);
    } else if (isSignature(text, from, end)) break;
    from = end + 1;
  }
  return commands;
}

/** What stands below a signature is not said (RFC 3676, section 4.3). */
const isSignature = (text: string, from: number, end: number): boolean =>
  /^-- ?\r?$/.test(text.slice(from, Math.min(end, from + 5)));

function readCommand(line: string): Command | null {
  const [word, verb, ...rest] = line.trim().split(/\s+/);
  if (word !== "#review" || !VERBS.some((one) => one === verb)) return null;
  const known = verb as Verb;
  const count = rest.findIndex((part) => !/^[0-9a-f]{16}$/i.test(part));
  const ids = (count < 0 ? rest : rest.slice(0, count)).map((id) => id.toLowerCase());
  const reason = rest.slice(ids.length).join(" ").slice(0, MAX_REASON);
  if (NEEDS_IDS.has(known) ? ids.length === 0 : ids.length > 0) return null;
  if (NEEDS_REASON.has(known) && reason === "") return null;
  return { verb: known, ids: [...new Set(ids)], reason };
}
