/**
 * Measure: how fast a public-inbox epoch is triaged (read, opened, decided upon) beside `git cat-file --batch`, and what time and
 * memory a whole backfill takes, review included; then what all of lore would take, on paper. `--out FILE` writes it as Markdown.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { estimate } from "./archive-estimate.mjs";
import { sharedCorpus, sharedMbox, skipped } from "./corpus.mjs";
import { hasTime, median, sideBySide } from "./measure.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const CLI = at("../../dist/apps/cli.js");
const MAKE_EPOCH = join(sharedCorpus, "..", "tools", "mbox-to-epoch");

/** Of the passes over the epoch in one process the first compiles the program; the last is as all further ones. */
const PASSES = 4;
const CORE = `${cpus().length - 1}`;
const canPin = spawnSync("taskset", ["-c", CORE, "true"]).status === 0;
const pinned = (command, args) => (canPin ? ["taskset", ["-c", CORE, command, ...args]] : [command, args]);

function run(command, args) {
  const done = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] });
  if (done.error !== undefined || done.status !== 0) throw new Error(`${command} failed`, { cause: done.error });
  return done.stdout;
}

/** The first mails of the corpus as an epoch; all of them without a count. */
function makeEpoch(box, count) {
  const path = join(box, `${count ?? "all"}.git`);
  run(MAKE_EPOCH, [sharedMbox, path, ...(count === undefined ? [] : [`${count}`])]);
  const commits = run("git", ["-C", path, "rev-list", "--reverse", "HEAD"]).trim().split("\n");
  return { path, mails: commits.length, commits };
}

/** Both read the epoch in turn, so many times, on one core with everything that they start. */
function triage(box, { path, mails, commits }, runs) {
  const names = join(box, "names");
  writeFileSync(names, commits.map((commit) => `${commit}:m\n`).join(""));
  const script = `git -C ${path} cat-file --batch <${names} >/dev/null`;
  const [git, own] = [[], []];
  const [command, args] = pinned("sh", ["-c", script]);
  for (let n = 0; n < runs; n++) {
    git.push(sideBySide([{ command, args }], 1)[0]);
    own.push(JSON.parse(run(...pinned(process.execPath, [at("triage-run.mjs"), path, `${PASSES}`]))));
  }
  const rate = (label, times) => {
    const [wall, cpu] = [median(times.map((t) => t.wall)), median(times.map((t) => t.cpu))];
    return { label, wall: mails / wall, cpu: mails / cpu };
  };
  return {
    kinds: own[0][0].kinds,
    git: rate("`git cat-file --batch`, every mail's name given, output to /dev/null", git),
    cold: rate(
      "`review`: first time in a new process",
      own.map((passes) => passes[0]),
    ),
    warm: rate(
      `\`review\`: time ${PASSES} in that process`,
      own.map((passes) => passes.at(-1)),
    ),
  };
}

/** The whole of `review watch --dry-run` over parts of the corpus. */
function backfills(box, epochs, runs) {
  const programs = epochs.map(({ path, mails }) => {
    const [config, data] = [join(box, `${mails}.yaml`), join(box, `data-${mails}`)];
    const source = { type: "epoch", name: "bench", path };
    writeFileSync(config, JSON.stringify({ data, contact: "https://example.org/", log: "silent", sources: [source] }));
    const before = () => rmSync(data, { recursive: true, force: true });
    return { mails, before, command: process.execPath, args: [CLI, "watch", "--dry-run", "--config", config] };
  });
  return sideBySide(programs, runs);
}

const share = (part, whole) => `${((100 * part) / whole).toFixed(0)} %`;
const whole = (number) => Math.round(number).toLocaleString("en-US");
const known = (number, text) => (Number.isNaN(number) ? "-" : text);

function triageTable({ git, cold, warm }) {
  return [
    "| | mails/s of processor time | of git's | mails/s by the clock | of git's |",
    "|---|---:|---:|---:|---:|",
    ...[git, warm, cold].map(
      (r) =>
        `| ${r.label} | ${known(r.cpu, whole(r.cpu))} | ${known(r.cpu, share(r.cpu, git.cpu))} | ${whole(r.wall)} | ${share(r.wall, git.wall)} |`,
    ),
  ];
}

function backfillTable(rows) {
  const peaks = rows.map((r) => r.memory);
  const [low, high] = [Math.min(...peaks), Math.max(...peaks)];
  const middle = (low + high) / 2;
  return [
    "| mails | seconds | processor seconds | mails/s | peak memory, MB |",
    "|---:|---:|---:|---:|---:|",
    ...rows.map(
      (r) =>
        `| ${whole(r.mails)} | ${r.wall.toFixed(1)} | ${known(r.cpu, r.cpu.toFixed(1))} | ${whole(r.mails / r.wall)} | ${known(r.memory, r.memory.toFixed(0))} |`,
    ),
    "",
    known(
      middle,
      `Peaks lie within ${(100 * (high / middle - 1)).toFixed(0)} % of their middle, ${middle.toFixed(0)} MB; the last is ${(100 * (peaks.at(-1) / peaks[0] - 1)).toFixed(0)} % above the first.`,
    ),
  ];
}

function document({ mails, kinds, speeds, rows, times }) {
  const git = run("git", ["--version"]).trim();
  return [
    "# Archives: how fast, and how much memory",
    "",
    "Written by `npm run bench -- archive --out docs/archives.md` over the list archive of `../shared/corpus`, made a public-inbox",
    `epoch by \`../shared/tools/mbox-to-epoch\`: ${whole(mails)} mails, of them ${whole(kinds.patch)} patches and ${whole(kinds.cover)} covers. ${cpus()[0]?.model ?? "Processor unknown"}, ${cpus().length} cores,`,
    `Node ${process.versions.node}, ${git}. Medians of ${times} runs of each, in turn; memory is the highest of the runs.`,
    "",
    "## Triage",
    "",
    "Read every mail of the epoch, open it, decide whether it matters, make its record (as `review watch` does, without the store).",
    `${canPin ? "Each runs on one core, together with every git that it starts (`taskset`)" : "Not pinned to one core: no `taskset`"}. Processor time is that of all of them; where the clock`,
    "says less, the machine had other work. Of a first pass over these few mails a good part is the compiling of the program; a later",
    "one is what most of an epoch of lore costs, which is fifty times as long.",
    "",
    ...triageTable(speeds),
    "",
    "## Backfill",
    "",
    "`review watch --dry-run` over the first mails of the archive: triage, store, series, review of every series without a tree.",
    "",
    ...backfillTable(rows),
    "",
    ...estimate({ mails, kinds, warm: speeds.warm, rows }),
  ].join("\n");
}

export default async function archiveBench({ runs = "3", out } = {}) {
  if (sharedMbox === null || !existsSync(MAKE_EPOCH)) return skipped("archive-bench");
  if (!hasTime) return console.log("archive-bench: skipped, GNU time is not installed (apt-get install time)");
  const box = mkdtempSync(join(tmpdir(), "archive-bench-"));
  try {
    const times = Math.max(1, Number(runs) || 1);
    const all = makeEpoch(box);
    const speeds = triage(box, all, times);
    const rows = backfills(box, [makeEpoch(box, 1000), makeEpoch(box, 3000), all], times);
    const text = document({ mails: all.mails, kinds: speeds.kinds, speeds, rows, times });
    console.log(`\n${text}`);
    if (out !== undefined) writeFileSync(out, text);
  } finally {
    rmSync(box, { recursive: true, force: true });
  }
}
