/** What the archives that speak HTTP have in common. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { SourceError } from "../../watch/source.js";
import type { HttpSettings } from "../../watch/source-config.js";
import type { ArchiveContext } from "./context.js";
import type { HttpOptions } from "./http.js";
import { folderCache } from "./http-cache.js";

/** The URL of a list's folder, ending in "/", without query and fragment. @throws SourceError not-allowed */
export function listUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new SourceError("not-allowed", `${text} is not the web address of an archive`);
  }
  url.search = "";
  url.hash = "";
  url.pathname = url.pathname.replace(/\/(?:index\.html?)?$/, "").concat("/");
  return url;
}

/** Settings of the HTTP client for an archive: its own host and no other. */
export function httpOptions(settings: HttpSettings, url: URL, context: ArchiveContext): HttpOptions {
  const { userAgent, time, dataFolder } = context;
  const cache = folderCache(join(dataFolder, "http"), () => time.now());
  return { ...settings, hosts: [url.host], userAgent, time, cache };
}

/** A name as that of a folder: readable, and different for different names. */
export function safeName(name: string): string {
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${name
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[.-]+/, "")
    .slice(0, 60)}-${digest}`;
}
