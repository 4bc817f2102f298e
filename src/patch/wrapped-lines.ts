/** What tells a line that a mail client wrapped from one that a person wrote. */

/** Mail clients wrap at 72 to 80 columns; a line is taken for wrapped when its tail's first word would not have fitted. */
const WRAP_COLUMNS = 68;
/** A line that was wrapped is at least this long: only a long word can leave it shorter. */
const MIN_WRAPPED = 56;
/** Below this a line was hardly wrapped. */
const MIN_JOINED = 40;
/** A tail is the rest of one line: longer ones are a sentence of the person who answers. */
const TAIL_COLUMNS = 76;

/** Columns of a line with its tabs expanded: what the client that wrapped it counted. */
function columns(line: string): number {
  let n = 0;
  for (let i = 0; i < line.length; i += 1) n += line.charCodeAt(i) === 9 ? 8 - (n % 8) : 1;
  return n;
}

/** True when the first word of `tail` would not have fitted on the line `before`. */
export function isFull(before: string, tail: string): boolean {
  const text = tail.trimStart();
  const space = text.indexOf(" ");
  return columns(before) + 1 + (space < 0 ? text.length : space) >= WRAP_COLUMNS;
}

export function isLong(line: string): boolean {
  return columns(line) >= MIN_WRAPPED;
}

export function mayBeWrapped(line: string): boolean {
  return columns(line) >= MIN_JOINED;
}

/** True when a line without quote marks can be the rest of a quoted one: some words, and no quote of its own. */
export function isTail(line: string): boolean {
  const text = line.trim();
  return text !== "" && line.length <= TAIL_COLUMNS && !text.startsWith(">");
}

/** True when a line begins as no line of a hunk does. */
export function isOdd(text: string): boolean {
  const first = text.charAt(0);
  return first !== "" && first !== "+" && first !== "-" && first !== " " && first !== "@";
}

/** Clients break at a space, which is lost, or behind a hyphen inside a word, where nothing is. */
export function joinWrapped(head: string, tail: string): string {
  if (head === "" || head.endsWith(" ") || /[^\s-]-$/.test(head.slice(-2))) return head + tail;
  return `${head} ${tail}`;
}
