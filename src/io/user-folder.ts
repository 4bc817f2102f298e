/** Where this program keeps what can be made again. */
import { homedir } from "node:os";
import { join } from "node:path";

/** The user's cache folder (XDG Base Directory Specification). */
export const cacheFolder = (env: Readonly<Record<string, string | undefined>>): string =>
  join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "patchwitness");
