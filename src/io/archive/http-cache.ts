/** Answers of HTTP servers, kept so that nothing is asked for again within minutes, also by the next process. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isRecord } from "./cursor.js";

export interface CachedAnswer {
  /** When the server last said so. Milliseconds since 1970. */
  checked: number;
  etag: string | null;
  lastModified: string | null;
  contentEncoding: string;
  body: Buffer;
}

export interface HttpCache {
  get(url: string): Promise<CachedAnswer | null>;
  put(url: string, answer: CachedAnswer): Promise<void>;
}

/** Keeps up to so many bytes in memory, the longest unused going first. */
export function memoryCache(maxBytes = 32 * 1024 * 1024): HttpCache {
  const kept = new Map<string, CachedAnswer>();
  let bytes = 0;
  const drop = (url: string): void => {
    bytes -= kept.get(url)?.body.length ?? 0;
    kept.delete(url);
  };
  return {
    async get(url) {
      const answer = kept.get(url);
      if (answer === undefined) return null;
      kept.delete(url);
      kept.set(url, answer);
      return answer;
    },
    async put(url, answer) {
      drop(url);
      if (answer.body.length > maxBytes) return;
      kept.set(url, answer);
      bytes += answer.body.length;
      for (const oldest of kept.keys()) {
        if (bytes <= maxBytes) break;
        drop(oldest);
      }
    },
  };
}

/** Unused for so long, an answer is deleted. Milliseconds. */
const KEPT_FOR = 7 * 24 * 3600 * 1000;

/** Keeps answers in a folder, one file each: a line of JSON, then the body. */
export function folderCache(folder: string, now: () => number): HttpCache {
  let swept = false;
  const fileOf = (url: string): string => join(folder, `${createHash("sha256").update(url).digest("hex")}.http`);
  return {
    async get(url) {
      const bytes = await readFile(fileOf(url)).catch(() => null);
      return bytes === null ? null : parseAnswer(bytes, url);
    },
    async put(url, answer) {
      const { body, ...head } = answer;
      const draft = `${fileOf(url)}.${process.pid}`;
      try {
        await mkdir(folder, { recursive: true });
        if (!swept) await sweep(folder, now() - KEPT_FOR);
        swept = true;
        await writeFile(draft, Buffer.concat([Buffer.from(`${JSON.stringify({ url, ...head })}\n`), body]));
        await rename(draft, fileOf(url));
      } catch {
        // No room, or no right to write: it is asked for again. Whoever cannot do without the folder says what is wrong.
        await rm(draft, { force: true }).catch(() => {});
      }
    },
  };
}

/** A file that was cut off, or is another URL's, counts as none. */
function parseAnswer(bytes: Buffer, url: string): CachedAnswer | null {
  const end = bytes.indexOf(10);
  if (end < 0) return null;
  try {
    const head: unknown = JSON.parse(bytes.toString("utf8", 0, end));
    if (!isRecord(head) || head.url !== url || typeof head.checked !== "number") return null;
    const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
    return {
      checked: head.checked,
      etag: text(head.etag),
      lastModified: text(head.lastModified),
      contentEncoding: text(head.contentEncoding) ?? "",
      body: bytes.subarray(end + 1),
    };
  } catch {
    return null;
  }
}

async function sweep(folder: string, before: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.includes(".http")) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && found.mtimeMs < before) await rm(path, { force: true });
  }
}
