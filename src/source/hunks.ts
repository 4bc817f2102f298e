/**
 * C out of hunks, when there is no file to apply them to. Each hunk is read as what it most plausibly is: the middle of the
 * function that its @@ line names, whole file-level items, or the end of one and the start of the next. Braces that the hunk
 * does not show are put around it, on lines of their own, so that line numbers stay those of the file.
 */
import { type HunkText, hunkTexts } from "../patch/line-map.js";
import type { FileDiff } from "../patch/patch.js";
import type { CFile } from "./ast.js";
import { type CReader, readC } from "./read-file.js";
import { TOKEN, tokenize } from "./tokens.js";

/** One side of one hunk: its lines and their 1-based numbers in the file. */
interface Shown {
  section: string;
  lines: string[];
  numbers: number[];
}

/** Text for the parser with the number of each of its lines, and which functions in it are only partly shown. */
interface Reading {
  text: string;
  numbers: number[];
  /** Offset ranges in which a function that starts there lacks its beginning. */
  headless: { start: number; end: number }[];
  /** Offset at which our own closing braces begin: what ends behind it lacks its end. */
  closers: number;
}

function shownSide(hunk: HunkText, side: "old" | "new"): Shown {
  const { text, lines: numbers } = hunk[side];
  const lines = text === "" ? [] : text.slice(0, -1).split("\n");
  return { section: hunk.hunk.section, lines: openComment(lines), numbers };
}

/** Blanks the rest of a comment whose beginning stands above the hunk. */
function openComment(lines: string[]): string[] {
  const close = lines.findIndex((l) => l.includes("*/"));
  const open = lines.findIndex((l) => l.includes("/*"));
  let until = -1;
  if (close !== -1 && (open === -1 || close < open)) until = close;
  else while (/^\s*\*(?:\s|$)/.test(lines[until + 1] ?? "")) until++;
  return lines.map((line, i) => {
    if (i > until) return line;
    return i === close ? line.slice(line.indexOf("*/") + 2) : "";
  });
}

interface Braces {
  /** Offsets of closing braces that nothing shown opens; `loop` when a `while (...)` follows: the end of a do loop. */
  unmatched: { at: number; loop: boolean }[];
  open: number;
}

function countBraces(text: string): Braces {
  const tokens = tokenize(text);
  const unmatched: Braces["unmatched"] = [];
  let open = 0;
  for (let i = 0; i < tokens.count; i++) {
    if (tokens.kind[i] !== TOKEN.punct) continue;
    const at = tokens.start[i] as number;
    const c = text[at];
    if (c === "{") open++;
    else if (c === "}" && open > 0) open--;
    else if (c === "}") {
      const next = text.slice(tokens.start[i + 1] ?? 0, tokens.end[i + 1] ?? 0);
      unmatched.push({ at, loop: next === "while" && i + 1 < tokens.count });
    }
  }
  return { unmatched, open };
}

const AGGREGATE = /^\s*(?:(?:static|const|extern|typedef)\s+)*(?:struct|union|enum)\s+\w+[^()=;]*$/;

/** A function header made whole again: git cuts the text behind @@ at 80 columns. Null when it names no function. */
function functionHeader(section: string): string | null {
  const text = section
    .trim()
    .replace(/\{\s*$/, "")
    .trim();
  if (!/^[A-Za-z_][\w\s*]*\b\w+\s*\(/.test(text) || /;\s*$/.test(text)) return null;
  const opened = (text.match(/\(/g) ?? []).length - (text.match(/\)/g) ?? []).length;
  if (opened <= 0) return /\)\s*$/.test(text) ? text : null;
  const lastComma = text.lastIndexOf(",");
  const first = text.indexOf("(");
  const head = lastComma > first ? text.slice(0, lastComma) : text.slice(0, first + 1);
  const missing = (head.match(/\(/g) ?? []).length - (head.match(/\)/g) ?? []).length;
  return /^[A-Za-z_]\w*\s*\(/.test(head) ? null : `${head}${")".repeat(Math.max(1, missing))}`;
}

class ReadingBuilder {
  private readonly parts: string[] = [];
  private length = 0;
  readonly numbers: number[] = [];
  readonly headless: { start: number; end: number }[] = [];
  closers = Number.POSITIVE_INFINITY;

  line(text: string, number: number): void {
    this.parts.push(text);
    this.numbers.push(number);
    this.length += text.length + 1;
  }

  get offset(): number {
    return this.length;
  }

  done(): Reading {
    return { text: this.parts.join("\n"), numbers: this.numbers, headless: this.headless, closers: this.closers };
  }
}

/** The hunk's first `count` unmatched closing braces belong to the enclosing construct; -1: all of them do. */
function readInside(shown: Shown, braces: Braces, split: number): Reading {
  const b = new ReadingBuilder();
  const first = shown.numbers[0] ?? 1;
  const header = functionHeader(shown.section);
  const aggregate = header === null && AGGREGATE.test(shown.section);
  const initializer = header === null && /=\s*\{?\s*$/.test(shown.section);
  const inner = split === -1 ? braces.unmatched : braces.unmatched.slice(0, split);
  const openers = inner
    .map((u) => (aggregate ? "struct {" : initializer ? "{" : u.loop ? "do {" : "if (__u) {"))
    .reverse()
    .join(" ");
  const head =
    aggregate || initializer ? shown.section.replace(/\{\s*$/, "").trim() : (header ?? `void __unnamed_${first}(void)`);
  b.headless.push({ start: 0, end: head.length + 1 });
  b.line(`${head} { ${openers}`, first);
  for (const [i, line] of shown.lines.entries()) b.line(line, shown.numbers[i] ?? first);
  b.closers = b.offset;
  const ends = split === -1 ? 1 : 0;
  b.line("}".repeat(braces.open + ends) + (aggregate || initializer ? ";" : ""), shown.numbers.at(-1) ?? first);
  return b.done();
}

function readTop(shown: Shown, braces: Braces): Reading {
  const b = new ReadingBuilder();
  for (const [i, line] of shown.lines.entries()) b.line(line, shown.numbers[i] ?? 1);
  b.closers = braces.open > 0 ? b.offset : Number.POSITIVE_INFINITY;
  b.line("}".repeat(braces.open), shown.numbers.at(-1) ?? 1);
  return b.done();
}

/** Where the hunk starts, told by its columns: inside a function, or at file level. */
function startsInside(lines: readonly string[]): boolean {
  for (const line of lines) {
    if (line.trim() === "" || /^\s*(?:\/\*|\*|\/\/|#)/.test(line)) continue;
    return /^[\s}]/.test(line) || /^\w+:\s*$/.test(line);
  }
  return true;
}

/** Readings to try, the most plausible first. `columns` says whether the lines kept their indentation. */
function readings(shown: Shown, columns: boolean): Reading[] {
  const text = shown.lines.join("\n");
  const braces = countBraces(text);
  const all = readInside(shown, braces, -1);
  const top = readTop(shown, braces);
  const split = (k: number): Reading => readInside(shown, braces, k);
  if (columns) {
    const end = braces.unmatched.findIndex((u) => u.at === 0 || text[u.at - 1] === "\n");
    if (end !== -1) return [split(end)];
    return startsInside(shown.lines) ? [all, top] : [top, all];
  }
  return [all, top, ...braces.unmatched.slice(0, 4).map((_u, k) => split(k))];
}

/** How badly a reading fits. The grammar takes functions inside functions (GNU C); the kernel has none. */
function errorsOf(file: CFile): number {
  const nested = file.unhandled.get("function_definition") ?? 0;
  const headers = (file.unhandled.get("function header") ?? 0) + nested;
  return file.functions.reduce((n, f) => n + f.errors, headers * 3) + (file.unhandled.get("ERROR") ?? 0);
}

function bestReading(path: string, shown: Shown, columns: boolean, reader: CReader): Reading | null {
  let best: Reading | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const reading of readings(shown, columns)) {
    const errors = errorsOf(readC(path, reading.text, reader));
    if (errors < least) {
      least = errors;
      best = reading;
    }
    if (errors === 0) break;
  }
  return best;
}

/**
 * Reads one side of a file's hunks as a C file. Functions of which a part is missing have `whole` false. `columns` is false
 * when an archive or a mail client ate the indentation. Never fails; what cannot be read is counted in `unhandled`.
 */
export function readHunks(path: string, diff: FileDiff, side: "old" | "new", columns: boolean, reader: CReader): CFile {
  const texts: string[] = [];
  const numbers: number[] = [];
  const partial: { start: number; end: number }[] = [];
  const closers: { start: number; end: number }[] = [];
  let offset = 0;
  for (const hunk of hunkTexts(diff)) {
    const reading = bestReading(path, shownSide(hunk, side), columns, reader);
    if (reading === null) continue;
    for (const range of reading.headless) partial.push({ start: offset + range.start, end: offset + range.end });
    const end = offset + reading.text.length;
    closers.push({ start: offset + Math.min(reading.closers, reading.text.length + 1), end });
    texts.push(reading.text);
    numbers.push(...reading.numbers);
    offset = end + 1;
  }
  const file = readC(path, texts.join("\n"), reader, { lineNumbers: numbers });
  for (const fn of file.functions) {
    const headless = partial.some((p) => fn.at >= p.start && fn.at < p.end);
    const endless = closers.some((c) => fn.end > c.start && fn.end <= c.end);
    if (headless || endless) fn.whole = false;
  }
  for (const struct of file.structs) struct.whole = false;
  return file;
}
