/**
 * Inputs of the command line to messages: files, gzip, maildirs, folders of mail and standard input, in the order they
 * are named. Mailboxes are split as they are read, so that memory holds one mail and not the archive.
 */
import { createReadStream } from "node:fs";
import { EXIT, type Problem, ReviewError } from "../errors.js";
import { type InputKind, inputKind, KIND_BYTES } from "../message/input-kind.js";
import type { Message } from "../message/message.js";
import { readMboxMail, readSingle } from "../message/read-message.js";
import { MAX_MAIL_BYTES, MboxSplitter, type RawMail, tooLarge } from "../message/split-mbox.js";
import { inflate } from "./inflate.js";
import { listInput } from "./list-input.js";

export interface ReadOptions {
  /** What `-` reads; standard input unless a test gives another. */
  stdin?: AsyncIterable<Buffer | string>;
  /** Told after each piece of an input how many bytes of it, as stored, have been read. */
  onBytes?: (bytes: number) => void;
}

/**
 * Every message of every input, in order. Inputs that cannot be read do not stop the others: when all is answered a
 * {@link ReviewError} (exit 4) names each of them.
 */
export async function* readInputs(inputs: readonly string[], options: ReadOptions = {}): AsyncGenerator<Message> {
  const unreadable: Problem[] = [];
  const ids = new Set<string>();
  for (const input of inputs) {
    const files = input === "-" ? ["-"] : await listInput(input, unreadable);
    for (const file of files) {
      try {
        for await (const message of readFile(file, options)) yield markDuplicate(message, ids);
      } catch (error) {
        if (!isSystemError(error)) throw error;
        unreadable.push({ code: "unreadable-input", message: `${file}: ${reasonOf(error)}` });
      }
    }
  }
  if (unreadable.length === 0) return;
  const list = unreadable.map((problem) => problem.message).join("; ");
  throw new ReviewError("unreadable-input", EXIT.input, `cannot read ${list}`, { problems: unreadable });
}

/** The same mail through several lists has one id: the later ones say so. */
function markDuplicate(message: Message, ids: Set<string>): Message {
  if (message.messageId === null) return message;
  if (!ids.has(message.messageId)) {
    ids.add(message.messageId);
    return message;
  }
  const problem = { code: "duplicate-message-id", message: "An earlier mail of the input has the same Message-ID." };
  return { ...message, problems: [...message.problems, problem] };
}

async function* readFile(file: string, options: ReadOptions): AsyncGenerator<Message> {
  const problems: Problem[] = [];
  const source =
    file === "-"
      ? buffers(options.stdin ?? process.stdin)
      : buffers(createReadStream(file, { highWaterMark: 1 << 20 }));
  let stream = await peek(counted(source, options.onBytes));
  // An archive may be compressed twice, by a server and by whoever saved it.
  for (let depth = 0; stream.kind === "gzip" && depth < 2; depth++)
    stream = await peek(inflate(stream.chunks, problems));
  if (stream.kind === "mbox") yield* readMbox(stream.chunks, problems);
  else {
    const { bytes, cut } = await gather(stream.chunks);
    yield await readSingle(bytes, stream.kind === "gzip" ? "binary" : stream.kind, [...problems, ...cut]);
  }
}

async function* readMbox(chunks: AsyncIterable<Buffer>, problems: readonly Problem[]): AsyncGenerator<Message> {
  const splitter = new MboxSplitter();
  for await (const chunk of chunks) {
    for (const raw of splitter.push(chunk)) yield await readMboxMail(raw, splitter.dialect);
  }
  const last: RawMail[] = splitter.end();
  // What was wrong with the file as a whole was found at its end and concerns the mail that stands there.
  const final = last.pop();
  for (const raw of last) yield await readMboxMail(raw, splitter.dialect);
  if (final !== undefined)
    yield await readMboxMail({ ...final, problems: [...final.problems, ...problems] }, splitter.dialect);
}

interface Peeked {
  kind: InputKind;
  chunks: AsyncIterable<Buffer>;
}

/** Looks at the first bytes of a stream and gives back the whole of it. */
async function peek(source: AsyncIterable<Buffer>): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]();
  const head: Buffer[] = [];
  let length = 0;
  while (length < KIND_BYTES) {
    const next = await iterator.next();
    if (next.done === true) break;
    head.push(next.value);
    length += next.value.length;
  }
  const first = Buffer.concat(head);
  async function* whole(): AsyncGenerator<Buffer> {
    yield first;
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield next.value;
    }
  }
  return { kind: inputKind(first), chunks: whole() };
}

/** Everything of a stream up to the longest mail that is kept; the rest is read, counted and dropped. */
async function gather(chunks: AsyncIterable<Buffer>): Promise<{ bytes: Buffer; cut: Problem[] }> {
  const kept: Buffer[] = [];
  let length = 0;
  let dropped = 0;
  for await (const chunk of chunks) {
    const part = chunk.subarray(0, Math.max(0, MAX_MAIL_BYTES - length));
    if (part.length > 0) kept.push(part);
    length += part.length;
    dropped += chunk.length - part.length;
  }
  return { bytes: Buffer.concat(kept), cut: dropped > 0 ? [tooLarge(dropped, MAX_MAIL_BYTES)] : [] };
}

async function* buffers(source: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer> {
  for await (const chunk of source) yield typeof chunk === "string" ? Buffer.from(chunk, "utf8") : chunk;
}

async function* counted(
  source: AsyncIterable<Buffer>,
  onBytes: ((bytes: number) => void) | undefined,
): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    onBytes?.(chunk.length);
    yield chunk;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && "syscall" in error;
}

function reasonOf(error: NodeJS.ErrnoException): string {
  const reasons: Record<string, string> = {
    ENOENT: "no such file or folder",
    EACCES: "permission denied",
    EPERM: "permission denied",
    ELOOP: "symbolic links go round in a circle",
    EIO: "input/output error",
  };
  return reasons[error.code ?? ""] ?? error.code ?? "unknown error";
}
