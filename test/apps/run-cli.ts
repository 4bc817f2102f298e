/** Runs the command line as a user's shell would; test/build-once.ts sees to it that it is built. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Its source, and what it is built to. */
export const CLI = fileURLToPath(new URL("../../src/apps/cli.ts", import.meta.url));
export const BUILT = fileURLToPath(new URL("../../dist/apps/cli.js", import.meta.url));

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

export const runCli = (args: readonly string[], input = "", env: Record<string, string> = {}): Ran => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUILT, ...args], {
    cwd: ROOT,
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  return { code: status, out: stdout, err: stderr };
};
