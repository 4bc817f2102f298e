/** Decompression of gzip as it comes (RFC 1952), so that a truncated archive still gives all that could be inflated. */
import { createGunzip } from "node:zlib";
import type { Problem } from "../errors.js";

/** Compressed bytes that are handed over at once: what one fault can cost of the text before it. */
const PIECE = 64 * 1024;

/**
 * Inflates a stream piece by piece; a fault ends the output and is reported through `problems`. The next piece is
 * inflated, on zlib's own thread, while the caller works on the last one.
 */
export async function* inflate(source: AsyncIterable<Buffer>, problems: Problem[]): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const out: Buffer[] = [];
  let fault: NodeJS.ErrnoException | null = null;
  gunzip.on("data", (chunk: Buffer) => out.push(chunk));
  const closed = new Promise<void>((resolve) => gunzip.once("close", resolve));
  gunzip.on("error", (error) => {
    fault = error;
  });
  let running: Promise<void> = Promise.resolve();
  for await (const piece of pieces(source)) {
    await running;
    if (fault !== null) break;
    const ready = out.splice(0);
    // A write that meets a fault may never be answered.
    running = Promise.race([closed, new Promise<void>((resolve) => gunzip.write(piece, () => resolve()))]);
    yield* ready;
  }
  await running;
  // The end is told apart from the last piece, because zlib drops the output of the call that finds the fault.
  if (fault === null) gunzip.end();
  await closed;
  yield* out.splice(0);
  if (fault !== null) problems.push(faultOf(fault));
}

async function* pieces(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += PIECE) yield chunk.subarray(at, at + PIECE);
  }
}

function faultOf(fault: NodeJS.ErrnoException): Problem {
  if (fault.code === "Z_BUF_ERROR") {
    return { code: "truncated-gzip", message: "The compressed input ends too early; what could be inflated was read." };
  }
  return { code: "bad-gzip", message: "The compressed input is damaged; what could be inflated was read." };
}
