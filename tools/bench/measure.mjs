/** Runs programs one after the other in turns, and says how long each took and how much memory it needed. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const TIME = "/usr/bin/time";

/** True when peak memory can be told (GNU time). */
export const hasTime = existsSync(TIME);

/** One run: wall and processor seconds, and the peak of resident memory in MB. Throws when the program fails. */
export function runOnce({ command, args, env = {}, codes = [0], before }) {
  before?.();
  const box = mkdtempSync(join(tmpdir(), "measure-"));
  try {
    const report = join(box, "time");
    const whole = hasTime ? [TIME, "-o", report, "-f", "%U %S %M", command, ...args] : [command, ...args];
    const started = performance.now();
    const done = spawnSync(whole[0], whole.slice(1), {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, ...env },
      maxBuffer: 1 << 28,
    });
    const wall = (performance.now() - started) / 1000;
    if (done.error !== undefined || !codes.includes(done.status)) {
      throw new Error(`${command} ${args.join(" ")} ended with ${done.status}: ${done.stderr}`, { cause: done.error });
    }
    if (!hasTime) return { wall, cpu: Number.NaN, memory: Number.NaN };
    const [user, system, kilobytes] = readFileSync(report, "utf8").trim().split("\n").at(-1).split(" ").map(Number);
    return { wall, cpu: user + system, memory: kilobytes / 1024 };
  } finally {
    rmSync(box, { recursive: true, force: true });
  }
}

/** The middle one. */
export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
};

/** Medians of so many runs of each, in turn, so that what else the machine does falls on all of them. */
export function sideBySide(programs, runs) {
  const results = programs.map(() => []);
  for (let n = 0; n < runs; n++) for (const [i, program] of programs.entries()) results[i].push(runOnce(program));
  return programs.map((program, i) => ({
    ...program,
    wall: median(results[i].map((r) => r.wall)),
    cpu: median(results[i].map((r) => r.cpu)),
    memory: Math.max(...results[i].map((r) => r.memory)),
  }));
}
