/** Findings that whoever runs the command does not want told (`--ignore`). */
import type { Finding, ReviewResult } from "../review/finding.js";
import { counted } from "./wording.js";

/** The outcome of a run without these findings, and what there is to say of that: how many were left out, and ids that none has. */
export const leaveOut = (
  { review, reviewed }: ReviewResult,
  ids: ReadonlySet<string>,
): { result: ReviewResult; said: string[] } => {
  const stays = ({ id }: Finding): boolean => !ids.has(id);
  const findings = review.findings.filter(stays);
  const found = new Set(review.findings.map(({ id }) => id));
  const gone = review.findings.length - findings.length;
  const said = [...ids].filter((id) => !found.has(id)).map((id) => `--ignore ${id}: no finding has this id`);
  return {
    result: {
      review: { ...review, findings },
      reviewed: reviewed.map((one) => ({ ...one, findings: one.findings.filter(stays) })),
    },
    said: [...(gone === 0 ? [] : [`${counted(gone, "finding")} left out (--ignore)`]), ...said],
  };
};
