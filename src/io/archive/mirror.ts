/** A mirror of a git repository on a server, made and brought up to date with as few requests as git can. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { SourceError } from "../../watch/source.js";
import type { NetworkSettings } from "../../watch/source-config.js";
import { resolveHost } from "./address-guard.js";
import type { ArchiveTime } from "./context.js";
import { askGit, type GitAnswer, gitFailed } from "./git.js";
import { FinalError, retryAfterSeconds, retrying } from "./retry.js";

export interface MirrorOptions extends NetworkSettings {
  userAgent: string;
  time: ArchiveTime;
  signal?: AbortSignal | undefined;
}

/**
 * Brings all branches of the repository at `url` into the bare one at `path`, which is made when it is not there. Branches
 * that the server has no more stay. @throws SourceError also when the server has no branch at all; not-written when the mirror
 * cannot be
 */
export async function updateMirror(path: string, url: string, options: MirrorOptions): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw noMirror(path, cause instanceof Error ? cause.message : String(cause), cause);
  });
  // An empty repository stays sound when its first fetch is cut off; a clone would be thrown away.
  const made = await askGit(["-c", "init.defaultBranch=master", "init", "--quiet", "--bare", "--template=", path]);
  if (made.code !== 0) throw NO_ROOM.test(made.errors) ? noMirror(path, "no room left") : gitFailed(made);
  const target = new URL(url);
  const port = target.port === "" ? (target.protocol === "https:" ? "443" : "80") : target.port;
  await retrying(options.tries ?? 5, options.time, options.signal, async () => {
    const address = await resolveHost(target.hostname, options.allowPrivate ?? false);
    const args = [...settings(options, `${target.hostname}:${port}:${address}`), "-C", path, "fetch", "--quiet"];
    const refs = "+refs/heads/*:refs/heads/*";
    const answer = await askGit([...args, "--no-tags", "--no-recurse-submodules", url, refs], options);
    if (answer.code !== 0) throw NO_ROOM.test(answer.errors) ? noMirror(path, "no room left") : failureOf(answer, url);
    // Git takes a web page for a repository of the old "dumb" protocol without a branch, and is content.
    if ((await readFile(join(path, "FETCH_HEAD"), "utf8").catch(() => "")) === "") throw challengePage(url);
  });
}

/** ENOSPC and EDQUOT, as git says them; errno names of fs have no words in common with these. */
const NO_ROOM = /No space left on device|Disk quota exceeded/;

/** Not the archive's fault, and not that of others: they are read, and the run ends as for a store that cannot be written. */
function noMirror(path: string, why: string, cause?: unknown): SourceError {
  const message = `the mirror ${path} cannot be written: ${why}; make room, or give this user the right to write, and run again`;
  return new SourceError("not-written", message, null, { cause });
}

/**
 * No protocol but HTTP, no redirects, and only to the address that was found to be allowed. What is packed up in between is
 * done before git ends, so that no process is left behind.
 */
function settings(options: MirrorOptions, pinned: string): string[] {
  const values = [
    "protocol.allow=never",
    "protocol.http.allow=always",
    "protocol.https.allow=always",
    "http.followRedirects=false",
    `http.curloptResolve=${pinned}`,
    `http.userAgent=${options.userAgent}`,
    "http.lowSpeedLimit=1",
    `http.lowSpeedTime=${Math.ceil(options.timeoutSeconds ?? 60)}`,
    "credential.helper=",
    "gc.autoDetach=false",
    "maintenance.autoDetach=false",
  ];
  return values.flatMap((value) => ["-c", value]);
}

function challengePage(url: string): SourceError {
  return new SourceError("challenge-page", `${url} gave git no branches: a web page in place of data`);
}

/** git tells no status apart from its words, which are not translated here (LC_ALL=C). */
function failureOf(answer: GitAnswer, url: string): SourceError {
  const said = answer.errors;
  const status = /The requested URL returned error: (\d{3})/.exec(said)?.[1];
  if (status === "429" || status === "503") {
    const asked = retryAfterSeconds(/retry-after: *(\d+)/i.exec(said)?.[1], 0);
    return new SourceError("rate-limited", `${url} answered git with status ${status}`, asked);
  }
  if (status?.startsWith("5")) return new SourceError("http-status", `${url} answered git with status ${status}`);
  if (status !== undefined) return new FinalError("http-status", `${url} answered git with status ${status}`);
  if (/not found/.test(said) && /repository/.test(said)) return new FinalError("not-found", `${url} is no repository`);
  // A page in place of git's protocol.
  if (/is this a git repository|invalid content-type|unable to update url base/.test(said)) {
    return challengePage(url);
  }
  if (/could not read Username|Authentication failed/.test(said)) {
    return new FinalError("login-failed", `${url} wants a login from git`);
  }
  if (/Could not resolve|Failed to connect|Connection refused|timed out/i.test(said)) {
    return new SourceError("unreachable", `${url} cannot be reached by git`);
  }
  return gitFailed(answer);
}
