/**
 * Guides are run as they are read: every ```sh block of a document, in order, in one folder that is empty at first, with the built
 * command in the PATH as `review`. A ```text block right behind it is what it printed: its lines stand in the output in that order,
 * without others between them but where the block has a line `[...]`,
 * which inside of a line stands for any words. A block may end with 1 where its last line says
 * `# exit code 1`. Lines of a log count for nothing. What cannot be run here (installing, services of a system, real servers) stands in ```console blocks.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import { BUILT } from "../apps/run-cli.js";

export interface Block {
  /** Where it begins, counted from 1. */
  line: number;
  language: string;
  text: string;
  /** The block right behind it, where that is what it prints. */
  prints: string | null;
}

const ROOT = new URL("../../", import.meta.url);

/** The fenced blocks of a document. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split("\n");
  for (let n = 0; n < lines.length; n++) {
    const fence = /^(`{3,})(\w*)$/.exec(lines[n] ?? "");
    if (fence === null) continue;
    const end = lines.indexOf(fence[1] ?? "", n + 1);
    if (end < 0) throw new Error(`line ${n + 1}: a block that does not end`);
    blocks.push({ line: n + 1, language: fence[2] ?? "", text: lines.slice(n + 1, end).join("\n"), prints: null });
    const [before, last] = blocks.slice(-2);
    const adjoining = lines.slice(0, n).findLastIndex((line) => line !== "");
    if (last?.language === "text" && before?.language === "sh" && lines[adjoining] === "```") before.prints = last.text;
    n = end;
  }
  return blocks;
}

interface Output {
  code: number | null;
  out: string;
}

/** What the world does meanwhile; `said` is what the block has printed so far, `end` asks its programs to end. */
export type Beside = (running: { said: () => string; end: () => void }) => Promise<void>;

export interface Play {
  /** Words of the document, and what stands for them here: addresses of real servers. */
  instead?: [string, string][];
  /** Looked at anew for each block. */
  env?: Record<string, string>;
  /** What happens before a block with such words. */
  before?: [RegExp, (folder: string) => unknown][];
  /** What happens while a block with such words runs. */
  beside?: [RegExp, Beside][];
  /** The blocks that are run; those of ```sh where it is left out. */
  blocks?: (block: Block) => boolean;
}

const scratch: string[] = [];
afterAll(() => {
  for (const path of scratch.splice(0)) rmSync(path, { recursive: true, force: true });
});
const newFolder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "guide-"));
  scratch.push(path);
  return path;
};

function run(text: string, cwd: string, env: NodeJS.ProcessEnv, beside: Beside | undefined): Promise<Output> {
  const child = spawn("bash", ["-e", "-u", "-o", "pipefail", "-c", `exec 2>&1\n${text}`], { cwd, env, detached: true });
  let out = "";
  child.stdout.on("data", (piece) => {
    out += String(piece);
  });
  const end = (signal: NodeJS.Signals = "SIGTERM"): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, signal);
  };
  const limit = setTimeout(() => end("SIGKILL"), 90_000);
  const closed = new Promise<Output>((resolve) => child.on("close", (code) => resolve({ code, out })));
  if (beside === undefined) return closed.finally(() => clearTimeout(limit));
  const play = beside({ said: () => out, end: () => end() }).catch((error: unknown) => {
    end("SIGKILL");
    throw error;
  });
  return Promise.all([closed, play])
    .then(([output]) => output)
    .finally(() => clearTimeout(limit));
}

/** Whether a line is what is wanted; `[...]` in the middle stands for anything. */
function matches(line: string, wanted: string): boolean {
  const pieces = wanted.trimEnd().split("[...]");
  let at = 0;
  for (const [n, piece] of pieces.entries()) {
    const found = n === pieces.length - 1 && n > 0 ? line.length - piece.length : line.indexOf(piece, at);
    if (found < at || !line.startsWith(piece, found) || (n === 0 && found > 0)) return false;
    at = found + piece.length;
  }
  return at === line.length;
}

/** Throws where lines of a block are not in the output. Lines of a log are no output that is compared. */
function compare(printed: string, wanted: string, where: string): void {
  const lines = printed.split("\n").flatMap((line) => (line.startsWith('{"level":') ? [] : [line.trimEnd()]));
  let from = 0;
  for (const part of wanted.split(/^\[\.\.\.\]$\n?/m).filter((piece) => piece.trim() !== "")) {
    const want = part.replace(/\n$/, "").split("\n");
    const at = lines.findIndex((_, n) => n >= from && want.every((line, k) => matches(lines[n + k] ?? "", line)));
    if (at < 0) throw new Error(`${where}: it does not print\n${part}\nbut\n${lines.slice(from).join("\n")}`);
    from = at + want.length;
  }
}

/** Runs a document from its first block to its last; gives the folder. */
export async function follow(path: string, play: Play = {}): Promise<string> {
  const [folder, home] = [newFolder(), newFolder()];
  const bin = join(home, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "review"), `#!/bin/sh\nexec "${process.execPath}" "${BUILT}" "$@"\n`, { mode: 0o755 });
  const inherited = Object.entries(process.env).filter(([name]) => !/^(GIT_|GITHUB_|GH_|DATABASE_URL|XDG_)/.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    PATH: `${bin}:${process.env.PATH}`,
    HOME: home,
    GIT_CONFIG_GLOBAL: "/dev/null",
    NO_COLOR: "1",
  };
  const isRun = play.blocks ?? (({ language }) => language === "sh");
  const blocks = blocksOf(readFileSync(new URL(path, ROOT), "utf8")).filter(isRun);
  expect(blocks.length).toBeGreaterThan(0);
  for (const { line, text, prints } of blocks) {
    const where = `${path}:${line}`;
    const chosen = <T>(table: readonly [RegExp, T][] = []): T[] =>
      table.flatMap(([words, value]) => (words.test(`\n${text}\n`) ? [value] : []));
    for (const act of chosen(play.before)) await act(folder);
    const real = (play.instead ?? []).reduce((all, [from, to]) => all.replaceAll(from, to), text);
    const { code, out } = await run(real, folder, { ...env, ...play.env }, chosen(play.beside)[0]);
    const wanted = /# exit code (\d)[^\n]*$/.exec(real)?.[1] ?? "0";
    expect(`${where}: exit code ${code}`, out).toBe(`${where}: exit code ${wanted}`);
    if (prints !== null) compare(out, prints, where);
  }
  return folder;
}
