/** What archives are given of the world, so that tests can give them another. */
import { setTimeout as wait } from "node:timers/promises";
import { SourceError } from "../../watch/source.js";

/** The clock, waiting, and chance. */
export interface ArchiveTime {
  /** Milliseconds since 1970. */
  now(): number;
  /** Waits so many milliseconds, or rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** From 0 up to, but not including, 1. */
  random(): number;
}

export const REAL_TIME: ArchiveTime = {
  now: () => Date.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal === undefined ? {} : { signal }),
  random: () => Math.random(),
};

export interface ArchiveContext {
  /** The folder for mirrors of epochs and for answers of HTTP servers; made when it is needed. */
  dataFolder: string;
  /** What servers are told of who asks, see {@link userAgent}. */
  userAgent: string;
  time: ArchiveTime;
  /** The value of an environment variable, for passwords. */
  env(name: string): string | undefined;
}

/**
 * The User-Agent of this program: "patchwitness/1.2.3 (+https://example.org/bot)". The contact is an address or URL of
 * whoever runs it: operators of archives ask for one.
 */
export function userAgent(version: string, contact: string | null): string {
  const safe = contact === null ? "" : contact.replace(/[^\x21-\x7e]+|[()\\]/g, "");
  return `patchwitness/${version}${safe === "" ? "" : ` (+${safe})`}`;
}

/** The password that a configuration names. @throws SourceError login-failed when it is not there */
export function passwordOf(config: { name: string; passwordEnv?: string }, context: ArchiveContext): string {
  const variable = config.passwordEnv ?? "";
  const password = variable === "" ? undefined : context.env(variable);
  if (password !== undefined && password !== "") return password;
  throw new SourceError(
    "login-failed",
    `the password of ${config.name} is not there: ${variable || "passwordEnv"} is not set`,
  );
}
