/**
 * The objects of many names from one `git cat-file --batch` that is asked for all of them at once: git never waits for a
 * question, nor we for one answer, and a mail is cut out of what was read without being copied.
 */
import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { SourceError } from "../../watch/source.js";
import type { GitObject, LargeObject } from "../git-batch.js";
import { archiveEnvironment, ended, gitFailed, keepErrors, SAFE } from "./git.js";

/** An object that was asked for. */
export interface StreamedObject {
  /** What stood behind its name in the question. */
  note: string;
  /** Null: there is no object of this name. A larger one than is wanted comes without content. */
  object: Omit<GitObject, "id"> | Omit<LargeObject, "id"> | null;
}

/** git-cat-file(1): what stands behind a name in the question comes back as %(rest). */
const FORMAT = "--batch=%(objecttype) %(objectsize) %(rest)";
/**
 * Git writes a few KB at a time, and to be woken for each costs more than to read it: after a read that got less than this it
 * is given a moment to write on. What a read gets at most is 64 KB.
 */
const FULL_READ = 16 * 1024;
/** No header line of an answer is longer. */
const MAX_HEADER = 64 * 1024;

/**
 * Gives the objects in the order of their names, as many at a time as git wrote at once. `questions` are lines of a name, a
 * space and a note. The process is gone when the loop over them is left. @throws SourceError git-failed
 */
export async function* streamObjects(
  repository: string,
  questions: AsyncIterable<string>,
  options: { maxObject: number; signal?: AbortSignal | undefined },
): AsyncGenerator<StreamedObject[]> {
  const child = spawn("git", [...SAFE, "-C", repository, "cat-file", "--buffer", FORMAT], {
    env: archiveEnvironment(),
    stdio: ["pipe", "pipe", "pipe"],
  });
  const errors = keepErrors(child);
  const end = ended(child);
  // Where the names end early, so do the answers; which of the two failed is told behind the loop.
  let failure: unknown = null;
  const asking = Readable.from(questions).on("error", (error) => {
    failure = error;
    child.kill();
  });
  child.stdin.on("error", () => asking.destroy());
  asking.pipe(child.stdin);
  const reader = new ObjectReader(options.maxObject);
  try {
    for await (const chunk of child.stdout) {
      options.signal?.throwIfAborted();
      const bytes = chunk as Buffer;
      const objects = reader.take(bytes);
      if (objects.length > 0) yield objects;
      if (bytes.length < FULL_READ) await setTimeout(1);
    }
    const code = await end;
    if (failure !== null) throw failure;
    if (code !== 0 || reader.within) throw gitFailed({ code, out: "", errors: errors() });
  } finally {
    asking.destroy();
    child.kill();
    await end;
  }
}

/** Cuts the output of git cat-file into objects. */
export class ObjectReader {
  private line = "";
  private header: { note: string; type: string; length: number } | null = null;
  /** What came of an object that is not all there, and its bytes, the line end behind it counted. */
  private parts: Buffer[] = [];
  private got = 0;

  constructor(private readonly maxObject: number) {}

  /** Whether an answer has begun and not ended. */
  get within(): boolean {
    return this.header !== null || this.line !== "";
  }

  /** The objects that end in a chunk of the output. */
  take(chunk: Buffer): StreamedObject[] {
    const found: StreamedObject[] = [];
    for (let at = 0; at < chunk.length; ) {
      if (this.header === null) at = this.takeHeader(chunk, at, found);
      else {
        const stop = Math.min(chunk.length, at + this.header.length + 1 - this.got);
        const object = this.takeContent(this.header, chunk, at, stop);
        if (object !== null) found.push(object);
        at = stop;
      }
    }
    return found;
  }

  private takeHeader(chunk: Buffer, at: number, found: StreamedObject[]): number {
    const end = chunk.indexOf(10, at);
    this.line += chunk.toString("latin1", at, end < 0 ? chunk.length : end);
    if (this.line.length > MAX_HEADER) throw new SourceError("git-failed", "git cat-file answered without a line end");
    if (end < 0) return chunk.length;
    const [type = "", size = "", note = ""] = this.line.split(" ");
    this.line = "";
    // "<name> missing": a name holds the note too, in front of its colon.
    if (size === "missing") found.push({ note: type.slice(0, type.indexOf(":")), object: null });
    else if (/^\d+$/.test(size)) this.header = { type, length: Number(size), note };
    else throw new SourceError("git-failed", "git cat-file gave an answer that is none");
    return end + 1;
  }

  /** Takes bytes of the object's content and of the line end behind it; gives the object when that is all. */
  private takeContent(
    header: { note: string; type: string; length: number },
    chunk: Buffer,
    at: number,
    stop: number,
  ): StreamedObject | null {
    const { note, type, length } = header;
    const large = length > this.maxObject;
    const whole = this.got === 0 && stop - at === length + 1;
    this.got += stop - at;
    if (!whole && !large) this.parts.push(chunk.subarray(at, stop));
    if (this.got <= length) return null;
    const content = large ? null : whole ? chunk.subarray(at, stop - 1) : Buffer.concat(this.parts, length);
    this.header = null;
    this.parts = [];
    this.got = 0;
    return { note, object: content === null ? { type, length, content } : { type, content } };
  }
}
