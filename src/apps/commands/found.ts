/** Commands that show what a watch has found, and what it gave up. */
import { type Command, Option } from "commander";
import type { FindingsOptions } from "../findings-command.js";
import type { LettersOptions } from "../letters-command.js";
import type { ServeOptions } from "../serve/serve-command.js";
import { version } from "../version.js";
import { CONFIG } from "./options.js";

/** The file that is named before or behind the word of a command below another. */
const configOf = (command: Command): string => {
  const { config } = command.optsWithGlobals<{ config?: string }>();
  return config ?? command.error("error: required option '-c, --config <file>' not specified");
};

/** Adds `serve`: the same for browsers. */
const serveCommand = (program: Command): void => {
  const serve = program
    .command("serve")
    .description("the dashboard: what review watch has found, for browsers and feed readers")
    .option("-c, --config <file>", CONFIG)
    .option("--listen <host:port>", "where to answer, in place of what the configuration says (127.0.0.1:8080)")
    .action(async ({ config, listen }: Partial<ServeOptions>) => {
      if (config === undefined) return serve.error("error: required option '-c, --config <file>' not specified");
      const { runServe } = await import("../serve/serve-command.js");
      process.exitCode = await runServe({ config, ...(listen === undefined ? {} : { listen }) }, version());
    });
  serve
    .command("hash")
    .description("print the hash of a password, which is read from standard input, for serve.operators")
    .action(async () => {
      const { runServeHash } = await import("../serve/serve-command.js");
      process.exitCode = await runServeHash();
    });
};

/** Adds `findings`, `letters` and `serve`. */
export const foundCommands = (program: Command): void => {
  const findings = program
    .command("findings")
    .description("what review watch has found")
    .option("-c, --config <file>", CONFIG)
    .option("--since <day>", "only patches sent since then: 2019-04 or 2019-04-17")
    .option("--rule <rule>", "only findings of this rule")
    .option("-a, --all", "also what was there before the patch or is fixed later in the series")
    .addOption(new Option("-f, --format <format>", "form of the list").choices(["text", "json"]).default("text"))
    .action(async (options: Partial<FindingsOptions>) => {
      const { runFindings } = await import("../findings-command.js");
      const { format = "text" } = options;
      process.exitCode = await runFindings({ ...options, config: configOf(findings), format });
    });
  const show = findings
    .command("show")
    .argument("<key>", "Message-ID of a patch or cover, or id of a finding")
    .description("print the verdict on a series as it was given, and how the tree was chosen for it")
    .option("-c, --config <file>", CONFIG)
    .option("--page", "as a page (HTML) with diff, findings and witness, what became of each, and links of the thread")
    .action(async (key: string, { page = false }: { page?: boolean }) => {
      const { runFindingsShow } = await import("../findings-command.js");
      process.exitCode = await runFindingsShow(key, configOf(show), page);
    });
  program
    .command("letters")
    .description("mails and series that review watch gave up, and why")
    .requiredOption("-c, --config <file>", CONFIG)
    .option("--drop <key>", "take the one of this key off the list, for good")
    .action(async (options: LettersOptions) => {
      const { runLetters } = await import("../letters-command.js");
      process.exitCode = await runLetters(options);
    });
  serveCommand(program);
};
