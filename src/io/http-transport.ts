/**
 * One HTTP request, and the one place that speaks to undici: one connection for each host, allowed addresses only, bounded
 * bodies and times. Who may be asked, and how often, is decided by those who call.
 */
import { Agent, buildConnector, type Dispatcher, errors, request } from "undici";
import { SourceError, type SourceReason } from "../watch/source.js";
import { guardedLookup, isPublicAddress, notAllowed } from "./archive/address-guard.js";
import type { HttpHeaders } from "./archive/http-rules.js";
import { plainPort } from "./tls-words.js";

export interface TransportSettings {
  /** Whether addresses of this machine and of private networks may be connected to. */
  allowPrivate?: boolean;
  /** How long a server may be silent. Seconds; default 60. */
  timeoutSeconds?: number;
}

export interface HttpRequest {
  method: "GET" | "POST";
  headers: Record<string, string>;
  body?: string;
  /** Largest body of the answer. Bytes. */
  maxBytes: number;
  signal?: AbortSignal | undefined;
}

export interface RawAnswer {
  status: number;
  headers: HttpHeaders;
  /** As it was sent. */
  body: Buffer;
}

/** A request that was not answered, or not to the end. */
export class TransportError extends SourceError {
  constructor(
    reason: SourceReason,
    message: string,
    /** False only where no connection came about: then the server has not seen the request. */
    readonly mayHaveArrived: boolean,
    /** Status of the answer where its head came; null where not even that did. */
    readonly status: number | null,
    options: ErrorOptions,
  ) {
    super(reason, message, null, options);
    this.name = "TransportError";
  }
}

/** Sends requests; `close` ends the connections. */
export class HttpTransport {
  readonly #agent: Agent;
  /** Errors of connections that did not come about. */
  readonly #unconnected = new WeakSet<object>();

  constructor({ allowPrivate = false, timeoutSeconds = 60 }: TransportSettings) {
    const timeout = timeoutSeconds * 1000;
    this.#agent = new Agent({
      connections: 1,
      pipelining: 1,
      headersTimeout: timeout,
      bodyTimeout: timeout,
      connect: this.#guardedConnector(allowPrivate, Math.min(timeout, 30_000)),
    });
  }

  /** The answer, whatever its status; redirects are answers. @throws TransportError, SourceError not-allowed, too-large */
  async send(url: URL, { method, headers, body, maxBytes, signal }: HttpRequest): Promise<RawAnswer> {
    let answer: Dispatcher.ResponseData;
    try {
      answer = await request(url, {
        dispatcher: this.#agent,
        method,
        headers,
        signal: signal ?? null,
        ...(body === undefined ? {} : { body }),
      });
    } catch (error) {
      throw this.#failureOf(error, url, null);
    }
    try {
      const bytes = await readBody(answer, url, maxBytes);
      return { status: answer.statusCode, headers: answer.headers, body: bytes };
    } catch (error) {
      throw this.#failureOf(error, url, answer.statusCode);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /** Connects to allowed addresses only; the address that a socket really reached is looked at once more. */
  #guardedConnector(allowPrivate: boolean, timeout: number): buildConnector.connector {
    const connect = buildConnector({ timeout, lookup: guardedLookup(allowPrivate) } as buildConnector.BuildOptions);
    return (options, callback) => {
      connect(options, (...result) => {
        const [error, socket] = result;
        const reached = socket?.remoteAddress;
        if (error !== null) {
          this.#unconnected.add(error);
          callback(error, null);
        } else if (!allowPrivate && (reached === undefined || !isPublicAddress(reached))) {
          socket?.destroy();
          callback(notAllowed(options.hostname), null);
        } else callback(...result);
      });
    };
  }

  #failureOf(error: unknown, url: URL, status: number | null): unknown {
    if (error instanceof SourceError) return error;
    if (error instanceof Error && (error.name === "AbortError" || error instanceof errors.RequestAbortedError))
      return error;
    if (error instanceof Error && error.cause instanceof SourceError) return error.cause;
    const message = error instanceof Error ? error.message : String(error);
    const port = Number(url.port === "" ? 443 : url.port);
    const why =
      plainPort(message, port, "write http:// in the place of https://, or name the port that does") ?? message;
    const what = status === null ? "cannot be reached" : "broke off its answer";
    const arrived = !(error instanceof Error && this.#unconnected.has(error));
    const reason = status === null ? "unreachable" : "truncated";
    return new TransportError(reason, `${url.host} ${what}: ${why}`, arrived, status, { cause: error });
  }
}

async function readBody(answer: Dispatcher.ResponseData, url: URL, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of answer.body) {
    length += piece.length;
    // Leaving the loop destroys the body, and with it the connection.
    if (length > maxBytes) throw new SourceError("too-large", `${url.href} sends more than ${maxBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
