/**
 * Why a rule says nothing of something: words of a fixed vocabulary, given by the rules themselves where they decide, so that what
 * `review rules explain` tells can never be another thing than what is done. report/wording-kit.ts spells them out.
 */

export const SILENCES = [
  // Of a whole function.
  "out-of-scope",
  "no-state",
  "lifecycle",
  "said-held",
  // Of an access.
  "own",
  "callers",
  "unknown-object",
  "other-field",
  "one-step",
  "guarded",
  "guard-unsure",
  "part-shown",
  "unused-read",
  "hint-read",
  "decisive-read",
  "set-silent",
  // Of a check and an act.
  "no-reliance",
  "entry-guarded",
  "callers-guarded",
  "wrong-instance",
  "still-held",
  "sound-gate",
  // Of a flag.
  "no-gate",
  "no-protocol",
  "setter",
  "gating",
  "no-object",
  "takes-work",
  "owner-looked",
  "counted",
  "never-set",
  "never-cleared",
  "never-tested",
  "one-owner",
  "same-function",
] as const;

export type Silence = (typeof SILENCES)[number];

/** A rule's silence about one thing; `lock` is the lock that speaks for it, as the source spells it. */
export interface Silent {
  silence: Silence;
  lock?: string;
}

/** True for a reason to say nothing, false for something to say. */
export const isSilent = (x: object): x is Silent => "silence" in x;
