// Which lines of src run in the tests: `npm run coverage -- [--out docs/coverage.md] [--keep DIR]`. All tests are run, those with
// peers too (about ten minutes); programs that tests start count as well. Ends with 1 below the least share, or when tests failed.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { eachMapping, TraceMap } from "@jridgewell/trace-mapping";
import { between } from "./between.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const LEAST = 90;
/** Files with this many lines that do not run are named. */
const NAMED = 10;

const { values } = parseArgs({ options: { out: { type: "string" }, keep: { type: "string" } } });
const folder = values.keep ?? mkdtempSync(join(tmpdir(), "patchwitness-coverage-"));
const children = join(folder, "children");
mkdirSync(children, { recursive: true });

const run = (command, args, env = {}) =>
  spawnSync(command, args, { cwd: ROOT, stdio: "inherit", env: { ...process.env, ...env } }).status === 0;

/** Of one run of vitest: how often each line of src ran, by file. */
function linesOfTests(name, env) {
  const reports = join(folder, name);
  // What is packed, and kept code, is not what was built here; the fuzzers watch the clock.
  const args = ["vitest", "run", "--coverage", "--coverage.reporter=json", `--coverage.reportsDirectory=${reports}`];
  const passed = run(
    "npx",
    [
      ...args,
      "--coverage.reportOnFailure",
      "--exclude",
      "test/{packaging,fuzz}/**",
      "--exclude",
      "test/apps/start.test.ts",
    ],
    env,
  );
  const files = JSON.parse(readFileSync(join(reports, "coverage-final.json"), "utf8"));
  const lines = new Map();
  for (const { path, statementMap, s } of Object.values(files)) {
    const counts = new Map();
    for (const [id, { start }] of Object.entries(statementMap))
      counts.set(start.line, Math.max(counts.get(start.line) ?? 0, s[id]));
    lines.set(path.slice(ROOT.length), counts);
  }
  return { passed, lines };
}

/** The offset at which each line begins. */
function starts(lengths) {
  let at = 0;
  return lengths.map((length) => {
    const start = at;
    at += length + 1;
    return start;
  });
}

/** Whether code at an offset ran: what the innermost range around it says. Ranges of a function stand outermost first. */
function runsAt(functions) {
  const ranges = functions
    .flatMap((one) => one.ranges)
    .sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  const open = [];
  let next = 0;
  return (offset) => {
    for (; next < ranges.length && ranges[next].startOffset <= offset; next++) open.push(ranges[next]);
    while (open.length > 0 && open.at(-1).endOffset <= offset) open.pop();
    return (open.at(-1)?.count ?? 0) > 0;
  };
}

const maps = new Map();
/** Places of a built text that come from src: an offset, and the file and line there; in order of the offsets. */
function placesOf(url, { data, lineLengths }) {
  const key = `${url} ${lineLengths.length}`;
  const known = maps.get(key);
  if (known !== undefined) return known;
  const at = starts(lineLengths);
  const places = [];
  eachMapping(new TraceMap(data), ({ generatedLine, generatedColumn, source, originalLine }) => {
    const path = source === null ? null : /(?:^|\/)(src\/.*\.ts)$/.exec(source)?.[1];
    if (path) places.push({ offset: at[generatedLine - 1] + generatedColumn, path, line: originalLine });
  });
  maps.set(key, places);
  return places;
}

/** Lines of src that ran in programs which the tests started and which ended by themselves. */
function linesOfChildren() {
  const ran = new Map();
  for (const name of readdirSync(children)) {
    let dump;
    try {
      dump = JSON.parse(readFileSync(join(children, name), "utf8"));
    } catch {
      continue; // It was killed while it wrote.
    }
    for (const { url, functions } of dump.result) {
      const map = dump["source-map-cache"]?.[url];
      if (!map?.data || url.endsWith(".ts")) continue;
      const runs = runsAt(functions);
      for (const { offset, path, line } of placesOf(url, map)) {
        if (!runs(offset)) continue;
        if (!ran.has(path)) ran.set(path, new Set());
        ran.get(path).add(line);
      }
    }
  }
  return ran;
}

/** 3, 5-9, 12 */
function ranges(lines) {
  const out = [];
  for (const line of lines) {
    const last = out.at(-1);
    if (last !== undefined && last.to + 1 === line) last.to = line;
    else out.push({ from: line, to: line });
  }
  return out.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
}

const share = (good, all) => `${((100 * good) / all).toFixed(1)} %`;

let runs;
try {
  if (!run("node", ["tools/build.mjs", "--maps"])) process.exit(1);
  const env = { PATCHWITNESS_COVERAGE: children };
  runs = [linesOfTests("units", env), linesOfTests("peers", { ...env, PATCHWITNESS_PEERS: "1" })];
} finally {
  run("node", ["tools/build.mjs"]);
}
const started = linesOfChildren();
const files = [...runs[0].lines.keys()].sort().map((path) => {
  const lines = new Set(runs.flatMap((one) => [...(one.lines.get(path)?.keys() ?? [])]));
  const isRun = (line) => runs.some((one) => (one.lines.get(path)?.get(line) ?? 0) > 0) || started.get(path)?.has(line);
  const missed = [...lines].filter((line) => !isRun(line)).sort((a, b) => a - b);
  return { path, all: lines.size, missed };
});
const sum = (some, of) => some.reduce((total, one) => total + of(one), 0);
const counts = (some) => {
  const [all, missed] = [sum(some, (f) => f.all), sum(some, (f) => f.missed.length)];
  return { all, good: all - missed };
};
const folders = [...new Set(files.map(({ path }) => path.split("/").slice(0, -1).join("/")))].sort();
const total = counts(files);
const rows = folders.map((name) => {
  const { all, good } = counts(files.filter(({ path }) => path.split("/").slice(0, -1).join("/") === name));
  return `| ${name} | ${all} | ${share(good, all)} |`;
});
const gaps = files
  .filter(({ missed }) => missed.length >= NAMED)
  .sort((a, b) => b.missed.length - a.missed.length)
  .map(({ path, all, missed }) => `| ${path} | ${missed.length} of ${all} | ${ranges(missed)} |`);
const text = `| folder | lines with code | that run |
|---|---:|---:|
${rows.join("\n")}
| **all** | ${total.all} | **${share(total.good, total.all)}** |

| file with ${NAMED} lines or more that do not run | | which |
|---|---:|---|
${gaps.join("\n")}
`;
console.log(text);
if (values.out !== undefined) {
  writeFileSync(values.out, between(readFileSync(values.out, "utf8"), "coverage", text));
}
if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
if (runs.some(({ passed }) => !passed)) console.error("tests failed: the figures are too low");
process.exitCode = runs.every(({ passed }) => passed) && total.good >= (LEAST / 100) * total.all ? 0 : 1;
