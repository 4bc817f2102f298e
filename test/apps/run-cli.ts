/** Runs the command line from its sources, as a user's shell would. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const CLI = fileURLToPath(new URL("../../src/apps/cli.ts", import.meta.url));

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

export const runCli = (args: readonly string[], input = "", env: Record<string, string> = {}): Ran => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", CLI, ...args], {
    cwd: ROOT,
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
  return { code: status, out: stdout, err: stderr };
};
