/**
 * The receiving end of GitHub's webhooks, with Probot, of which this is the only importer. A delivery is verified and handed on; no
 * request is made because of it, and nothing waits for work to be done.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createNodeMiddleware, Probot } from "probot";
import { EXIT, ReviewError } from "../../errors.js";
import { listenAt, parseListen, shownHost, stopListening } from "../hosts.js";
import { readBody } from "./request-body.js";

/** The path that GitHub delivers to: Probot's own. */
export const WEBHOOK_PATH = "/api/github/webhooks";

export interface Delivery {
  /** The id that GitHub gives it; the same when it is delivered again. */
  id: string;
  event: string;
  payload: unknown;
}

export interface WebhookOptions {
  appId: number;
  privateKey: string;
  secret: string;
  /** Is called for each verified delivery, and awaited: what it throws is answered by 500, so that GitHub shows it as failed. */
  receive(delivery: Delivery): Promise<void>;
  /** A pino logger; its `err` serializer has to leave out the payloads that Probot hangs on errors. */
  log: unknown;
  /** Answers other requests; true when it did. */
  other?(request: IncomingMessage, response: ServerResponse): boolean;
}

export interface WebhookServer {
  /** "127.0.0.1:3000". */
  address: string;
  /** Stops listening; what is under way is answered. */
  close(): Promise<void>;
}

/** How long a request may take to arrive; GitHub itself gives up after 10 s. Milliseconds. */
const REQUEST_MS = 30_000;

/**
 * Listens at "host:port"; port 0 takes any.
 * @throws ReviewError (exit 4) when it cannot listen there
 */
export async function serveWebhooks(listen: string, options: WebhookOptions): Promise<WebhookServer> {
  // Its set-up helper would fetch a package at run time where no App is configured.
  process.env.NO_SMEE_SETUP = "true";
  const { appId, privateKey, secret, log, receive, other } = options;
  const probot = new Probot({ appId, privateKey, secret, log: log as never });
  const middleware = await createNodeMiddleware(
    (app) => {
      app.onAny(async ({ id, name, payload }) => receive({ id, event: name, payload }));
    },
    { probot, webhooksPath: WEBHOOK_PATH },
  );
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (other?.(request, response) === true) return;
    const path = (request.url ?? "").split("?")[0];
    if (request.method !== "POST" || path !== WEBHOOK_PATH) return void response.writeHead(404).end();
    const body = await readBody(request, response);
    if (body === null) return;
    // What is verified is what came: Probot takes a text that is there already as it is.
    Object.assign(request, { body });
    await middleware(request, response, () => response.writeHead(404).end());
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.requestTimeout = REQUEST_MS;
  return { address: await open(server, listen), close: () => stopListening(server) };
}

async function open(server: Server, listen: string): Promise<string> {
  const refused = (cause: Error): ReviewError => {
    const message = `webhooks cannot be taken on ${listen}: ${cause.message}; name another place under listen: in the configuration`;
    return new ReviewError("not-listening", EXIT.input, message, { cause });
  };
  const place = parseListen(listen);
  if (place === null) throw refused(new Error("there is no such port"));
  const port = await listenAt(server, place, refused);
  return `${shownHost(place.host)}:${port}`;
}
