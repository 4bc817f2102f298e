/**
 * What GitHub offers by GraphQL only: threads of a review and whether they are resolved, and hidden comments. Fields and
 * arguments are checked against the table below, written after GitHub's public schema.
 */

import { demand, sees } from "./auth.js";
import { type Args, comment, type Node, repoNode, type Scene, threadNode } from "./graphql-nodes.js";
import { Enum, type Field, GraphqlError, parseGraphql } from "./graphql-parse.js";
import { nodeId } from "./views.js";
import type { Repo, User } from "./world.js";

/** Types, their fields, and the arguments of each; "!" where one must be given. */
const TYPES: Record<string, Record<string, string>> = {
  Query: { repository: "owner! name!", viewer: "" },
  Mutation: { resolveReviewThread: "input!", unresolveReviewThread: "input!", minimizeComment: "input!" },
  Repository: { id: "", nameWithOwner: "", pullRequest: "number!" },
  PullRequest: { id: "", number: "", reviewThreads: "first last after", comments: "first last after" },
  Connection: { nodes: "", totalCount: "", pageInfo: "" },
  PageInfo: { hasNextPage: "", endCursor: "" },
  PullRequestReviewThread: {
    id: "",
    isResolved: "",
    isOutdated: "",
    path: "",
    line: "",
    resolvedBy: "",
    comments: "first last after",
  },
  PullRequestReviewComment: {
    id: "",
    databaseId: "",
    fullDatabaseId: "",
    body: "",
    author: "",
    path: "",
    isMinimized: "",
    minimizedReason: "",
  },
  IssueComment: { id: "", databaseId: "", body: "", author: "", isMinimized: "", minimizedReason: "" },
  Actor: { login: "" },
  Payload: { clientMutationId: "", thread: "", minimizedComment: "" },
};

const CLASSIFIERS = ["SPAM", "ABUSE", "OFF_TOPIC", "OUTDATED", "DUPLICATE", "RESOLVED"];

const missing = (id: unknown): GraphqlError =>
  new GraphqlError(`Could not resolve to a node with the global id of '${String(id)}'`);

const visibleRepos = ({ world, token }: Scene): Repo[] => world.repos.filter((repo) => sees(token, repo));

const query = (scene: Scene): Node => ({
  type: "Query",
  get: {
    // Here alone GraphQL names a bot with its "[bot]".
    viewer: () => ({ type: "Actor", get: { login: () => scene.app.bot.login } }),
    repository: ({ owner, name }) => {
      const repo = visibleRepos(scene).find(({ fullName }) => fullName === `${String(owner)}/${String(name)}`);
      if (repo === undefined)
        throw new GraphqlError(`Could not resolve to a Repository with the name '${String(owner)}/${String(name)}'.`);
      return repoNode(scene, repo);
    },
  },
});

function input(args: Args, names: string[]): Args {
  const given = (args.input ?? {}) as Args;
  const unknown = Object.keys(given).find((name) => name !== "clientMutationId" && !names.includes(name));
  if (unknown !== undefined) throw new GraphqlError(`InputObject doesn't accept argument '${unknown}'`);
  const absent = names.find((name) => (given[name] ?? null) === null);
  if (absent !== undefined) throw new GraphqlError(`Argument '${absent}' on InputObject is required`);
  return given;
}

const payload = (given: Args, get: Node["get"]): Node => ({
  type: "Payload",
  get: { clientMutationId: () => given.clientMutationId ?? null, ...get },
});

function mutation(scene: Scene): Node {
  const setResolved = (args: Args, by: User | null): Node => {
    const given = input(args, ["threadId"]);
    for (const repo of visibleRepos(scene)) {
      const thread = repo.threads.find(({ id }) => id === given.threadId);
      if (thread === undefined) continue;
      thread.resolvedBy = by;
      return payload(given, { thread: () => threadNode(repo, thread) });
    }
    throw missing(given.threadId);
  };
  const minimize = (args: Args): Node => {
    const given = input(args, ["subjectId", "classifier"]);
    const { classifier } = given;
    const reason = classifier instanceof Enum ? classifier.name : String(classifier);
    if (!CLASSIFIERS.includes(reason))
      throw new GraphqlError(`classifier ${reason} is not one of ${CLASSIFIERS.join(", ")}`);
    for (const repo of visibleRepos(scene)) {
      const ofIssue = repo.issueComments.find(({ id }) => nodeId("IssueComment", id) === given.subjectId);
      const found =
        ofIssue ?? repo.reviewComments.find(({ id }) => nodeId("PullRequestReviewComment", id) === given.subjectId);
      if (found === undefined) continue;
      found.minimized = reason;
      return payload(given, {
        minimizedComment: () => comment(ofIssue ? "IssueComment" : "PullRequestReviewComment", found),
      });
    }
    throw missing(given.subjectId);
  };
  return {
    type: "Mutation",
    get: {
      resolveReviewThread: (args) => setResolved(args, scene.app.bot),
      unresolveReviewThread: (args) => setResolved(args, null),
      minimizeComment: minimize,
    },
  };
}

/** Fields and arguments must be in the table, and an object needs a selection. */
function checkField(type: string, { name, args }: Field): void {
  const listed = TYPES[type]?.[name];
  if (listed === undefined) throw new GraphqlError(`Field '${name}' doesn't exist on type '${type}'`);
  const known = listed.split(" ").filter((one) => one !== "");
  for (const given of Object.keys(args)) {
    if (!known.some((one) => one.replace("!", "") === given))
      throw new GraphqlError(`Field '${name}' doesn't accept argument '${given}'`);
  }
  for (const one of known) {
    if (one.endsWith("!") && (args[one.slice(0, -1)] ?? null) === null)
      throw new GraphqlError(`Field '${name}' is missing required arguments: ${one.slice(0, -1)}`);
  }
}

const isNode = (value: unknown): value is Node => value !== null && typeof value === "object" && "get" in value;

function select(node: Node, fields: readonly Field[]): Args {
  if (fields.length === 0) throw new GraphqlError(`Field must have selections (type ${node.type})`);
  const out: Args = {};
  for (const field of fields) {
    if (field.on !== null && field.on !== node.type && field.on !== node.get.__typename?.({})) continue;
    if (field.name === "__typename") {
      out[field.alias] = node.get.__typename?.({}) ?? node.type;
      continue;
    }
    checkField(node.type, field);
    const value = node.get[field.name]?.(field.args) ?? null;
    if (isNode(value)) out[field.alias] = select(value, field.fields);
    else if (Array.isArray(value)) out[field.alias] = value.map((one: Node) => select(one, field.fields));
    else if (field.fields.length > 0 && value !== null)
      throw new GraphqlError(`Selections can't be made on scalars (field '${field.name}')`);
    else out[field.alias] = value;
  }
  return out;
}

/** Whether a request writes: its text begins with a mutation. */
export const isMutation = (text: string): boolean => /^\s*(#[^\n]*\s*)*mutation\b/.test(text);

export function runGraphql(scene: Scene, text: string, variables: Args): Args {
  const { kind, fields } = parseGraphql(text, variables);
  if (kind === "mutation") demand(scene.token, ["pull_requests"], "write");
  return select(kind === "query" ? query(scene) : mutation(scene), fields);
}
