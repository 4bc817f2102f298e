/** What is read of pull requests, of what was said on them, and of who may say what. */
import type { z } from "zod";
import { type CheckRun, ForgeError, type ForgeReads, PERMISSIONS, type Permission } from "../../pulls/forge.js";
import { safePath } from "../../tree/tree-path.js";
import {
  checksAnswer,
  commentsAnswer,
  fileAnswer,
  lineCommentsAnswer,
  loginOf,
  permissionAnswer,
  pullAnswer,
  pullsAnswer,
  reviewsAnswer,
} from "./answers.js";
import { read } from "./call.js";
import { type Context, commitId } from "./context.js";
import { listAll, listWhole } from "./pages.js";
import { threadsOf } from "./threads.js";

type Reads = Omit<ForgeReads, "login" | "repository" | "commits" | "diffOf" | "diffOfPull" | "tree">;

const REPO = "GET /repos/{owner}/{repo}";

/** Null where the host says that there is no such thing. */
async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ForgeError && error.trouble === "missing") return null;
    throw error;
  }
}

export function readsOf(context: Context, appId: number | null): Reads {
  return {
    ...pullReads(context),
    ...postReads(context),
    file: (path, commit) => fileAt(context, path, commit),
    threads: (number) => threadsOf(context, number),
    checks: (head, name) => checksOf(context, head, name, appId),
    permission: (login) => permissionOf(context, login),
  };
}

function pullReads({ client, at, limits }: Context): Pick<Reads, "pull" | "pullsOf"> {
  return {
    async pull(number) {
      const { data } = await client.call("pulls/get", `${REPO}/pulls/{pull_number}`, { ...at, pull_number: number });
      const { head, base, commits, ...pull } = read("pulls/get", pullAnswer, data);
      return {
        number: pull.number,
        title: pull.title,
        body: pull.body ?? "",
        author: loginOf(pull.user),
        open: pull.state === "open",
        draft: pull.draft === true,
        head: head.sha,
        base: base.sha,
        baseRef: base.ref,
        commitCount: commits,
      };
    },
    async pullsOf(head) {
      const newest = { state: "open", sort: "updated", direction: "desc" };
      const on = { ...at, ...newest };
      const list = { page: pullsAnswer, items: (all: z.infer<typeof pullsAnswer>) => all, maxPages: limits.pullPages };
      const { items } = await listAll(client, "pulls/list", `${REPO}/pulls`, on, list);
      return [...new Set(items.filter((one) => one.head.sha === head).map(({ number }) => number))];
    },
  };
}

function postReads({ client, at, limits }: Context): Pick<Reads, "lineComments" | "reviews" | "comments"> {
  const { pages: maxPages } = limits;
  return {
    async lineComments(number) {
      const on = { ...at, pull_number: number };
      const operation = "pulls/list-review-comments";
      const route = `${REPO}/pulls/{pull_number}/comments`;
      const items = await listWhole(client, operation, route, on, {
        page: lineCommentsAnswer,
        items: (all) => all,
        maxPages,
      });
      return items.map(({ id, user, body, path, in_reply_to_id: first }) => {
        return { id, author: loginOf(user), body, path, replyTo: first ?? null };
      });
    },
    async reviews(number) {
      const on = { ...at, pull_number: number };
      const route = `${REPO}/pulls/{pull_number}/reviews`;
      const items = await listWhole(client, "pulls/list-reviews", route, on, {
        page: reviewsAnswer,
        items: (all) => all,
        maxPages,
      });
      // A review that was not submitted is seen by its author only: it is no post.
      return items
        .filter(({ state }) => state !== "PENDING")
        .map(({ id, user, body, commit_id: commit }) => {
          return { id, author: loginOf(user), body: body ?? "", commit: commit ?? null };
        });
    },
    async comments(number) {
      const on = { ...at, issue_number: number };
      const route = `${REPO}/issues/{issue_number}/comments`;
      const items = await listWhole(client, "issues/list-comments", route, on, {
        page: commentsAnswer,
        items: (all) => all,
        maxPages,
      });
      return items.map(({ id, user, body }) => ({ id, author: loginOf(user), body: body ?? "" }));
    },
  };
}

/** Text of a file up to 1 MB, above which GitHub gives none with it ("Get repository content"). */
async function fileAt({ client, at }: Context, path: string, commit: string): Promise<string | null> {
  if (safePath(path) === null) return null;
  const on = { ...at, path, ref: commit.startsWith("refs/heads/") ? commit : commitId(commit) };
  const operation = "repos/get-content";
  const answer = await unlessMissing(() => client.call(operation, `${REPO}/contents/{path}`, on));
  // A folder is a list.
  if (answer === null || Array.isArray(answer.data)) return null;
  const { type, encoding, content = "" } = read(operation, fileAnswer, answer.data);
  if (type !== "file") return null;
  if (encoding === "base64") return Buffer.from(content, "base64").toString("utf8");
  throw new ForgeError("too-large", `${operation}: the file is larger than GitHub gives`, 200);
}

async function checksOf(
  { client, at, limits }: Context,
  head: string,
  name: string,
  appId: number | null,
): Promise<CheckRun[]> {
  const on = {
    ...at,
    ref: commitId(head),
    check_name: name,
    filter: "all",
    ...(appId === null ? {} : { app_id: appId }),
  };
  const items = await listWhole(client, "checks/list-for-ref", `${REPO}/commits/{ref}/check-runs`, on, {
    page: checksAnswer,
    items: (page) => page.check_runs,
    maxPages: limits.pages,
  });
  return items
    .filter(({ app }) => appId === null || app?.id === appId)
    .map(({ id, external_id: externalId, status, output }) => {
      return {
        id,
        externalId: externalId ?? "",
        completed: status === "completed",
        annotations: output.annotations_count,
      };
    });
}

const isPermission = (name: string): name is Permission => (PERMISSIONS as readonly string[]).includes(name);

/** A role of an organization's own counts as the permission that it is built on. */
async function permissionOf({ client, at }: Context, login: string): Promise<Permission> {
  // What is no login is not asked for: it would become part of an address.
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:\[bot\])?$/.test(login)) return "none";
  const operation = "repos/get-collaborator-permission-level";
  const route = `${REPO}/collaborators/{username}/permission`;
  const answer = await unlessMissing(() => client.call(operation, route, { ...at, username: login }));
  if (answer === null) return "none";
  const { permission, role_name: role } = read(operation, permissionAnswer, answer.data);
  return [role ?? "", permission].find(isPermission) ?? "none";
}
