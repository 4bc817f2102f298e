/**
 * Measure: one KVM patch against Linux 6.12, with no index and with a warm one, and scans, beside Coccinelle and ast-grep on
 * the same folders; peak memory; and how time grows with the number of files. A peer that is not installed is named.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { hasTime, runOnce, sideBySide } from "./measure.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const cli = at("../../dist/apps/cli.js");
const kernelTree = at("../../../shared/tools/kernel-tree");
const KVM = ["riscv", "arm64", "x86", "s390", "loongarch", "powerpc", "mips"].map((a) => `arch/${a}/kvm`);

/** The tree that was named, or one that is fetched; null when there is none to be had. */
function kernel(given, box) {
  if (given !== undefined) return given;
  if (!existsSync(kernelTree)) return null;
  const done = spawnSync(kernelTree, ["6.12", box], { stdio: ["ignore", "ignore", "inherit"] });
  return done.status === 0 ? join(box, "linux-6.12") : null;
}

/** A mail with a patch that drops the first pair of lock and unlock around a run state in a file of the tree. */
function patchFor(tree, path) {
  const lines = readFileSync(join(tree, path), "utf8").split("\n");
  const lock = lines.findIndex((line) => /^\s+spin_lock\(&\w+->arch\.mp_state_lock\);$/.test(line));
  if (lock === -1) throw new Error(`${path} takes no mp_state_lock`);
  const from = Math.max(0, lock - 3);
  const shown = lines.slice(from, lock + 4);
  const hunk = shown.map((line, i) => `${from + i === lock ? "-" : " "}${line}`).join("\n");
  const head = `@@ -${from + 1},${shown.length} +${from + 1},${shown.length - 1} @@`;
  return `From: A Writer <writer@example.org>\nDate: Mon, 01 Jan 2024 10:00:00 +0000\nMessage-ID: <bench@example.org>\nSubject: [PATCH] KVM: one lock less\n\nNot needed.\n---\n--- a/${path}\n+++ b/${path}\n${head}\n${hunk}\n`;
}

const found = (command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;

/** ast-grep from the path, else installed for the time of the run; null when neither can be had. */
function astGrep(box) {
  if (found("ast-grep")) return "ast-grep";
  const done = spawnSync("npm", ["install", "--silent", "--no-audit", "--no-fund", "--prefix", box, "@ast-grep/cli"], {
    stdio: "ignore",
  });
  const own = join(box, "node_modules/.bin/ast-grep");
  return done.status === 0 && found(own) ? own : null;
}

const PATCHES = { riscv: "arch/riscv/kvm/vcpu_sbi_hsm.c", arm64: "arch/arm64/kvm/arm.c" };

function programs(tree, box, peers) {
  const out = [];
  const cache = join(box, "cache");
  const review = (label, args, more = {}) =>
    out.push({ label, command: process.execPath, args: [cli, "--quiet", ...args], codes: [0, 1], ...more });
  for (const [arch, path] of Object.entries(PATCHES)) {
    const mail = join(box, `${arch}.mbox`);
    writeFileSync(mail, patchFor(tree, path));
    const args = ["--tree", tree, mail];
    review(`review: a patch for ${arch}, no index`, ["--no-cache", ...args]);
    runOnce({ command: process.execPath, args: [cli, "--quiet", "--cache", cache, ...args], codes: [0, 1] });
    review(`review: a patch for ${arch}, warm index`, ["--cache", cache, ...args]);
    peerRuns(out, `arch/${arch}/kvm`, tree, peers);
  }
  review("review: scan of riscv", ["--no-cache", "--tree", tree, "--scan", "arch/riscv/kvm"]);
  review("review: scan of arm64", ["--no-cache", "--tree", tree, "--scan", "arch/arm64/kvm"]);
  const all = [...KVM, "virt/kvm"].filter((p) => existsSync(join(tree, p)));
  review("review: scan of all KVM", ["--no-cache", "--tree", tree, "--scan", ...all]);
  peerRuns(out, "arch", tree, peers, "all KVM");
  return out;
}

function peerRuns(out, folder, tree, { spatch, sg }, name = folder) {
  const dir = join(tree, folder);
  if (spatch)
    out.push({
      label: `spatch on ${name}`,
      command: "spatch",
      args: ["--very-quiet", "-D", "report", "--sp-file", at("mp-state.cocci"), "--dir", dir],
    });
  if (sg !== null)
    out.push({
      label: `ast-grep on ${name}`,
      command: sg,
      args: ["scan", "--rule", at("mp-state.yml"), "--json=stream", dir],
      codes: [0, 1],
    });
}

function cFiles(root, folder = root) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return cFiles(root, path);
    return entry.isFile() && entry.name.endsWith(".c") ? [relative(root, path)] : [];
  });
}

/** Scans of the first 10, 100 and 1,000 C files of a tree, each copied to a folder of its own. */
function growth(tree, box, runs) {
  const files = cFiles(tree).sort();
  return [10, 100, 1000]
    .filter((n) => n <= files.length)
    .map((n) => {
      const folder = join(box, `files-${n}`);
      for (const path of files.slice(0, n)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        cpSync(join(tree, path), join(folder, path));
      }
      const bytes = files.slice(0, n).reduce((sum, p) => sum + readFileSync(join(tree, p)).length, 0);
      const args = [cli, "--quiet", "--no-cache", "--tree", folder, "--scan", "."];
      const [result] = sideBySide([{ command: process.execPath, args, codes: [0, 1] }], runs);
      return { n, bytes, ...result };
    });
}

const seconds = (s) => (Number.isNaN(s) ? "-" : s.toFixed(2));

export default async function reviewBench({ tree: given, growth: more, runs = "3", out } = {}) {
  const box = mkdtempSync(join(tmpdir(), "review-bench-"));
  try {
    const tree = kernel(given, box);
    if (tree === null)
      return console.log("review of a patch: skipped, no kernel tree (--tree DIR, or ../shared/tools/kernel-tree)");
    const peers = { spatch: found("spatch"), sg: astGrep(box) };
    const times = Math.max(1, Number(runs) || 1);
    const rows = sideBySide(programs(tree, box, peers), times);
    const lines = [
      `Medians of ${times} ${times === 1 ? "run" : "runs"} of each in turn, on ${cpus().length} cores with Node ${process.versions.node}; memory is the highest of the runs. Where seconds and processor seconds are far apart, the machine had other work.`,
      "",
      "| | seconds | processor seconds | peak memory, MB |",
      "|---|---:|---:|---:|",
      ...rows.map(
        (r) =>
          `| ${r.label} | ${seconds(r.wall)} | ${seconds(r.cpu)} | ${Number.isNaN(r.memory) ? "-" : r.memory.toFixed(0)} |`,
      ),
      "",
    ];
    if (!peers.spatch) lines.push("Coccinelle (spatch) is not installed: left out.", "");
    if (peers.sg === null) lines.push("ast-grep is not installed and could not be: left out.", "");
    if (!hasTime) lines.push("GNU time is not installed: memory and processor time are not known.", "");
    if (more !== undefined) {
      lines.push(
        "| files | MB | seconds | processor seconds | for each MB | peak memory, MB |",
        "|---:|---:|---:|---:|---:|---:|",
      );
      for (const g of growth(more, box, times)) {
        const mb = g.bytes / 1e6;
        lines.push(
          `| ${g.n} | ${mb.toFixed(2)} | ${seconds(g.wall)} | ${seconds(g.cpu)} | ${seconds(g.cpu / mb)} | ${g.memory.toFixed(0)} |`,
        );
      }
      lines.push("");
    } else lines.push("Growth: left out, no tree with 1,000 files was named (--growth DIR).", "");
    console.log(`\n${lines.join("\n")}`);
    if (out !== undefined) writeFileSync(out, document(lines));
  } finally {
    rmSync(box, { recursive: true, force: true });
  }
}

const document = (lines) => `# What a review takes

Written by \`npm run bench -- review --tree LINUX --growth LINUX --out docs/bench.md\`, where the first is Linux 6.12's KVM part
(\`../shared/tools/kernel-tree 6.12 DIR\` makes it) and the second a tree with at least 1,000 C files. The patch is made from the
tree: it drops one lock. Coccinelle runs [mp-state.cocci](../tools/bench/mp-state.cocci), ast-grep
[mp-state.yml](../tools/bench/mp-state.yml): what each can say of one fault inside one function. They stop at the function;
\`review\` reads the patch, both sides of it, the callers and callees in the tree, and runs all rules.

${lines.join("\n")}`;
