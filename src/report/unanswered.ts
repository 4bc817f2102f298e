/**
 * Which patches a reply would only annoy: those that a later version in the same input replaces, pull requests, and what
 * machines sent. Their findings stay in the report; no mail is written for them.
 */
import type { Message } from "../message/message.js";
import type { ReviewedPatch } from "../review/finding.js";
import type { Series } from "../thread/series.js";
import { findPrevious } from "../thread/versions.js";
import { reviewedSeries } from "./reviewed-series.js";

export type Unanswered = "superseded" | "pull-request" | "automatic";

/** Messages of `older` that `newer` replaces: all of them, or the patches that a partial reroll sends again. */
const replaced = (newer: Series, older: Series): Message[] => {
  if (newer.incomplete !== "partial-reroll") return older.patches;
  const titles = new Set(newer.patches.map(({ subjectInfo }) => subjectInfo.title));
  return older.patches.filter(({ subjectInfo }) => titles.has(subjectInfo.title));
};

const supersededMessages = (reviewed: readonly ReviewedPatch[]): Set<Message> => {
  const { series, threads } = reviewedSeries(reviewed);
  const superseded = new Set<Message>();
  findPrevious(series, threads).forEach((older, at) => {
    const newer = series[at];
    if (older === null || newer === undefined) return;
    for (const message of replaced(newer, older)) superseded.add(message);
  });
  return superseded;
};

/** Sent by a program and not to be answered (RFC 3834, section 2); `no` says that a person sent it. */
export const isAutomatic = ({ headers }: Pick<Message, "headers">): boolean => {
  const value = headers.get("auto-submitted")?.[0]?.trim().toLowerCase();
  return value !== undefined && value !== "" && !value.startsWith("no");
};

/** For each patch that gets no reply, why. */
export const unanswered = (reviewed: readonly ReviewedPatch[]): Map<ReviewedPatch, Unanswered> => {
  const superseded = supersededMessages(reviewed);
  const reasons = new Map<ReviewedPatch, Unanswered>();
  for (const one of reviewed) {
    if (isAutomatic(one.message)) reasons.set(one, "automatic");
    else if (one.message.subjectInfo.pull) reasons.set(one, "pull-request");
    else if (superseded.has(one.message)) reasons.set(one, "superseded");
  }
  return reasons;
};
