/** For a review that keeps nothing: what is remembered is gone at its end. */
import type { PullStore } from "../../pulls/ports.js";

/** A store that knows nothing and forgets what it is told. */
export const noStore = (): PullStore => ({
  lineage: async () => [],
  saidOf: async () => new Set(),
  ledger: async () => [],
  putAnswer: async () => {},
  ruleOf: async () => null,
  suppressed: async () => new Set(),
  suppress: async () => {},
  unsuppress: async () => {},
  seriesOf: async () => null,
  putReport: async () => {},
  report: async () => null,
  recallPatch: async () => null,
  keepPatch: async () => {},
});
