/** Code-scanning results: SARIF as base64 of gzip. */
import { gunzipSync } from "node:zlib";
import type { Json } from "./fill.js";
import { type Handler, notFound, ok, Refusal } from "./http.js";
import { nodeId, repoUrl } from "./views.js";

const uploadSarif: Handler = (c) => {
  const { sarif, commit_sha: commitSha, ref } = c.body as Record<string, string>;
  if (!c.repo.git.commits.has(commitSha ?? ""))
    throw new Refusal(422, "commit not found", "sarif of an unknown commit");
  let document: Json;
  try {
    document = JSON.parse(gunzipSync(Buffer.from(sarif ?? "", "base64")).toString());
  } catch {
    throw new Refusal(400, "Invalid SARIF: not gzip of JSON as base64", "sarif is no gzip of JSON as base64");
  }
  const id = `${nodeId("Sarif", c.world.nextId())}`;
  const errors = document.version === "2.1.0" && Array.isArray(document.runs) ? [] : ["not SARIF 2.1.0"];
  c.repo.sarifs.push({ id, commitSha: commitSha ?? "", ref: ref ?? "", document, errors });
  return ok({ id, url: `${repoUrl(c.origin, c.repo)}/code-scanning/sarifs/${id}` }, 202);
};

const getSarif: Handler = (c) => {
  const found = c.repo.sarifs.find(({ id }) => id === c.params.sarif_id);
  if (found === undefined) throw notFound();
  const failed = found.errors.length > 0;
  const url = `${repoUrl(c.origin, c.repo)}/code-scanning/analyses?sarif_id=${found.id}`;
  return ok({
    processing_status: failed ? "failed" : "complete",
    analyses_url: failed ? null : url,
    errors: failed ? found.errors : null,
  });
};

export const sarifRoutes: Record<string, Handler> = {
  "code-scanning/upload-sarif": uploadSarif,
  "code-scanning/get-sarif": getSarif,
};
