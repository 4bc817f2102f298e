/**
 * Hunks whose lines came through a mail client: wrapped, without their leading space, or with a comment in their middle.
 * The counts of the header decide: each way of reading the odd lines is tried, and one that makes the hunk close, with
 * nothing of a diff left behind it, is taken. A hunk that closes in no way is kept open as far as it is sure.
 */
import type { HunkHeader } from "./hunk-header.js";
import { isNoNewline } from "./hunk-lines.js";
import type { HunkLine } from "./patch.js";

/** A line that may belong to a hunk. */
export interface Candidate {
  /** The line without quote marks. */
  text: string;
  at: number;
  /** True when it stands at another quote depth than the hunk: a comment, or the tail of a line that a client wrapped. */
  outside: boolean;
  /** Length of the line as it stands in the mail, quote marks included. */
  width: number;
}

export interface MendedHunk {
  lines: HunkLine[];
  /** Candidates that were used or passed over. */
  used: number;
  closed: boolean;
  /** True when context lines had lost their leading space. */
  lost: boolean;
  /** True when wrapped lines were joined. */
  joined: boolean;
}

/** What an inside line is that begins with neither space, plus nor minus. */
type OddLine = "stop" | "context" | "join" | "weigh";

const POLICIES: readonly OddLine[] = ["stop", "join", "context", "weigh"];

/** Mail clients wrap at 72 to 80 columns; a line is taken for wrapped when its tail's first word would not have fitted. */
const WRAP_COLUMNS = 64;
/** A tail is the rest of one line: longer ones are a sentence of the person who answers. */
const TAIL_COLUMNS = 76;

/** Finds the lines of a hunk among candidates. */
export function mendHunk(candidates: readonly Candidate[], header: HunkHeader): MendedHunk {
  let best: MendedHunk | null = null;
  let bestFit = -1;
  for (const policy of POLICIES) {
    const read = readWith(candidates, header, policy);
    const fit = weighRead(read, candidates);
    if (fit > bestFit) {
      best = read;
      bestFit = fit;
    }
    if (bestFit >= 3) break;
  }
  return best ?? { lines: [], used: 0, closed: false, lost: false, joined: false };
}

/** 3: closes and nothing of a diff is left over; 1: closes too early; 0: stays open. */
function weighRead(read: MendedHunk, candidates: readonly Candidate[]): number {
  if (!read.closed) return 0;
  for (let i = read.used; i < candidates.length; i += 1) {
    const candidate = candidates[i];
    if (candidate === undefined || candidate.outside) continue;
    const { text } = candidate;
    if (text === "--" || text === "-- " || text.trim() === "") return 3;
    return text.startsWith("+") || text.startsWith("-") || text.startsWith(" ") ? 1 : 3;
  }
  return 3;
}

function readWith(candidates: readonly Candidate[], header: HunkHeader, policy: OddLine): MendedHunk {
  const reader = new HunkReader(candidates, header, policy);
  return reader.read();
}

class HunkReader {
  private old: number;
  private fresh: number;
  private readonly lines: HunkLine[] = [];
  private lost = false;
  private joined = false;
  /** The candidate whose line was taken last. */
  private last = -1;

  constructor(
    private readonly candidates: readonly Candidate[],
    header: HunkHeader,
    private readonly policy: OddLine,
  ) {
    this.old = header.oldLines;
    this.fresh = header.newLines;
  }

  read(): MendedHunk {
    let i = 0;
    for (; i < this.candidates.length; i += 1) {
      const candidate = this.candidates[i];
      if (candidate === undefined) break;
      const open = this.old > 0 || this.fresh > 0;
      if (candidate.outside) {
        if (this.isWrapTail(i)) this.join(candidate);
        else if (!open) break;
        continue;
      }
      if (isNoNewline(candidate.text)) this.markNoNewline();
      else if (!open) {
        if (this.policy === "stop" || !this.isOdd(candidate) || !this.joins(i)) break;
        this.join(candidate);
      } else if (!this.takeLine(candidate, i)) break;
    }
    return {
      lines: this.lines,
      used: i,
      closed: this.old === 0 && this.fresh === 0,
      lost: this.lost,
      joined: this.joined,
    };
  }

  private takeLine(candidate: Candidate, i: number): boolean {
    const { text, at } = candidate;
    const first = text.charAt(0);
    if (first === "+") return this.push({ kind: "+", text: text.slice(1), at }, i);
    if (first === "-") return this.push({ kind: "-", text: text.slice(1), at }, i);
    if (first === " " || first === "") return this.push({ kind: " ", text: text.slice(1), at }, i);
    if (this.policy === "stop") return false;
    if (this.joins(i)) {
      this.join(candidate);
      return true;
    }
    if (this.policy === "join") return false;
    this.lost = true;
    return this.push({ kind: " ", text, at }, i);
  }

  private isOdd(candidate: Candidate): boolean {
    const first = candidate.text.charAt(0);
    return first !== "" && first !== "+" && first !== "-" && first !== " " && first !== "@";
  }

  /** Whether the odd line at `i` is the tail of the line before it. */
  private joins(i: number): boolean {
    if (this.last < 0 || this.policy === "context") return false;
    return this.policy === "join" ? this.last === i - 1 : this.last === i - 1 && this.wasFull(i);
  }

  /** True when the line before was so long that the first word of this one did not fit on it. */
  private wasFull(i: number): boolean {
    const before = this.candidates[i - 1];
    const text = this.candidates[i]?.text ?? "";
    if (before === undefined) return false;
    const space = text.trimStart().indexOf(" ");
    const word = space < 0 ? text.length : space;
    return before.width + 1 + word > WRAP_COLUMNS + 8;
  }

  /** A line without the hunk's quote marks is a wrapped tail when it is short, alone, and stands close between its lines. */
  private isWrapTail(i: number): boolean {
    const tail = this.candidates[i];
    const after = this.candidates[i + 1];
    if (tail === undefined || this.last !== i - 1 || this.last < 0) return false;
    if (tail.text.trim() === "" || tail.width > TAIL_COLUMNS) return false;
    const before = this.candidates[i - 1];
    if (before === undefined || before.width < WRAP_COLUMNS || !this.wasFull(i)) return false;
    return after !== undefined && !after.outside;
  }

  private push(line: HunkLine, i: number): boolean {
    const needsOld = line.kind !== "+";
    const needsNew = line.kind !== "-";
    if ((needsOld && this.old === 0) || (needsNew && this.fresh === 0)) return false;
    if (needsOld) this.old -= 1;
    if (needsNew) this.fresh -= 1;
    this.lines.push(line);
    this.last = i;
    return true;
  }

  private join(tail: Candidate): void {
    const line = this.lines[this.lines.length - 1];
    if (line === undefined) return;
    const text = tail.text.trim();
    line.text = line.text.endsWith(" ") || line.text === "" ? line.text + text : `${line.text} ${text}`;
    this.joined = true;
    this.last += 1;
  }

  private markNoNewline(): void {
    const line = this.lines[this.lines.length - 1];
    if (line !== undefined) line.noNewline = true;
  }
}
