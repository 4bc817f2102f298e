/**
 * GitHub on loopback, as far as an App that reviews pull requests meets it: repositories that a test defines in memory, every
 * request and answer judged by GitHub's published description, and the rules by hand that the description does not have.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type App, newApp } from "./auth.js";
import { Counter, LIMITS, type Limits } from "./limits.js";
import { lookUps } from "./look-ups.js";
import { type Call, type Fault, respond } from "./respond.js";
import { webhooks } from "./webhooks.js";
import { World } from "./world.js";

export interface FakeOptions {
  /** Asked once for each call, before anything else looks at it. */
  fault?: (call: Call) => Fault | null;
  limits?: Partial<Limits>;
  app?: Partial<Omit<App, "privateKey" | "tokens" | "bot">>;
  /** The clock of tokens and limits. */
  now?: () => number;
}

const MAX_BODY = 64 * 1024 * 1024;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > MAX_BODY) throw new Error("body too large");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** Starts one. `violations` collects all that GitHub would not have taken: a test wants it empty at its end. */
export async function startGithub(options: FakeOptions = {}) {
  const now = options.now ?? Date.now;
  const world = new World(now);
  const limits = { ...LIMITS, ...options.limits };
  const state = {
    world,
    app: newApp(world, options.app ?? {}),
    limits,
    counter: new Counter(limits, now),
    violations: [] as string[],
    calls: [] as Call[],
    fault: options.fault ?? (() => null),
    origin: "",
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const { status, body, headers, drop } = respond(state, request, await bodyOf(request));
      if (drop) request.socket.destroy();
      else response.writeHead(status, headers).end(body);
    } catch (error) {
      state.violations.push(`the peer failed: ${error instanceof Error ? error.stack : String(error)}`);
      response.writeHead(500).end();
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  state.origin = await listen(server);
  return Object.assign(state, lookUps(state), webhooks(state), {
    /** Ends all tokens at once, as an hour would. */
    expireTokens: (): void => {
      for (const token of state.app.tokens) token.expires = 0;
    },
    /** The violations so far, which are then forgotten: for a test that provokes one. */
    takeViolations: (): string[] => state.violations.splice(0),
    close: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

export type FakeGithub = Awaited<ReturnType<typeof startGithub>>;
