/** Mails read back through Python's email package. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface PeerMail {
  headers: [string, string][];
  defects: string[];
  to: [string, string][];
  cc: [string, string][];
  contentType: string;
  charset: string;
  multipart: boolean;
  body: string;
  longest: number;
  carriageReturns: number;
}

export const hasPython = spawnSync("python3", ["--version"]).status === 0;

const SCRIPT = fileURLToPath(new URL("read-mail.py", import.meta.url));

export const readWithPython = (mboxrd: string): PeerMail[] => {
  const folder = mkdtempSync(join(tmpdir(), "patchwitness-"));
  try {
    const file = join(folder, "replies.mbox");
    writeFileSync(file, mboxrd);
    return JSON.parse(execFileSync("python3", [SCRIPT, file], { encoding: "utf8", maxBuffer: 1 << 28 })) as PeerMail[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export const headerOf = (mail: PeerMail, name: string): string | null =>
  mail.headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? null;
