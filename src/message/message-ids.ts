/** Message-IDs out of In-Reply-To, References and Message-ID fields (RFC 5322, 3.6.4), however they were mangled. */

/**
 * The ids of a field, without angle brackets, first mention kept, in order. Comments are left out (Gnus writes
 * `<id> (A. Author's message of …)`), ids may run together (`<a><b>`) or be folded inside; without any angle bracket
 * every word with an @ counts.
 */
export function parseMessageIds(value: string): string[] {
  const ids = new Set<string>();
  if (!value.includes("(") && !value.includes(")")) {
    bracketed(value, ids);
    return ids.size === 0 ? bareIds(value) : [...ids];
  }
  let depth = 0;
  let open = -1;
  for (let i = 0; i < value.length; i++) {
    const char = value[i];
    if (open >= 0) {
      if (char === "<") open = i;
      else if (char === ">") {
        addId(ids, value.slice(open + 1, i));
        open = -1;
      }
    } else if (char === "(") depth++;
    else if (char === ")") depth = Math.max(0, depth - 1);
    else if (char === "<" && depth === 0) open = i;
  }
  // A comment that never closes must not hide the ids behind it.
  if (ids.size === 0 && depth > 0 && value.includes("(")) return parseMessageIds(value.replaceAll("(", " "));
  return ids.size === 0 ? bareIds(value) : [...ids];
}

/** Without comments the brackets alone tell: the last `<` before each `>`. */
function bracketed(value: string, ids: Set<string>): void {
  let open = value.indexOf("<");
  while (open >= 0) {
    const close = value.indexOf(">", open);
    if (close < 0) return;
    addId(ids, value.slice(value.lastIndexOf("<", close) + 1, close));
    open = value.indexOf("<", close);
  }
}

function bareIds(value: string): string[] {
  return [...new Set(value.split(/[\s,<>]+/).filter(isBareId))];
}

function addId(ids: Set<string>, inner: string): void {
  const id = /\s/.test(inner) ? inner.replace(/\s+/g, "") : inner;
  if (id !== "") ids.add(id);
}

function isBareId(word: string): boolean {
  const at = word.indexOf("@");
  return at > 0 && at < word.length - 1 && !/["();]/.test(word);
}
