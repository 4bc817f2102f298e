/** A public-inbox (v2) in the file system: its epochs one after the other, each from where it was left. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Batch, type Source, SourceError } from "../../watch/source.js";
import type { InboxConfig } from "../../watch/source-config.js";
import { type BatchLimits, inBatches, type Step } from "./batches.js";
import { badCursor, isRecord, parseCursor } from "./cursor.js";
import { type EpochPosition, epochPosition, readEpoch } from "./epoch.js";

/** Where the reading of an inbox stands: that of each epoch that was begun, by its number. */
export interface InboxPosition {
  epochs: Record<string, EpochPosition>;
}

/** Follows an inbox of the file system. */
export function openInbox(config: InboxConfig, limits?: BatchLimits): Source {
  async function* read(cursor: string | null, options: { signal?: AbortSignal }): AsyncGenerator<Batch> {
    const position = inboxPosition(cursor);
    const folder = await epochFolder(config.path);
    yield* inBatches(readInbox(folder, await listEpochs(folder), position, options.signal), options.signal, limits);
  }
  return { name: config.name, read, close: async () => {} };
}

/** @throws SourceError bad-cursor */
export function inboxPosition(cursor: string | null): InboxPosition {
  const record = parseCursor(cursor);
  if (record === null) return { epochs: {} };
  if (!isRecord(record.epochs)) throw badCursor("it names no epochs");
  const epochs: Record<string, EpochPosition> = {};
  for (const [number, position] of Object.entries(record.epochs)) {
    if (!/^\d{1,6}$/.test(number) || !isRecord(position)) throw badCursor("an epoch of it is none");
    epochs[number] = epochPosition(position);
  }
  return { epochs };
}

/** Every mail behind a position, epoch by epoch: an old one may have been rewritten, a new one may have begun. */
export async function* readInbox(
  folder: string,
  epochs: readonly number[],
  start: InboxPosition,
  signal?: AbortSignal,
): AsyncGenerator<Step<InboxPosition>> {
  let position = start;
  for (const epoch of epochs) {
    const path = join(folder, `${epoch}.git`);
    for await (const step of readEpoch(path, position.epochs[epoch] ?? null, signal)) {
      position = { epochs: { ...position.epochs, [epoch]: step.position } };
      yield { ...step, position };
    }
  }
}

/** Numbers of the epochs N.git in a folder, in order. */
async function listEpochs(folder: string): Promise<number[]> {
  const numbers: number[] = [];
  for (const name of await readdir(folder)) {
    const match = /^(\d{1,6})\.git$/.exec(name);
    if (match !== null) numbers.push(Number(match[1]));
  }
  return numbers.sort((a, b) => a - b);
}

/** The folder with the epochs of an inbox: its `git`, or itself. @throws SourceError not-found */
async function epochFolder(path: string): Promise<string> {
  for (const folder of [join(path, "git"), path]) {
    const found = await stat(folder).catch(() => null);
    if (found?.isDirectory() === true && (await listEpochs(folder)).length > 0) return folder;
  }
  throw new SourceError("not-found", `${path} is not a public-inbox: it has no epochs (git/0.git)`);
}
