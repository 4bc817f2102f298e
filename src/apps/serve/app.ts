/** The dashboard over HTTP, with hono, of which this is the only importer: routes, cookies and headers; pages know nothing of it. */
import { createHash } from "node:crypto";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getCookie, setCookie } from "hono/cookie";
import { getPath } from "hono/utils/url";
import { answersFor, isLoopback, type Listen, originOf } from "../../io/hosts.js";
import { signInPage } from "../../report/html/dashboard/operator.js";
import { refusalPage } from "../../report/html/dashboard/refusal.js";
import { type Frame, renderPage, type View } from "../../report/html/dashboard/shell.js";
import { SHEET } from "../../report/html/dashboard/style.js";
import { DASHBOARD, type Refusal } from "../../report/html/dashboard/words.js";
import type { ActRoute, Dashboard, PageRoute } from "./dashboard.js";
import { QUERY } from "./dashboard.js";
import { feedOf } from "./feeds.js";
import { barePath, isOwnForm, SAFE_HEADERS, wantsJson } from "./gate.js";
import { ACTS, OPERATOR_PAGES } from "./operating.js";
import { PAGES } from "./pages.js";
import type { Session, Sessions } from "./sessions.js";
import type { SignIn } from "./sign-in.js";

/** What the HTTP side needs beside what pages are made of. */
export interface Site extends Dashboard {
  listen: Listen;
  sessions: Sessions;
  signIn: SignIn;
  /** Says what operators did and what failed. */
  log: { info(about: object, text: string): void; error(about: object, text: string): void };
}

type Env = {
  Bindings: { incoming?: { socket: { remoteAddress?: string } } };
  Variables: { session: Session | null; visitor: string };
};
type At = Context<Env>;

const SESSION = "patchwitness_session";
const VISITOR = "patchwitness_visitor";
/** No form here is longer. Bytes. */
const MAX_FORM = 16 * 1024;
/** No value of a query is: the longest key is that of a page of a list. */
const MAX_VALUE = 8000;
const STYLE = `/style-${createHash("sha256").update(SHEET).digest("hex").slice(0, 16)}.css`;

/** The application; `fetch` of it answers requests. */
export function makeApp(site: Site): Hono<Env> {
  const app = new Hono<Env>({ getPath: (request) => barePath(getPath(request)) });
  app.use(async (c, next) => guard(c, next, site));
  app.get(STYLE, (c) =>
    c.body(SHEET, 200, { "content-type": "text/css; charset=utf-8", "cache-control": "max-age=31536000, immutable" }),
  );
  app.get("/healthz", (c) => c.json({ live: true }));
  app.get("/lists/:key/feed.atom", (c) => feed(c, site));
  for (const page of [...PAGES, ...OPERATOR_PAGES]) app.get(page.path, (c) => show(c, page, site));
  app.get("/sign-in", (c) => signInForm(c, site, null, 200));
  const limited = bodyLimit({ maxSize: MAX_FORM, onError: (c) => refuse(c as unknown as At, 413, site) });
  app.post("/sign-in", limited, (c) => enter(c, site));
  app.post("/sign-out", limited, (c) => act(c, { path: "/sign-out", act: async () => leave(c, site) }, site));
  for (const one of ACTS) app.post(one.path, limited, (c) => act(c, one, site));
  app.notFound((c) => refuse(c, 404, site));
  app.onError((error, c) => {
    site.log.error({ error, path: c.req.path }, "a request could not be answered");
    return refuse(c, 500, site);
  });
  return app;
}

/** Before anything: is this host ours, and who asks. After it: the headers of every answer. */
async function guard(c: At, next: () => Promise<void>, site: Site): Promise<Response | undefined> {
  const { sessions, listen, config, now } = site;
  c.set("session", sessions.read(getCookie(c, SESSION), now().getTime()));
  c.set("visitor", /^[\w-]{22}$/.exec(getCookie(c, VISITOR) ?? "")?.[0] ?? "");
  for (const [name, value] of Object.entries(SAFE_HEADERS)) c.header(name, value);
  c.header("cache-control", c.get("session") === null ? "no-cache" : "no-store");
  c.header("vary", "Accept, Cookie");
  if (!answersFor(c.req.header("host"), listen, config.serve.url ?? null)) return refuse(c, 421, site);
  await next();
  return undefined;
}

function frameOf(c: At, site: Site, path = barePath(new URL(c.req.url).pathname)): Frame {
  const { config, sessions, version } = site;
  const session = c.get("session") ?? null;
  return {
    path,
    query: Object.fromEntries(QUERY.map((name) => [name, c.req.query(name) || null])),
    operator: session?.name ?? null,
    csrf: session === null ? "" : sessions.csrf(session.id),
    canSignIn: config.serve.operators.length > 0,
    pulls: session !== null || config.serve.pulls === "all",
    style: STYLE,
    version,
  };
}

const json = (c: At): boolean => wantsJson(getPath(c.req.raw), c.req.header("accept"));

function answer(c: At, view: View, frame: Frame, status: 200 | Refusal = 200): Response {
  if (json(c)) return c.json({ schemaVersion: 1, ...view.data }, status);
  return c.html(renderPage(view, frame), status);
}

function refuse(c: At, status: Refusal, site: Site): Response {
  const frame = { ...frameOf(c, site, "/"), query: {} };
  return answer(c, refusalPage(status), frame, status);
}

async function show(c: At, { access, show: make }: PageRoute, site: Site): Promise<Response> {
  const frame = frameOf(c, site);
  if ((access === "operator" && frame.operator === null) || (access === "pulls" && !frame.pulls))
    return refuse(c, 401, site);
  if (Object.values(frame.query).some((value) => (value ?? "").length > MAX_VALUE)) return refuse(c, 400, site);
  const view = await make({ params: c.req.param() as Record<string, string>, query: frame.query, frame }, site);
  return typeof view === "number" ? refuse(c, view, site) : answer(c, view, frame);
}

async function feed(c: At, site: Site): Promise<Response> {
  const origin = originOf(c.req.header("host") ?? "", site.config.serve.url ?? null);
  const text = await feedOf(c.req.param("key") ?? "", origin, site);
  if (text === null) return refuse(c, 404, site);
  return c.body(text, 200, { "content-type": "application/atom+xml; charset=utf-8" });
}

/** The fields of a form that came from this site with the token of whoever sent it; null for any other. */
async function formOf(c: At, of: string, site: Site): Promise<Record<string, string> | null> {
  const own = originOf(c.req.header("host") ?? "", site.config.serve.url ?? null);
  if (!isOwnForm(c.req.header("sec-fetch-site"), c.req.header("origin"), own)) return null;
  if (!(c.req.header("content-type") ?? "").startsWith("application/x-www-form-urlencoded")) return null;
  const form = Object.fromEntries(new URLSearchParams(await c.req.text()));
  return site.sessions.isCsrf(form.csrf ?? "", of) ? form : null;
}

async function act(c: At, route: ActRoute, site: Site): Promise<Response> {
  const session = c.get("session");
  if (session === null) return refuse(c, 401, site);
  const form = await formOf(c, session.id, site);
  if (form === null) return refuse(c, 403, site);
  const done = await route.act(form, site);
  const { csrf: _csrf, ...fields } = form;
  site.log.info({ operator: session.name, action: route.path, ...fields, outcome: done }, "an operator acted");
  if (typeof done === "number") return refuse(c, done, site);
  return json(c) ? c.json({ schemaVersion: 1, done: done.done }) : c.redirect(`${done.to}?done=${done.done}`, 303);
}

const cookie = ({ listen, config }: Site, maxAge: number) => ({
  httpOnly: true,
  sameSite: "Strict" as const,
  path: "/",
  secure: config.serve.url === undefined ? !isLoopback(listen.host) : config.serve.url.startsWith("https:"),
  maxAge,
});

async function leave(c: At, site: Site): Promise<{ to: string; done: string }> {
  const session = c.get("session");
  if (session !== null) site.sessions.end(session, site.now().getTime());
  setCookie(c, SESSION, "", cookie(site, 0));
  return { to: "/", done: "out" };
}

function signInForm(c: At, site: Site, problem: string | null, status: 200 | 403 | 429): Response {
  const visitor = c.get("visitor") || site.sessions.visitor();
  setCookie(c, VISITOR, visitor, cookie(site, 3600));
  const frame = frameOf(c, site, "/sign-in");
  return answer(c, signInPage(site.sessions.csrf(`visitor ${visitor}`), problem, frame), frame, status);
}

async function enter(c: At, site: Site): Promise<Response> {
  const visitor = c.get("visitor");
  const form = visitor === "" ? null : await formOf(c, `visitor ${visitor}`, site);
  if (form === null) return refuse(c, 403, site);
  const address = c.env?.incoming?.socket.remoteAddress ?? "";
  const name = form.name ?? "";
  const entered = await site.signIn(name, form.password ?? "", address);
  site.log.info(
    { operator: name.slice(0, 64), address, outcome: typeof entered === "string" ? entered : "in" },
    "sign-in",
  );
  if (entered === "too-many") {
    c.header("retry-after", "900");
    return signInForm(c, site, DASHBOARD.tooMany, 429);
  }
  if (entered === "wrong") return signInForm(c, site, DASHBOARD.wrongName, 403);
  setCookie(
    c,
    SESSION,
    site.sessions.begin(entered, site.now().getTime()),
    cookie(site, site.config.serve.sessionHours * 3600),
  );
  return c.redirect("/", 303);
}
