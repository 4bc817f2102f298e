/**
 * The program's own code as V8 has compiled it, kept between runs: compiling it anew is a quarter of the time that a review takes
 * with a warm index. It is good for one text of the program, one version of V8 and one set of its flags; whatever is wrong with
 * what is kept, the program is compiled as if there were none. It is executed, so it is read only from a file that is the user's
 * own and that nobody else may write.
 */
import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  fstatSync,
  futimesSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { cachedDataVersionTag } from "node:v8";
import { Script } from "node:vm";

/** What the names of such files end in. */
export const CODE_SUFFIX = ".code";

const DIGEST = 32;
/** A file that is used is marked as such once a day: what nobody uses goes (index-store.ts). */
const MARK_MS = 24 * 3600 * 1000;

const digestOf = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

export interface KeptCode {
  script: Script;
  /** Keeps what V8 has compiled so far, unless it is kept already. Never fails. */
  keep(): void;
}

/** Compiles the text of a program, with what is kept of it. `digest` tells the text; null for a folder keeps nothing. */
export function compileKept(path: string, digest: string, folder: string | null): KeptCode {
  const tag = cachedDataVersionTag();
  const name = createHash("sha256").update(`${digest} ${process.version} ${process.arch} ${tag}`).digest("hex");
  const file = folder === null ? null : join(folder, `${name.slice(0, 40)}${CODE_SUFFIX}`);
  const cachedData = file === null ? null : read(file);
  const text = readFileSync(path, "latin1");
  const script = new Script(text, cachedData === null ? { filename: path } : { filename: path, cachedData });
  const isKept = cachedData !== null && script.cachedDataRejected === false;
  return {
    script,
    keep: () => {
      // With other flags than at the start it would not be taken again.
      if (file !== null && folder !== null && !isKept && cachedDataVersionTag() === tag)
        write(folder, file, script.createCachedData());
    },
  };
}

/** What a file holds; null when there is none, when another could have written it, and when it is not whole. */
function read(path: string): Buffer | null {
  let file: number | null = null;
  try {
    file = openSync(path, "r");
    const { uid, mode, mtimeMs } = fstatSync(file);
    if (process.getuid !== undefined && (uid !== process.getuid() || (mode & 0o022) !== 0)) return null;
    const bytes = readFileSync(file);
    const code = bytes.subarray(DIGEST);
    if (!digestOf(code).equals(bytes.subarray(0, DIGEST))) return null;
    markAsUsed(file, mtimeMs);
    return code;
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}

function markAsUsed(file: number, mtimeMs: number): void {
  const now = Date.now();
  if (Math.abs(now - mtimeMs) < MARK_MS) return;
  try {
    futimesSync(file, now / 1000, now / 1000);
  } catch {
    // On a disk that cannot be written to it stays as old as it is.
  }
}

/** Under a name of its own first: another process sees the old file or the new one. */
function write(folder: string, file: string, code: Uint8Array): void {
  const draft = `${file}.${process.pid}.${randomBytes(6).toString("hex")}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(draft, Buffer.concat([digestOf(code), code]), { mode: 0o600 });
    renameSync(draft, file);
  } catch {
    try {
      rmSync(draft, { force: true });
    } catch {}
  }
}
