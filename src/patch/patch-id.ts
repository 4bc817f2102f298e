/**
 * The id that git-patch-id(1) gives a diff with `--stable`: what `prerequisite-patch-id:` names (git-format-patch(1), "Base
 * tree information"). White space, line numbers and the order of files do not count, so that the mail of a patch and
 * the commit it became have one id.
 */

/** SHA-1 of a text's UTF-8 bytes; handed in, because nothing here sees the world. */
export type Digest = (text: string) => Uint8Array;

/** Bytes of a SHA-1. */
const LENGTH = 20;

/** What git's isspace() knows; it leaves vertical tab, form feed and all of Unicode alone. */
const SPACE = /[ \t\n\r]+/g;

/** Where the reader stands: `before` and `after` are lines that the open hunk still has to give, -1 inside a header. */
interface State {
  before: number;
  after: number;
  binary: boolean;
  /** Both ids of the last `index` line; a binary file is known by them alone. */
  index: string;
  parts: string[];
  sum: Uint8Array;
}

/**
 * The patch id of the first patch in a text, as 40 hexadecimal digits; null when it has no `diff ` line.
 * Linear in the text's length; never throws.
 */
export function patchId(diff: string, digest: Digest): string | null {
  const state: State = { before: -1, after: -1, binary: false, index: "", parts: [], sum: new Uint8Array(LENGTH) };
  let begun = false;
  for (let from = 0; from < diff.length; ) {
    const end = diff.indexOf("\n", from);
    const line = diff.slice(from, end < 0 ? diff.length : end);
    from = end < 0 ? diff.length : end + 1;
    // "\ No newline at end of file", whatever language diff speaks: git counts the line end, hence 12 and not 13.
    if (line.startsWith("\\ ") && line.length >= 12) continue;
    if (!begun && !line.startsWith("diff ")) continue;
    begun = true;
    if (!take(line, state, digest)) break;
  }
  if (!begun) return null;
  flush(state, digest);
  return Array.from(state.sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Takes a line; false when the patch is over. */
function take(line: string, state: State, digest: Digest): boolean {
  if (state.before === -1) {
    const done = takeHeader(line, state, digest);
    if (done !== null) return done;
  }
  if (state.binary) {
    if (line.startsWith("diff ")) {
      state.binary = false;
      state.before = -1;
    }
    return true;
  }
  if (state.before === 0 && state.after === 0) {
    if (line.startsWith("@@ -")) {
      openHunk(line, state);
      return true;
    }
    if (!line.startsWith("diff ")) return false;
    flush(state, digest);
    state.before = -1;
    state.after = -1;
  }
  if (line.startsWith("-") || line.startsWith(" ")) state.before -= 1;
  if (line.startsWith("+") || line.startsWith(" ")) state.after -= 1;
  state.parts.push(line.replace(SPACE, ""));
  return true;
}

/** A line of a file's header: whether the patch goes on, or null when the line counts. */
function takeHeader(line: string, state: State, digest: Digest): boolean | null {
  if (line.startsWith("GIT binary patch") || line.startsWith("Binary files")) {
    state.binary = true;
    state.before = 0;
    state.parts.push(state.index);
    flush(state, digest);
    return true;
  }
  if (line.startsWith("index ")) {
    const dots = line.indexOf("..");
    const space = line.indexOf(" ", dots < 0 ? 0 : dots);
    const end = space < 0 ? line.length : space;
    if (dots >= 0) state.index = line.slice(6, dots) + line.slice(dots + 2, end);
    return true;
  }
  if (line.startsWith("--- ")) {
    // The two lines that follow, `---` and `+++`, are counted like a hunk of one line on each side.
    state.before = 1;
    state.after = 1;
    return null;
  }
  return /^[A-Za-z]/.test(line) ? null : false;
}

/** As git reads it: what stands before the fault of a broken header counts. */
function openHunk(line: string, state: State): void {
  const old = /^(\d*)(?:,(\d*))?/.exec(line.slice(4));
  state.before = old?.[2] === undefined ? 1 : Number(old[2]);
  const digits = old?.[2] ?? old?.[1] ?? "";
  const rest = line.slice(4 + (old?.[0].length ?? 0));
  if (digits === "" || !rest.startsWith(" +")) return;
  const fresh = /^(\d*)(?:,(\d*))?/.exec(rest.slice(2));
  state.after = fresh?.[2] === undefined ? 1 : Number(fresh[2]);
}

/** Adds the digest of what was gathered to the sum, with carry from byte to byte: hence the order of files is all one. */
function flush(state: State, digest: Digest): void {
  const hash = digest(state.parts.join(""));
  state.parts = [];
  let carry = 0;
  for (let i = 0; i < LENGTH; i += 1) {
    carry += (state.sum[i] ?? 0) + (hash[i] ?? 0);
    state.sum[i] = carry & 255;
    carry >>= 8;
  }
}
