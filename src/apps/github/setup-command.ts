/**
 * `review app setup`: makes the App from app.yml by GitHub's own way (docs page "Registering a GitHub App from a manifest"): a page
 * of this machine takes the manifest to GitHub, which comes back with a code that is changed for the App's secrets.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { stringify } from "yaml";
import { EXIT, type ExitCode, ReviewError } from "../../errors.js";
import { readManifest } from "../../io/app-manifest.js";
import { appFromManifest, type NewApp } from "../../io/github/client.js";
import { WEBHOOK_PATH } from "../../io/github/webhooks.js";
import { answersFor, isLoopback, type Listen, listenAt, parseListen, shownHost } from "../../io/hosts.js";
import { remark, writeOutput } from "../../io/terminal.js";
import { donePage, failedPage, startPage } from "./setup-page.js";

export interface SetupOptions {
  url: string;
  org?: string;
  name?: string;
  github: string;
  api?: string;
  listen: string;
  out: string;
}

/** What is written, and who may read it. */
const FILES = { config: "app.yaml", key: "private-key.pem", secret: "webhook-secret" } as const;
const SECRET_MODE = 0o600;

/** Runs the command until the App is made; answers the exit code. */
export async function runSetup(options: SetupOptions, version: string): Promise<ExitCode> {
  const base = checkedUrl(options.url, "--url");
  const github = checkedUrl(options.github, "--github");
  await refuseOverwriting(options.out);
  const place = placeOf(options.listen);
  const state = randomBytes(24).toString("base64url");
  const made = await new Promise<NewApp>((resolve, reject) => {
    const server = createServer((request, response) => {
      answer(request, response, {
        options,
        base,
        github,
        state,
        version,
        listen: { ...place, port: portOf(server) },
      }).then(
        (app) => {
          if (app === null) return;
          server.close();
          server.closeIdleConnections();
          resolve(app);
        },
        (error: unknown) => {
          remark(`review: ${error instanceof Error ? error.message : String(error)}`);
          response.writeHead(500).end();
        },
      );
    });
    listenAt(server, place, (cause) => notListening(options.listen, cause)).then(
      (port) => remark(`review: open http://${shownHost(place.host)}:${port}/ in a browser of this machine`),
      reject,
    );
  });
  await writeOutput(nextSteps(options, made));
  return EXIT.nothing;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function placeOf(listen: string): Listen {
  const place = parseListen(listen);
  if (place !== null) return place;
  throw new ReviewError("bad-listen", EXIT.usage, "--listen is a host and a port: 127.0.0.1:3001");
}

const notListening = (listen: string, cause: Error): ReviewError =>
  new ReviewError("not-listening", EXIT.input, `the set-up page cannot be served on ${listen}: ${cause.message}`, {
    cause,
  });

function checkedUrl(text: string, option: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "" || url.username !== "")
    throw new ReviewError("bad-url", EXIT.usage, `${option} is no address of the web: https://host`);
  return url.href.replace(/\/+$/, "");
}

/** Keys are told once: what is there is not written over. */
async function refuseOverwriting(folder: string): Promise<void> {
  const there: string[] = [];
  for (const name of Object.values(FILES)) if (await exists(join(folder, name))) there.push(name);
  if (there.length === 0) return;
  const message = `${folder} has ${there.join(", ")} already: name another folder with --out, or take them away`;
  throw new ReviewError("files-there", EXIT.input, message);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

interface Asked {
  options: SetupOptions;
  base: string;
  github: string;
  state: string;
  version: string;
  /** Where it listens, with the port that it got. */
  listen: Listen;
}

/** A page elsewhere could have its own name lead to this machine, and read what stands here. */
const isAddressed = ({ headers: { host } }: IncomingMessage, { listen }: Asked): boolean =>
  answersFor(host, listen, null) && (!isLoopback(listen.host) || host?.endsWith(`:${listen.port}`) === true);

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Answers a request; the App when it was made. */
async function answer(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<NewApp | null> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const send = (status: number, text: string): void => void response.writeHead(status, HEADERS).end(text);
  if (!isAddressed(request, asked)) send(421, failedPage("This page is for this machine's own browser."));
  else if (request.method !== "GET") send(405, failedPage("Only GET is answered here."));
  else if (url.pathname === "/") send(200, await formPage(asked));
  else if (url.pathname !== "/callback") send(404, failedPage("There is no such page."));
  else if (!sameText(url.searchParams.get("state") ?? "", asked.state))
    send(400, failedPage("This answer does not belong to the page that was opened here. Begin anew."));
  else return finish(url.searchParams.get("code") ?? "", asked, send);
  return null;
}

const sameText = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};

async function finish(
  code: string,
  { options, version }: Asked,
  send: (status: number, text: string) => void,
): Promise<NewApp | null> {
  try {
    const app = await appFromManifest(code, {
      version,
      ...(options.api === undefined ? {} : { baseUrl: options.api }),
    });
    await write(options, app);
    send(200, donePage(`${app.page}/installations/new`));
    return app;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    remark(`review: ${why}`);
    send(502, failedPage(`${why}. Begin anew at the first page.`));
    return null;
  }
}

/** The manifest of app.yml with what only this set-up knows. */
async function formPage({ options, base, github, state, listen }: Asked): Promise<string> {
  const manifest = await readManifest();
  const owner = options.org === undefined ? "" : `/organizations/${encodeURIComponent(options.org)}`;
  return startPage(`${github}${owner}/settings/apps/new?state=${state}`, {
    ...manifest,
    ...(options.name === undefined ? {} : { name: options.name }),
    hook_attributes: { url: `${base}${WEBHOOK_PATH}`, active: true },
    redirect_url: `http://${shownHost(listen.host)}:${listen.port}/callback`,
  });
}

async function write({ out, api }: SetupOptions, { id, pem, webhookSecret }: NewApp): Promise<void> {
  await mkdir(out, { recursive: true });
  const put = (name: string, text: string, mode: number): Promise<void> =>
    writeFile(join(out, name), text, { mode, flag: "wx" });
  await put(FILES.key, pem, SECRET_MODE);
  await put(FILES.secret, `${webhookSecret}\n`, SECRET_MODE);
  const github = { appId: id, privateKeyFile: FILES.key, webhookSecretFile: FILES.secret, ...(api ? { api } : {}) };
  await put(FILES.config, stringify({ data: "data", github, listen: "127.0.0.1:3000" }), 0o644);
}

const nextSteps = ({ out, url }: SetupOptions, { slug, page }: NewApp): string =>
  `The App ${slug} is made; ${join(out, FILES.config)}, ${FILES.key} and ${FILES.secret} are written.

1. Install it on repositories: ${page}/installations/new
2. Start it: review app --config ${join(out, FILES.config)}
3. Have ${url.replace(/\/+$/, "")}${WEBHOOK_PATH} lead to the address under listen: in ${FILES.config}
`;
