/** What the tests of archives share: batches as one, a clock that does not wait, servers on loopback with and without faults. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request as forward, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArchiveContext, ArchiveTime } from "../../../src/io/archive/context.js";
import { type Batch, type Source, SourceError } from "../../../src/watch/source.js";

/** Pseudo-random numbers from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A clock that goes on by what is slept, and notes it. */
export interface FakeTime extends ArchiveTime {
  slept: number[];
  advance(ms: number): void;
}

export function fakeTime(seed = 1): FakeTime {
  let now = Date.parse("2024-03-01T00:00:00Z");
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
    random: seeded(seed),
    advance: (ms) => {
      now += ms;
    },
  };
}

/** A context whose folder is new; `remove` deletes it. */
export function testContext(time: ArchiveTime = fakeTime()): ArchiveContext & { remove(): void } {
  const dataFolder = mkdtempSync(join(tmpdir(), "archive-"));
  const remove = (): void => rmSync(dataFolder, { recursive: true, force: true });
  return { dataFolder, userAgent: "patchwitness/0.0.0 (+test@example.org)", time, env: () => undefined, remove };
}

/** Everything that a source gives behind a cursor. */
export interface ReadOut {
  refs: string[];
  texts: string[];
  removed: string[];
  lost: string[];
  batches: Batch[];
  cursor: string | null;
}

function summary(batches: readonly Batch[], cursor: string | null = null): ReadOut {
  return {
    refs: batches.flatMap((batch) => batch.mails.map((mail) => mail.ref)),
    texts: batches.flatMap((batch) => batch.mails.map((mail) => Buffer.from(mail.raw).toString("latin1"))),
    removed: batches.flatMap((batch) => batch.removed.map((mail) => Buffer.from(mail.raw).toString("latin1"))),
    lost: batches.flatMap((batch) => batch.lost.map((mail) => `${mail.ref}: ${mail.reason}`)),
    batches: [...batches],
    cursor: batches.at(-1)?.cursor ?? cursor,
  };
}

export async function readAll(source: Source, cursor: string | null = null): Promise<ReadOut> {
  const batches: Batch[] = [];
  for await (const batch of source.read(cursor, {})) batches.push(batch);
  await source.close();
  return summary(batches, cursor);
}

/** As {@link readAll}, for a source that fails: what came before, and why it failed. */
export async function readUntilError(
  source: Source,
  cursor: string | null = null,
): Promise<ReadOut & { error: unknown }> {
  const batches: Batch[] = [];
  let error: unknown = null;
  try {
    for await (const batch of source.read(cursor, {})) batches.push(batch);
  } catch (thrown) {
    error = thrown;
  }
  await source.close();
  return { ...summary(batches, cursor), error };
}

/**
 * Reads an archive as a service does that is killed and fails now and then: each run goes on from the last cursor, and is
 * left after a few batches. Ends when a run without failure gives nothing.
 */
export async function readWithInterruptions(
  open: () => Source,
  random: () => number,
  between: () => void = () => {},
): Promise<ReadOut & { runs: number; failures: string[] }> {
  const batches: Batch[] = [];
  const failures: string[] = [];
  let cursor: string | null = null;
  for (let runs = 1; runs < 1000; runs++) {
    const source = open();
    let left = 1 + Math.floor(random() * 3);
    let given = 0;
    let failed = false;
    try {
      for await (const batch of source.read(cursor, {})) {
        batches.push(batch);
        cursor = batch.cursor;
        given++;
        if (--left === 0) break;
      }
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      failures.push(error.reason);
      failed = true;
    }
    await source.close();
    if (given === 0 && !failed) return { ...summary(batches, cursor), runs, failures };
    between();
  }
  throw new Error("the archive was not read to its end in 1000 runs");
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface TestServer {
  /** "http://127.0.0.1:PORT" */
  origin: string;
  host: string;
  requests: IncomingMessage[];
  close(): Promise<void>;
}

/** An HTTP server on a free port of loopback. */
export async function serve(handler: Handler): Promise<TestServer> {
  const requests: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request);
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { origin: `http://${host}`, host, requests, close };
}

/** Serves files by path, with an ETag as web servers make it. */
export function files(content: ReadonlyMap<string, Buffer>): Handler {
  return (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname);
    const body = content.get(path.endsWith("/") ? `${path}index.html` : path);
    if (body === undefined) {
      response.writeHead(404, { "content-type": "text/html" }).end("<html><title>404 Not Found</title></html>");
      return;
    }
    const etag = `"${body.length}-${body.subarray(-16).toString("hex")}"`;
    if (request.headers["if-none-match"] === etag) response.writeHead(304, { etag }).end();
    else response.writeHead(200, { etag, "content-length": body.length }).end(body);
  };
}

/** Passes requests on to a server, and shows its answer. */
export function passOn(origin: string): Handler {
  return (request, response) => {
    const upstream = forward(
      new URL(request.url ?? "/", origin),
      { method: request.method, headers: { ...request.headers, host: new URL(origin).host } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    upstream.on("error", () => response.destroy());
    request.pipe(upstream);
  };
}

/** Spoils a share of the answers, each in one of five ways. */
export function withFaults(handler: Handler, random: () => number, share = 0.1): Handler {
  return (request, response) => {
    if (random() >= share) return handler(request, response);
    const way = Math.floor(random() * 5);
    if (way === 0) response.writeHead(500).end("broken");
    else if (way === 1) response.writeHead(503, { "retry-after": "3" }).end("later");
    else if (way === 2) request.socket.destroy();
    else if (way === 3) truncated(handler, request, response);
    else {
      const page = "<!DOCTYPE html><html><title>Making sure you're not a bot!</title><body>...</body></html>";
      response.writeHead(200, { "content-type": "text/html" }).end(page);
    }
  };
}

/** The first half of an answer under a length that fits it where it is compressed, and a cut connection else. */
function truncated(handler: Handler, request: IncomingMessage, response: ServerResponse): void {
  const pieces: Buffer[] = [];
  const end = response.end.bind(response);
  const writeHead = response.writeHead.bind(response);
  let status = 200;
  let encoding = {};
  response.writeHead = ((code: number, headers: Record<string, string> = {}) => {
    status = code;
    if (headers["content-encoding"] !== undefined) encoding = { "content-encoding": headers["content-encoding"] };
    return response;
  }) as typeof response.writeHead;
  response.write = ((piece: Buffer | string) => {
    pieces.push(Buffer.from(piece));
    return true;
  }) as typeof response.write;
  response.end = ((piece?: Buffer | string) => {
    if (piece !== undefined && typeof piece !== "function") pieces.push(Buffer.from(piece));
    const body = Buffer.concat(pieces);
    const half = body.subarray(0, Math.floor(body.length / 2));
    if (body[0] === 0x1f && body[1] === 0x8b) {
      writeHead(status, { ...encoding, "content-length": half.length });
      return end(half);
    }
    writeHead(status, { "content-length": Math.max(1, body.length) });
    response.flushHeaders();
    setTimeout(() => request.socket.destroy(), 2);
    return response;
  }) as typeof response.end;
  handler(request, response);
}

/** Passes connections on to a port, and breaks one in the middle of what the server says, now and then. */
export async function breakingProxy(port: number, random: () => number): Promise<{ port: number; close(): void }> {
  const server = createTcpServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    client.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
    upstream.on("error", () => client.destroy()).on("close", () => client.end());
    client.pipe(upstream);
    upstream.on("data", (chunk: Buffer) => {
      if (random() >= 0.05) client.write(chunk);
      else client.write(chunk.subarray(0, chunk.length >> 1), () => client.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}
