/** Reads the configuration of `review app`, with the key and the secret that it names; every fault is named at once. */
import { createPrivateKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { EXIT, type Problem, ReviewError } from "../../errors.js";
import { type AppConfig, appConfigSchema } from "../../pulls/app-config.js";
import { readYaml } from "./yaml-config.js";

/** A configuration with what is secret in it. */
export interface LoadedApp {
  config: AppConfig;
  privateKey: string;
  webhookSecret: string;
}

/** GitHub takes any; one that can be guessed lets anybody deliver. */
const MIN_SECRET = 16;

/**
 * Loads and checks a configuration; paths in it are taken from the folder of the file. Probot would start without a webhook
 * secret, with one that everybody knows, and find out at the first delivery that the key is none: here both are looked at first.
 * @throws ReviewError (exit 3) with every problem
 */
export async function loadAppConfig(file: string, env: (name: string) => string | undefined): Promise<LoadedApp> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ReviewError("config-not-readable", EXIT.config, `the configuration cannot be read: ${why}`, { cause });
  });
  const { data, problems } = readYaml(text, appConfigSchema);
  const config = data === null ? null : fromFolder(data, dirname(resolve(file)));
  const found = problems.map((problem) => `${file}: ${problem}`);
  const secrets = config === null ? null : await secretsOf(config, env, found);
  if (config !== null && secrets !== null && found.length === 0) return { config, ...secrets };
  const list = found.map((one) => `  ${one}`).join("\n");
  const all: Problem[] = found.map((message) => ({ code: "bad-config", message }));
  throw new ReviewError("bad-config", EXIT.config, `the configuration is not sound:\n${list}`, { problems: all });
}

function fromFolder(config: AppConfig, folder: string): AppConfig {
  const at = (path: string): string => resolve(folder, path);
  const { github } = config;
  return {
    ...config,
    data: at(config.data),
    ...(config.rules === undefined ? {} : { rules: at(config.rules) }),
    mirrors: config.mirrors.map((mirror) => ({ ...mirror, path: at(mirror.path) })),
    github: {
      ...github,
      privateKeyFile: at(github.privateKeyFile),
      ...(github.webhookSecretFile === undefined ? {} : { webhookSecretFile: at(github.webhookSecretFile) }),
    },
  };
}

async function secretsOf(
  { github }: AppConfig,
  env: (name: string) => string | undefined,
  problems: string[],
): Promise<{ privateKey: string; webhookSecret: string }> {
  const read = (path: string, what: string): Promise<string> =>
    readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      problems.push(`${what}: the file ${path} cannot be read (${error.code ?? "unknown error"})`);
      return "";
    });
  const privateKey = await read(github.privateKeyFile, "github.privateKeyFile");
  if (privateKey !== "" && !isKey(privateKey))
    problems.push(`github.privateKeyFile: ${github.privateKeyFile} is no private key in PEM form`);
  const { webhookSecretFile: file, webhookSecretEnv: name } = github;
  const webhookSecret = (file === undefined ? (env(name) ?? "") : await read(file, "github.webhookSecretFile")).trim();
  const where =
    file === undefined ? `github.webhookSecretEnv: the variable ${name}` : `github.webhookSecretFile: ${file}`;
  if (webhookSecret === "") problems.push(`${where} is empty: without a secret anybody could deliver`);
  else if (webhookSecret.length < MIN_SECRET) problems.push(`${where} has fewer than ${MIN_SECRET} characters`);
  return { privateKey, webhookSecret };
}

function isKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}
