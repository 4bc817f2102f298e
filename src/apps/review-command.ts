/** `review`: reads the inputs, reviews the patches in them, prints the report in the form that was asked for. */
import { EXIT, type ExitCode, ReviewError } from "../errors.js";
import { remark, writeOutput } from "../io/terminal.js";
import { type FailOn, makesFail } from "../report/plan.js";
import type { ReviewResult } from "../review/finding.js";
import type { Format } from "./formats.js";
import { readMailbox, render } from "./render.js";

export interface ReviewOptions {
  format: Format;
  tree?: string;
  failOn: FailOn;
  rules?: string;
  from?: string;
  all?: boolean;
  quiet?: boolean;
}

/** The sender that `--from` names; what is no mailbox is a usage error, before any work is done. */
export const senderOf = (options: ReviewOptions) => {
  if (options.from === undefined) return null;
  const mailbox = readMailbox(options.from);
  if (mailbox !== null) return mailbox;
  throw new ReviewError("bad-sender", EXIT.usage, "--from is no mailbox: write it as 'Name <name@example.org>'");
};

/** Prints a finished review and answers the exit code that it means. `failedInputs` could not be read at all. */
export const present = async (
  result: ReviewResult,
  options: ReviewOptions,
  run: { tree: string | null; failedInputs: number },
): Promise<ExitCode> => {
  const text = render(result, {
    format: options.format,
    all: options.all === true,
    quiet: options.quiet === true,
    tree: run.tree,
    from: senderOf(options),
  });
  await writeOutput(text);
  if (options.format === "reply" && text === "" && options.quiet !== true) remark("review: nothing to reply to");
  if (run.failedInputs > 0) return EXIT.input;
  return result.review.findings.some((finding) => makesFail(finding, options.failOn)) ? EXIT.findings : EXIT.nothing;
};
