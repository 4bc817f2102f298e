/** What a request has to be like before anything is done for it, and what every answer carries. */

/** Nothing but the style sheet of this server is loaded, and forms lead nowhere else. */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Headers of every answer. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-frame-options": "DENY",
};

/**
 * Whether a form came from a page of this server. Browsers say so in Sec-Fetch-Site; where one does not, by Origin, which is `null`
 * under our referrer policy, and so is refused.
 */
export function isOwnForm(site: string | undefined, origin: string | undefined, own: string): boolean {
  if (site !== undefined) return site === "same-origin";
  return origin !== undefined && origin === own;
}

/** Whether JSON is wanted: by the suffix of the path, or by a client that says so and is no browser. */
export function wantsJson(path: string, accept: string | undefined): boolean {
  if (path.endsWith(".json")) return true;
  return accept !== undefined && /\bapplication\/json\b/.test(accept) && !/\btext\/html\b/.test(accept);
}

/** A path without the suffix of a twin. */
export function barePath(path: string): string {
  const bare = path.replace(/(?:\.|%2e)json$/i, "");
  return bare === "/index" && bare !== path ? "/" : bare;
}
