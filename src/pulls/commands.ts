/**
 * Commands in comments of pull requests: a line of its own that begins with `/review`. What stands in quotes or in code is somebody
 * else's, or an example, and not obeyed.
 */

/** What can be asked for. "" is a review of what is there. */
export const PULL_VERBS = ["", "explain", "invalid", "valid", "recheck"] as const;
export type PullVerb = (typeof PULL_VERBS)[number];

export interface PullCommand {
  verb: PullVerb;
  /** Finding ids, or the rule that is to be explained. */
  words: string[];
  /** What was said behind them. */
  reason: string;
}

const MAX_COMMANDS = 10;
const MAX_LINE = 1000;
const MAX_REASON = 300;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** The commands of a comment, in order. A line that asks for nothing known, or lacks what it needs, is none. */
export function readPullCommands(text: string): PullCommand[] {
  const commands: PullCommand[] = [];
  let fence: string | null = null;
  for (const line of text.slice(0, 65_536).split(/\r?\n/)) {
    const mark = FENCE.exec(line)?.[1] ?? null;
    if (fence !== null) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = null;
      continue;
    }
    if (mark !== null) fence = mark;
    else if (line.startsWith("/review")) {
      const command = readCommand(line.slice(0, MAX_LINE));
      if (command !== null && commands.length < MAX_COMMANDS) commands.push(command);
    }
  }
  return commands;
}

function readCommand(line: string): PullCommand | null {
  const [word, verb = "", ...rest] = line.trim().split(/\s+/);
  const known = PULL_VERBS.find((one) => one === verb);
  if (word !== "/review" || known === undefined) return null;
  if (known === "explain") {
    const [rule] = rest;
    return rule === undefined || rest.length > 1 ? null : { verb: known, words: [rule], reason: "" };
  }
  if (known === "invalid" || known === "valid") {
    const other = rest.findIndex((part) => !/^[0-9a-f]{16}$/i.test(part));
    const ids = (other < 0 ? rest : rest.slice(0, other)).map((id) => id.toLowerCase());
    const reason = rest.slice(ids.length).join(" ").slice(0, MAX_REASON);
    // What is called wrong without a reason teaches nobody anything.
    if (ids.length === 0 || (known === "invalid" && reason === "")) return null;
    return { verb: known, words: [...new Set(ids)], reason };
  }
  return rest.length > 0 ? null : { verb: known, words: [], reason: "" };
}
