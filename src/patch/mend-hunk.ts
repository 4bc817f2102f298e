/**
 * Hunks whose lines came through a mail client: wrapped, without their leading space, or with a comment in their middle.
 * The counts of the header decide: each way of reading the odd lines is tried, and one that makes the hunk close, with
 * nothing of a diff left behind it, is taken. A hunk that closes in no way is kept open as far as it is sure.
 */
import type { HunkHeader } from "./hunk-header.js";
import { type Candidate, HunkReader, type MendedHunk, type Reading } from "./hunk-reader.js";

export type { Candidate, MendedHunk } from "./hunk-reader.js";

const ODD: readonly Reading["odd"][] = ["stop", "join", "weigh", "context"];

const HEAD_TAILS: readonly Reading["headTail"][] = ["weigh", 0, 1, 2];
const CHOICES = [false, true] as const;

/** Ways of reading, the least daring first: dropped lines are put back only when nothing else makes the hunk close. */
const READINGS: readonly Reading[] = [
  { odd: "stop", headTail: 0, split: false, pad: false, bare: false },
  ...CHOICES.flatMap((pad) =>
    CHOICES.flatMap((split) =>
      HEAD_TAILS.flatMap((headTail) => ODD.map((odd): Reading => ({ odd, headTail, split, pad, bare: false }))),
    ),
  ),
  { odd: "weigh", headTail: "weigh", split: false, pad: false, bare: true },
  { odd: "context", headTail: 0, split: false, pad: false, bare: true },
];

/** The fits of a reading: stays open, closes with lines of a diff left behind it, closes well. */
const OPEN = 0;
const EARLY = 1;
const WELL = 2;

/**
 * Finds the lines of a hunk among candidates.
 * @param headerRaw the header's line as it stands in the mail: a full one may go on in the next line
 * @param lost whether the text around is known to have lost its leading spaces: then a hunk that stays open is read so too
 */
export function mendHunk(
  candidates: readonly Candidate[],
  header: HunkHeader,
  headerRaw: string,
  lost = false,
): MendedHunk {
  const read = (reading: Reading): MendedHunk => new HunkReader(candidates, header, headerRaw, reading).read();
  let early: MendedHunk | null = null;
  for (const reading of readingsFor(candidates, header)) {
    const hunk = read(reading);
    const fit = weighRead(hunk, candidates);
    if (fit === WELL) return hunk;
    // A daring reading that leaves a part of the hunk behind it has counted wrong lines.
    if (fit === EARLY && !hunk.lost && !hunk.changed) early ??= hunk;
  }
  if (early !== null) return early;
  const open = read({ odd: lost ? "weigh" : "join", headTail: "weigh", split: false, pad: false, bare: false });
  return { ...open, closed: false };
}

/** A hunk this long is no quote of a person: it is read in the plain ways only. Lines. */
const LONG_HUNK = 20_000;

/** The ways worth trying: none when there are not lines enough for the header's counts, however they are read. */
function readingsFor(candidates: readonly Candidate[], header: HunkHeader): readonly Reading[] {
  // A line gives two at the most (see Reading.split), and one may be put back.
  if (Math.max(header.oldLines, header.newLines) > candidates.length * 2 + 1) return [];
  return candidates.length > LONG_HUNK ? READINGS.slice(0, 1 + ODD.length) : READINGS;
}

function weighRead(read: MendedHunk, candidates: readonly Candidate[]): number {
  if (!read.closed || read.mixed) return OPEN;
  for (let i = read.used; i < candidates.length; i += 1) {
    const candidate = candidates[i];
    if (candidate === undefined || candidate.outside) continue;
    const { text } = candidate;
    if (text === "--" || text === "-- " || text.trim() === "") return WELL;
    // Text that lost its indentation looks like prose: only where the quote ends too can the count be trusted.
    if (read.lost) return OPEN;
    return text.startsWith("+") || text.startsWith("-") || text.startsWith(" ") ? EARLY : WELL;
  }
  return WELL;
}
