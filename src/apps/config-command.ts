/** `review config check`: whether a configuration of `review watch` is sound, and what it says, defaults filled in. */
import { stringify } from "yaml";
import { EXIT, type ExitCode } from "../errors.js";
import { loadConfig } from "../io/config/load-config.js";
import { surroundingsOf } from "../io/config/surroundings.js";
import { remark, writeOutput } from "../io/terminal.js";
import { withoutPasswords } from "../report/secrets.js";
import { visible } from "../report/visible.js";

/**
 * Prints the configuration as it is understood; what is unsound is thrown, all of it at once. What this machine lacks for it is
 * a remark and no failure: the file may be meant for another one.
 */
export const runConfigCheck = async (file: string): Promise<ExitCode> => {
  const config = await loadConfig(file);
  await writeOutput(withoutPasswords(stringify(config, { lineWidth: 0 })));
  for (const { about, message } of await surroundingsOf(config, (name) => process.env[name]))
    remark(`review: ${visible(withoutPasswords(`${about}: ${message}`))}`);
  return EXIT.nothing;
};
