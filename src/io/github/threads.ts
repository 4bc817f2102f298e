/** Threads of line comments, which only GraphQL knows (docs page "GraphQL: Pull requests", PullRequestReviewThread). */
import { z } from "zod";
import { ForgeError, type LineThread } from "../../pulls/forge.js";
import { read } from "./call.js";
import type { Context } from "./context.js";
import { tooLong } from "./pages.js";

/** Ids of comments no longer fit the 32 bits of `databaseId`, for which GitHub made `fullDatabaseId`; older servers have no such. */
const ID_FIELDS = ["fullDatabaseId", "databaseId"] as const;
type IdField = (typeof ID_FIELDS)[number];

const query = (field: IdField): string => `query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) { reviewThreads(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id isResolved resolvedBy { login } comments(first: 1) { nodes { ${field} } } }
  } } }
}`;

const id = z.union([z.number(), z.string()]).nullish();
const node = z.object({
  id: z.string(),
  isResolved: z.boolean(),
  resolvedBy: z.object({ login: z.string() }).nullish(),
  comments: z.object({ nodes: z.array(z.object({ fullDatabaseId: id, databaseId: id }).nullable()).nullish() }),
});
const threads = z.object({
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
  nodes: z.array(node.nullable()).nullish(),
});
const answer = z.object({
  repository: z.object({ pullRequest: z.object({ reviewThreads: threads }).nullable() }).nullable(),
});

const bare = (login: string): string => login.replace(/\[bot\]$/, "");

/** All threads. @throws ForgeError; too-large above `limits.pages` hundred */
export async function threadsOf(context: Context, number: number): Promise<LineThread[]> {
  try {
    return await threadsBy(context, number, "fullDatabaseId");
  } catch (error) {
    if (!(error instanceof ForgeError && /'fullDatabaseId' doesn't exist/.test(error.message))) throw error;
    return threadsBy(context, number, "databaseId");
  }
}

async function threadsBy({ client, at, limits }: Context, number: number, field: IdField): Promise<LineThread[]> {
  const operation = "graphql/reviewThreads";
  const found: LineThread[] = [];
  const { login } = await client.identity();
  let after: string | null = null;
  for (let page = 0; page < limits.pages; page++) {
    const variables: Record<string, unknown> = { owner: at.owner, name: at.repo, number, after };
    const data: unknown = await client.graphql(operation, query(field), variables);
    const list: z.infer<typeof threads> | undefined = read(operation, answer, data).repository?.pullRequest
      ?.reviewThreads;
    if (list === undefined) throw new ForgeError("missing", `${operation}: there is no such pull request`, 200);
    for (const one of list.nodes ?? []) {
      const first = Number(one?.comments.nodes?.[0]?.[field] ?? Number.NaN);
      if (one === null || !Number.isSafeInteger(first)) continue;
      const by = one.resolvedBy?.login ?? null;
      // GraphQL names a bot without what REST puts behind its name.
      found.push({ id: one.id, resolved: one.isResolved, resolvedBy: by === bare(login) ? login : by, first });
    }
    after = list.pageInfo.endCursor ?? null;
    if (!list.pageInfo.hasNextPage || after === null) return found;
  }
  throw tooLong(operation, limits.pages);
}
