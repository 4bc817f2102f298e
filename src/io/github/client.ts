/** Makes clients of GitHub; the one place that knows octokit. Its plugins neither wait nor repeat, and nothing is logged. */
import { createPrivateKey } from "node:crypto";
import { App, Octokit } from "octokit";
import { z } from "zod";
import { EXIT, ReviewError } from "../../errors.js";
import {
  asClient,
  type CallOptions,
  type Client,
  type Identity,
  type OctokitLike,
  read,
  requestSettings,
} from "./call.js";
import { namedRepository } from "./context.js";

export interface ClientOptions extends CallOptions {
  /** "https://HOST/api/v3" for GitHub Enterprise Server (its GraphQL is at "/api/graphql"); GitHub's own when left out. */
  baseUrl?: string;
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const quietOctokit = (options: ClientOptions): typeof Octokit =>
  Octokit.defaults({
    ...(options.baseUrl === undefined ? {} : { baseUrl: trimmed(options.baseUrl) }),
    userAgent: `patchwitness/${options.version}`,
    throttle: { enabled: false },
    retry: { enabled: false },
    request: requestSettings(options),
    log: silent,
  });

/** @throws ReviewError (exit 3) when it is no address of a web server */
function trimmed(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username === "" &&
    url.password === "" &&
    url.search === ""
  ) {
    return url.origin + url.pathname.replace(/\/+$/, "");
  }
  throw new ReviewError(
    "bad-github-url",
    EXIT.config,
    "the address of GitHub's API is not one that begins with https://",
  );
}

const viewer = z.object({ viewer: z.object({ login: z.string().min(1) }) });

/** A client with a token: a person's, or the one that a workflow is given. */
export function tokenClient(token: string, options: ClientOptions): Client {
  const Quiet = quietOctokit(options);
  return asClient(new Quiet({ auth: token }), options, async (client): Promise<Identity> => {
    const { viewer: us } = read(
      "graphql/viewer",
      viewer,
      await client.graphql("graphql/viewer", "{ viewer { login } }", {}),
    );
    return { login: us.login, appId: null };
  });
}

const app = z.object({ id: z.number(), slug: z.string().min(1) });

/** What GitHub calls the posts of an App by ("About authentication with a GitHub App"). */
async function appIdentity(client: Client): Promise<Identity> {
  const { data } = await client.call("apps/get-authenticated", "GET /app");
  const { id, slug } = read("apps/get-authenticated", app, data);
  return { login: `${slug}[bot]`, appId: id };
}

/**
 * A client over an App's octokit for one installation that was made elsewhere. Its settings stay, but for time limit, repeating
 * and user agent; its throttling must be off, which would wait and ask again.
 */
export const octokitClient = (octokit: OctokitLike, options: CallOptions): Client =>
  asClient(octokit, options, appIdentity);

/** Clients of an App. */
export interface AppClients {
  /** Who the App is. Throws ForgeError; status 401 or 404 where GitHub knows no such App, or not by this key. */
  identity(): Promise<Identity>;
  ofInstallation(id: number): Promise<Client>;
  /** @param repository "owner/name" @throws ReviewError (exit 2) for another name; ForgeError missing where it is not installed */
  ofRepository(repository: string): Promise<Client>;
}

export interface AppOptions extends ClientOptions {
  appId: number | string;
  /** PEM, PKCS #1 or #8. */
  privateKey: string;
}

/** @throws ReviewError (exit 3) at once for a key that is none */
export function appClients(options: AppOptions): AppClients {
  const made = new App({
    appId: options.appId,
    privateKey: checkedKey(options.privateKey),
    Octokit: quietOctokit(options),
    log: silent,
  });
  const asApp = asClient(made.octokit, options, appIdentity);
  const ofInstallation = async (id: number): Promise<Client> =>
    asClient(await made.getInstallationOctokit(id), options, () => asApp.identity());
  return {
    identity: () => asApp.identity(),
    ofInstallation,
    async ofRepository(repository) {
      const at = namedRepository(repository);
      const operation = "apps/get-repo-installation";
      const { data } = await asApp.call(operation, "GET /repos/{owner}/{repo}/installation", { ...at });
      return ofInstallation(read(operation, z.object({ id: z.number() }), data).id);
    },
  };
}

/** The key in the form that all signers take. A variable of the environment may have its line ends written as "\n". */
function checkedKey(pem: string): string {
  try {
    const key = createPrivateKey(pem.includes("\n") ? pem : pem.replaceAll("\\n", "\n"));
    if (key.asymmetricKeyType === "rsa") return key.export({ type: "pkcs8", format: "pem" }).toString();
  } catch {
    // The error could quote the key.
  }
  throw new ReviewError(
    "bad-private-key",
    EXIT.config,
    "the private key of the GitHub App is not an RSA key in PEM form",
  );
}

const conversion = z.object({
  id: z.number(),
  slug: z.string().min(1),
  html_url: z.string(),
  pem: z.string().min(1),
  webhook_secret: z.string().min(1),
});

/** An App that was just made: what GitHub tells of it this once. */
export interface NewApp {
  id: number;
  slug: string;
  /** Its page. */
  page: string;
  pem: string;
  webhookSecret: string;
}

/**
 * The last step of making an App from a manifest (docs page "Registering a GitHub App from a manifest"): the code that GitHub's page
 * came back with, good once and for an hour, against the App's secrets. @throws ForgeError
 */
export async function appFromManifest(code: string, options: ClientOptions): Promise<NewApp> {
  const Quiet = quietOctokit(options);
  const nobody = async (): Promise<Identity> => ({ login: "", appId: null });
  const client = asClient(new Quiet(), options, nobody);
  const operation = "apps/create-from-manifest";
  const { data } = await client.call(operation, "POST /app-manifests/{code}/conversions", { code });
  const { id, slug, html_url: page, pem, webhook_secret: webhookSecret } = read(operation, conversion, data);
  return { id, slug, page, pem, webhookSecret };
}
