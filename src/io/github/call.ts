/** How the rest of this folder asks GitHub: one request for each call, its answer checked, its failure a {@link ForgeError}. */
import type { ZodType } from "zod";
import { ForgeError } from "../../pulls/forge.js";
import { toForgeError } from "./trouble.js";
import { wholeFetch } from "./whole-fetch.js";

/** An octokit, whoever made it. */
export interface OctokitLike {
  request: {
    (
      route: string,
      parameters?: Record<string, unknown>,
    ): Promise<{ status: number; headers: Record<string, string | number | undefined>; data: unknown }>;
    endpoint: { DEFAULTS: { baseUrl: string } };
  };
  graphql(query: string, parameters?: Record<string, unknown>): Promise<unknown>;
}

export interface CallOptions {
  /** Of this program, for the user agent. */
  version: string;
  /** For a request and its whole answer. Milliseconds; 30,000. */
  timeoutMs?: number;
  /** Largest answer that is taken. Bytes; 128 MiB: GitHub's largest is a blob of 100 MB. */
  maxBytes?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface Answer {
  status: number;
  headers: Record<string, string | number | undefined>;
  data: unknown;
}

/** Who we are at the host. */
export interface Identity {
  login: string;
  /** Null for a token. */
  appId: number | null;
}

/** Asks GitHub; nothing is repeated. All throw {@link ForgeError}. */
export interface Client {
  /** Address of the API, as a key. */
  readonly baseUrl: string;
  /**
   * @param operation as GitHub's description names it, for messages
   * @param route such as "GET /repos/{owner}/{repo}"
   */
  call(operation: string, route: string, parameters?: Record<string, unknown>): Promise<Answer>;
  /** The answer's bytes as they are (media type "raw"). */
  bytes(operation: string, route: string, parameters: Record<string, unknown>): Promise<Buffer>;
  graphql(operation: string, query: string, variables: Record<string, unknown>): Promise<unknown>;
  /** Asked once. */
  identity(): Promise<Identity>;
}

/**
 * A client every request of which goes through `around`, which is told whether it only reads: what changes nothing may be asked for
 * again.
 */
export function clientAround(client: Client, around: <T>(ask: () => Promise<T>, reads: boolean) => Promise<T>): Client {
  return {
    baseUrl: client.baseUrl,
    call: (operation, route, parameters) =>
      around(() => client.call(operation, route, parameters), route.startsWith("GET ")),
    bytes: (...args) => around(() => client.bytes(...args), true),
    graphql: (operation, query, variables) =>
      around(() => client.graphql(operation, query, variables), !query.trimStart().startsWith("mutation")),
    identity: () => client.identity(),
  };
}

/** The settings of one request: no repeating by octokit's plugins, bodies to their end. */
export const requestSettings = ({ timeoutMs = 30_000, maxBytes = 128 * 1024 * 1024 }: CallOptions) => ({
  retries: 0,
  fetch: wholeFetch({ timeoutMs, maxBytes }),
});

/** @param identify who we are; asked once, again after it failed */
export function asClient(
  octokit: OctokitLike,
  options: CallOptions,
  identify: (client: Client) => Promise<Identity>,
): Client {
  const { now = Date.now, version } = options;
  const settings = { request: requestSettings(options), headers: { "user-agent": `patchwitness/${version}` } };
  const tried = async <T>(operation: string, ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      throw toForgeError(operation, error, now) ?? error;
    }
  };
  let known: Promise<Identity> | null = null;
  const client: Client = {
    baseUrl: octokit.request.endpoint.DEFAULTS.baseUrl,
    call: (operation, route, parameters = {}) =>
      tried(operation, () => octokit.request(route, { ...parameters, ...settings })),
    bytes: (operation, route, parameters) =>
      tried(operation, async () => {
        const request = { ...settings.request, parseSuccessResponseBody: false };
        const raw = { ...parameters, ...settings, request, mediaType: { format: "raw" } };
        const { data } = await octokit.request(route, raw);
        // The whole body is here already: see wholeFetch.
        return Buffer.from(await new Response(data as ReadableStream | null).arrayBuffer());
      }),
    graphql: (operation, query, variables) =>
      tried(operation, () => octokit.graphql(query, { ...variables, ...settings })),
    async identity() {
      known ??= identify(client);
      try {
        return await known;
      } catch (error) {
        known = null;
        throw error;
      }
    },
  };
  return client;
}

/** The part of an answer that we look at. @throws ForgeError away when it is not as GitHub describes it */
export function read<T>(operation: string, schema: ZodType<T>, data: unknown): T {
  const found = schema.safeParse(data);
  if (found.success) return found.data;
  const place = found.error.issues[0]?.path.join(".") ?? "";
  throw new ForgeError("away", `${operation}: an answer that is not as described (at "${place}")`, 200);
}
