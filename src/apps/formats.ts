/** The forms that a report can be asked for in. `mbox` is another name of `reply`: drafts, which git and mail programs read. */
export const FORMATS = ["text", "json", "reply", "mbox", "sarif", "html"] as const;
export type Format = (typeof FORMATS)[number];
