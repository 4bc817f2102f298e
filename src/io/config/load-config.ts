/** Reads the configuration of `review watch`; every fault of the file is named at once. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import { EXIT, type Problem, ReviewError } from "../../errors.js";
import { configProblems, configSchema, type WatchConfig } from "../../watch/config.js";

/** Files that are longer are no configuration. Bytes. */
const MAX_CONFIG = 1024 * 1024;

/**
 * Loads and checks a configuration; paths in it are taken from the folder of the file. Throws a {@link ReviewError} with exit 4
 * when it cannot be read, and with exit 3, listing every problem, when it is unsound.
 */
export async function loadConfig(file: string): Promise<WatchConfig> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ReviewError("config-not-readable", EXIT.input, `the configuration cannot be read: ${why}`, { cause });
  });
  return fromFolder(checkConfig(text, file), dirname(resolve(file)));
}

/** Checks the text of a configuration. `file` is what problems call it. */
export function checkConfig(text: string, file: string): WatchConfig {
  const problems: Problem[] = [];
  const add = (message: string): void => {
    problems.push({ code: "bad-config", message: `${file}: ${message}` });
  };
  if (text.length > MAX_CONFIG) add("the file is too long");
  const document = parseDocument(text.slice(0, MAX_CONFIG), { uniqueKeys: true });
  for (const error of document.errors) add(error.message.split("\n")[0] ?? error.message);
  const parsed = document.errors.length > 0 ? null : configSchema.safeParse(document.toJS({ maxAliasCount: 100 }));
  for (const issue of parsed?.error?.issues ?? [])
    add(`${issue.path.length === 0 ? "" : `${issue.path.join(".")}: `}${issue.message}`);
  if (parsed?.success) for (const message of configProblems(parsed.data)) add(message);
  if (parsed?.success && problems.length === 0) return parsed.data;
  const list = problems.map((p) => `  ${p.message}`).join("\n");
  throw new ReviewError("bad-config", EXIT.config, `the configuration is not sound:\n${list}`, { problems });
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
