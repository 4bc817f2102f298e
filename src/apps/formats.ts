/** The forms that a report can be asked for in. */
export const FORMATS = ["text", "json", "reply", "sarif", "html"] as const;
export type Format = (typeof FORMATS)[number];
