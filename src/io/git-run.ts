/** Runs git once, to its end or a limit. */
import { spawn } from "node:child_process";
import { gitEnvironment } from "./git-batch.js";

export interface GitRun {
  /** Exit code; null when git was ended by a signal or is not installed. */
  code: number | null;
  stdout: string;
  /** At most {@link MAX_ERRORS} characters. */
  stderr: string;
  timedOut: boolean;
}

export interface GitRunOptions {
  input?: string;
  timeoutMs?: number;
  /** With it git and whatever it starts (a transport) are a group of their own: ended together, and without a terminal. */
  group?: boolean;
}

const MAX_OUTPUT = 256 * 1024 * 1024;
const MAX_ERRORS = 2000;
/** What git is given to put its locks away after it was asked to end. Milliseconds. */
const GRACE = 2000;

/** Never rejects: whatever goes wrong is in the outcome. */
export function runGit(repository: string, args: readonly string[], options: GitRunOptions = {}): Promise<GitRun> {
  const { input, timeoutMs = 120_000, group = false } = options;
  return new Promise((resolve) => {
    const child = spawn("git", ["-C", repository, ...args], {
      env: environment(),
      stdio: ["pipe", "pipe", "pipe"],
      detached: group,
    });
    const out: Buffer[] = [];
    let size = 0;
    let stderr = "";
    let timedOut = false;
    const end = (signal: NodeJS.Signals): void => {
      try {
        if (group && child.pid !== undefined) process.kill(-child.pid, signal);
        else child.kill(signal);
      } catch {
        // It has ended by itself.
      }
    };
    let hard: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => {
      timedOut = true;
      end("SIGTERM");
      hard = setTimeout(() => end("SIGKILL"), GRACE);
    }, timeoutMs);
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_OUTPUT) out.push(chunk);
      else end("SIGTERM");
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (stderr.length < MAX_ERRORS) stderr = (stderr + chunk.toString("utf8")).slice(0, MAX_ERRORS);
    });
    // A git that does not read its input to the end has said why.
    child.stdin.on("error", () => {});
    const done = (code: number | null): void => {
      clearTimeout(timer);
      clearTimeout(hard);
      resolve({ code, stdout: Buffer.concat(out).toString("utf8"), stderr: stderr.trim(), timedOut });
    };
    child.on("error", () => done(null));
    child.on("close", done);
    child.stdin.end(input ?? "");
  });
}

/** No window that asks for a password either (git falls back to SSH_ASKPASS). */
function environment(): NodeJS.ProcessEnv {
  const { SSH_ASKPASS: _, ...env } = gitEnvironment();
  return { ...env, SSH_ASKPASS_REQUIRE: "never" };
}

/**
 * Full ids of the blobs that names mean (`commit:path`, or an abbreviated id), asked for together; null where there is none,
 * "ambiguous" where an id is too short. Names are without line ends.
 */
export async function checkBlobs(
  repository: string,
  names: readonly string[],
  timeoutMs?: number,
): Promise<(string | "ambiguous" | null)[]> {
  if (names.length === 0) return [];
  const { stdout } = await runGit(
    repository,
    ["-c", "core.disambiguate=blob", "cat-file", "--batch-check=%(objectname) %(objecttype)"],
    { input: `${names.join("\n")}\n`, ...(timeoutMs === undefined ? {} : { timeoutMs }) },
  );
  const lines = stdout.split("\n");
  return names.map((_, i) => {
    const line = lines[i] ?? "";
    const blob = /^([0-9a-f]{40,64}) blob$/.exec(line);
    return blob?.[1] ?? (line.endsWith(" ambiguous") ? "ambiguous" : null);
  });
}
