/** Options and words that several commands have in common. */
import { type Command, Option } from "commander";
import { FAIL_ON } from "../../report/plan.js";
import { FORMATS } from "../formats.js";

/** What `--config` and its like name. */
export const CONFIG = "configuration (YAML); review config check says what is wrong with it";

/** Options of whatever reviews patches. */
export const toolOptions = (command: Command): Command =>
  command
    .option("-t, --tree <dir>", "kernel source folder or git repository (bare too) that the patches apply to")
    .option("-r, --rules <dir>", "folder of rules to use in place of the built-in ones")
    .option("--cache <dir>", "folder for the index of the tree (default: patchwitness in the user's cache folder)")
    .option("--no-cache", "keep no index: read and analyse the tree anew");

/** Options of whatever prints a report. */
export const reportOptions = (command: Command): Command =>
  toolOptions(
    command.addOption(new Option("-f, --format <format>", "form of the report").choices(FORMATS).default("text")),
  )
    .addOption(
      new Option("--fail-on <level>", "least severity that makes the exit code 1").choices(FAIL_ON).default("warning"),
    )
    .option("--from <mailbox>", "sender of the replies of --format reply and mbox, as 'Name <address>'")
    .addOption(
      new Option("--ignore <id>", "leave out the finding of that id; may be given several times").argParser(
        (id: string, before: string[] = []) => [...before, id],
      ),
    )
    .option("-a, --all", "show also what was there before the patch or is fixed later in the series")
    .option("--stats", "say on standard error what was read, what it took, and what was not understood")
    .option("-q, --quiet", "no progress and no account of what was analysed");
