/**
 * Measure: how long it takes until the program does something. Its start and a review of one patch beside other programs' starts, in
 * turn; from a clone to the first review, with nothing in npm's cache; the size of the package. `--runs N` of each (of the first,
 * four times as many); `--out FILE` writes the table between the marks of that file, which has them.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { between } from "../between.mjs";
import { hasTime, median, sideBySide } from "./measure.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CLI = join(ROOT, "dist/apps/cli.js");
const MAIL = "fixtures/threads/unlocked-write/patch.mbox";

const there = (command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;
const ms = (seconds) => `${Math.round(seconds * 1000)} ms`;

function starts(box, runs) {
  const node = (label, args, codes = [0]) => ({ label, command: process.execPath, args, codes });
  const cache = { env: { XDG_CACHE_HOME: join(box, "cache") } };
  const others = [
    { label: "`git --version`", command: "git", args: ["--version"] },
    { label: "`b4 --version`", command: "b4", args: ["--version"] },
  ];
  const programs = [
    node("`node -e 0`", ["-e", "0"]),
    ...others.filter(({ command }) => there(command)),
    { ...node("`review --version`", [CLI, "--version"]), ...cache },
    { ...node("`review` of a mail with one patch", [CLI, "--quiet", join(ROOT, MAIL)], [1]), ...cache },
  ];
  const missing = others.filter(({ command }) => !there(command)).map(({ label }) => `${label} is not installed here.`);
  const rows = sideBySide(programs, 4 * runs);
  const [{ wall }] = rows;
  return {
    missing,
    lines: rows.map(
      (r) =>
        `| ${r.label} | ${ms(r.wall)} | ${(r.wall / wall).toFixed(1)} | ${hasTime ? `${Math.round(r.memory)} MB` : "unknown"} |`,
    ),
  };
}

/** Seconds of one command of a newcomer. */
function step(command, args, options, codes = [0]) {
  const begun = performance.now();
  const { status, stderr, error } = spawnSync(command, args, { stdio: ["ignore", "ignore", "pipe"], ...options });
  if (!codes.includes(status)) throw new Error(`${command} ${args.join(" ")}: ${status} ${stderr}`, { cause: error });
  return (performance.now() - begun) / 1000;
}

/** The README's first commands, with caches of their own that are empty. */
function firstReview(box, run) {
  const cwd = join(box, `clone-${run}`);
  const env = { ...process.env, npm_config_cache: join(box, `npm-${run}`), XDG_CACHE_HOME: join(box, `cache-${run}`) };
  const times = [
    step("git", ["clone", "--quiet", ROOT, cwd], { env }),
    step("npm", ["ci", "--no-audit", "--no-fund"], { cwd, env }),
    step("npx", ["review", "fixtures/threads/susp-gate/thread.txt"], { cwd, env }, [1]),
  ];
  rmSync(cwd, { recursive: true, force: true });
  return [...times, times.reduce((sum, one) => sum + one, 0)];
}

function packageSize() {
  const { stdout } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const told = JSON.parse(stdout);
  const { size, unpackedSize, entryCount } = Array.isArray(told) ? told[0] : Object.values(told)[0];
  return `${Math.round(size / 1000)} kB packed, ${(unpackedSize / 1e6).toFixed(1)} MB unpacked, ${entryCount} files`;
}

export default function startBench({ runs: given, out }) {
  if (!existsSync(CLI)) throw new Error("dist is not built: npm run build");
  const runs = Number(given);
  const box = mkdtempSync(join(tmpdir(), "start-bench-"));
  try {
    const { missing, lines } = starts(box, runs);
    const clones = Array.from({ length: runs }, (_, run) => firstReview(box, run));
    const [clone, install, review, all] = [0, 1, 2, 3].map((at) => median(clones.map((times) => times[at])));
    const text = `| | median | beside \`node -e 0\` | peak memory |
|---|---:|---:|---:|
${lines.join("\n")}

From a clone to the first review: **${Math.round(all)} s** (clone ${clone.toFixed(1)} s, \`npm ci\` with nothing cached ${install.toFixed(1)} s, the
review ${review.toFixed(1)} s). The package: ${packageSize()}, without what it depends on.
${cpus().length} processors (${cpus()[0]?.model.trim()}), Node ${process.version}; medians of ${4 * runs} starts in turn, ${runs} clones. ${missing.join(" ")}
`.replace(/ +\n/g, "\n");
    console.log(text);
    if (out !== undefined) writeFileSync(out, between(readFileSync(out, "utf8"), "start", text));
  } finally {
    rmSync(box, { recursive: true, force: true });
  }
}
