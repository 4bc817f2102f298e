/** What is remembered of a patch that was judged, for when it comes again: whoever keeps it says what "again" means. */
import type { Analysed, Finding } from "./finding.js";
import type { SelectedPatch } from "./select-patches.js";

/** A finding with the name of its fault, as it was before anybody looked at later patches of the series. */
export interface KeptFinding {
  finding: Finding;
  fault: string;
}

/** What came of a patch: plain data. */
export interface KeptPatch {
  analysed: Analysed;
  reason: string | null;
  found: KeptFinding[];
  /** Faults that the patch took away: what an earlier one of the series brought is fixed by it. */
  gone: string[];
}

/**
 * Port to what earlier runs made of patches. A patch is the same only on the same tree, behind the same patches, with the same
 * rules: the message counts as well, since it says what the patch sets out to do.
 */
export interface PatchMemory {
  recall(selected: SelectedPatch): Promise<KeptPatch | null>;
  keep(selected: SelectedPatch, kept: KeptPatch): Promise<void>;
}
