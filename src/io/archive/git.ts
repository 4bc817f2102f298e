/** Calls of git on repositories that strangers write to: no shell, no hooks, no settings of the system, bounded output. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { SourceError } from "../../watch/source.js";
import { gitEnvironment } from "../git-batch.js";

/** Ahead of every command: what a repository's own configuration must not turn on. */
export const SAFE: readonly string[] = [
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "log.showSignature=false",
];

/** Standard error is kept up to this many characters, for the message of an error. */
const MAX_ERRORS = 2000;
/** A line of rev-list or log is far shorter. */
const MAX_LINE = 64 * 1024;

/** The environment of all git here: as for trees, and without the system's settings. */
export function archiveEnvironment(): NodeJS.ProcessEnv {
  return { ...gitEnvironment(), GIT_CONFIG_NOSYSTEM: "1", GIT_ASKPASS: "/bin/false", SSH_ASKPASS: "/bin/false" };
}

export interface GitAnswer {
  /** Exit code; -1 when git could not be started or was killed. */
  code: number;
  out: string;
  errors: string;
}

/** Runs git and gives its output, whatever its exit code. `maxBytes` bounds the output. */
export async function askGit(
  args: readonly string[],
  options: { signal?: AbortSignal | undefined; maxBytes?: number } = {},
): Promise<GitAnswer> {
  const child = start(args);
  const abort = (): void => void child.kill();
  options.signal?.addEventListener("abort", abort, { once: true });
  const errors = keepErrors(child);
  const out: Buffer[] = [];
  let room = options.maxBytes ?? 16 * 1024 * 1024;
  child.stdout.on("data", (chunk: Buffer) => {
    room -= chunk.length;
    if (room < 0) child.kill();
    else out.push(chunk);
  });
  const code = await ended(child);
  options.signal?.removeEventListener("abort", abort);
  options.signal?.throwIfAborted();
  if (room < 0) throw new SourceError("too-large", `git ${args.at(0) ?? ""} said more than can be read`);
  return { code, out: Buffer.concat(out).toString("utf8"), errors: errors() };
}

/** As {@link askGit}, for calls that must not fail. @throws SourceError git-failed */
export async function runGit(
  args: readonly string[],
  options: { signal?: AbortSignal | undefined; maxBytes?: number } = {},
): Promise<string> {
  const answer = await askGit(args, options);
  if (answer.code !== 0) throw gitFailed(answer);
  return answer.out;
}

/** The lines of a command's output as they come; the process is gone when the loop over them is left. */
export async function* gitLines(args: readonly string[], signal?: AbortSignal): AsyncGenerator<string> {
  let carry = "";
  for await (const text of gitText(args, signal)) {
    const lines = (carry + text).split("\n");
    carry = lines.pop() ?? "";
    if (carry.length > MAX_LINE) throw new SourceError("too-large", "git wrote a line that is too long");
    yield* lines;
  }
  if (carry !== "") yield carry;
}

/** A command's output in pieces as they come; the process is gone when the loop over them is left. @throws SourceError git-failed */
export async function* gitText(args: readonly string[], signal?: AbortSignal): AsyncGenerator<string> {
  const child = start(args);
  const errors = keepErrors(child);
  const end = ended(child);
  try {
    for await (const chunk of child.stdout.setEncoding("utf8")) {
      signal?.throwIfAborted();
      yield String(chunk);
    }
    const code = await end;
    if (code !== 0) throw gitFailed({ code, out: "", errors: errors() });
  } finally {
    child.kill();
    await end;
  }
}

/** What git said, as an error; of its output only the first lines, without control characters. */
export function gitFailed(answer: GitAnswer): SourceError {
  const said = answer.errors
    .replace(/[\x00-\x1f\x7f]+/g, " ")
    .trim()
    .slice(0, 300);
  return new SourceError("git-failed", `git failed${said === "" ? ` with exit code ${answer.code}` : `: ${said}`}`);
}

function start(args: readonly string[]): ChildProcessWithoutNullStreams {
  const child = spawn("git", [...SAFE, ...args], { env: archiveEnvironment(), stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => {});
  child.stdin.end();
  return child;
}

/** The exit code of a process; -1 when it could not be started or was killed. */
export function ended(child: ChildProcessWithoutNullStreams): Promise<number> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(-1));
    child.once("close", (code) => resolve(code ?? -1));
  });
}

/** What a process writes to standard error, as far as it is kept. */
export function keepErrors(child: ChildProcessWithoutNullStreams): () => string {
  let kept = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    if (kept.length < MAX_ERRORS) kept += chunk;
  });
  child.on("error", (error) => {
    kept = error.message;
  });
  return () => kept;
}
