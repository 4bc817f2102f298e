/** Operations of the App itself, of users, and of a repository as a whole. */
import { type App, newToken, type Token } from "./auth.js";
import { fill, type Json } from "./fill.js";
import { type Context, type Handler, notFound, ok, Refusal } from "./http.js";
import { appView, repoView, userView } from "./views.js";
import type { Permission, Repo } from "./world.js";

const ownerOf = ({ world }: Context) => world.repos[0]?.owner ?? world.user("nobody");

const mine = ({ world }: Context): Repo[] => world.repos.filter(({ installed }) => installed);

function repositories(c: Context): number[] | null {
  const { repositories: names, repository_ids: ids } = c.body as { repositories?: string[]; repository_ids?: number[] };
  if (names === undefined && ids === undefined) return null;
  const chosen = mine(c).filter(({ name, id }) => names?.includes(name) || ids?.includes(id));
  if (chosen.length < new Set([...(names ?? []), ...(ids ?? [])]).size) {
    throw new Refusal(
      422,
      "There is at least one repository that does not exist or is not accessible to the parent installation.",
    );
  }
  return chosen.map(({ id }) => id);
}

function tokenView(c: Context, token: Token): Json {
  const some = token.repositories?.map((id) => c.world.repos.find((repo) => repo.id === id) as Repo);
  return fill("installation-token", {
    token: token.text,
    expires_at: `${new Date(token.expires).toISOString().slice(0, 19)}Z`,
    permissions: token.permissions,
    repository_selection: some === undefined ? "all" : "selected",
    ...(some === undefined ? {} : { repositories: some.map((repo) => repoView(c.origin, repo)) }),
  });
}

const createToken: Handler = (c) => {
  if (Number(c.params.installation_id) !== c.app.installation) throw notFound();
  const { permissions } = c.body as { permissions?: App["permissions"] };
  return ok(tokenView(c, newToken(c.app, c.world.now(), permissions, repositories(c))), 201);
};

const installation: Handler = (c) => {
  if (!c.repo.installed) throw notFound();
  const { app, origin } = c;
  return ok(
    fill("installation", {
      id: app.installation,
      app_id: app.id,
      app_slug: app.slug,
      target_id: c.repo.owner.id,
      target_type: c.repo.owner.type,
      repository_selection: "selected",
      account: userView(origin, c.repo.owner),
      access_tokens_url: `${origin}/app/installations/${app.installation}/access_tokens`,
      repositories_url: `${origin}/installation/repositories`,
      permissions: app.permissions,
      events: app.events,
    }),
  );
};

/** The last step of setting an App up: a code, good once, against the new App's secrets. */
const convert: Handler = (c) => {
  if (!c.app.manifestCodes.delete(c.params.code ?? "")) throw notFound();
  const { app } = c;
  const secrets = { client_secret: "0123456789abcdef", webhook_secret: app.webhookSecret, pem: app.privateKey };
  return ok({ ...appView(c.origin, app, ownerOf(c)), client_id: app.clientId, ...secrets }, 201);
};

const user: Handler = (c) => {
  const found = c.world.users.get((c.params.username ?? "").toLowerCase());
  if (found === undefined) throw notFound();
  return ok(fill("public-user", { ...userView(c.origin, found), name: null, user_view_type: "public" }));
};

/** The old scale of four: maintain counts as write there, triage as read. */
const SCALE: Record<Permission, string> = {
  admin: "admin",
  maintain: "write",
  write: "write",
  triage: "read",
  read: "read",
  none: "none",
};

const permission: Handler = (c) => {
  const found = c.world.users.get((c.params.username ?? "").toLowerCase());
  if (found === undefined) throw notFound();
  const held = c.repo.permissions.get(found.login) ?? "none";
  return ok(
    fill("repository-collaborator-permission", {
      permission: SCALE[held],
      role_name: held === "none" ? "" : held,
      user: { ...userView(c.origin, found), permissions: undefined },
    }),
  );
};

export const appRoutes: Record<string, Handler> = {
  "apps/get-authenticated": (c) => ok(appView(c.origin, c.app, ownerOf(c))),
  "apps/create-installation-access-token": createToken,
  "apps/get-repo-installation": installation,
  "apps/create-from-manifest": convert,
  "users/get-by-username": user,
  "repos/get": (c) => ok(repoView(c.origin, c.repo, "full-repository")),
  "repos/get-collaborator-permission-level": permission,
};
