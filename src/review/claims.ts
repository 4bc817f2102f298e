/** Whether a patch says that it fixes a race: a Fixes: trailer, or a subject or description that names one. */
import type { Patch } from "../patch/patch.js";

const FAULT =
  /\b(?:toctou|races?|racy|concurrent(?:ly)?|lock(?:ing)?|deadlock|unlocked|serializ\w+|serialis\w+|atomicity)\b/i;
const MENDS = /\b(?:fix(?:es|ed)?|close[sd]?|avoid(?:s|ed)?|prevent(?:s|ed)?|resolve[sd]?|address(?:es|ed)?)\b/i;

/** True when the patch sets out to mend a fault of the kind that the rules look for. */
export function claimsFix(patch: Patch): boolean {
  const text = `${patch.title}\n${patch.description}`;
  if (!FAULT.test(text)) return false;
  return patch.trailers.some((t) => t.key.toLowerCase() === "fixes") || MENDS.test(text);
}
