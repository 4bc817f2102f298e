/** Commands about pull requests on GitHub. */
import { type Command, Option } from "commander";
import { FAIL_ON } from "../../report/plan.js";
import type { AppOptions } from "../github/app-command.js";
import type { PullOptions } from "../github/pull-command.js";
import type { SetupOptions } from "../github/setup-command.js";
import { version } from "../version.js";

const FORMATS = ["text", "markdown", "json", "sarif", "html"] as const;

/** Adds `github` and `app`. */
export const githubCommands = (program: Command): void => {
  program
    .command("github")
    .argument("<pull>", "a pull request: owner/repository#12, or its address")
    .description("review a pull request, with the token in GITHUB_TOKEN; nothing is posted without --post")
    .addOption(
      new Option("-f, --format <format>", "form of the report; markdown is what would be posted")
        .choices(FORMATS)
        .default("text"),
    )
    .option("--post", "post the review on the pull request")
    .option("--mirror <dir>", "a clone of the repository, which spares requests where it has the commits")
    .option("--api <url>", "address of GitHub's API (default: GITHUB_API_URL, or GitHub's own)")
    .option("-r, --rules <dir>", "folder of rules to use in place of the built-in ones")
    .option("--cache <dir>", "folder for what was fetched and for the index of the tree")
    .option("--no-cache", "keep nothing: fetch and analyse the tree anew")
    .addOption(
      new Option("--fail-on <level>", "least severity that makes the exit code 1").choices(FAIL_ON).default("warning"),
    )
    .option("-a, --all", "show also what was there before the patch or is fixed later in the series")
    .option("-q, --quiet", "no account of what was left out")
    .action(async (pull: string, options: PullOptions) => {
      const { runPull } = await import("../github/pull-command.js");
      process.exitCode = await runPull(pull, options, version());
    });
  const app = program
    .command("app")
    .description("the GitHub App: takes webhooks and reviews pull requests until it is stopped (SIGTERM)")
    .option("-c, --config <file>", "configuration of the App (YAML); review app setup writes one")
    .option("--once", "work on what waits, and end; take no webhooks")
    .option("--status", "print what waits and what was given up, and end")
    .option("--retry", "take up what was given up first")
    .addOption(new Option("--work", "work on what waits, for the process that takes webhooks").hideHelp())
    .action(async (options: Partial<AppOptions>) => {
      const { config } = options;
      if (config === undefined) return app.error("error: required option '-c, --config <file>' not specified");
      const { runApp } = await import("../github/app-command.js");
      process.exitCode = await runApp({ ...options, config }, version());
    });
  setupCommand(app);
};

const setupCommand = (app: Command): void => {
  app
    .command("setup")
    .description("make the GitHub App from app.yml in a browser, and write its configuration and keys")
    .requiredOption("--url <url>", "address at which GitHub reaches this App: https://bot.example.org")
    .option("--org <name>", "organization that owns the App; without, the account of whoever makes it")
    .option("--name <name>", "what the App is called, in place of the name in app.yml")
    .option("--github <url>", "address of GitHub: that of GitHub Enterprise is its own", "https://github.com")
    .option("--api <url>", "address of GitHub's API; that of GitHub Enterprise is https://HOST/api/v3")
    .option("--listen <host:port>", "where this machine's browser finds the set-up page", "127.0.0.1:3001")
    .option("-o, --out <dir>", "folder for app.yaml, private-key.pem and webhook-secret", ".")
    .action(async (options: SetupOptions) => {
      const { runSetup } = await import("../github/setup-command.js");
      process.exitCode = await runSetup(options, version());
    });
};
