/** What is kept of the text of an answer. */
export interface MailNotes {
  /** Commands, as speak/commands.ts reads them. */
  commands: { verb: string; ids: string[]; reason: string }[];
  /** What our own mail server said of the sender. */
  auth: "pass" | "fail" | "unknown";
  /** Pages of other reviewers that it links. */
  links: string[];
}
