/** The objects of GitHub's graph that are modelled: a pull request's review threads and comments. */
import { type App, demand, type Token } from "./auth.js";
import { GraphqlError } from "./graphql-parse.js";
import type { IssueComment, ReviewComment, Thread } from "./posts.js";
import { nodeId } from "./views.js";
import type { Pull, Repo, User, World } from "./world.js";

export interface Scene {
  world: World;
  app: App;
  token: Token;
}
export type Args = Record<string, unknown>;
/** An object of the graph: its type, and a function for each field that it has. */
export interface Node {
  type: string;
  get: Record<string, (args: Args) => unknown>;
}

function connection(list: Node[], { first, last, after }: Args): Node {
  const size = Number(first ?? last);
  if ((first ?? last ?? null) === null)
    throw new GraphqlError("You must provide a `first` or `last` value to properly paginate");
  if (!(size >= 1 && size <= 100)) throw new GraphqlError("Requesting more than 100 records exceeds the limit");
  const from = first === undefined ? Math.max(0, list.length - size) : Number(after ?? 0);
  const end = from + size;
  const info: Node = {
    type: "PageInfo",
    get: { hasNextPage: () => end < list.length, endCursor: () => `${Math.min(end, list.length)}` },
  };
  return {
    type: "Connection",
    get: { nodes: () => list.slice(from, end), totalCount: () => list.length, pageInfo: () => info },
  };
}

/** GraphQL names a bot without the "[bot]" that REST puts behind its name. */
const actor = ({ login, type }: User): Node => ({
  type: "Actor",
  get: { login: () => login.replace("[bot]", ""), __typename: () => type },
});

export const comment = (type: "IssueComment" | "PullRequestReviewComment", c: IssueComment | ReviewComment): Node => ({
  type,
  get: {
    id: () => nodeId(type, c.id),
    databaseId: () => c.id,
    // A BigInt is text.
    fullDatabaseId: () => (type === "IssueComment" ? null : `${c.id}`),
    body: () => c.body,
    author: () => actor(c.user),
    path: () => ("path" in c ? c.path : null),
    isMinimized: () => c.minimized !== null,
    minimizedReason: () => c.minimized?.toLowerCase() ?? null,
  },
});

export function threadNode(repo: Repo, thread: Thread): Node {
  const comments = repo.reviewComments.filter(({ id, replyTo }) => id === thread.first || replyTo === thread.first);
  const first = comments.find(({ id }) => id === thread.first) as ReviewComment;
  return {
    type: "PullRequestReviewThread",
    get: {
      id: () => thread.id,
      isResolved: () => thread.resolvedBy !== null,
      resolvedBy: () => thread.resolvedBy && actor(thread.resolvedBy),
      isOutdated: () => first.line === null && first.subjectType === "line",
      path: () => first.path,
      line: () => first.line,
      comments: (args) =>
        connection(
          comments.map((one) => comment("PullRequestReviewComment", one)),
          args,
        ),
    },
  };
}

const pullNode = (repo: Repo, pull: Pull): Node => ({
  type: "PullRequest",
  get: {
    id: () => nodeId("PullRequest", pull.id),
    number: () => pull.number,
    reviewThreads: (args) =>
      connection(
        repo.threads.filter(({ number }) => number === pull.number).map((one) => threadNode(repo, one)),
        args,
      ),
    comments: (args) =>
      connection(
        repo.issueComments.filter(({ number }) => number === pull.number).map((one) => comment("IssueComment", one)),
        args,
      ),
  },
});

export const repoNode = (scene: Scene, repo: Repo): Node => ({
  type: "Repository",
  get: {
    id: () => nodeId("Repository", repo.id),
    nameWithOwner: () => repo.fullName,
    pullRequest: ({ number }) => {
      demand(scene.token, ["pull_requests"], "read");
      const pull = repo.pulls.find((one) => one.number === number);
      if (pull === undefined)
        throw new GraphqlError(`Could not resolve to a PullRequest with the number of ${String(number)}.`);
      return pullNode(repo, pull);
    },
  },
});
