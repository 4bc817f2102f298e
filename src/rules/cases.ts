/**
 * Annotated cases of a rule: C files in which a comment says what the next line of code must get. `ruleid: <id>` a finding at
 * warning or above, `noteid: <id>` a note, `ok: <id>` nothing above a note, `silent: <id>` not even that; `todoruleid:` and
 * `todook:` mark known misses, which are shown and must still be misses.
 */
export type Expectation = "ruleid" | "noteid" | "ok" | "silent" | "todoruleid" | "todook";

export interface CaseMark {
  expect: Expectation;
  rule: string;
  /** 1-based line of code that the mark speaks of: the next line which is not a comment or blank. */
  line: number;
}

const MARK = /\b(ruleid|noteid|ok|silent|todoruleid|todook):\s*([a-z0-9-]+\/[a-z0-9-]+)/g;

/** The marks of a case file, in order. */
export function caseMarks(text: string): CaseMark[] {
  const lines = text.split("\n");
  const marks: CaseMark[] = [];
  lines.forEach((line, i) => {
    if (!/^\s*(?:\/\*|\/\/|\*(?:[\s/]|$))/.test(line)) return;
    for (const match of line.matchAll(MARK)) {
      let next = i + 1;
      while (next < lines.length && /^\s*(?:$|\/\*|\/\/|\*(?:[\s/]|$))/.test(lines[next] ?? "")) next++;
      marks.push({ expect: match[1] as Expectation, rule: match[2] as string, line: next + 1 });
    }
  });
  return marks;
}

export type CaseVerdict = "validated" | "missing" | "noisy" | "todo" | "todo now passing";

/** Whether a mark holds, given the lines on which its rule fired, and those on which it only made a note. */
export function judgeMark(
  mark: CaseMark,
  fired: ReadonlySet<number>,
  noted: ReadonlySet<number> = new Set(),
): CaseVerdict {
  const hit = fired.has(mark.line);
  switch (mark.expect) {
    case "ruleid":
      return hit ? "validated" : "missing";
    case "noteid":
      return noted.has(mark.line) && !hit ? "validated" : "missing";
    case "ok":
      return hit ? "noisy" : "validated";
    case "silent":
      return hit || noted.has(mark.line) ? "noisy" : "validated";
    case "todoruleid":
      return hit ? "todo now passing" : "todo";
    case "todook":
      return hit ? "todo" : "todo now passing";
  }
}

/**
 * Where a case pretends to stand: its first comment may say so (`/* path: net/core/a.c *\/`); else it is a file that the first of
 * the rule's globs speaks of.
 */
export function casePath(text: string, file: string, paths: readonly string[]): string {
  const own = /^\/\* path: (\S+) \*\//.exec(text)?.[1];
  return own ?? sampleOf(paths[0] ?? "", file);
}

/** A path that a glob speaks of: "arch/{riscv,arm64}/kvm/**" gives arch/riscv/kvm/FILE, "net/core/dev.c" itself. */
function sampleOf(glob: string, file: string): string {
  const plain = glob.replace(/\{([^,}]*)[^}]*\}/g, "$1");
  const parts = plain.split("/").filter((part) => part !== "**");
  const last = parts.at(-1) ?? "";
  if (/\.[ch]$/.test(last) && !last.includes("*")) return parts.join("/").replace(/[*?]/g, "x");
  const folders = /\*/.test(last) && !plain.endsWith("**") ? parts.slice(0, -1) : parts;
  return [...folders.map((part) => part.replace(/\*/g, "x")), file].join("/");
}
