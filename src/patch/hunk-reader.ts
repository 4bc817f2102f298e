/** One way of reading a hunk's lines out of what a mail client made of them. {@link mendHunk} tries several. */
import type { HunkHeader } from "./hunk-header.js";
import { isNoNewline } from "./hunk-lines.js";
import type { HunkLine } from "./patch.js";
import { isFull, isLong, isOdd, isTail, joinWrapped, mayBeWrapped } from "./wrapped-lines.js";

/** A line that may belong to a hunk. */
export interface Candidate {
  /** The line without quote marks. */
  text: string;
  at: number;
  /** True when it stands at another quote depth than the hunk: a comment, or the tail of a line that a client wrapped. */
  outside: boolean;
  /** The line as it stands in the mail, quote marks included: its width tells whether it was wrapped. */
  raw: string;
}

/** How odd lines are read. */
export interface Reading {
  /** What an inside line is that begins with neither space, plus nor minus. */
  odd: "stop" | "context" | "join" | "weigh";
  /** How many odd lines at the begin are the rest of a hunk header that was wrapped; "weigh": as its width says. */
  headTail: number | "weigh";
  /** ` +x` is an empty context line and `+x`: flowed mail joined them, because the context line ended in its space. */
  split: boolean;
  /** Empty context lines that the client dropped are put back: at the hunk's end, or where a comment was put in. */
  pad: boolean;
  /** `--count;`, `++i;` and `-EINVAL,` are context that lost its indentation, no removed or added lines. */
  bare: boolean;
}

export interface MendedHunk {
  lines: HunkLine[];
  /** What of the section text (behind the second @@) stood on the next line; "" mostly. */
  sectionTail: string;
  /** Candidates that were used or passed over. */
  used: number;
  closed: boolean;
  /** True when context lines had lost their leading space. */
  lost: boolean;
  /** True when others kept it: then the odd ones are hardly context. */
  mixed: boolean;
  /** True when wrapped lines were joined, lines split or put back. */
  changed: boolean;
}

/** Context lines that git writes behind the last change of a hunk. */
const CONTEXT = 3;

/** C that begins with a sign of its own. */
const BARE = /^(?:\+\+|--)[A-Za-z_(*]|^[-+](?:[A-Z]{2}|\d)/;

/** What an empty line mostly follows in kernel code: behind anything else a hunk was rather cut by hand. */
const ENDS_BLOCK = /^(?:\}[;)]*|#endif\b.*|(?:return|goto)\b.*;|(?:break|continue);)$/;

export class HunkReader {
  private old: number;
  private fresh: number;
  private readonly lines: HunkLine[] = [];
  private lost = false;
  /** True when a context line kept its leading space. */
  private spaced = false;
  private changed = false;
  private sectionTail = "";
  /** The candidate whose line was taken last; -1 is the hunk header. */
  private last = -1;
  /** Context lines before the first changed one, and since the last. */
  private leading = 0;
  private trailing = 0;
  private headTails = 0;
  /** Numbers of lines that stand behind an inserted comment. */
  private readonly gaps: number[] = [];

  constructor(
    private readonly candidates: readonly Candidate[],
    header: HunkHeader,
    private readonly headerRaw: string,
    private readonly reading: Reading,
  ) {
    this.old = header.oldLines;
    this.fresh = header.newLines;
  }

  read(): MendedHunk {
    let i = 0;
    let gap = false;
    for (; i < this.candidates.length; i += 1) {
      const candidate = this.candidates[i];
      if (candidate === undefined) break;
      const open = this.old > 0 || this.fresh > 0;
      if (candidate.outside) {
        if (this.isWrapTail(i)) this.join(candidate, i);
        else if (!open) break;
        else gap = true;
        continue;
      }
      if (gap && open) this.gaps.push(this.lines.length);
      gap = false;
      if (isNoNewline(candidate.text)) this.markNoNewline();
      else if (!open) {
        if (!isOdd(candidate.text) || this.last !== i - 1 || !this.wasFull(i)) break;
        this.join(candidate, i);
      } else if (!this.takeLine(candidate, i)) break;
    }
    if (this.reading.pad) this.putBack(i);
    return {
      lines: this.lines,
      sectionTail: this.sectionTail,
      used: i,
      closed: this.old === 0 && this.fresh === 0,
      lost: this.lost,
      mixed: this.lost && this.spaced,
      changed: this.changed,
    };
  }

  private takeLine(candidate: Candidate, i: number): boolean {
    const { text, at } = candidate;
    const first = text.charAt(0);
    if (first === " " && this.reading.split && (text.charAt(1) === "+" || text.charAt(1) === "-")) {
      this.changed = true;
      return this.push({ kind: " ", text: "", at }, i) && this.pushSigned(text.slice(1), at, i);
    }
    if (this.reading.bare && BARE.test(text)) {
      this.lost = true;
      return this.push({ kind: " ", text, at }, i);
    }
    if (first === "+" || first === "-") return this.pushSigned(text, at, i);
    if (first === " " || first === "") {
      this.spaced ||= first === " " && text.trim() !== "";
      return this.push({ kind: " ", text: text.slice(1), at }, i);
    }
    if (this.joins(i)) {
      this.join(candidate, i);
      return true;
    }
    if (this.reading.odd === "join" || this.reading.odd === "stop") return false;
    this.lost = true;
    return this.push({ kind: " ", text, at }, i);
  }

  private pushSigned(text: string, at: number, i: number): boolean {
    return this.push({ kind: text.charAt(0) === "+" ? "+" : "-", text: text.slice(1), at }, i);
  }

  /** Whether the odd line at `i` is the tail of the line before it. */
  private joins(i: number): boolean {
    if (this.last !== i - 1) return false;
    const { odd, headTail } = this.reading;
    if (this.lines.length === 0) return headTail === "weigh" ? this.wasFull(i) : this.headTails < headTail;
    if (odd === "context" || odd === "stop") return false;
    const before = this.candidates[i - 1];
    if (before === undefined) return false;
    if (/[ -]$/.test(before.text) || this.wasFull(i)) return true;
    return odd === "join" && mayBeWrapped(before.raw);
  }

  /** True when the line before was so long that the first word of this one did not fit on it. */
  private wasFull(i: number): boolean {
    return isFull(this.rawBefore(i), this.candidates[i]?.text ?? "");
  }

  private rawBefore(i: number): string {
    return i === 0 ? this.headerRaw : (this.candidates[i - 1]?.raw ?? "");
  }

  /** A line without the hunk's quote marks is a wrapped tail when it is short, alone, and stands close between its lines. */
  private isWrapTail(i: number): boolean {
    const tail = this.candidates[i];
    const after = this.candidates[i + 1];
    if (tail === undefined || this.last !== i - 1 || after === undefined || after.outside) return false;
    return isTail(tail.raw) && isLong(this.rawBefore(i)) && this.wasFull(i);
  }

  private push(line: HunkLine, i: number): boolean {
    const needsOld = line.kind !== "+";
    const needsNew = line.kind !== "-";
    if ((needsOld && this.old === 0) || (needsNew && this.fresh === 0)) return false;
    if (needsOld) this.old -= 1;
    if (needsNew) this.fresh -= 1;
    if (line.kind === " " && this.leading === this.lines.length) this.leading += 1;
    this.trailing = line.kind === " " ? this.trailing + 1 : 0;
    this.lines.push(line);
    this.last = i;
    return true;
  }

  private join(tail: Candidate, i: number): void {
    this.last = i;
    this.changed = true;
    const line = this.lines[this.lines.length - 1];
    if (line === undefined) this.headTails += 1;
    if (line === undefined) this.sectionTail += `${this.sectionTail === "" ? "" : " "}${tail.text.trim()}`;
    else line.text = joinWrapped(line.text, tail.text.trim());
  }

  /**
   * Editors and clients drop an empty quoted line at the end of a quote and beside a comment. One is put back when
   * nothing else is missing: git writes three lines of context, so the end that has only two says where it was. At a
   * hunk's end only behind a line that closes a block: measured on a list, that is right 34 times in 36.
   */
  private putBack(used: number): void {
    if (this.old !== 1 || this.fresh !== 1 || this.lines.length === 0) return;
    if (this.candidates.slice(used).some((candidate) => !candidate.outside && candidate.text.trim() !== "")) return;
    const place = this.missingPlace();
    if (place === null || this.isBlank(place - 1) || this.isBlank(place)) return;
    const at = this.lines[Math.max(place - 1, 0)]?.at ?? 0;
    this.lines.splice(place, 0, { kind: " ", text: "", at });
    this.old = 0;
    this.fresh = 0;
    this.changed = true;
  }

  private missingPlace(): number | null {
    const inHead = this.gaps.filter((gap) => gap <= this.leading);
    if (this.leading < CONTEXT && inHead.length === 1) return inHead[0] ?? null;
    if (this.trailing < CONTEXT) {
      const last = this.lines[this.lines.length - 1]?.text ?? "";
      return this.trailing + 1 === CONTEXT && ENDS_BLOCK.test(last.trim()) ? this.lines.length : null;
    }
    return this.gaps.length === 1 ? (this.gaps[0] ?? null) : null;
  }

  private isBlank(i: number): boolean {
    return this.lines[i]?.kind === " " && this.lines[i]?.text.trim() === "";
  }

  private markNoNewline(): void {
    const line = this.lines[this.lines.length - 1];
    if (line !== undefined) line.noNewline = true;
  }
}
