/** The commits of a head since it left its base ("Compare two commits"). */
import { type Commit, type CommitList, ForgeError } from "../../pulls/forge.js";
import { type ComparePage, compareAnswer, gitCommitAnswer, type ListedCommit } from "./answers.js";
import { read } from "./call.js";
import { type Context, commitId } from "./context.js";
import { listAll } from "./pages.js";

const COMPARE = "repos/compare-commits-with-basehead";
export const COMPARE_ROUTE = "GET /repos/{owner}/{repo}/compare/{basehead}";
/** Most that is kept of a message. Characters; kernel commits have a few thousand. */
const MAX_MESSAGE = 256 * 1024;

type Person = { name?: string | null | undefined; email?: string | null | undefined; date?: string | null | undefined };

const commitOf = (
  sha: string,
  parents: { sha: string }[],
  message: string,
  author: Person | null | undefined,
): Commit => {
  const time = Date.parse(author?.date ?? "");
  return {
    sha,
    parents: parents.map((one) => one.sha),
    message: message.slice(0, MAX_MESSAGE),
    author: { name: author?.name ?? "", email: author?.email ?? "" },
    date: Number.isNaN(time) ? null : new Date(time).toISOString(),
  };
};

const listed = ({ sha, parents, commit }: ListedCommit): Commit =>
  commitOf(sha, parents, commit.message, commit.author);

/** A commit, and the id of its tree. @throws ForgeError missing where there is none */
export async function gitCommit({ client, at }: Context, sha: string): Promise<{ commit: Commit; tree: string }> {
  const route = "GET /repos/{owner}/{repo}/git/commits/{commit_sha}";
  const { data } = await client.call("git/get-commit", route, { ...at, commit_sha: commitId(sha) });
  const { message, author, parents, tree } = read("git/get-commit", gitCommitAnswer, data);
  return { commit: commitOf(sha, parents, message, author), tree: tree.sha };
}

/**
 * Oldest first, as GitHub orders them; at most `limits.commits`, and `leftOut` says how many there are more.
 * @throws ForgeError missing where one of the commits is not there
 */
export async function commitsSince(context: Context, base: string, head: string): Promise<CommitList> {
  const { client, at, limits } = context;
  const basehead = `${commitId(base)}...${commitId(head)}`;
  const first: ComparePage[] = [];
  try {
    const { items } = await listAll(
      client,
      COMPARE,
      COMPARE_ROUTE,
      { ...at, basehead },
      {
        page: compareAnswer,
        items: (page) => {
          if (first.length === 0) first.push(page);
          return page.commits;
        },
        maxPages: Math.ceil(limits.commits / 100),
      },
    );
    const mergeBase = first[0]?.merge_base_commit.sha ?? null;
    return await completed(context, { head, mergeBase, total: first[0]?.total_commits ?? 0 }, items.map(listed));
  } catch (error) {
    if (!(error instanceof ForgeError && error.trouble === "missing")) throw error;
    // The answer is the same for a commit that is not there and for two that have nothing in common.
    for (const sha of [base, head]) await gitCommit(context, sha);
    return { commits: [], mergeBase: null, leftOut: ["The head and its base have no commit in common."] };
  }
}

/** Where the pages gave fewer than there are, the rest is looked for from the head, by first parents. */
async function completed(
  context: Context,
  { head, mergeBase, total }: { head: string; mergeBase: string | null; total: number },
  listed: Commit[],
): Promise<CommitList> {
  const room = context.limits.commits;
  const commits = listed.slice(0, room);
  const known = new Set(commits.map(({ sha }) => sha));
  const newest: Commit[] = [];
  let at = head;
  while (known.size < Math.min(total, room) && !known.has(at) && at !== mergeBase) {
    const { commit } = await gitCommit(context, at);
    newest.push(commit);
    known.add(at);
    const [parent] = commit.parents;
    if (parent === undefined) break;
    at = parent;
  }
  const found = [...commits, ...newest.reverse()];
  const missing = total - found.length;
  const leftOut = missing > 0 ? [`${missing} of ${total} commits were not read: at most ${room} are.`] : [];
  return { commits: found, mergeBase, leftOut };
}
