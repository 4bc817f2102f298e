/**
 * A maildir (maildir(5)), or a folder of .eml files, in the order of file names. Names of a maildir begin with the time of
 * delivery, so new mails stand last; where that does not hold, because names vanished or came in between, the folder is read
 * again, and whoever records the mails knows those that it has.
 */
import { createHash } from "node:crypto";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { MAX_MAIL_BYTES } from "../../message/split-mbox.js";
import { type Batch, type LostMail, type Source, SourceError } from "../../watch/source.js";
import type { MaildirConfig } from "../../watch/source-config.js";
import { type BatchLimits, inBatches, type Step } from "./batches.js";
import { badCursor, countOf, isRecord, parseCursor, textOf } from "./cursor.js";

/** How far a folder was read: how many of its names, and their digest. */
interface FolderPosition {
  count: number;
  digest: string;
}

interface MaildirPosition {
  folders: Record<string, FolderPosition>;
}

/** Mail is delivered to new and moved to cur when it was seen: in this order a mail that moves meanwhile is met still. */
const FOLDERS = ["new", "cur"];

/** Follows a maildir or a folder of .eml files. */
export function openMaildir(config: MaildirConfig, limits?: BatchLimits): Source {
  return {
    name: config.name,
    read: (cursor, { signal }): AsyncGenerator<Batch> =>
      inBatches(readMaildir(config.path, maildirPosition(cursor), signal), signal, limits),
    again: async (ref) => {
      const slash = ref.indexOf("/");
      const [folder, name] = slash < 0 ? [".", ref] : [ref.slice(0, slash), ref.slice(slash + 1)];
      if (![...FOLDERS, "."].includes(folder) || name.includes("/")) return null;
      const raw = await readMail(config.path, folder, name);
      if (raw instanceof Uint8Array) return { ref, form: "mail", raw };
      return raw === null ? null : { ...raw, ref };
    },
    close: async () => {},
  };
}

function maildirPosition(cursor: string | null): MaildirPosition {
  const record = parseCursor(cursor);
  if (record === null) return { folders: {} };
  if (!isRecord(record.folders)) throw badCursor("it names no folders");
  const folders: Record<string, FolderPosition> = {};
  for (const [name, position] of Object.entries(record.folders)) {
    if (!isRecord(position) || ![...FOLDERS, "."].includes(name)) throw badCursor("a folder of it is none");
    folders[name] = { count: countOf(position, "count"), digest: textOf(position, "digest") };
  }
  return { folders };
}

async function* readMaildir(
  path: string,
  start: MaildirPosition,
  signal?: AbortSignal,
): AsyncGenerator<Step<MaildirPosition>> {
  let position = start;
  for (const folder of await foldersOf(path)) {
    for await (const step of readFolder(path, folder, position.folders[folder] ?? null)) {
      signal?.throwIfAborted();
      position = { folders: { ...position.folders, [folder]: step.position } };
      yield { ...step, position };
    }
  }
}

async function foldersOf(path: string): Promise<string[]> {
  const isFolder = async (name: string): Promise<boolean> =>
    stat(join(path, name)).then(
      (found) => found.isDirectory(),
      () => false,
    );
  if (!(await isFolder("."))) throw new SourceError("not-found", `${path} is not a folder that can be read`);
  const found: string[] = [];
  for (const folder of FOLDERS) if (await isFolder(folder)) found.push(folder);
  return found.length === FOLDERS.length ? found : ["."];
}

async function* readFolder(
  path: string,
  folder: string,
  position: FolderPosition | null,
): AsyncGenerator<Step<FolderPosition>> {
  const names = await listNames(path, folder);
  const start = position !== null && digestOf(names.slice(0, position.count)) === position.digest ? position.count : 0;
  const hash = createHash("sha256");
  for (const [index, name] of names.entries()) {
    hash.update(`${keyOf(name)}\n`);
    if (index < start) continue;
    const next: FolderPosition = { count: index + 1, digest: hash.copy().digest("hex").slice(0, 32) };
    const ref = folder === "." ? name : `${folder}/${name}`;
    const raw = await readMail(path, folder, name);
    if (raw instanceof Uint8Array) yield { mails: [{ ref, form: "mail", raw }], position: next };
    else yield raw === null ? { position: next } : { lost: [{ ...raw, ref }], position: next };
  }
}

async function listNames(path: string, folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(join(path, folder));
  } catch (error) {
    throw new SourceError("unreachable", `${join(path, folder)} cannot be listed`, null, { cause: error });
  }
  const wanted = names.filter((name) => !name.startsWith(".") && (folder !== "." || /\.eml$/i.test(name)));
  return wanted.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** The name without the flags that mail clients change: "1583230830.M1P2.host:2,S". */
function keyOf(name: string): string {
  return name.replace(/[:;!]2,[A-Za-z]*$/, "");
}

function digestOf(names: readonly string[]): string {
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${keyOf(name)}\n`);
  return hash.digest("hex").slice(0, 32);
}

type Unread = Omit<LostMail, "ref">;

/** The bytes of a mail; null when it vanished meanwhile, which is what deleting it looks like. */
async function readMail(path: string, folder: string, name: string): Promise<Buffer | Unread | null> {
  const first = await readBytes(join(path, folder, name));
  if (first !== null || folder === ".") return first;
  // A mail client gave it other flags.
  const again = (await listNames(path, folder)).find((other) => keyOf(other) === keyOf(name));
  return again === undefined || again === name ? null : readBytes(join(path, folder, again));
}

async function readBytes(path: string): Promise<Buffer | Unread | null> {
  try {
    // What is no plain file is not opened: a named pipe would be waited for.
    const found = await stat(path);
    if (!found.isFile()) return { reason: "malformed", message: "It is not a plain file." };
    if (found.size > MAX_MAIL_BYTES) return tooLarge(found.size);
    const file = await open(path);
    try {
      const bytes = await file.readFile();
      return bytes.length > MAX_MAIL_BYTES ? tooLarge(bytes.length) : bytes;
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    if (code === "ENOENT") return null;
    if (code === "EACCES" || code === "EPERM") return { reason: "not-allowed", message: "Permission is denied." };
    throw new SourceError("unreachable", `${path} cannot be read: ${code}`, null, { cause: error });
  }
}

function tooLarge(bytes: number): Unread {
  return { reason: "too-large", message: `The mail has ${bytes} bytes; up to ${MAX_MAIL_BYTES} are read.` };
}
