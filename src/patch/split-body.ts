/**
 * What of a patch mail's body git would commit, and where its patch begins, decided as `git mailinfo --scissors` decides
 * (git-mailinfo(1)): in-body From:, Subject: and Date: first, a scissors line throws away what stands above it, and the
 * first `---`, `diff -` or `Index: ` line ends the commit message.
 */
import type { TextLines } from "./text-lines.js";

export interface InBodyHeaders {
  from: string | null;
  subject: string | null;
  date: string | null;
}

export interface SplitBody {
  inBody: InBodyHeaders;
  /** Computed when it is asked for: the commit message below the subject, white space cleaned as `git stripspace` does; "" when there is none. */
  readonly description: string;
  /** Where the patch part begins (entry of the lines); null when the text has no patch part. */
  patchFrom: number | null;
}

type HeaderKey = keyof InBodyHeaders;

/** The line that git-format-patch(1) begins a mail with, escaped by an mbox. */
const FORMAT_PATCH = /^>From [0-9a-f]{40} Mon Sep 17 00:00:00 2001$/;

const HEADER_KEYS: readonly HeaderKey[] = ["from", "subject", "date"];

const SCISSORS = [">8", "8<", ">%", "%<"];
const SCISSORS_MARK = />[8%]|[8%]</;

/**
 * True for a scissors line (`-- >8 --`, with words or without): at least eight columns, more than a third of them
 * perforation, at most half of that blank (git-mailinfo(1)). Counted as git counts, its line end a blank.
 */
export function isScissors(line: string): boolean {
  if (line.length > 1000 || !SCISSORS_MARK.test(line)) return false;
  const text = `${line.trimStart()}\n`;
  let perforation = 0;
  let gap = 0;
  let visible = 0;
  let inside = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] ?? "";
    const isMark = SCISSORS.includes(text.slice(i, i + 2));
    if (/\s/.test(char)) {
      if (inside) perforation += 1;
      if (inside) gap += 1;
      continue;
    }
    visible = i + 1;
    inside = char === "-" || isMark;
    if (inside) perforation += isMark ? 2 : 1;
    if (isMark) i += 1;
  }
  return visible >= 8 && visible < perforation * 3 && gap * 2 < perforation;
}

/** True for a line that ends the commit message and begins the patch part. */
function isPatchBreak(line: string): boolean {
  if (line.startsWith("---")) {
    if (line.charAt(3) === " " && line.length > 4 && line.charAt(4).trim() !== "") return true;
    return line.slice(3).trim() === "";
  }
  return line.startsWith("diff -") || line.startsWith("Index: ");
}

/** Splits a body. Linear in its length; never throws. */
export function splitBody(source: TextLines): SplitBody {
  const reader = new MessageReader();
  const { lines } = source;
  for (let i = 0; i < lines.length; i += 1) {
    if (reader.take(lines[i] ?? "")) return reader.finish(i);
  }
  return reader.finish(null);
}

/** The state of `git mailinfo` while it reads the commit message line by line. */
class MessageReader {
  private inBody: InBodyHeaders = { from: null, subject: null, date: null };
  private log: string[] = [];
  private headerStage = true;
  private open: { key: HeaderKey; parts: string[] } | null = null;

  /** Takes one line; true when it begins the patch part. */
  take(line: string): boolean {
    if (this.headerStage && this.takeHeader(line)) return false;
    if (isScissors(line)) {
      this.log = [];
      this.inBody = { from: null, subject: null, date: null };
      this.headerStage = true;
      return false;
    }
    if (isPatchBreak(line)) return true;
    this.log.push(line);
    return false;
  }

  finish(patchFrom: number | null): SplitBody {
    this.closeHeader();
    const { inBody, log } = this;
    return {
      inBody,
      // Most mails are answers, whose text nobody asks for as a commit message.
      get description() {
        return stripSpace(log);
      },
      patchFrom,
    };
  }

  /** True when the line was an in-body header, its continuation, or a blank line around them. */
  private takeHeader(line: string): boolean {
    if (line.trim() === "" && line.length <= 1) {
      if (this.open !== null) {
        this.closeHeader();
        this.headerStage = false;
      }
      return true;
    }
    if (this.open !== null && (line.startsWith(" ") || line.startsWith("\t")) && !isScissors(line)) {
      this.open.parts.push(line.trim());
      return true;
    }
    this.closeHeader();
    if (FORMAT_PATCH.test(line)) return true;
    const key = HEADER_KEYS.find((name) => isHeader(line, name));
    if (key !== undefined && this.inBody[key] === null) {
      this.open = { key, parts: [line.slice(key.length + 1).trim()] };
      return true;
    }
    if (/^\[PATCH\]\s/.test(line) && this.inBody.subject === null) {
      this.inBody.subject = line.trim();
      return true;
    }
    this.headerStage = false;
    return false;
  }

  private closeHeader(): void {
    if (this.open === null) return;
    this.inBody[this.open.key] = this.open.parts.join(" ");
    this.open = null;
  }
}

function isHeader(line: string, name: HeaderKey): boolean {
  return line.charAt(name.length) === ":" && line.slice(0, name.length).toLowerCase() === name;
}

/** Only what C's isspace() knows: git keeps a no-break space at a line's end. */
function trimEndAscii(line: string): string {
  let end = line.length;
  while (end > 0) {
    const code = line.charCodeAt(end - 1);
    if (code !== 32 && (code < 9 || code > 13)) break;
    end -= 1;
  }
  return end === line.length ? line : line.slice(0, end);
}

/** Trailing white space and blank lines at both ends removed, runs of blank lines made one (git-stripspace(1)). */
export function stripSpace(lines: readonly string[]): string {
  const kept: string[] = [];
  for (const line of lines) {
    const text = trimEndAscii(line);
    if (text === "" && (kept.length === 0 || kept[kept.length - 1] === "")) continue;
    kept.push(text);
  }
  while (kept.length > 0 && kept[kept.length - 1] === "") kept.pop();
  return kept.join("\n");
}
