/**
 * The HTTP client of the archives. It keeps the manners that archives ask for: hosts
 * that are configured and no others, one connection for each with one request after the other, a name and a contact, answers
 * kept for ten minutes and asked for conditionally then, and waiting when a server is busy.
 */
import type { HttpSettings } from "../../watch/source-config.js";
import { HttpTransport, type RawAnswer } from "../http-transport.js";
import { type Expected, openBody } from "./body.js";
import type { ArchiveTime } from "./context.js";
import type { CachedAnswer, HttpCache } from "./http-cache.js";
import { allowedUrl, statusError, type Validators, validatorsOf } from "./http-rules.js";
import { FinalError, retrying } from "./retry.js";

export interface HttpOptions extends HttpSettings {
  userAgent: string;
  /** Hosts that may be asked, as in a URL's `host`: "lore.kernel.org", "127.0.0.1:8080". */
  hosts: readonly string[];
  time: ArchiveTime;
  cache: HttpCache;
}

export interface GetOptions {
  expected: Expected;
  /** Largest body as it is sent, and inflated. Bytes. */
  maxBytes?: number;
  maxInflated?: number;
  /** Statuses other than 200 that are answers and no failures. */
  accept?: readonly number[];
  /** Of an answer that the caller knows already: status 304 then says that it still holds. */
  known?: Validators | undefined;
  /** False for what is read once, such as single mails: it is not kept. Default: true. */
  keep?: boolean;
  signal?: AbortSignal | undefined;
}

export interface HttpAnswer extends Validators {
  status: number;
  /** Inflated; empty for 304. */
  body: Buffer;
}

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_INFLATED = 256 * 1024 * 1024;
const MAX_REDIRECTS = 3;
const LEAST_CACHE_SECONDS = 600;

/** Asks the hosts of one archive. `close` ends its connections. */
export class HttpClient {
  readonly #options: HttpOptions;
  readonly #transport: HttpTransport;
  /** The end of the last request to each host. */
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #spoken = new Set<string>();

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#transport = new HttpTransport(options);
  }

  /**
   * The answer to GET, from the cache while it is fresh. @throws SourceError when there is none, or its status is neither
   * 200 nor accepted
   */
  async get(url: string, options: GetOptions): Promise<HttpAnswer> {
    const target = allowedUrl(url, null, this.#options);
    const cached = options.keep === false ? null : await this.#options.cache.get(target.href);
    const freshFor = Math.max(LEAST_CACHE_SECONDS, this.#options.cacheSeconds ?? 0) * 1000;
    const age = cached === null ? Number.POSITIVE_INFINITY : this.#options.time.now() - cached.checked;
    if (cached !== null && age >= 0 && age < freshFor) return this.#answer(target.href, 200, cached, options);
    return this.#inTurn(target.host, () =>
      retrying(this.#options.tries ?? 5, this.#options.time, options.signal, () =>
        this.#attempt(target, cached, options),
      ),
    );
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  /** One request after the other to a host, with a pause between, whoever asks. */
  async #inTurn<T>(host: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(host) ?? Promise.resolve();
    const turn = before.then(async () => {
      const pause = (this.#options.pauseSeconds ?? 0.2) * 1000;
      if (this.#spoken.has(host) && pause > 0) await this.#options.time.sleep(pause);
      this.#spoken.add(host);
      return work();
    });
    this.#turns.set(
      host,
      turn.catch(() => {}),
    );
    return turn;
  }

  async #attempt(target: URL, cached: CachedAnswer | null, options: GetOptions): Promise<HttpAnswer> {
    const known = cached ?? options.known ?? null;
    let url = target;
    for (let hops = 0; ; hops++) {
      const { status, headers, body } = await this.#send(url, known, options);
      if (status === 304 && cached !== null) {
        const again = { ...cached, checked: this.#options.time.now() };
        await this.#options.cache.put(target.href, again);
        return this.#answer(target.href, 200, again, options);
      }
      const location = headers.location;
      if ([301, 302, 303, 307, 308].includes(status) && typeof location === "string") {
        if (hops >= MAX_REDIRECTS) throw new FinalError("http-status", `${target.href} redirects too often`);
        url = allowedUrl(location, url, this.#options);
        continue;
      }
      const answer: CachedAnswer = { checked: this.#options.time.now(), ...validatorsOf(headers), body };
      if (status === 304 && known !== null) {
        return { status, body: Buffer.alloc(0), etag: known.etag, lastModified: known.lastModified };
      }
      if (status !== 200 && options.accept?.includes(status) !== true)
        throw statusError(url, status, headers, this.#options.time.now());
      const opened = await this.#answer(url.href, status, answer, options);
      if (status === 200 && options.keep !== false) await this.#options.cache.put(target.href, answer);
      return opened;
    }
  }

  async #answer(url: string, status: number, raw: CachedAnswer, options: GetOptions): Promise<HttpAnswer> {
    const maxInflated = options.maxInflated ?? MAX_INFLATED;
    // The page of an error is words for a person, whatever was asked for.
    const expected = status === 200 ? options.expected : "html";
    const body = await openBody(raw.body, { url, encoding: raw.contentEncoding, expected, maxInflated });
    return { status, body, etag: raw.etag, lastModified: raw.lastModified };
  }

  #send(url: URL, known: Validators | null, options: GetOptions): Promise<RawAnswer> {
    const headers: Record<string, string> = { "user-agent": this.#options.userAgent, "accept-encoding": "gzip" };
    if (known?.etag != null) headers["if-none-match"] = known.etag;
    if (known?.lastModified != null) headers["if-modified-since"] = known.lastModified;
    const { signal, maxBytes = MAX_BYTES } = options;
    return this.#transport.send(url, { method: "GET", headers, maxBytes, signal });
  }
}
