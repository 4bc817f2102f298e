/** A dashboard in this process, over a store of a test. */

import { makeApp, type Site } from "../../../src/apps/serve/app.js";
import { Sessions } from "../../../src/apps/serve/sessions.js";
import { signInFor } from "../../../src/apps/serve/sign-in.js";
import { checkConfig } from "../../../src/io/config/load-config.js";
import { loadRules } from "../../../src/io/load-rules.js";
import type { SqlStore } from "../../../src/io/store/store.js";
import { LISTS } from "./filled.js";

export const PASSWORD = "correct horse battery";
/** What {@link PASSWORD} hashes to. */
export const HASH = "scrypt$16384$8$1$AAAAAAAAAAAAAAAAAAAAAA$VOu9yU93MAPRMAyB8afam0JVM-87Myp_-GerZ1YkZZM";

const CONFIG = `
data: /nowhere
contact: ops@example.org
sources:
${LISTS.map((name) => `  - {name: ${name}, type: epoch, path: /nowhere/${name}.git}`).join("\n")}
`;

/** `serve`: lines of that section. */
export async function siteOver(store: SqlStore, serve = "", over: Partial<Site> = {}): Promise<Site> {
  const config = checkConfig(`${CONFIG}serve:\n${serve === "" ? "  pulls: operators\n" : serve}`, "test.yaml");
  const now = over.now ?? (() => new Date());
  const { operators, sessionHours } = config.serve;
  return {
    store,
    config,
    rules: await loadRules(),
    version: "0.0.0",
    now,
    listen: { host: "127.0.0.1", port: 8080 },
    sessions: new Sessions("a secret of this test", operators, sessionHours),
    signIn: signInFor(operators, now),
    log: { info: () => {}, error: (about) => void console.error(about) },
    ...over,
  };
}

export const OPERATORS = `  operators:\n    - {name: ann, password: "${HASH}"}\n`;

/** Asks it as a browser on this machine would. */
export async function ask(site: Site, path: string, init: RequestInit & { headers?: Record<string, string> } = {}) {
  const headers = { host: "127.0.0.1:8080", ...init.headers };
  return makeApp(site).request(`http://127.0.0.1:8080${path}`, { ...init, headers });
}

/** Headers of a form that a page of the same site sends. */
export const FORM = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" };
const cookieOf = (response: Response, name: string): string =>
  new RegExp(`${name}=[^;]*`).exec(response.headers.get("set-cookie") ?? "")?.[0] ?? "";
const tokenIn = (text: string): string => /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? "";

/** Signs in as a browser would; gives the answer. */
export async function enter(of: Site, password = PASSWORD): Promise<Response> {
  const form = await ask(of, "/sign-in");
  const csrf = tokenIn(await form.text());
  const body = new URLSearchParams({ csrf, name: "ann", password }).toString();
  return ask(of, "/sign-in", {
    method: "POST",
    headers: { ...FORM, cookie: cookieOf(form, "patchwitness_visitor") },
    body,
  });
}

/** The cookie of a session, and the token that its forms carry. */
export async function signedIn(of: Site): Promise<{ cookie: string; csrf: string }> {
  const cookie = cookieOf(await enter(of), "patchwitness_session");
  return { cookie, csrf: tokenIn(await (await ask(of, "/queue", { headers: { cookie } })).text()) };
}
