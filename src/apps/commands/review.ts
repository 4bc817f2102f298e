/** Commands that review or print mails: the program itself, `thread`, `b4-check` and `parse`. */
import type { Command } from "commander";
import type { ParseOptions } from "../parse-command.js";
import type { ReviewOptions, ToolOptions } from "../review-command.js";
import type { ThreadCommandOptions } from "../thread-command.js";
import { version } from "../version.js";
import { reportOptions, toolOptions } from "./options.js";

const INPUTS =
  "mbox, maildir, .eml, .patch, pipermail month or page, a page saved as text, each also gzipped; - is standard input";

const HELP = `
Exit codes:
  0  nothing found          3  rule or configuration
  1  findings (--fail-on)   4  an input could not be read
  2  usage                  5  network

Examples:
  review series.mbox                            review a series for a person to read
  review --tree ~/linux series.mbox             the same, with the kernel tree it applies to
  b4 mbox -o- MESSAGE-ID | review -             review a thread of lore.kernel.org
  review --tree ~/linux --scan arch/riscv/kvm   what the rules say of the tree itself
  review --format reply series.mbox > re.mbox   write the replies (mboxrd) that a reviewer would send
  review parse month.txt.gz | jq .title         what stands in an archive, one JSON object a line
  source <(review completion bash)              complete words in this shell`;

export const reviewCommand = (program: Command): void => {
  reportOptions(program)
    .name("review")
    .description("Reviews Linux kernel patches from mailing lists, with a witness for each finding.")
    .argument("[input...]", INPUTS)
    .option("--scan <path...>", "report on files of the tree itself, in place of patches (needs --tree)")
    .version(version(), "-V, --version")
    .helpOption("-h, --help", "print this help")
    .addHelpText("after", HELP)
    .action(async (inputs: string[], options: ReviewOptions) => {
      if (options.scan !== undefined) {
        if (options.tree === undefined) program.error("error: --scan needs --tree");
        if (inputs.length > 0)
          program.error(`error: --scan reads no mail; write -- before paths, or leave out ${inputs[0]}`);
        const { runScan } = await import("../scan-command.js");
        process.exitCode = await runScan(options.scan, options, version());
        return;
      }
      if (inputs.length === 0) program.error("error: name an input, or - for standard input");
      const { runReview } = await import("../review-command.js");
      process.exitCode = await runReview(inputs, options, version());
    });
};

export const threadCommand = (program: Command): void => {
  reportOptions(program.command("thread"))
    .description("fetch a thread from lore.kernel.org, another public-inbox or pipermail, and review it")
    .argument("<target>", "Message-ID, or URL of a mail or thread")
    .option("--inbox <url>", "public-inbox in which a bare Message-ID is looked for (default: all of lore.kernel.org)")
    .option("--contact <who>", "your URL or address, for the operator of the archive: part of the User-Agent")
    .option("--allow-private", "the archive may be on this machine or in a private network")
    .action(async (target: string, options: ThreadCommandOptions) => {
      const { runThread } = await import("../thread-command.js");
      process.exitCode = await runThread(target, options, version());
    });
};

export const b4CheckCommand = (program: Command): void => {
  toolOptions(program.command("b4-check"))
    .description("check a patch for b4 review: a mail on standard input, results as JSON on standard output")
    .action(async (options: ToolOptions) => {
      const { runB4Check } = await import("../b4-check-command.js");
      process.exitCode = await runB4Check(options, version());
    });
};

export const parseCommand = (program: Command): void => {
  program
    .command("parse")
    .description("print every message of the inputs as one JSON object a line")
    .argument("<input...>", INPUTS)
    .option("--diff", "add the text of each patch, as it can be applied")
    .option("--series", "print the series in place of the messages")
    .option("-q, --quiet", "no progress")
    .action(async (inputs: string[], options: ParseOptions) => {
      const { runParse } = await import("../parse-command.js");
      process.exitCode = await runParse(inputs, options);
    });
};
