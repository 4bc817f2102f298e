/** `review config check`: whether a configuration of `review watch` is sound, and what it says, defaults filled in. */
import { stringify } from "yaml";
import { EXIT, type ExitCode } from "../errors.js";
import { loadConfig } from "../io/config/load-config.js";
import { writeOutput } from "../io/terminal.js";
import { checkSchedule } from "./watch/daemon.js";

/** Prints the configuration as it is understood; what is unsound is thrown, all of it at once. */
export const runConfigCheck = async (file: string): Promise<ExitCode> => {
  const config = await loadConfig(file);
  checkSchedule(config.schedule);
  // A database URL may hold a password.
  const shown =
    config.database === undefined ? config : { ...config, database: config.database.replace(/:[^:@/]+@/, ":***@") };
  await writeOutput(stringify(shown, { lineWidth: 0 }));
  return EXIT.nothing;
};
