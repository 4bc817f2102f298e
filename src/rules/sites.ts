/** Places in the code as outcomes name them, and the comments beside them. */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { Event } from "../analysis/events.js";
import type { Held } from "../analysis/state.js";
import type { OutcomeSite } from "./outcome.js";

/** Lines of a statement that are told with it, at most. */
const MAX_LINES = 4;

/**
 * The statement (or the head of the branch) that begins on the line of an offset, on one line: what an interleaving shows. It
 * goes on while a parenthesis is open; comments and strings are short enough on such lines not to matter.
 */
function statementAt(text: string, start: number): string {
  let end = start;
  for (let line = 0, open = 0; line < MAX_LINES && end < text.length; line++) {
    const newline = text.indexOf("\n", end);
    const stop = newline === -1 ? text.length : newline;
    for (const c of text.slice(end, stop)) open += c === "(" ? 1 : c === ")" ? -1 : 0;
    end = stop + 1;
    if (open <= 0) break;
  }
  return text
    .slice(start, end)
    .replace(/\s+/g, " ")
    .replace(/\s*\{\s*$/, "")
    .trim();
}

/** The site of an offset in a function. */
export function siteAt(
  f: ProgramFunction,
  at: number,
  role: OutcomeSite["role"],
  held: readonly Held[],
  via: readonly string[] = [],
): OutcomeSite {
  const { file } = f;
  const start = file.text.lastIndexOf("\n", at) + 1;
  const end = file.text.indexOf("\n", at);
  return {
    role,
    path: file.path,
    line: file.lineAt(at),
    function: f.fn.name,
    held: held.map((h) => h.lock.show),
    code: file.text.slice(start, end === -1 ? undefined : end).trim(),
    statement: statementAt(file.text, start),
    via: [...via],
  };
}

/** The site of an event; with the calls that lead to where it really happens. */
export const siteOf = (f: ProgramFunction, event: Event, role: OutcomeSite["role"]): OutcomeSite =>
  siteAt(f, event.at, role, event.held, event.via);

/** The comment inside or directly above a function that accepts a fault in one of these phrases, or null. */
export function acknowledgement(f: ProgramFunction, accepted: readonly string[]): string | null {
  if (accepted.length === 0) return null;
  const phrases = accepted.map((p) => new RegExp(p, "i"));
  for (const comment of f.file.comments) {
    if (comment.end < f.fn.at - 200 || comment.at > f.fn.end) continue;
    const text = comment.text.replace(/\s*\n\s*\*?\s*/g, " ");
    if (comment.at < f.fn.at && f.file.text.slice(comment.end, f.fn.at).trim() !== "") continue;
    if (phrases.some((p) => p.test(text))) return text;
  }
  return null;
}
