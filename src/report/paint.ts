/** Colours, as functions from text to text; picocolors' `createColors()` is one. */
export type Paint = Record<"bold" | "dim" | "red" | "yellow" | "cyan" | "green", (text: string) => string>;

const same = (text: string): string => text;
/** No colours: for a pipe, or where NO_COLOR is set. */
export const PLAIN: Paint = { bold: same, dim: same, red: same, yellow: same, cyan: same, green: same };

export interface TerminalOptions {
  paint: Paint;
  /** Columns to fill; code is never wrapped. */
  width: number;
  /** Show findings that were there before the patch or are fixed later in the series, too. */
  all: boolean;
  /** Findings only: no account of what was analysed. */
  quiet: boolean;
  /** Number of files that a scan of the tree looked at; undefined for a review of patches. */
  scanned?: number;
}
