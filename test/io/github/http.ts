/** What a call of the peer is made of, and the ways to answer one. */
import type { App } from "./auth.js";
import type { Counter, Limits } from "./limits.js";
import type { Operation } from "./spec.js";
import type { Repo, User, World } from "./world.js";

export interface Context {
  world: World;
  app: App;
  limits: Limits;
  counter: Counter;
  operation: Operation;
  /** Of the server, without a slash at its end. */
  origin: string;
  url: URL;
  params: Record<string, string>;
  query: URLSearchParams;
  body: Record<string, unknown>;
  /** The media type asked for: "json", "raw" or "diff". */
  media: string;
  /** Who calls: the App's bot with a token, null with the App's own key or without any. */
  actor: User | null;
  /** The repository of the address, looked up and allowed. */
  repo: Repo;
}

export interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  /** Other than application/json. */
  type?: string;
}

export type Handler = (context: Context) => Answer;

export const ok = (body: unknown, status = 200): Answer => ({ status, body });

const DOCUMENTATION = "https://docs.github.com/rest";

/** An answer that is no success. `broken` says which rule of GitHub's the client broke; null where nobody is to blame. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly broken: string | null = null,
    readonly errors?: unknown[],
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }

  get answer(): Answer {
    const { status, message, errors, headers } = this;
    const body = { message, documentation_url: DOCUMENTATION, status: `${status}`, ...(errors && { errors }) };
    return { status, body, headers };
  }
}

export const notFound = (): Refusal => new Refusal(404, "Not Found");

/** 422 as GitHub words it for a field. */
export const invalid = (resource: string, field: string, message: string): Refusal =>
  new Refusal(422, "Validation Failed", `${field}: ${message}`, [{ resource, code: "custom", field, message }]);

/** One page of a list, and the Link header to the others. */
export function page(
  { query, url, origin }: Context,
  list: readonly unknown[],
  wrap: (items: unknown[]) => unknown = (items) => items,
  at: { size: number; number: number } = pageOf(query),
): Answer {
  const { size, number } = at;
  const last = Math.max(1, Math.ceil(list.length / size));
  const link = (target: number, rel: string): string => {
    const address = new URL(url.pathname + url.search, origin);
    address.searchParams.set("page", `${target}`);
    return `<${address.href}>; rel="${rel}"`;
  };
  const links: string[] = [];
  if (number > 1) links.push(link(number - 1, "prev"));
  if (number < last) links.push(link(number + 1, "next"), link(last, "last"));
  if (number > 1) links.push(link(1, "first"));
  const body = wrap(list.slice((number - 1) * size, number * size));
  return { status: 200, body, headers: links.length > 0 ? { link: links.join(", ") } : {} };
}

/** GitHub gives at most 100 a page, whatever is asked for. */
export const pageOf = (query: URLSearchParams): { size: number; number: number } => ({
  size: Math.min(100, Math.max(1, Number(query.get("per_page") ?? 30) || 30)),
  number: Math.max(1, Number(query.get("page") ?? 1) || 1),
});
