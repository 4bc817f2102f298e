/** A series: the patches that were sent together, and their cover letter. */
import type { Mailbox, Message } from "../message/message.js";

/** A message with what the later stages know of it. */
export interface SeriesInput {
  message: Message;
  /** Whether the mail itself carries a diff (a quoted one does not count). */
  hasDiff: boolean;
  /** The patch's author where the body names one; the sender otherwise. */
  author?: Mailbox;
}

/**
 * Why a series is not all there. missing-patches: numbers below the total are absent. no-patches: only its cover is
 * there. partial-reroll: new versions of some patches, sent in answer to the old ones, the rest stands as it was.
 */
export const INCOMPLETE = ["missing-patches", "no-patches", "partial-reroll"] as const;

export type Incomplete = (typeof INCOMPLETE)[number];

/** One version of a series of patches; a single patch is a series of one. */
export interface Series {
  title: string;
  author: Mailbox;
  version: number;
  total: number;
  cover: Message | null;
  /** In the order of their numbers, one each. */
  patches: Message[];
  incomplete: Incomplete | null;
  /** Position of the first mail of the series in the list, by which series are ordered. */
  at: number;
}
