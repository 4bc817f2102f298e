/** Whether a patch says that it fixes a race: in its title, or in one sentence of its description. */
import type { Patch } from "../patch/patch.js";

/** Names of the faults that the rules look for; a bare "lock" is not one. */
const FAULT =
  /\b(?:toctou|races?|racy|race condition|time[- ]of[- ]check|concurrent(?:ly)? (?:start|stop|access|change|modif|updat|call|write|clear)\w*|deadlock|unlocked|without (?:holding|taking) (?:the|its|any) \S*lock|unseriali[sz]ed|lockless)\b/i;
const MENDS =
  /\b(?:fix(?:es|ed|ing)?|clos(?:e|es|ed|ing)|avoid(?:s|ed|ing)?|prevent(?:s|ed|ing)?|resolv(?:e|es|ed|ing)|address(?:es|ed|ing)?|eliminat\w+|cure[sd]?)\b/i;
const DENIES = /\b(?:no|not|never|without any|unrelated)\b(?!\s+(?:hold|held|tak|serial|atomic))/i;

/** True when the patch sets out to mend a fault of the kind that the rules look for. */
export function claimsFix(patch: Patch): boolean {
  const fixes = patch.trailers.some((t) => t.key.toLowerCase() === "fixes");
  if (FAULT.test(patch.title)) return true;
  const sentences = patch.description.split(/(?<=[.!?:])\s+|\n\s*\n/).map((s) => s.replace(/\s+/g, " "));
  if (sentences.some((s) => FAULT.test(s) && MENDS.test(s) && !DENIES.test(s))) return true;
  return fixes && sentences.some((s) => FAULT.test(s) && !DENIES.test(s));
}
