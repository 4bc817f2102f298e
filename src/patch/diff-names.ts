/**
 * File names as diffs write them: C-quoted by git (core.quotePath), with a prefix (a/, b/, linux.orig/), with a timestamp
 * behind a tab (GNU diff, quilt, hg), or bare (-p0, svn).
 */

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, "\\": 92 };

/** One C-quoted string at `start` (which holds the opening quote); null when it is broken off. Octal bytes are UTF-8. */
export function unquoteC(text: string, start = 0): { value: string; end: number } | null {
  if (text[start] !== '"') return null;
  const parts: Buffer[] = [];
  let plain = start + 1;
  let i = start + 1;
  const flush = (to: number): void => {
    if (to > plain) parts.push(Buffer.from(text.slice(plain, to), "utf8"));
  };
  while (i < text.length) {
    const char = text[i];
    if (char === '"') {
      flush(i);
      return { value: Buffer.concat(parts).toString("utf8"), end: i + 1 };
    }
    if (char !== "\\") {
      i += 1;
      continue;
    }
    flush(i);
    const octal = /^[0-3][0-7]{2}/.exec(text.slice(i + 1, i + 4));
    const byte = octal === null ? ESCAPES[text[i + 1] ?? ""] : Number.parseInt(octal[0], 8);
    if (byte === undefined) return null;
    parts.push(Buffer.from([byte]));
    i += octal === null ? 2 : 4;
    plain = i;
  }
  return null;
}

/** Folders at the top of the kernel: a name that begins with one of them was written without a prefix (-p0). */
const TOP_FOLDERS = new Set(
  (
    "arch block certs crypto Documentation drivers fs include init io_uring ipc kernel lib LICENSES mm net rust samples " +
    "scripts security sound tools usr virt"
  ).split(" "),
);

/** True when the first part of a name is a folder of the tree itself, not a prefix that the diff tool put there. */
export function isBare(name: string): boolean {
  const slash = name.indexOf("/");
  return slash < 0 || TOP_FOLDERS.has(name.slice(0, slash));
}

/** Removes the prefix that the diff tool put before a name, as `git apply -p1` does; a bare name stays as it is. */
export function stripPrefix(name: string): string {
  return isBare(name) ? name : name.slice(name.indexOf("/") + 1).replace(/^\/+/, "");
}

/** The timestamp that GNU diff, quilt and hg write behind a name; git writes a lone tab behind a name with spaces. */
const TIMESTAMP =
  /[ \t]+(?:\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?: ?[-+]\d\d:?\d\d)?|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d \d{4}(?: [-+]\d{4})?)\s*$/;
const SVN_REVISION = /\t+\((?:revision \d{1,12}|working copy|nonexistent)\)\s*$/;
/** GNU diff marks a file that is not there with the epoch, in whatever zone the author lives. */
const EPOCH = /[ \t](?:1969-12-31|1970-01-01) \d\d:\d\d:\d\d/;

export interface NamedSide {
  /** The name as written, C-quoting undone, prefix kept; null for /dev/null. */
  name: string | null;
  /** True for /dev/null and for the epoch timestamp. */
  absent: boolean;
}

/** The name of a `--- ` or `+++ ` line (first four characters included). */
export function parseSide(line: string): NamedSide {
  const text = line.slice(4);
  const quoted = unquoteC(text);
  if (quoted !== null) return { name: quoted.value, absent: false };
  const tail = text.slice(-80);
  const head = text.slice(0, text.length - tail.length);
  const stamp = TIMESTAMP.exec(tail) ?? SVN_REVISION.exec(tail);
  const dated = stamp === null ? text : head + tail.slice(0, stamp.index);
  const tab = dated.indexOf("\t");
  const name = (tab < 0 ? dated : dated.slice(0, tab)).trimEnd();
  if (name === "/dev/null") return { name: null, absent: true };
  return { name, absent: EPOCH.test(tail) || stamp?.[0].includes("nonexistent") === true };
}

/**
 * The name of a `diff --git X Y` line when no other line gives it (mode change, empty file, binary): git asks that both
 * halves are the same behind their prefix. Linear: only the middle can divide two equal halves.
 */
export function parseGitHeaderName(line: string): string | null {
  const text = line.slice("diff --git ".length).trimEnd();
  if (text.startsWith('"')) {
    const first = unquoteC(text);
    return first === null ? null : stripPrefix(first.value);
  }
  const lastQuote = text.endsWith('"') ? text.indexOf(' "') : -1;
  if (lastQuote >= 0) {
    const second = unquoteC(text, lastQuote + 1);
    return second === null ? null : stripPrefix(second.value);
  }
  if (text.length % 2 === 0) return null;
  const middle = (text.length - 1) / 2;
  if (text[middle] !== " " && text[middle] !== "\t") return null;
  const oldName = stripPrefix(text.slice(0, middle));
  const newName = stripPrefix(text.slice(middle + 1));
  return oldName === newName && oldName !== "" ? oldName : null;
}
