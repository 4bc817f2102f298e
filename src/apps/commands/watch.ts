/** Commands that follow archives, and look at their configuration. */
import { type Command, Option } from "commander";
import { version } from "../version.js";
import type { WatchOptions } from "../watch/watch-command.js";
import { CONFIG } from "./options.js";

/** Adds `watch` and `config`. */
export const watchCommand = (program: Command): void => {
  program
    .command("watch")
    .description("follow list archives and review what arrives")
    .requiredOption("-c, --config <file>", CONFIG)
    .addOption(new Option("--once", "one round, for cron (the default)").conflicts("daemon"))
    .option("--daemon", "rounds by the schedule of the configuration, until it is stopped (SIGTERM)")
    .option("--retry", "take up what was given up (dead letters) first")
    .addOption(
      new Option(
        "--dry-run",
        "in a store that is gone afterwards; prints a table of findings by rule, and each with its patch",
      ).conflicts("daemon"),
    )
    .option("--plan", "print what would be said of each patch, to whom and when, or why nothing is")
    .addOption(
      new Option("--send", "send the mails that lists have opted in for; without it they stay drafts").conflicts(
        "dryRun",
      ),
    )
    .option("--since <day>", "only mails sent since then: 2019-04 or 2019-04-17")
    .option("--until <day>", "only mails sent until then, that month or day included")
    .action(async (options: WatchOptions) => {
      const { runWatch } = await import("../watch/watch-command.js");
      process.exitCode = await runWatch(options, version());
    });
  program
    .command("config")
    .description("the configuration of review watch")
    .command("check")
    .argument("<file>", CONFIG)
    .description("print a configuration as it is understood, or everything that is wrong with it")
    .action(async (file: string) => {
      const { runConfigCheck } = await import("../config-command.js");
      process.exitCode = await runConfigCheck(file);
    });
};
