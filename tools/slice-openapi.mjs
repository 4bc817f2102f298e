// Writes test/vendor/github-openapi.json: of GitHub's published description of its REST interface, the operations that this
// project calls and the schemas that these reach. node tools/slice-openapi.mjs <api.github.com.json of @octokit/openapi>
import { readFileSync, writeFileSync } from "node:fs";

/** What the App calls, and what its tests look up. An operation that is not here, the test peer does not have. */
const OPERATIONS = [
  "GET /app",
  "POST /app-manifests/{code}/conversions",
  "POST /app/installations/{installation_id}/access_tokens",
  "GET /rate_limit",
  "GET /repos/{owner}/{repo}",
  "POST /repos/{owner}/{repo}/check-runs",
  "GET /repos/{owner}/{repo}/check-runs/{check_run_id}",
  "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}",
  "GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations",
  "POST /repos/{owner}/{repo}/code-scanning/sarifs",
  "GET /repos/{owner}/{repo}/code-scanning/sarifs/{sarif_id}",
  "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
  "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
  "GET /repos/{owner}/{repo}/compare/{basehead}",
  "GET /repos/{owner}/{repo}/contents/{path}",
  "GET /repos/{owner}/{repo}/git/blobs/{file_sha}",
  "GET /repos/{owner}/{repo}/git/commits/{commit_sha}",
  "GET /repos/{owner}/{repo}/git/matching-refs/{ref}",
  "GET /repos/{owner}/{repo}/git/ref/{ref}",
  "GET /repos/{owner}/{repo}/git/trees/{tree_sha}",
  "GET /repos/{owner}/{repo}/installation",
  "GET /repos/{owner}/{repo}/issues/comments/{comment_id}",
  "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
  "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
  "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
  "GET /repos/{owner}/{repo}/pulls",
  "GET /repos/{owner}/{repo}/pulls/{pull_number}",
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/comments",
  "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments",
  "POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies",
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits",
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
  "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}",
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments",
  "GET /users/{username}",
];

/** What only a reader of documentation wants. */
const PROSE = new Set([
  "description",
  "example",
  "examples",
  "externalDocs",
  "x-github",
  "x-octokit",
  "tags",
  "summary",
]);

const [input] = process.argv.slice(2);
if (input === undefined) throw new Error("usage: slice-openapi.mjs <api.github.com.json>");
const whole = JSON.parse(readFileSync(input, "utf8"));

const lookUp = (ref) =>
  ref
    .slice(2)
    .split("/")
    .reduce((at, key) => at[key.replaceAll("~1", "/").replaceAll("~0", "~")], whole);

const schemas = new Map();

/** A copy without prose. Schemas stay references; parameters, answers and headers are put where they are referred to. */
function copy(value, inProperties = false) {
  if (Array.isArray(value)) return value.map((one) => copy(one));
  if (value === null || typeof value !== "object") return value;
  if (typeof value.$ref === "string") {
    const [, kind, name] = /^#\/components\/([^/]+)\/(.+)$/.exec(value.$ref);
    if (kind !== "schemas") return copy(lookUp(value.$ref));
    if (!schemas.has(name)) {
      schemas.set(name, null);
      schemas.set(name, copy(lookUp(value.$ref)));
    }
    return { $ref: value.$ref };
  }
  const kept = Object.keys(value).filter((key) => inProperties || !PROSE.has(key));
  return Object.fromEntries(kept.map((key) => [key, copy(value[key], key === "properties" && !inProperties)]));
}

const paths = {};
for (const operation of OPERATIONS) {
  const [method, path] = operation.split(" ");
  const found = whole.paths[path]?.[method.toLowerCase()];
  if (found === undefined) throw new Error(`no operation ${operation}`);
  paths[path] = { ...paths[path], [method.toLowerCase()]: copy(found) };
}
const sorted = [...schemas].sort(([a], [b]) => (a < b ? -1 : 1));
const { openapi, info } = whole;
const slice = {
  openapi,
  info: { title: info.title, version: info.version, license: info.license },
  paths,
  components: { schemas: Object.fromEntries(sorted) },
};
const output = new URL("../test/vendor/github-openapi.json", import.meta.url);
writeFileSync(output, `${JSON.stringify(slice, null, 1)}\n`);
