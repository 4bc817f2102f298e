/** What octokit throws, as a {@link ForgeError}: by status and headers as GitHub's docs page "Rate limits for the REST API" has them. */
import { ForgeError, type ForgeTrouble } from "../../pulls/forge.js";
import { OversizedAnswer } from "./whole-fetch.js";

type Headers = Readonly<Record<string, string | number | undefined>>;

/** RequestError and GraphqlResponseError of octokit, as far as they are looked at. */
interface Failure {
  status?: unknown;
  cause?: unknown;
  name?: unknown;
  response?: { headers?: Headers; data?: unknown };
  headers?: Headers;
  errors?: unknown;
}

/** GitHub asks to wait "at least one minute" where it does not say how long. Milliseconds. */
const SECONDARY_WAIT = 60_000;
const MAX_WORDS = 200;

/**
 * @param operation what the message begins with, such as "pulls/get"
 * @returns null for what is no trouble at the host, but a fault of ours
 */
export function toForgeError(operation: string, error: unknown, now: () => number): ForgeError | null {
  if (error instanceof ForgeError) return error;
  if (error === null || typeof error !== "object") return null;
  const failure = error as Failure;
  if (failure.name === "GraphqlResponseError") return graphqlError(operation, failure, now);
  if (typeof failure.status !== "number") return null;
  const { response, status } = failure;
  // The client gives what was not answered the status 500, and no response.
  if (response === undefined) return unanswered(operation, failure);
  const headers = response.headers ?? {};
  const said = wordsOf(response.data);
  const trouble = troubleOf(status, headers, response.data, said);
  const retryAt = trouble === "limited" ? waitUntil(headers, now()) : null;
  return new ForgeError(trouble, `${operation}: ${status}${said === "" ? "" : ` ${said}`}`, status, retryAt);
}

function unanswered(operation: string, failure: Failure): ForgeError {
  const cause = failure.cause as { name?: unknown; code?: unknown; cause?: { code?: unknown } } | undefined;
  if (cause instanceof OversizedAnswer) return new ForgeError("too-large", `${operation}: ${cause.message}`, null);
  const late = [cause?.name, failure.name].some((name) => name === "TimeoutError" || name === "AbortError");
  const code = cause?.cause?.code ?? cause?.code;
  const why = late ? "timed out" : typeof code === "string" && /^[A-Z_]{2,40}$/.test(code) ? code : "connection lost";
  return new ForgeError("away", `${operation}: no answer (${why})`, null);
}

function troubleOf(status: number, headers: Headers, data: unknown, said: string): ForgeTrouble {
  if (status === 429) return "limited";
  if (isTooLarge(status, data, said)) return "too-large";
  if (status === 403) {
    const used = String(headers["x-ratelimit-remaining"] ?? "") === "0";
    return used || headers["retry-after"] !== undefined || isSecondary(said) ? "limited" : "refused";
  }
  if (status === 404 || status === 410) return "missing";
  return status >= 500 || status === 408 ? "away" : "refused";
}

const isSecondary = (said: string): boolean => /secondary rate limit|abuse detection/i.test(said);

/** A diff that is not given because of its size: 406 as a rule, 422 or 5xx where making it took too long; a blob above 100 MB: 403. */
function isTooLarge(status: number, data: unknown, said: string): boolean {
  if (status === 406) return true;
  const errors = (data as { errors?: unknown } | null)?.errors;
  const codes = Array.isArray(errors) ? errors.map((one) => (one as { code?: unknown } | null)?.code) : [];
  if (status >= 400 && codes.includes("too_large")) return true;
  return /diff .{0,40}(?:too (?:large|long|big)|exceeded)|returns blobs up to/i.test(said);
}

/** When to come again, ISO 8601. */
function waitUntil(headers: Headers, now: number): string {
  const after = Number(headers["retry-after"]);
  if (headers["retry-after"] !== undefined && Number.isFinite(after) && after >= 0) return iso(now + after * 1000);
  const reset = Number(headers["x-ratelimit-reset"]);
  if (String(headers["x-ratelimit-remaining"]) === "0" && Number.isFinite(reset)) return iso(reset * 1000);
  return iso(now + SECONDARY_WAIT);
}

/** Bounded: a date beyond what Date can hold is no date. */
const iso = (time: number): string => new Date(Math.min(time, 8.64e15)).toISOString();

/** Types of errors are GitHub's own (GraphQL docs page "Rate limits and node limits for the GraphQL API" for the first). */
function graphqlError(operation: string, { headers = {}, errors }: Failure, now: () => number): ForgeError {
  const list = Array.isArray(errors) ? (errors as { type?: unknown; message?: unknown }[]) : [];
  const [first] = list;
  const said = wordsOf(first);
  const type = String(first?.type ?? "");
  const limited = type === "RATE_LIMITED" || isSecondary(said);
  const away = type === "" && /something went wrong|timed? ?out|couldn't respond/i.test(said);
  const trouble = limited ? "limited" : away ? "away" : type === "NOT_FOUND" ? "missing" : "refused";
  return new ForgeError(trouble, `${operation}: ${said}`, 200, limited ? waitUntil(headers, now()) : null);
}

/** GitHub's own words, on one line, without what could steer a terminal. */
function wordsOf(data: unknown): string {
  const said = (data as { message?: unknown } | null | undefined)?.message;
  if (typeof said !== "string") return "";
  const plain = said
    .slice(0, 2 * MAX_WORDS)
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g, " ");
  return plain.trim().slice(0, MAX_WORDS);
}
