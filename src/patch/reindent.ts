/**
 * Indentation for added lines that lost theirs: taken from the file's lines around them and from the braces between,
 * in the kernel's style (Documentation/process/coding-style.rst: tabs, labels and case at the outer level).
 */
import type { HunkLine } from "./patch.js";

/**
 * Texts for the lines of a hunk: the file's own for context, indented anew for added lines.
 * @param file lines of the file, with line ends
 * @param start 0-based line of the file where the hunk's first old line stands
 */
export function reindent(hunk: readonly HunkLine[], file: readonly string[], start: number): string[] {
  let old = start;
  let state = before(file, start);
  return hunk.map((line) => {
    if (line.kind !== "+") {
      const text = (file[old] ?? "").trimEnd();
      old += 1;
      if (line.kind === " ") state = follow(text, state);
      return text;
    }
    // A line that still has tabs lost nothing: only some of a quote's lines may have.
    const text = line.text.startsWith("\t") ? line.text : indentLine(line.text.trim(), state, nextIndent(file, old));
    state = follow(text, state);
    return text;
  });
}

interface State {
  /** Tabs that a new statement gets. */
  tabs: number;
  /** Inside a block comment that began with this many tabs; null outside. */
  comment: number | null;
  /** Parentheses that are open: the next line continues a statement. */
  open: number;
  /** True when the last line was the head of a block without a brace: the next statement alone is one deeper. */
  once: boolean;
}

function before(file: readonly string[], start: number): State {
  for (let i = start - 1; i >= 0 && i > start - 20; i -= 1) {
    const text = (file[i] ?? "").trimEnd();
    if (text !== "") return follow(text, { tabs: tabsOf(text), comment: null, open: 0, once: false });
  }
  return { tabs: 0, comment: null, open: 0, once: false };
}

/** Indentation of the file's next line that is not blank, when the added lines are all there is before it. */
function nextIndent(file: readonly string[], old: number): number | null {
  for (let i = old; i < file.length && i < old + 3; i += 1) {
    const text = (file[i] ?? "").trimEnd();
    if (text !== "") return text.startsWith("}") || /^\w+:$/.test(text.trim()) ? null : tabsOf(text);
  }
  return null;
}

function tabsOf(text: string): number {
  let tabs = 0;
  while (text.charCodeAt(tabs) === 9) tabs += 1;
  return tabs;
}

function indentLine(text: string, state: State, next: number | null): string {
  if (text === "") return "";
  if (state.comment !== null) return `${"\t".repeat(state.comment)} ${text}`;
  if (text.startsWith("#")) return text;
  if (state.open > 0) return `${"\t".repeat(state.tabs + 2)}${text}`;
  let tabs = state.tabs + (state.once ? 1 : 0);
  if (text.startsWith("}") || text.startsWith("case ") || text === "default:") tabs = Math.max(tabs - 1, 0);
  else if (isLabel(text)) tabs = 0;
  else if (state.tabs === 0 && next !== null && next > 0) tabs = next;
  return "\t".repeat(tabs) + text;
}

function isLabel(text: string): boolean {
  return text.length < 80 && /^[A-Za-z_]\w*:$/.test(text);
}

/** The state behind a line that has its right indentation. */
function follow(line: string, state: State): State {
  const text = line.trim();
  if (text === "" || text.startsWith("#")) return state;
  if (state.comment !== null) return text.endsWith("*/") ? { ...state, comment: null } : state;
  const tabs = state.open > 0 ? state.tabs : tabsOf(line);
  if (text.startsWith("/*") && !text.includes("*/")) return { ...state, tabs, comment: tabs };
  const open = Math.max(state.open + balance(text), 0);
  const outer = state.once ? Math.max(tabs - 1, 0) : tabs;
  if (open > 0) return { tabs, comment: null, open, once: false };
  if (text.endsWith("{") || text.startsWith("case ") || text === "default:") {
    return { tabs: tabs + 1, comment: null, open, once: false };
  }
  if (isLabel(text)) return { tabs: 1, comment: null, open, once: false };
  const head = /^(?:if|for|while|else|do)\b/.test(text) && !text.endsWith(";");
  return { tabs: head ? tabs : outer, comment: null, open, once: head };
}

function balance(text: string): number {
  let depth = 0;
  for (const char of text) {
    if (char === "(") depth += 1;
    if (char === ")") depth -= 1;
  }
  return depth;
}
