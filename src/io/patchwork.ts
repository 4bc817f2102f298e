/**
 * Patchwork over its REST API, version 1.3 (docs/api of getpatchwork/patchwork: rest/index.rst, schemas/v1.3). Reading is
 * tried again with patience; a check is posted once, as patchwork keeps every one that arrives.
 */
import { z } from "zod";
import { CHECK_STATES, type PatchworkCheck } from "../report/patchwork-check.js";
import { SourceError } from "../watch/source.js";
import type { ArchiveTime } from "./archive/context.js";
import { allowedUrl, statusError } from "./archive/http-rules.js";
import { FinalError, retryAfterSeconds, retrying } from "./archive/retry.js";
import { type HttpRequest, type RawAnswer, TransportError } from "./http-transport.js";

export interface PatchworkOptions {
  /** Where the instance is: "https://patchwork.kernel.org/". No other host is asked. */
  url: string;
  /** Linkname or id of the project. */
  project: string;
  /** The token of the account that posts; null where nothing is posted. See {@link patchworkToken}. */
  token: string | null;
  userAgent: string;
  /** How often reading is tried; default 5. */
  tries?: number;
  /** Whether the instance may be on this machine or in a private network, and be spoken to without TLS. */
  allowPrivate?: boolean;
  time: ArchiveTime;
  /** Sends one request: an HttpTransport, or what a test puts in its place. */
  send(url: URL, request: HttpRequest): Promise<RawAnswer>;
}

/** A check as patchwork lists it. */
export interface ListedCheck extends PatchworkCheck {
  id: number;
  /** Name of the account that posted it. */
  user: string;
}

/** How posting ended. `unknown`: the check may be there or not; {@link Patchwork.checksOf} tells. */
export type PostOutcome =
  | { outcome: "posted"; id: number | null }
  | { outcome: "refused"; reason: string; retryAfter: number | null }
  | { outcome: "unknown"; reason: string };

const MAX_BYTES = 4 * 1024 * 1024;
const PER_PAGE = 100;
const MAX_PAGES = 50;

const id = z.number().int().nonnegative();
const patches = z.array(z.looseObject({ id, msgid: z.string() }));
const checks = z.array(
  z.looseObject({
    id,
    state: z.enum(CHECK_STATES),
    context: z.string(),
    description: z.string().nullable(),
    target_url: z.string().nullable(),
    user: z.looseObject({ username: z.string() }),
  }),
);

/** The token out of an environment variable. @throws SourceError login-failed when it is not there or no header's text */
export function patchworkToken(variable: string, env: (name: string) => string | undefined): string {
  const token = env(variable)?.trim() ?? "";
  if (/^[\x21-\x7e]{1,200}$/.test(token)) return token;
  const why = token === "" ? "is not set" : "holds no token";
  throw new SourceError("login-failed", `the token of patchwork is not there: ${variable} ${why}`);
}

/** One project of one instance of patchwork. */
export class Patchwork {
  readonly #options: PatchworkOptions;
  readonly #api: URL;
  readonly #allowed: { hosts: string[]; allowPrivate: boolean };

  /** @throws SourceError not-allowed when the address is none of the web, or a token would go over it in the clear */
  constructor(options: PatchworkOptions) {
    const { url, token, allowPrivate = false } = options;
    this.#options = options;
    const host = URL.canParse(url) ? new URL(url).host : "";
    this.#allowed = { hosts: [host], allowPrivate };
    const base = allowedUrl(url, null, this.#allowed);
    if (token !== null && base.protocol !== "https:" && !allowPrivate)
      throw new SourceError("not-allowed", `${base.host} would get the token without TLS`);
    this.#api = new URL(`${base.pathname.replace(/\/+$/, "")}/api/1.3/`, base);
  }

  /** The id of the patch with this Message-ID (without <>), or null when the project has none. @throws SourceError */
  async findPatch(messageId: string, signal?: AbortSignal): Promise<number | null> {
    const url = new URL("patches/", this.#api);
    url.searchParams.set("project", this.#options.project);
    url.searchParams.set("msgid", messageId);
    const { value } = await this.#get(url, patches, signal);
    // A filter that an instance does not know is passed over, and everything answered.
    return value.find(({ msgid }) => msgid.replace(/^<|>$/g, "") === messageId)?.id ?? null;
  }

  /** All checks of a patch, in patchwork's order. @throws SourceError, not-found when there is no such patch */
  async checksOf(patch: number, signal?: AbortSignal): Promise<ListedCheck[]> {
    const found: ListedCheck[] = [];
    let url: URL | null = new URL(`patches/${patch}/checks/?per_page=${PER_PAGE}`, this.#api);
    for (let page = 0; url !== null; page += 1) {
      if (page >= MAX_PAGES) throw new FinalError("too-large", `patch ${patch} of ${url.host} has too many checks`);
      const answer: { value: z.infer<typeof checks>; next: URL | null } = await this.#get(url, checks, signal);
      for (const { id, context, state, description, target_url, user } of answer.value)
        found.push({ id, context, state, description: description ?? "", target_url, user: user.username });
      url = answer.next;
    }
    return found;
  }

  /** Posts a check, once. It does not throw: what is not known for certain is an outcome. */
  async postCheck(patch: number, check: PatchworkCheck, signal?: AbortSignal): Promise<PostOutcome> {
    if (this.#options.token === null) return { outcome: "refused", reason: "there is no token", retryAfter: null };
    const url = new URL(`patches/${patch}/checks/`, this.#api);
    const { context, state, description, target_url } = check;
    const body = JSON.stringify({ state, context, description, ...(target_url === null ? {} : { target_url }) });
    const headers = { ...this.#headers(), "content-type": "application/json" };
    try {
      const answer = await this.#options.send(url, { method: "POST", headers, body, maxBytes: MAX_BYTES, signal });
      return outcomeOf(answer, url, this.#options.time.now());
    } catch (error) {
      return failedOutcome(error);
    }
  }

  #headers(): Record<string, string> {
    const { token, userAgent } = this.#options;
    const login = token === null ? {} : { authorization: `Token ${token}` };
    return { "user-agent": userAgent, accept: "application/json", ...login };
  }

  async #get<T>(url: URL, shape: z.ZodType<T>, signal?: AbortSignal): Promise<{ value: T; next: URL | null }> {
    const { tries = 5, time } = this.#options;
    return retrying(tries, time, signal, async () => {
      const answer = await this.#options.send(url, {
        method: "GET",
        headers: this.#headers(),
        maxBytes: MAX_BYTES,
        signal,
      });
      if (answer.status !== 200) throw statusError(url, answer.status, answer.headers, time.now());
      const parsed = shape.safeParse(jsonOf(answer.body));
      if (!parsed.success) throw new FinalError("malformed", `${url.host} does not answer as patchwork does`);
      const next = nextPage(answer.headers.link);
      return { value: parsed.data, next: next === null ? null : allowedUrl(next, url, this.#allowed) };
    });
  }
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
}

/** The target of rel="next" (RFC 8288), or null on the last page. */
function nextPage(link: string | string[] | undefined): string | null {
  for (const part of [link ?? []].flat().join(",").split(",")) {
    const [, target, rest = ""] = /^\s*<([^>]*)>(.*)$/.exec(part) ?? [];
    if (target !== undefined && /;\s*rel="?next"?(?:\s*;|\s*$)/i.test(rest)) return target;
  }
  return null;
}

/** What an answer to posting says. A server that fails (5xx) may have kept the check before it did. */
function outcomeOf({ status, headers, body }: RawAnswer, url: URL, now: number): PostOutcome {
  if (status === 201) {
    const created = z.looseObject({ id }).safeParse(jsonOf(body));
    return { outcome: "posted", id: created.success ? created.data.id : null };
  }
  const field = headers["retry-after"];
  const retryAfter = retryAfterSeconds(Array.isArray(field) ? field[0] : field, now);
  const reason = `${url.href} answered with status ${status}`;
  if (status >= 500 && !(status === 503 && retryAfter !== null)) return { outcome: "unknown", reason };
  return { outcome: "refused", reason, retryAfter };
}

function failedOutcome(error: unknown): PostOutcome {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof TransportError) {
    if (!error.mayHaveArrived) return { outcome: "refused", reason, retryAfter: null };
    // The head of the answer came: only the id is lost.
    return error.status === 201 ? { outcome: "posted", id: null } : { outcome: "unknown", reason };
  }
  const isRefused = error instanceof SourceError && error.reason === "not-allowed";
  return isRefused ? { outcome: "refused", reason, retryAfter: null } : { outcome: "unknown", reason };
}
