#!/usr/bin/env node
/**
 * The command `review`: which words of the command line lead where. Commands are loaded when they are called, so that
 * `--version` and `--help` answer at once; what a run means stands in the files of the commands.
 */
import { readFileSync } from "node:fs";
import { Command, CommanderError, Option } from "commander";
import { EXIT } from "../errors.js";
import { endOnClosedPipe, remark } from "../io/terminal.js";
import { FAIL_ON } from "../report/plan.js";
import { FORMATS } from "./formats.js";
import type { LedgerOptions } from "./ledger-command.js";
import type { ParseOptions } from "./parse-command.js";
import type { QueueAction, QueueOptions } from "./queue-command.js";
import { reportError } from "./report-error.js";
import type { ReviewOptions, ToolOptions } from "./review-command.js";
import type { ThreadCommandOptions } from "./thread-command.js";
import type { WatchOptions } from "./watch/watch-command.js";

const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

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

const version = (): string => {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const { version: found } = JSON.parse(text) as { version: string };
  return found;
};

/** What commander refuses comes as one line: `review: unknown option '--tre' (did you mean --tree?)`. */
const usageLine = (text: string): string =>
  `review: ${text
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ")
    .trim()
    .replace(/\.$/, "")}; see review --help\n`;

/** Options of whatever reviews patches. */
const toolOptions = (command: Command): Command =>
  command
    .option("-t, --tree <dir>", "kernel source folder or git repository (bare too) that the patches apply to")
    .option("-r, --rules <dir>", "folder of rules to use in place of the built-in ones")
    .option("--cache <dir>", "folder for the index of the tree (default: patchwitness in the user's cache folder)")
    .option("--no-cache", "keep no index: read and analyse the tree anew");

/** Options of whatever prints a report. */
const reportOptions = (command: Command): Command =>
  toolOptions(
    command.addOption(new Option("-f, --format <format>", "form of the report").choices(FORMATS).default("text")),
  )
    .addOption(
      new Option("--fail-on <level>", "least severity that makes the exit code 1").choices(FAIL_ON).default("warning"),
    )
    .option("--from <mailbox>", "sender of the replies of --format reply and mbox, as 'Name <address>'")
    .option("-a, --all", "show also what was there before the patch or is fixed later in the series")
    .option("--stats", "say on standard error what was read, what it took, and what was not understood")
    .option("-q, --quiet", "no progress and no account of what was analysed");

const reviewCommand = (program: Command): void => {
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
        const { runScan } = await import("./scan-command.js");
        process.exitCode = await runScan(options.scan, options, version());
        return;
      }
      if (inputs.length === 0) program.error("error: name an input, or - for standard input");
      const { runReview } = await import("./review-command.js");
      process.exitCode = await runReview(inputs, options, version());
    });
};

const threadCommand = (program: Command): void => {
  reportOptions(program.command("thread"))
    .description("fetch a thread from lore.kernel.org, another public-inbox or pipermail, and review it")
    .argument("<target>", "Message-ID, or URL of a mail or thread")
    .option("--inbox <url>", "public-inbox in which a bare Message-ID is looked for (default: all of lore.kernel.org)")
    .option("--contact <who>", "your URL or address, for the operator of the archive: part of the User-Agent")
    .option("--allow-private", "the archive may be on this machine or in a private network")
    .action(async (target: string, options: ThreadCommandOptions) => {
      const { runThread } = await import("./thread-command.js");
      process.exitCode = await runThread(target, options, version());
    });
};

const b4CheckCommand = (program: Command): void => {
  toolOptions(program.command("b4-check"))
    .description("check a patch for b4 review: a mail on standard input, results as JSON on standard output")
    .action(async (options: ToolOptions) => {
      const { runB4Check } = await import("./b4-check-command.js");
      process.exitCode = await runB4Check(options, version());
    });
};

const parseCommand = (program: Command): void => {
  program
    .command("parse")
    .description("print every message of the inputs as one JSON object a line")
    .argument("<input...>", INPUTS)
    .option("--diff", "add the text of each patch, as it can be applied")
    .option("--series", "print the series in place of the messages")
    .option("-q, --quiet", "no progress")
    .action(async (inputs: string[], options: ParseOptions) => {
      const { runParse } = await import("./parse-command.js");
      process.exitCode = await runParse(inputs, options);
    });
};

const CONFIG = "configuration (YAML); review config check says what is wrong with it";

const watchCommand = (program: Command): void => {
  program
    .command("watch")
    .description("follow list archives and review what arrives")
    .requiredOption("-c, --config <file>", CONFIG)
    .addOption(new Option("--once", "one round, for cron (the default)").conflicts("daemon"))
    .option("--daemon", "rounds by the schedule of the configuration, until it is stopped (SIGTERM)")
    .option("--retry", "take up what was given up (dead letters) first")
    .option("--dry-run", "in a store that is gone afterwards; prints a table of findings by rule")
    .option("--plan", "print what would be said of each patch, to whom and when, or why nothing is")
    .addOption(
      new Option("--send", "send the mails that lists have opted in for; without it they stay drafts").conflicts(
        "dryRun",
      ),
    )
    .option("--since <day>", "only mails sent since then: 2019-04 or 2019-04-17")
    .option("--until <day>", "only mails sent until then, that month or day included")
    .action(async (options: WatchOptions) => {
      const { runWatch } = await import("./watch/watch-command.js");
      process.exitCode = await runWatch(options, version());
    });
  program
    .command("config")
    .description("the configuration of review watch")
    .command("check")
    .argument("<file>", CONFIG)
    .description("print a configuration as it is understood, or everything that is wrong with it")
    .action(async (file: string) => {
      const { runConfigCheck } = await import("./config-command.js");
      process.exitCode = await runConfigCheck(file);
    });
};

const queueCommand = (program: Command): void => {
  const queue = program.command("queue").description("mails that wait: for their time, or for a moderator's word");
  const sub = (name: string, what: string, args: readonly [string, string][]) => {
    const command = queue.command(name).description(what).requiredOption("-c, --config <file>", CONFIG);
    for (const [argument, about] of args) command.argument(argument, about);
    return command;
  };
  const run = async (name: QueueAction, options: QueueOptions, key?: string, reason?: string): Promise<void> => {
    const { runQueue } = await import("./queue-command.js");
    process.exitCode = await runQueue({ ...options, action: name, key: key ?? null, reason: reason ?? null });
  };
  const KEY = "Message-ID of the patch, or the word that a moderator was told";
  sub("list", "print what waits, one line each", [])
    .option("--all", "also drafts, and what was sent, dropped or failed")
    .action((options: QueueOptions) => run("list", options));
  sub("show", "print a mail as it would go out", [["<key>", KEY]]).action((key: string, options: QueueOptions) =>
    run("show", options, key),
  );
  sub("approve", "let a held mail go out when its time has come", [["<key>", KEY]]).action(
    (key: string, options: QueueOptions) => run("approve", options, key),
  );
  sub("edit", "change the text of a mail that waits, in $EDITOR or from a file", [["<key>", KEY]])
    .option("--file <file>", "take the text from a file; - for standard input")
    .action((key: string, options: QueueOptions) => run("edit", options, key));
  sub("drop", "never send a mail", [
    ["<key>", KEY],
    ["[reason]", "why"],
  ]).action((key: string, reason: string | undefined, options: QueueOptions) => run("drop", options, key, reason));
};

const ledgerCommand = (program: Command): void => {
  program
    .command("ledger")
    .description("how right each rule was, by the answers of people and by judgements put down here")
    .requiredOption("-c, --config <file>", CONFIG)
    .option("--add <id>", "put a judgement about a finding down")
    .addOption(new Option("--verdict <verdict>", "what was judged").choices(["valid", "invalid"]))
    .option("--by <who>", "who judged")
    .option("--reason <text>", "why")
    .option("--answers", "print each answer, not only the sums")
    .action(async (options: LedgerOptions) => {
      const { runLedger } = await import("./ledger-command.js");
      process.exitCode = await runLedger(options);
    });
};

/** The words that @bomb.sh/tab answers: the script for a shell, and what that script calls on each TAB. */
const wantsCompletion = (argv: readonly string[]): boolean => argv[2] === "completion" || argv[2] === "complete";

const completionCommand = async (program: Command, argv: readonly string[]): Promise<void> => {
  if (wantsCompletion(argv)) {
    const { addCompletion } = await import("./completion.js");
    addCompletion(program, argv.at(-1) ?? "");
    return;
  }
  // Only for the help text: the real command is made above, when it is called.
  program
    .command("completion")
    .description("print a script that completes words in a shell")
    .argument("<shell>", SHELLS.join(", "));
};

const build = async (argv: readonly string[]): Promise<Command> => {
  const program = new Command();
  program
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({ outputError: (text, write) => write(usageLine(text)) });
  program.showSuggestionAfterError(true);
  reviewCommand(program);
  b4CheckCommand(program);
  parseCommand(program);
  threadCommand(program);
  watchCommand(program);
  queueCommand(program);
  ledgerCommand(program);
  await completionCommand(program, argv);
  return program;
};

const main = async (argv: readonly string[]): Promise<void> => {
  endOnClosedPipe();
  try {
    const program = await build(argv);
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.nothing : EXIT.usage;
    else process.exitCode = reportError(error, remark);
  }
};

await main(process.argv);
