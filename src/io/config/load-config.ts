/** Reads the configuration of `review watch`; every fault of the file is named at once. */
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { dirname, resolve } from "node:path";
import { EXIT, type Problem, ReviewError } from "../../errors.js";
import { configSchema, type WatchConfig } from "../../watch/config.js";
import { crossProblems } from "../../watch/config-problems.js";
import { problemLine } from "../../watch/config-words.js";
import { isPublicAddress } from "../archive/address-guard.js";
import { scheduleProblem } from "../schedule.js";
import { readYaml } from "./yaml-config.js";

/**
 * Loads and checks a configuration; paths in it are taken from the folder of the file. Throws a {@link ReviewError} with exit 3
 * when it cannot be read, or is unsound: then with every problem.
 */
export async function loadConfig(file: string): Promise<WatchConfig> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ReviewError("config-not-readable", EXIT.config, `the configuration cannot be read: ${why}`, { cause });
  });
  return fromFolder(checkConfig(text, file), dirname(resolve(file)));
}

/** Checks the text of a configuration. `file` is what problems call it. */
export function checkConfig(text: string, file: string): WatchConfig {
  const { root, data, problems: found } = readYaml(text, configSchema);
  if (root !== null) found.push(...crossProblems(root, { isInside, scheduleProblem }).map(problemLine));
  if (data !== null && found.length === 0) return data;
  const problems: Problem[] = found.map((message) => ({ code: "bad-config", message: `${file}: ${message}` }));
  const list = problems.map((p) => `  ${p.message}`).join("\n");
  throw new ReviewError("bad-config", EXIT.config, `the configuration is not sound:\n${list}`, { problems });
}

/** Whether a host that is written in a URL leads inside; a name may do so too, which shows when it is asked for. */
function isInside(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  return /^(?:.*\.)?localhost$/i.test(bare) || (isIP(bare) !== 0 && !isPublicAddress(bare));
}

function fromFolder(config: WatchConfig, folder: string): WatchConfig {
  const at = (path: string): string => resolve(folder, path);
  return {
    ...config,
    data: at(config.data),
    ...(config.rules === undefined ? {} : { rules: at(config.rules) }),
    sources: config.sources.map((s) => ("path" in s ? { ...s, path: at(s.path) } : s)),
    trees: config.trees.map((t) => ({ ...t, path: at(t.path) })),
    ...(config.mail?.dkim === undefined
      ? {}
      : { mail: { ...config.mail, dkim: { ...config.mail.dkim, key: at(config.mail.dkim.key) } } }),
  };
}
