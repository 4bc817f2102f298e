/** Listens for an application that answers requests. The only importer of hono's server for Node. */
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { EXIT, ReviewError } from "../../errors.js";
import { type Listen, listenAt, shownHost, stopListening } from "../../io/hosts.js";

/** How long a request may take to arrive. Milliseconds. */
const REQUEST_MS = 30_000;

export interface Running {
  /** "http://127.0.0.1:8080". */
  address: string;
  /** Stops listening; what is under way is answered. */
  close(): Promise<void>;
}

/**
 * Listens; port 0 takes any.
 * @throws ReviewError (exit 4) when it cannot listen there
 */
export async function listenFor(
  fetch: (request: Request, env: object) => Response | Promise<Response>,
  { host, port }: Listen,
): Promise<Running> {
  const server = createAdaptorServer({ fetch: fetch as never, overrideGlobalObjects: false }) as Server;
  server.requestTimeout = REQUEST_MS;
  const shown = shownHost(host);
  const bound = await listenAt(server, { host, port }, (cause) => {
    const message = `the dashboard cannot listen on ${shown}:${port}: ${cause.message}; name another place with --listen`;
    return new ReviewError("not-listening", EXIT.input, message, { cause });
  });
  return { address: `http://${shown}:${bound}`, close: () => stopListening(server) };
}
