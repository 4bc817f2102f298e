/** Why nothing is said: one word and one sentence for each reason, of a patch and of a finding. */

/** Why a patch gets no mail. */
export const SILENCES = {
  "no-list": "no list that it went to is configured",
  "list-off": "its lists are switched off",
  "list-local": "its lists are looked at, not written to",
  "nothing-to-tell": "nothing was found that is to be told",
  "quoted-patch": "the patch stands in an answer or on a page, not in a mail of its own",
  "no-whole-mail": "its archive (pipermail) keeps no whole mails: how it was addressed is not known",
  bot: "a program sent it",
  "own-mail": "it is our own mail",
  "pull-request": "it is a pull request",
  "not-judged-whole": "the series is not all there",
  superseded: "a later version replaces it",
  merged: "it is in a tree already",
  old: "it is older than the list's policy allows",
  undated: "it has no date that could be believed",
  "opted-out": "its author wants no mail",
  ignored: "somebody who may say so has told us to leave the series alone",
  "no-message-id": "it has no Message-ID that could be answered",
  "no-address": "its author has no address that could be written to",
} as const satisfies Record<string, string>;
export type Silence = keyof typeof SILENCES;

/** Why a finding is left out of a mail. */
export const FINDING_SILENCES = {
  "not-of-patch": "the patch neither brought it nor set out to mend it",
  nursery: "its rule is on trial",
  demoted: "answers put its rule back on trial",
  "below-severity": "it is less grave than its reader wants to hear of",
  "below-confidence": "it is less sure than its reader wants to hear of",
  suppressed: "somebody who may say so has called it wrong",
  "said-before": "it was told of a patch or version before this one",
} as const satisfies Record<string, string>;
export type FindingSilence = keyof typeof FINDING_SILENCES;
