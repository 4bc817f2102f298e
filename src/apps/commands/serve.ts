/** The command that shows what was found to browsers. */
import type { Command } from "commander";
import type { ServeOptions } from "../serve/serve-command.js";
import { version } from "../version.js";
import { CONFIG } from "./options.js";

/** Adds `serve`. */
export const serveCommand = (program: Command): void => {
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
