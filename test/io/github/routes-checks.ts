/** Check runs and their annotations. */
import type { App } from "./auth.js";
import { fill, type Json } from "./fill.js";
import { type Context, type Handler, invalid, notFound, ok, page, Refusal } from "./http.js";
import type { Annotation, Check } from "./posts.js";
import { appView, nodeId, repoUrl, webUrl } from "./views.js";
import type { Repo, User } from "./world.js";

interface Output {
  title?: string;
  summary?: string;
  text?: string;
  annotations?: Partial<Annotation>[];
}
interface CheckBody {
  name?: string;
  head_sha?: string;
  status?: string;
  conclusion?: string;
  external_id?: string;
  details_url?: string;
  started_at?: string;
  completed_at?: string;
  output?: Output;
  actions?: unknown[];
}

export function checkView(origin: string, app: App, repo: Repo, check: Check): Json {
  const url = `${repoUrl(origin, repo)}/check-runs/${check.id}`;
  const pulls = repo.pulls.filter((p) => p.headSha === check.headSha && p.headRepo === repo && p.state === "open");
  const small = { id: repo.id, url: repoUrl(origin, repo), name: repo.name };
  return fill("check-run", {
    id: check.id,
    node_id: nodeId("CheckRun", check.id),
    head_sha: check.headSha,
    name: check.name,
    external_id: check.externalId,
    url,
    html_url: `${webUrl(repo)}/runs/${check.id}`,
    details_url: check.detailsUrl,
    status: check.status,
    conclusion: check.conclusion,
    started_at: check.startedAt,
    completed_at: check.completedAt,
    output: {
      title: check.title,
      summary: check.summary,
      text: check.text,
      annotations_count: check.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: check.id + 1_000_000 },
    app: appView(origin, app, repo.owner),
    pull_requests: pulls.map((p) => ({
      id: p.id,
      number: p.number,
      url: `${repoUrl(origin, repo)}/pulls/${p.number}`,
      head: { ref: p.headRef, sha: p.headSha, repo: small },
      base: { ref: p.baseRef, sha: p.baseSha, repo: small },
    })),
  });
}

const annotationOf = (given: Partial<Annotation>): Annotation => {
  const a = { start_column: null, end_column: null, title: null, raw_details: null, ...given } as Annotation;
  const refuse = (field: string, message: string): Refusal => invalid("CheckRun", `annotations.${field}`, message);
  if (a.start_line < 1 || a.end_line < a.start_line)
    throw refuse("end_line", "end_line must not come before start_line");
  if (a.start_line !== a.end_line && (a.start_column !== null || a.end_column !== null)) {
    throw refuse("start_column", "columns are for annotations of one line");
  }
  if (Buffer.byteLength(a.message) > 65_536) throw refuse("message", "message exceeds 64 KB");
  if (Buffer.byteLength(a.raw_details ?? "") > 65_536) throw refuse("raw_details", "raw_details exceeds 64 KB");
  if ((a.title ?? "").length > 255) throw refuse("title", "title is too long (maximum is 255 characters)");
  return a;
};

/** Checks what a request says of a check, and puts it in. Annotations come on top of those that are there. */
function apply(c: Context, check: Check, body: CheckBody): void {
  const { output, conclusion } = body;
  const refuse = (field: string, message: string): Refusal => invalid("CheckRun", field, message);
  const status = body.status ?? (conclusion === undefined ? undefined : "completed");
  if (status === "completed" && conclusion === undefined) throw refuse("conclusion", "conclusion is missing");
  if (status !== undefined && status !== "completed" && conclusion !== undefined)
    throw refuse("status", "status is not completed");
  for (const name of ["summary", "text"] as const) {
    if ((output?.[name] ?? "").length > c.limits.checkText)
      throw refuse(name, `${name} exceeds ${c.limits.checkText} characters`);
  }
  if ((output?.annotations?.length ?? 0) > c.limits.annotations)
    throw refuse("annotations", `more than ${c.limits.annotations}`);
  const annotations = (output?.annotations ?? []).map((one) => annotationOf(one));
  const now = c.world.time();
  check.name = body.name ?? check.name;
  check.externalId = body.external_id ?? check.externalId;
  check.detailsUrl = body.details_url ?? check.detailsUrl;
  check.startedAt = body.started_at ?? check.startedAt;
  check.actions = body.actions ?? check.actions;
  if (status !== undefined) {
    const done = status === "completed";
    Object.assign(check, {
      status,
      conclusion: conclusion ?? null,
      completedAt: done ? (body.completed_at ?? now) : null,
    });
  }
  check.title = output?.title ?? check.title;
  check.summary = output?.summary ?? check.summary;
  check.text = output?.text ?? check.text;
  check.annotations.push(...annotations);
}

export const newCheck = (repo: Repo, user: User, name: string, headSha: string): Check => ({
  id: repo.world.nextId(),
  name,
  headSha,
  user,
  status: "queued",
  conclusion: null,
  externalId: "",
  detailsUrl: null,
  startedAt: repo.world.time(),
  completedAt: null,
  title: null,
  summary: null,
  text: null,
  annotations: [],
  actions: [],
});

const create: Handler = (c) => {
  const body = c.body as CheckBody;
  const head = body.head_sha ?? "";
  if (!c.repo.git.commits.has(head)) throw new Refusal(422, `No commit found for SHA: ${head}`, `check of ${head}`);
  const check = newCheck(c.repo, c.app.bot, body.name ?? "", head);
  apply(c, check, body);
  c.repo.checks.push(check);
  return ok(checkView(c.origin, c.app, c.repo, check), 201);
};

const checkOf = ({ repo, params }: Context): Check => {
  const found = repo.checks.find(({ id }) => id === Number(params.check_run_id));
  if (found === undefined) throw notFound();
  return found;
};

const update: Handler = (c) => {
  apply(c, checkOf(c), c.body as CheckBody);
  return ok(checkView(c.origin, c.app, c.repo, checkOf(c)));
};

const listForRef: Handler = (c) => {
  const sha = c.repo.resolve(c.params.ref ?? "");
  if (sha === undefined) throw new Refusal(422, `No commit found for SHA: ${c.params.ref}`);
  const [name, status, app] = [c.query.get("check_name"), c.query.get("status"), c.query.get("app_id")];
  const newest = c.repo.checks.filter(({ headSha }) => headSha === sha).reverse();
  const latest = (c.query.get("filter") ?? "latest") === "latest";
  const found = newest.filter(
    (one, n) =>
      (name === null || one.name === name) &&
      (status === null || one.status === status) &&
      (app === null || Number(app) === c.app.id) &&
      (!latest || newest.findIndex((other) => other.name === one.name) === n),
  );
  const wrap = (runs: unknown[]): Json => ({ total_count: found.length, check_runs: runs });
  return page(
    c,
    found.map((one) => checkView(c.origin, c.app, c.repo, one)),
    wrap,
  );
};

const annotations: Handler = (c) => {
  const check = checkOf(c);
  const blob = `${repoUrl(c.origin, c.repo)}/git/blobs/`;
  return page(
    c,
    check.annotations.map((one) => ({ ...one, blob_href: `${blob}${check.headSha}` })),
  );
};

export const checkRoutes: Record<string, Handler> = {
  "checks/create": create,
  "checks/get": (c) => ok(checkView(c.origin, c.app, c.repo, checkOf(c))),
  "checks/update": update,
  "checks/list-for-ref": listForRef,
  "checks/list-annotations": annotations,
};
