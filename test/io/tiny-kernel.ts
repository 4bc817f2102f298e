/** Repositories that look like a kernel, small, with dates that stand still; and mails made from them by git itself. */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { parseMessage } from "../../src/message/parse-message.js";
import { splitMbox } from "../../src/message/split-mbox.js";
import type { Patch } from "../../src/patch/patch.js";
import { readPatches } from "../../src/patch/read-patch.js";
import { type BaseQuery, baseQuery } from "../../src/watch/base.js";
import { put } from "../patch/git-peer.js";

/** Runs git in a folder on a day of January 2024; throws when it fails. */
export function gitOn(day: number, folder: string, ...args: string[]): string {
  const time = `2024-01-${String(day).padStart(2, "0")}T12:00:00Z`;
  const env = {
    ...process.env,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_AUTHOR_DATE: time,
    GIT_COMMITTER_DATE: time,
    LC_ALL: "C",
  };
  const identity = ["-c", "user.name=A. Author", "-c", "user.email=author@example.org", "-c", "gc.auto=0"];
  return execFileSync("git", [...identity, ...args], { cwd: folder, env, encoding: "utf8", stdio: "pipe" });
}

/** A file of twenty lines, some of them changed. */
export function lines(name: string, changed: Readonly<Record<number, string>> = {}): string {
  return Array.from({ length: 20 }, (_, i) => `${changed[i + 1] ?? `${name} ${i + 1}`}\n`).join("");
}

/** Writes files and commits them on a day; gives the commit's id. */
export function commit(folder: string, day: number, files: Readonly<Record<string, string>>, title = "x: y"): string {
  for (const [path, text] of Object.entries(files)) put(folder, path, text);
  gitOn(day, folder, "add", "-A");
  gitOn(day, folder, "commit", "-q", "-m", title);
  return gitOn(day, folder, "rev-parse", "HEAD").trim();
}

const MAINTAINERS = `EXAMPLE NET
T:	git git://git.example.org/pub/net-next.git main
F:	net/

EXAMPLE VIRT
T:	git git://git.example.org/pub/virt.git queue
F:	virt/
`;

/**
 * main: v6.11, v6.12-rc1, v6.12-rc2; net: two commits beside it; queue: one more for virt/. Gives the commits by name.
 */
export function tinyKernel(folder: string): Record<"v611" | "rc1" | "rc2" | "net1" | "net2" | "queue", string> {
  mkdirSync(folder, { recursive: true });
  gitOn(1, folder, "init", "-q", "-b", "main");
  const start = { MAINTAINERS, "kernel/a.c": lines("a"), "net/n.c": lines("n"), "virt/v.c": lines("v") };
  const v611 = commit(folder, 1, start);
  gitOn(1, folder, "tag", "-a", "-m", "x", "v6.11");
  const rc1 = commit(folder, 2, { "kernel/a.c": lines("a", { 3: "rc1" }) });
  gitOn(2, folder, "tag", "-a", "-m", "x", "v6.12-rc1");
  const rc2 = commit(folder, 6, { "kernel/a.c": lines("a", { 3: "rc2" }) });
  gitOn(6, folder, "tag", "-a", "-m", "x", "v6.12-rc2");
  gitOn(6, folder, "checkout", "-q", "-b", "net", v611);
  const net1 = commit(folder, 3, { "net/n.c": lines("n", { 10: "net1" }) });
  const net2 = commit(folder, 5, { "net/n.c": lines("n", { 10: "net2" }) });
  gitOn(6, folder, "checkout", "-q", "-b", "queue", rc1);
  const queue = commit(folder, 4, { "virt/v.c": lines("v", { 10: "queue" }) });
  gitOn(6, folder, "checkout", "-q", "main");
  return { v611, rc1, rc2, net1, net2, queue };
}

/** The mails of an mbox that git format-patch wrote. */
export async function readSeries(mbox: string): Promise<{ query: BaseQuery; patches: Patch[] }> {
  const mails = [];
  for (const { bytes } of splitMbox(Buffer.from(mbox))) mails.push(await parseMessage(bytes));
  const cover = mails.find(({ subjectInfo }) => subjectInfo.index === 0) ?? null;
  const members = mails.flatMap((message) => {
    const { patch } = readPatches(message);
    return patch === null || message === cover ? [] : [{ message, patch }];
  });
  return { query: baseQuery(cover, members), patches: members.map(({ patch }) => patch) };
}

/** A clone in which an author works, so that what he writes is unknown to the trees. */
export class Author {
  constructor(
    readonly folder: string,
    upstream: string,
  ) {
    gitOn(1, ".", "clone", "-q", upstream, folder);
  }

  /** Commits each state on a base, and sends what came out. */
  async send(
    base: string,
    states: readonly Readonly<Record<string, string>>[],
    ...options: string[]
  ): Promise<{ query: BaseQuery; patches: Patch[] }> {
    gitOn(8, this.folder, "fetch", "-q", "origin");
    gitOn(8, this.folder, "checkout", "-q", "--detach", base);
    for (const [n, files] of states.entries()) commit(this.folder, 8, files, `part: step ${n + 1}`);
    const args = ["format-patch", "--stdout", "--thread", ...options, `-${states.length}`];
    return readSeries(gitOn(8, this.folder, ...args));
  }
}

/** The same series without what names blobs or a base. */
export function nameless(query: BaseQuery): BaseQuery {
  const plain = (patch: Patch): Patch => ({
    ...patch,
    files: patch.files.map((file) => ({ ...file, oldBlob: null, newBlob: null })),
  });
  return { ...query, patches: query.patches.map(plain) };
}
