/** Who may call: the App by a signed JWT, its installation by a token that ends. */
import { createPublicKey, generateKeyPairSync, randomBytes, verify } from "node:crypto";
import { type Context, notFound, Refusal } from "./http.js";
import type { Operation } from "./spec.js";
import type { Repo, User, World } from "./world.js";

/** A key takes a tenth of a second to find: one for all peers of a process. */
let key: { publicKey: string; privateKey: string } | undefined;
const appKey = (): { publicKey: string; privateKey: string } => {
  key ??= generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return key;
};

export type Grants = Record<string, "read" | "write">;

export interface Token {
  text: string;
  expires: number;
  permissions: Grants;
  /** Ids; null where it is all of the installation. */
  repositories: number[] | null;
}

export interface App {
  id: number;
  slug: string;
  clientId: string;
  installation: number;
  privateKey: string;
  webhookSecret: string;
  bot: User;
  permissions: Grants;
  events: string[];
  tokens: Token[];
  /** Milliseconds for which a token lives: an hour at GitHub. */
  tokenLife: number;
  /** Codes of the set-up flow that were given and not yet turned into an App. */
  manifestCodes: Set<string>;
}

export const newApp = (world: World, options: Partial<App>): App => ({
  id: 7,
  slug: "patchwitness",
  clientId: "Iv23liPatchwitness",
  installation: 42,
  privateKey: appKey().privateKey,
  webhookSecret: "a secret of webhooks",
  bot: world.user("patchwitness[bot]"),
  permissions: {
    contents: "read",
    metadata: "read",
    pull_requests: "write",
    checks: "write",
    security_events: "write",
  },
  events: ["check_run", "issue_comment", "pull_request", "push"],
  tokens: [],
  tokenLife: 3_600_000,
  manifestCodes: new Set(),
  ...options,
});

const denied = (message: string, broken: string | null): Refusal => new Refusal(401, message, broken);

const part = (text: string | undefined): Record<string, unknown> => {
  try {
    return JSON.parse(Buffer.from(text ?? "", "base64url").toString());
  } catch {
    return {};
  }
};

/** RS256 over the App's key; not older than now, at most ten minutes long. GitHub lets a minute's drift of clocks pass. */
function checkJwt(app: App, text: string, now: number): void {
  const [head, claims, signature] = text.split(".");
  const { alg } = part(head);
  const { iat, exp, iss } = part(claims);
  if (alg !== "RS256") throw denied("A JSON web token could not be decoded", `JWT: algorithm ${String(alg)}`);
  const seconds = Math.floor(now / 1000);
  if (
    !verify(
      "RSA-SHA256",
      Buffer.from(`${head}.${claims}`),
      createPublicKey(app.privateKey),
      Buffer.from(signature ?? "", "base64url"),
    )
  ) {
    throw denied("A JSON web token could not be decoded", "JWT: signature");
  }
  if (String(iss) !== String(app.id) && iss !== app.clientId) throw denied("Integration not found", "JWT: issuer");
  if (!Number.isInteger(iat) || Number(iat) > seconds + 60) {
    throw denied(
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
      "JWT: iat",
    );
  }
  if (!Number.isInteger(exp)) throw denied("'Expiration time' claim ('exp') must be a numeric value", "JWT: exp");
  if (Number(exp) <= seconds) throw denied("'Expiration time' claim ('exp') is too early", "JWT: expired");
  if (Number(exp) > seconds + 660)
    throw denied("'Expiration time' claim ('exp') is too far in the future", "JWT: exp too far");
}

const OF_APP = new Set([
  "apps/get-authenticated",
  "apps/create-installation-access-token",
  "apps/get-repo-installation",
]);
const OPEN = new Set(["apps/create-from-manifest"]);

/** What an operation needs of an installation: any one of the named permissions. */
const needs = ({ path, method }: Operation): string[] => {
  if (/\/(contents|git|compare)\//.test(path)) return ["contents"];
  if (path.includes("/check-runs")) return ["checks"];
  if (path.includes("/code-scanning/")) return ["security_events"];
  if (path.includes("/issues/")) return ["issues", "pull_requests"];
  if (path.includes("/pulls")) return ["pull_requests"];
  return method === "GET" ? ["metadata"] : [];
};

export const tokenOf = (app: App, header: string | undefined, now: number): Token => {
  const text = /^(?:token|bearer) (.+)$/i.exec(header ?? "")?.[1];
  if (text === undefined) throw denied("Requires authentication", "no authorization");
  const token = app.tokens.find((one) => one.text === text);
  // A token that ended is no fault of the client's: it learns of it by this answer.
  if (token === undefined || token.expires <= now)
    throw denied("Bad credentials", token === undefined ? "unknown token" : null);
  return token;
};

/** Refuses a token that was not given the permission. */
export function demand(token: Token, names: readonly string[], level: "read" | "write"): void {
  const held = names.some(
    (name) => token.permissions[name] === "write" || (level === "read" && token.permissions[name] === "read"),
  );
  if (held || names.length === 0) return;
  const headers = { "x-accepted-github-permissions": names.map((name) => `${name}=${level}`).join("; ") };
  throw new Refusal(
    403,
    "Resource not accessible by integration",
    `needs ${names.join(" or ")}: ${level}`,
    undefined,
    headers,
  );
}

export const sees = (token: Token, repo: Repo): boolean =>
  repo.installed && (token.repositories === null || token.repositories.includes(repo.id));

/** Checks the caller, and gives who it is. */
export function authenticate(context: Context, header: string | undefined): User | null {
  const { app, operation, world, repo } = context;
  if (OPEN.has(operation.id)) return null;
  if (OF_APP.has(operation.id)) {
    checkJwt(app, /^bearer (.+)$/i.exec(header ?? "")?.[1] ?? "", world.now());
    return null;
  }
  const token = tokenOf(app, header, world.now());
  if (operation.path.startsWith("/repos/")) {
    if (!sees(token, repo)) throw notFound();
    demand(token, needs(operation), operation.method === "GET" ? "read" : "write");
  }
  return app.bot;
}

export function newToken(app: App, now: number, permissions: Grants | undefined, repositories: number[] | null): Token {
  for (const [name, level] of Object.entries(permissions ?? {})) {
    if (app.permissions[name] !== "write" && app.permissions[name] !== level) {
      throw new Refusal(422, "The permissions requested are not granted to this installation.", `permission ${name}`);
    }
  }
  const token = {
    text: `ghs_${randomBytes(18).toString("hex")}`,
    expires: now + app.tokenLife,
    permissions: permissions === undefined ? app.permissions : { metadata: "read" as const, ...permissions },
    repositories,
  };
  app.tokens.push(token);
  return token;
}
