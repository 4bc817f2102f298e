/**
 * Commands in comments of pull requests: a line of its own that begins with `/review`. What stands in quotes or in code is somebody
 * else's, or an example, and not obeyed.
 */

/** What can be asked for. "" is a review of what is there. */
export const PULL_VERBS = ["", "explain", "invalid", "valid", "recheck"] as const;
/** "unknown" is what asks for nothing known, or lacks what it needs: whoever wrote it waits for an answer. */
export type PullVerb = (typeof PULL_VERBS)[number] | "unknown";

export interface PullCommand {
  verb: PullVerb;
  /** Finding ids, the rule that is to be explained, or what was written in place of a command. */
  words: string[];
  /** What was said behind them. */
  reason: string;
}

const MAX_COMMANDS = 10;
const MAX_LINE = 1000;
const MAX_REASON = 300;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** The commands of a comment, in order. */
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
      const command = readCommand(line.slice(0, MAX_LINE).trim().split(/\s+/));
      if (command !== null && commands.length < MAX_COMMANDS) commands.push(command);
    }
  }
  return commands;
}

/** Null for another word, as "/reviewer". */
function readCommand([word, ...words]: readonly string[]): PullCommand | null {
  if (word !== "/review") return null;
  const [verb = "", ...rest] = words;
  const known = PULL_VERBS.find((one) => one === verb);
  return (known === undefined ? null : completeCommand(known, rest)) ?? { verb: "unknown", words, reason: "" };
}

/** Null where what follows the verb is not what it needs. */
function completeCommand(verb: PullVerb, rest: readonly string[]): PullCommand | null {
  if (verb === "explain") {
    const [rule] = rest;
    return rule === undefined || rest.length > 1 ? null : { verb, words: [rule], reason: "" };
  }
  if (verb === "invalid" || verb === "valid") {
    const other = rest.findIndex((part) => !/^[0-9a-f]{16}$/i.test(part));
    const ids = (other < 0 ? rest : rest.slice(0, other)).map((id) => id.toLowerCase());
    const reason = rest.slice(ids.length).join(" ").slice(0, MAX_REASON);
    // What is called wrong without a reason teaches nobody anything.
    if (ids.length === 0 || (verb === "invalid" && reason === "")) return null;
    return { verb, words: [...new Set(ids)], reason };
  }
  return rest.length > 0 ? null : { verb, words: [], reason: "" };
}
