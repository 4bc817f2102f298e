/**
 * Measure: how long pages of `review serve` take on loopback with 100,000 findings in the store, beside a page of hono that
 * looks nothing up, asked in turn in the same run. `--runs N` asks each page N times 67 (3 when left out: 201 requests).
 * `--out FILE` writes it as Markdown.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { tsImport } from "tsx/esm/api";

const SERIES = 20_000;
const FINDINGS = 6;
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const load = (path) => tsImport(path, import.meta.url);

const BARE = `
import { Hono } from "hono";
import { serve } from "@hono/node-server";
const app = new Hono();
app.get("/", (c) => c.html("<!DOCTYPE html><title>bare</title><p>nothing is looked up</p>"));
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => console.error(JSON.stringify({ address: "http://127.0.0.1:" + port })));
`;

/** Starts a server; resolves when it has said where it listens. */
async function start(args) {
  const child = spawn(process.execPath, args, { cwd: at("../.."), stdio: ["ignore", "ignore", "pipe"] });
  for await (const line of createInterface({ input: child.stderr })) {
    const said = line.startsWith("{") ? JSON.parse(line) : {};
    if (said.address !== undefined) return { child, address: said.address };
    process.stderr.write(`${line}\n`);
  }
  throw new Error("a server did not start");
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Milliseconds until the last byte of a page is here, and how many bytes it has. */
function ask(url) {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    request(url, { agent }, (answer) => {
      let bytes = 0;
      answer.on("data", (chunk) => {
        bytes += chunk.length;
      });
      answer.on("end", () => {
        if (answer.statusCode !== 200) reject(new Error(`${url}: ${answer.statusCode}`));
        else resolve({ ms: performance.now() - begun, bytes });
      });
    })
      .on("error", reject)
      .end();
  });
}

const keyOf = (parts) => Buffer.from(JSON.stringify(parts)).toString("base64url");

/** Names of pages, each with the path of its n-th request: not the same series and findings each time. */
function pagesOf({ makeSeries }) {
  const some = (n) => makeSeries((n * 97) % SERIES, FINDINGS);
  const later = (n) => makeSeries((n * 61) % (SERIES / 2), FINDINGS).record;
  const found = (n) => some(n * 10 + 1).review.findings[n % FINDINGS]?.id;
  return [
    ["lists: `/`", () => "/"],
    ["series of a list", () => "/lists/kvm"],
    ["series of a list, far down", (n) => `/lists/kvm?after=${keyOf([later(n).sent, later(n).key])}`],
    ["a series with its versions", (n) => `/series/${encodeURIComponent(some(n).record.key)}`],
    ["findings, the newest", () => "/findings"],
    ["findings, far down", (n) => `/findings?after=${keyOf([later(n).sent, later(n).key, 2])}`],
    ["findings of a rule and severity", () => "/findings?rule=locking%2Funbalanced&severity=note"],
    ["findings of a list and status", () => "/findings?list=kvm-riscv&status=fixed-later"],
    ["findings by words that many have", () => "/findings?text=park"],
    ["findings by words that one has", (n) => `/findings?text=${encodeURIComponent(`(${(n * 4 * 31) % SERIES})`)}`],
    ["findings by words that none has", () => "/findings?text=nothing+of+the+kind"],
    ["findings of a rule that none has", () => "/findings?rule=kvm%2Flock-order&text=park"],
    ["a finding with its diff", (n) => `/findings/${found(n)}`],
    ["rules with their ledger", () => "/rules"],
    ["a rule", () => "/rules/kvm/self-clearing-flag"],
    ["feed of a list", () => "/lists/linux-mm/feed.atom"],
    ["findings as JSON", () => "/findings.json"],
  ];
}

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];

function rowOf(name, answers) {
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(times, share).toFixed(1));
  const size = Math.round(answers.reduce((sum, { bytes }) => sum + bytes, 0) / answers.length / 102.4) / 10;
  return `| ${name} | ${p50} | ${p95} | ${p99} | ${size} |`;
}

async function measure(dashboard, bare, pages, count) {
  const answers = new Map();
  const all = [["bare hono, nothing looked up", () => "/"], ...pages];
  // The first requests compile code and fill caches of the system; they are not counted.
  for (let n = -20; n < count; n++)
    for (const [i, [name, pathOf]] of all.entries()) {
      const answer = await ask((i === 0 ? bare : dashboard) + pathOf(Math.abs(n)));
      if (n >= 0) answers.set(name, [...(answers.get(name) ?? []), answer]);
    }
  return all.map(([name]) => rowOf(name, answers.get(name)));
}

function document(rows, { count, counts, megabytes, loads, seeded }) {
  return [
    "# How fast the dashboard is",
    "",
    "Written by `npm run bench -- dashboard --out docs/dashboard.md`: `review serve` over a SQLite store that was filled for it,",
    `${counts.findings.toLocaleString("en")} findings in ${SERIES.toLocaleString("en")} series, each with its mail and report (${megabytes} MB). Milliseconds from the`,
    `request to the last byte, on loopback over one connection; ${count} requests of each page, in turn with all others, not of the same`,
    "series and findings each time. The first line is a page of hono in a process of its own that looks nothing up: what HTTP costs here.",
    "",
    `${cpus()[0]?.model ?? "Processor unknown"}, ${cpus().length} cores, Node ${process.versions.node}. The load of the machine (one minute) was`,
    `${loads[0].toFixed(1)} at first and ${loads[1].toFixed(1)} at the end, this measure included. The store took ${seeded} seconds to fill.`,
    "",
    "| page | p50, ms | p95, ms | p99, ms | KiB |",
    "|---|---:|---:|---:|---:|",
    ...rows,
    "",
    "Pages of a list cost the same wherever they begin, as they are found by the key of the row before. Words are looked for in the",
    "subjects of all series and patches until the page is full: where few or none have them, that is all there are.",
    "",
  ].join("\n");
}

/** A store with everything in it, and the configuration over it. */
async function seed(folder, filled) {
  const { openStore } = await load("../../src/io/store/store.ts");
  const begun = performance.now();
  const store = await openStore({ file: join(folder, "data/store.db") });
  await filled.inHaste(store);
  await filled.fillSeries(store, SERIES, FINDINGS);
  await filled.fillWork(store);
  const counts = await store.counts();
  await store.close();
  const sources = filled.LISTS.map((name) => `  - {name: ${name}, type: epoch, path: ${name}.git}`);
  writeFileSync(
    join(folder, "watch.yaml"),
    ["data: data", "contact: bench@example.org", "sources:", ...sources, ""].join("\n"),
  );
  const megabytes = Math.round(statSync(join(folder, "data/store.db")).size / 1024 / 1024);
  return { counts, megabytes, seeded: Math.round((performance.now() - begun) / 1000) };
}

export default async function dashboardBench({ runs = "3", out } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "dashboard-bench-"));
  const children = [];
  try {
    const filled = await load("../../test/apps/serve/filled.ts");
    const about = await seed(folder, filled);
    const count = 67 * Math.max(1, Number(runs) || 1);
    const args = ["serve", "-c", join(folder, "watch.yaml"), "--listen", "127.0.0.1:0"];
    const dashboard = await start(["--import", "tsx", at("../../src/apps/cli.ts"), ...args]);
    children.push(dashboard.child);
    const bare = await start(["--input-type=module", "-e", BARE]);
    children.push(bare.child);
    const before = loadavg()[0];
    const rows = await measure(dashboard.address, bare.address, pagesOf(filled), count);
    const text = document(rows, { ...about, count, loads: [before, loadavg()[0]] });
    console.log(`\n${text}`);
    if (out !== undefined) writeFileSync(out, text);
  } finally {
    for (const child of children) child.kill();
    agent.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
}
