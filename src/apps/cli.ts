#!/usr/bin/env node
/**
 * The command `review`: which words of the command line lead where. Commands are loaded when they are called, so that
 * `--version` and `--help` answer at once; what a run means stands in the files of the commands.
 */
import { Command, CommanderError, Option } from "commander";
import { EXIT } from "../errors.js";
import { compileLater } from "../io/compile-later.js";
import { endOnClosedPipe, remark } from "../io/terminal.js";
import { foundCommands } from "./commands/found.js";
import { githubCommands } from "./commands/github.js";
import { CONFIG } from "./commands/options.js";
import { b4CheckCommand, parseCommand, reviewCommand, threadCommand } from "./commands/review.js";
import { rulesCommand } from "./commands/rules.js";
import { watchCommand } from "./commands/watch.js";
import type { LedgerOptions } from "./ledger-command.js";
import type { QueueAction, QueueOptions } from "./queue-command.js";
import { reportError } from "./report-error.js";

const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

/** What commander refuses comes as one line: `review: unknown option '--tre' (did you mean --tree?)`. */
const usageLine = (text: string, command: string): string =>
  `review: ${text
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ")
    .trim()
    .replace(/\.$/, "")}; see ${command} --help\n`;

/** A command and those below it. */
function refuseInOneLine(command: Command, name: string): void {
  command.configureOutput({ outputError: (text, write) => write(usageLine(text, name)) });
  for (const one of command.commands) refuseInOneLine(one, `${name} ${one.name()}`);
}

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
  program.exitOverride().enablePositionalOptions().showSuggestionAfterError(true);
  reviewCommand(program);
  b4CheckCommand(program);
  parseCommand(program);
  threadCommand(program);
  watchCommand(program);
  githubCommands(program);
  foundCommands(program);
  queueCommand(program);
  ledgerCommand(program);
  rulesCommand(program);
  await completionCommand(program, argv);
  refuseInOneLine(program, "review");
  return program;
};

const main = async (argv: readonly string[]): Promise<void> => {
  endOnClosedPipe();
  compileLater();
  try {
    const program = await build(argv);
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.nothing : EXIT.usage;
    else process.exitCode = reportError(error, remark);
  }
};

void main(process.argv);
