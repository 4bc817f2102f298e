/** What may be asked over HTTP, and what the head of an answer means. */
import { isIP } from "node:net";
import { SourceError } from "../../watch/source.js";
import { isPublicAddress, notAllowed } from "./address-guard.js";
import { FinalError, retryAfterSeconds } from "./retry.js";

export type HttpHeaders = Record<string, string | string[] | undefined>;

/** What a server is asked with whether something changed. */
export interface Validators {
  etag: string | null;
  lastModified: string | null;
}

/**
 * The URL when it may be asked, `from` being the one that redirects to it: the archive's hosts only, without credentials,
 * never from TLS to none, and no address inside. @throws SourceError not-allowed
 */
export function allowedUrl(
  text: string,
  from: URL | null,
  allowed: { hosts: readonly string[]; allowPrivate?: boolean },
): URL {
  const url = URL.canParse(text, from?.href) ? new URL(text, from?.href) : null;
  const where = from === null ? "" : `${from.href} redirects: `;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new SourceError("not-allowed", `${where}${text.slice(0, 200)} is no web address`);
  }
  if (!allowed.hosts.includes(url.host) || url.username !== "" || url.password !== "") {
    throw new SourceError("not-allowed", `${where}${url.host} is not the archive's host`);
  }
  if (from?.protocol === "https:" && url.protocol === "http:") {
    throw new SourceError("not-allowed", `${where}to a connection without TLS`);
  }
  // A name is judged by what it resolves to, when it is connected to.
  const address = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (allowed.allowPrivate !== true && isIP(address) !== 0 && !isPublicAddress(address)) throw notAllowed(url.host);
  return url;
}

/** The failure that a status is. Those of a server (429, 5xx) may pass, others are final. */
export function statusError(url: URL, status: number, headers: HttpHeaders, now: number): SourceError {
  const field = headers["retry-after"];
  const retryAfter = retryAfterSeconds(Array.isArray(field) ? field[0] : field, now);
  const message = `${url.href} answered with status ${status}`;
  if (status === 429 || (status === 503 && retryAfter !== null)) {
    return new SourceError("rate-limited", message, retryAfter);
  }
  if (status >= 500) return new SourceError("http-status", message, retryAfter);
  return new FinalError(status === 404 || status === 410 ? "not-found" : "http-status", message);
}

/** Validators and encoding of an answer. What comes back in a request's header must fit into one. */
export function validatorsOf(headers: HttpHeaders): Validators & { contentEncoding: string } {
  const text = (name: string): string | null => {
    const value = headers[name];
    return typeof value === "string" && value.length <= 256 && /^[\x20-\x7e]+$/.test(value) ? value : null;
  };
  return { etag: text("etag"), lastModified: text("last-modified"), contentEncoding: text("content-encoding") ?? "" };
}
