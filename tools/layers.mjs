// The direction of imports, once: tools and tests read it, and biome.jsonc is checked against it.
export const LAYERS = [
  "message",
  "thread",
  "patch",
  "tree",
  "source",
  "analysis",
  "rules",
  "review",
  "report",
  "speak",
  "watch",
  "pulls",
  "io",
  "apps",
];
