/** One `git cat-file --batch` process, asked one object after the other (git-cat-file(1), "Batch output"). */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

export interface GitObject {
  id: string;
  type: string;
  content: Buffer;
}

/** An object that is there, but larger than what is kept. */
export interface LargeObject {
  id: string;
  type: string;
  /** Bytes. */
  length: number;
  content: null;
}

export interface GitBatchOptions {
  /** A larger object is told of and not kept. Bytes. */
  maxObject?: number;
  /** Instead of {@link gitEnvironment}. */
  env?: NodeJS.ProcessEnv;
}

/** Kernel sources are far smaller; a larger object counts as absent. Bytes. */
const MAX_OBJECT = 64 * 1024 * 1024;
const MAX_HEADER = 64 * 1024;

/** The environment for git: no settings of a surrounding git command (a hook), no questions, no fetching. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) if (!name.startsWith("GIT_")) env[name] = value;
  return { ...env, GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", GIT_NO_LAZY_FETCH: "1", LC_ALL: "C" };
}

interface Request {
  resolve(object: GitObject | LargeObject | null): void;
  reject(error: Error): void;
}

/** Reads objects of a repository; `close` ends the process. */
export class GitBatch {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: Request[] = [];
  private chunks: Buffer[] = [];
  private size = 0;
  private header: { id: string; type: string; length: number } | null = null;
  private failure: Error | null = null;
  private readonly ended: Promise<void>;
  private errors = "";
  private readonly maxObject: number;
  /** Bytes of an object that is too large which are still to come, its line end included. */
  private skip = 0;

  constructor(repository: string, options: GitBatchOptions = {}) {
    this.maxObject = options.maxObject ?? MAX_OBJECT;
    // An abbreviated id that names a blob and a commit means the blob here.
    const args = ["-c", "core.disambiguate=blob", "-C", repository, "cat-file", "--batch"];
    this.child = spawn("git", args, { env: options.env ?? gitEnvironment(), stdio: ["pipe", "pipe", "pipe"] });
    this.child.stdout.on("data", (chunk: Buffer) => this.take(chunk));
    this.child.stderr.on("data", (chunk: Buffer) => {
      if (this.errors.length < 2000) this.errors += chunk.toString("utf8");
    });
    this.child.stdin.on("error", (error) => this.fail(error));
    this.child.on("error", (error) => this.fail(error));
    this.ended = new Promise((resolve) => {
      this.child.on("close", () => {
        this.fail(new Error(`git cat-file ended${this.errors === "" ? "" : `: ${this.errors.trim()}`}`));
        resolve();
      });
    });
  }

  /** The object that a name means, or null when there is none, the name is ambiguous or the object too large. */
  async read(name: string): Promise<GitObject | null> {
    const object = await this.look(name);
    return object?.content == null ? null : object;
  }

  /** As {@link read}, and tells an object that is too large from one that is not there. */
  look(name: string): Promise<GitObject | LargeObject | null> {
    if (this.failure !== null) return Promise.reject(this.failure);
    if (/[\n\r\0]/.test(name)) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin.write(`${name}\n`);
    });
  }

  /** Ends the process and waits until it is gone. */
  async close(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.stdin.end();
    await this.ended;
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const request of this.waiting.splice(0)) request.reject(error);
  }

  private take(chunk: Buffer): void {
    const rest = this.skip === 0 ? chunk : chunk.subarray(Math.min(this.skip, chunk.length));
    this.skip -= chunk.length - rest.length;
    if (rest.length === 0) return;
    this.chunks.push(rest);
    this.size += rest.length;
    while (this.waiting.length > 0 && (this.header === null ? this.takeHeader() : this.takeContent()));
  }

  /** Reads a header line; true when one was there. */
  private takeHeader(): boolean {
    const bytes = this.gather();
    const end = bytes.indexOf(10);
    if (end < 0) {
      if (bytes.length > MAX_HEADER) this.fail(new Error("git cat-file answered without a line end"));
      return false;
    }
    const line = bytes.toString("utf8", 0, end);
    this.drop(bytes, end + 1);
    const match = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(line);
    const [, id = "", type = "", length = "0"] = match ?? [];
    if (match === null) this.waiting.shift()?.resolve(null);
    else if (Number(length) > this.maxObject) this.skipContent({ id, type, length: Number(length), content: null });
    else this.header = { id, type, length: Number(length) };
    return true;
  }

  /** Memory is never given to what will not be kept. */
  private skipContent(object: LargeObject): void {
    const bytes = this.gather();
    const here = Math.min(bytes.length, object.length + 1);
    this.skip = object.length + 1 - here;
    this.drop(bytes, here);
    this.waiting.shift()?.resolve(object);
  }

  private takeContent(): boolean {
    const { header } = this;
    if (header === null || this.size < header.length + 1) return false;
    const bytes = this.gather();
    const content = Buffer.from(bytes.subarray(0, header.length));
    this.drop(bytes, header.length + 1);
    this.header = null;
    this.waiting.shift()?.resolve({ id: header.id, type: header.type, content });
    return true;
  }

  private gather(): Buffer {
    const bytes = this.chunks.length === 1 ? (this.chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(this.chunks);
    this.chunks = [bytes];
    return bytes;
  }

  private drop(bytes: Buffer, count: number): void {
    const rest = bytes.subarray(count);
    this.chunks = rest.length === 0 ? [] : [rest];
    this.size = rest.length;
  }
}
