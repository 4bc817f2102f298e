/** A cheap look whether a text may hold a diff, quoted or not, before anything reads it closely. */

const MARKS = ["\n@@ -", "\ndiff --git ", "\n--- ", "\nBinary files ", "\nGIT binary patch", "\nIndex: "];

/** True when a line of the text begins as lines of a diff do: a hunk, a git header, or `--- ` followed by `+++ `. */
export function hasDiff(text: string): boolean {
  if (text.startsWith("diff --git ") || text.startsWith("@@ -") || text.startsWith("--- ")) return true;
  for (const mark of MARKS) {
    if (mark !== "\n--- " && text.includes(mark)) return true;
  }
  for (let at = text.indexOf("\n--- "); at >= 0; at = text.indexOf("\n--- ", at + 1)) {
    const next = text.indexOf("\n", at + 1);
    if (next >= 0 && text.startsWith("+++ ", next + 1)) return true;
  }
  return false;
}
