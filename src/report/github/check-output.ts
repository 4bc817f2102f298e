/** What a check run says, as GitHub's API names it. */

/** A finding in the margin of a check run. Its text is shown as it is: there is no markdown in it. */
export interface Annotation {
  path: string;
  startLine: number;
  endLine: number;
  level: "notice" | "warning" | "failure";
  title: string;
  message: string;
}

export interface CheckOutput {
  title: string;
  summary: string;
  text: string;
  /** Any number; they are sent 50 at a time. */
  annotations: readonly Annotation[];
}
