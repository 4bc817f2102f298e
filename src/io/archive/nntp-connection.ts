/** One connection to a news server (RFC 3977): commands out, status lines and blocks of lines in, all of bounded size. */
import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { SourceError } from "../../watch/source.js";
import { MEND_TLS, plainPort } from "../tls-words.js";

/** RFC 3977, 3.1: status lines have 512 bytes at most. */
const MAX_STATUS = 4096;
/** Of a block that is dropped anyhow, no more is waited for. Bytes. */
const MAX_DROPPED = 1024 * 1024 * 1024;

const LF = 10;
const CR = 13;
const DOT = 46;

export interface NntpStatus {
  code: number;
  text: string;
}

export interface NntpTarget {
  host: string;
  /** The address of the host. */
  address: string;
  port: number;
  tls: boolean;
  timeoutMs: number;
}

export class NntpConnection {
  readonly #socket: Socket;
  readonly #input: AsyncIterator<Buffer>;
  readonly #host: string;
  #rest: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    this.#input = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Connects, without waiting for the greeting. @throws SourceError unreachable */
  static async open(target: NntpTarget, signal?: AbortSignal): Promise<NntpConnection> {
    const { host, address, port, timeoutMs } = target;
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = target.tls ? connectTls({ host: address, port, ...name }) : connectPlain({ host: address, port });
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`silent for ${timeoutMs / 1000} seconds`)));
    signal?.addEventListener("abort", () => socket.destroy(new Error("aborted")), { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once(target.tls ? "secureConnect" : "connect", resolve).once("error", reject);
        socket.once("close", () => reject(new Error("closed")));
      });
    } catch (error) {
      socket.destroy();
      const said = target.tls && error instanceof Error ? plainPort(error.message, port, MEND_TLS) : null;
      throw said === null ? unreachable(host, error) : unreachable(host, new Error(said, { cause: error }));
    }
    // Errors are met where the next bytes are read.
    socket.on("error", () => {});
    return new NntpConnection(socket, host);
  }

  /** Sends a command; its answer is read by {@link status}. Several may be sent ahead (RFC 3977, 3.5). */
  send(command: string): void {
    if (/[\r\n\0]/.test(command))
      throw new SourceError("not-allowed", "a line end stands in a command to the news server");
    this.#socket.write(`${command}\r\n`);
  }

  async status(): Promise<NntpStatus> {
    for (;;) {
      const end = this.#rest.indexOf(LF);
      if (end >= 0) {
        const line = this.#rest.toString("utf8", 0, end).replace(/\r$/, "");
        this.#rest = this.#rest.subarray(end + 1);
        const match = /^(\d{3})(?: (.*))?$/.exec(line);
        if (match === null) throw new SourceError("malformed", `${this.#host} answers with no status of NNTP`);
        return { code: Number(match[1]), text: match[2] ?? "" };
      }
      if (this.#rest.length > MAX_STATUS)
        throw new SourceError("malformed", `${this.#host} answers with an endless line`);
      await this.#more();
    }
  }

  /**
   * The lines behind a status up to the one with a dot alone, dots taken back and lines ended by LF; null when they are more
   * than `maxBytes`, which are dropped then.
   */
  async block(maxBytes: number): Promise<Buffer | null> {
    const kept: Buffer[] = [];
    let bytes = 0;
    let lineStart = true;
    for (;;) {
      const end = this.#rest.indexOf(LF);
      // Of an endless line pieces are taken as they come; a CR may be the first half of its end.
      if (end < 0 && this.#rest.length < MAX_STATUS) {
        await this.#more();
        continue;
      }
      const stop = end >= 0 ? end : this.#rest.length - (this.#rest.at(-1) === CR ? 1 : 0);
      const piece = this.#rest.subarray(0, stop);
      this.#rest = this.#rest.subarray(end >= 0 ? end + 1 : stop);
      const line = end >= 0 && piece.at(-1) === CR ? piece.subarray(0, -1) : piece;
      if (lineStart && line.length === 1 && line[0] === DOT && end >= 0) break;
      const content = lineStart && line[0] === DOT ? line.subarray(1) : line;
      bytes += content.length + 1;
      if (bytes <= maxBytes) kept.push(content, ...(end < 0 ? [] : [NEWLINE]));
      else kept.length = 0;
      if (bytes > MAX_DROPPED) throw new SourceError("too-large", `${this.#host} sends an endless article`);
      lineStart = end >= 0;
    }
    return bytes <= maxBytes ? Buffer.concat(kept) : null;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #more(): Promise<void> {
    let next: IteratorResult<Buffer>;
    try {
      next = await this.#input.next();
    } catch (error) {
      throw unreachable(this.#host, error);
    }
    if (next.done === true) throw unreachable(this.#host, new Error("the connection was closed"));
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
  }
}

const NEWLINE = Buffer.from("\n");

function unreachable(host: string, cause: unknown): SourceError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SourceError("unreachable", `the news server ${host} cannot be reached: ${why}`, null, { cause });
}
