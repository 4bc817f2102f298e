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
