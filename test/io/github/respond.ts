/** The way of one call: fault, route, caller, limits, the request's schema, the operation, the answer's schema. */
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { type App, authenticate, tokenOf } from "./auth.js";
import { isMutation, runGraphql } from "./graphql.js";
import { GraphqlError } from "./graphql-parse.js";
import { type Answer, type Context, notFound, ok, Refusal } from "./http.js";
import { type Counter, type Limits, secondaryLimit } from "./limits.js";
import { find, operationName, routes } from "./routes.js";
import { operations, requestFaults, responseFaults } from "./spec.js";
import type { World } from "./world.js";

export interface Call {
  /** From 1. */
  n: number;
  method: string;
  path: string;
  /** Such as "pulls/create-review", "graphql", or "" where there is none. */
  operation: string;
  body: unknown;
  headers: IncomingHttpHeaders;
  /** 0 until it is answered, and where the connection was dropped. */
  status: number;
}

/** "before" and "after": whether what the call asks for was done. */
export type Fault = { kind: "502" | "drop"; when: "before" | "after" } | { kind: "secondary"; retryAfter: number };

export interface State {
  world: World;
  app: App;
  limits: Limits;
  counter: Counter;
  violations: string[];
  calls: Call[];
  fault: (call: Call) => Fault | null;
  origin: string;
}

const parsed = (text: string): unknown => {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "Problems parsing JSON", "the body is no JSON");
  }
};

function mediaOf(accept: string | undefined): string {
  const name = /application\/vnd\.github\.(?:v3\.)?(raw|diff)(?:\+json)?/.exec(accept ?? "")?.[1];
  return name ?? "json";
}

function graphql(state: State, call: Call): Answer {
  const token = tokenOf(state.app, call.headers.authorization, state.world.now());
  state.counter.request();
  const { query, variables } = (call.body ?? {}) as { query?: unknown; variables?: Record<string, unknown> };
  if (typeof query !== "string")
    throw new Refusal(400, "A query attribute must be specified and must be a string.", "no query");
  if (isMutation(query)) state.counter.write();
  try {
    return ok({ data: runGraphql({ ...state, token }, query, variables ?? {}) });
  } catch (error) {
    const known = error instanceof GraphqlError || (error instanceof Refusal && error.status === 403);
    if (!known) throw error;
    // Nodes that are not there are no fault of the request's form.
    if (!error.message.startsWith("Could not resolve")) state.violations.push(`graphql: ${error.message}`);
    const type =
      error instanceof Refusal ? "FORBIDDEN" : error.message.startsWith("Could not") ? "NOT_FOUND" : "INVALID";
    return ok({ data: null, errors: [{ type, message: error.message }] });
  }
}

function rest(state: State, call: Call, url: URL): Answer {
  const { operation, params } = find(call.method, url.pathname);
  const { world, app, limits, origin, counter } = state;
  const repo = world.repos.find(
    ({ fullName }) => fullName.toLowerCase() === `${params.owner}/${params.repo}`.toLowerCase(),
  );
  if (repo === undefined && params.repo !== undefined) throw notFound();
  const body = (call.body ?? {}) as Context["body"];
  const media = mediaOf(call.headers.accept);
  // Operations without a repository in their address never look at it.
  const context = {
    world,
    app,
    limits,
    counter,
    operation,
    origin,
    url,
    params,
    query: url.searchParams,
    body,
    media,
    actor: null,
    repo,
  } as Context;
  context.actor = authenticate(context, call.headers.authorization);
  if (operation.id !== "rate-limit/get") counter.request();
  if (call.method !== "GET" && params.repo !== undefined) counter.write();
  const wrong = requestFaults(operation, { params, query: url.searchParams, body: call.body });
  if (wrong.length > 0) throw new Refusal(422, "Invalid request.", wrong.join("; "), wrong);
  const route = routes[operation.id];
  if (route === undefined) throw new Error(`no route for ${operation.id}`);
  return route(context);
}

/** What the operation itself says; a refusal becomes an answer, and where the client broke a rule it is noted. */
function judged(state: State, call: Call, text: string, url: URL): Answer {
  try {
    if (call.headers["user-agent"] === undefined)
      throw new Refusal(403, "Request forbidden by administrative rules.", "no user agent");
    call.body = parsed(text);
    return call.operation === "graphql" ? graphql(state, call) : rest(state, call, url);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { answer, broken, status } = error;
    const noted = broken ?? (status === 422 || status === 400 ? error.message : null);
    if (noted !== null) state.violations.push(`${call.operation || call.path}: ${noted}`);
    return answer;
  }
}

function checkAnswer(state: State, call: Call, { status, body, type }: Answer): void {
  const operation = operations.find(({ id }) => id === call.operation);
  if (operation === undefined) return;
  const media = type?.split(";")[0] ?? "application/json";
  const wrong = responseFaults(operation, status, media, Buffer.isBuffer(body) ? body.toString("latin1") : body);
  state.violations.push(...wrong.map((fault) => `the peer's answer to ${call.operation}: ${status} ${fault}`));
}

export interface Sent {
  status: number;
  body: string | Buffer;
  headers: Record<string, string>;
  drop: boolean;
}

/** JSON, text or bytes, with the headers that GitHub sends; 304 where the client has it already. */
function sent(state: State, call: Call, answer: Answer): Sent {
  const { status, type } = answer;
  const raw = typeof answer.body === "string" || Buffer.isBuffer(answer.body);
  const body = raw ? (answer.body as string | Buffer) : JSON.stringify(answer.body);
  const headers: Record<string, string> = {
    "content-type": type ?? "application/json; charset=utf-8",
    "x-github-request-id": `${call.n}`,
    ...answer.headers,
  };
  const known = call.method === "GET" && status === 200;
  if (known) headers.etag = `W/"${createHash("sha256").update(body).digest("hex")}"`;
  const unchanged = known && call.headers["if-none-match"] === headers.etag;
  if (unchanged && call.operation !== "rate-limit/get") state.counter.unchanged();
  Object.assign(headers, state.counter.headers);
  call.status = unchanged ? 304 : status;
  return unchanged ? { status: 304, body: "", headers, drop: false } : { status, body, headers, drop: false };
}

export function respond(state: State, request: IncomingMessage, text: string): Sent {
  const [method, url] = [request.method ?? "GET", new URL(request.url ?? "/", state.origin)];
  const operation = operationName(method, url.pathname);
  const call: Call = {
    n: state.calls.length + 1,
    method,
    path: url.pathname + url.search,
    operation,
    body: undefined,
    headers: request.headers,
    status: 0,
  };
  state.calls.push(call);
  const fault = state.fault(call);
  const bad: Answer = {
    status: 502,
    body: "<html><head><title>502 Bad Gateway</title></head></html>",
    type: "text/html",
  };
  const failed = (): Sent =>
    fault?.kind === "drop" ? { status: 0, body: "", headers: {}, drop: true } : sent(state, call, bad);
  if (fault?.kind === "secondary") return sent(state, call, secondaryLimit(fault.retryAfter).answer);
  if (fault?.when === "before") return failed();
  const answer = judged(state, call, text, url);
  checkAnswer(state, call, answer);
  return fault?.when === "after" ? failed() : sent(state, call, answer);
}
