/** Which files an input stands for: itself, the mails of a maildir, or the files of a folder. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Problem } from "../errors.js";

/**
 * The files of an input in code-unit order of their paths. A maildir (a folder with cur or new, see maildir(5)) gives
 * those of cur and new and not of tmp; any other folder all files in it and below, hidden ones left out. What cannot be
 * listed, and a folder without a file, goes to `unreadable`.
 */
export async function listInput(input: string, unreadable: Problem[]): Promise<string[]> {
  try {
    if (!(await stat(input)).isDirectory()) return [input];
    const files = await listFolder(input);
    if (files.length === 0)
      unreadable.push({ code: "unreadable-input", message: `${input}: the folder holds no mail` });
    return files.sort(byCodeUnit);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    const reason = code === "ENOENT" ? notThere(input) : code === "EACCES" ? "permission denied" : code;
    unreadable.push({ code: "unreadable-input", message: `${input}: ${reason}` });
    return [];
  }
}

/** Also for words that were meant for a command, and addresses. */
function notThere(input: string): string {
  if (/^https?:\/\//i.test(input)) return "no such file or folder; review thread URL fetches a thread";
  const isWord = /^[a-z]+$/.test(input);
  return `no such file or folder${isWord ? ", and no command of that name (review --help lists them)" : ""}`;
}

async function listFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const maildir = folders.filter((name) => name === "cur" || name === "new");
  const isMaildir = maildir.length > 0 && (folders.includes("tmp") || maildir.length === 2);
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) {
      if (!isMaildir || maildir.some((name) => name === entry.name))
        for (const file of await listFolder(path)) files.push(file);
    } else if (!isMaildir) files.push(path);
  }
  return files;
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Bytes of the inputs that are plain files; what cannot be looked at counts nothing. For a progress bar. */
export async function inputBytes(inputs: readonly string[]): Promise<number> {
  let total = 0;
  for (const input of inputs) {
    const found = await stat(input).catch(() => null);
    if (found?.isFile() === true) total += found.size;
  }
  return total;
}
