/**
 * What commits change, as text: by a clone that is at hand, else by GitHub's diff, else by its list of changed files with a patch
 * each, else by git's objects.
 */
import { type Commit, type Diff, ForgeError, type Pull } from "../../pulls/forge.js";
import { compareAnswer, filesAnswer, type ListedFile, pullAnswer } from "./answers.js";
import { read } from "./call.js";
import { COMPARE_ROUTE } from "./commits.js";
import { type Context, commitId } from "./context.js";
import { listedDiff } from "./file-diff.js";
import { ObjectDiff } from "./object-diff.js";
import { listAll } from "./pages.js";

type Wanted = (path: string) => boolean;

const COMPARE = "repos/compare-commits-with-basehead";
/** GitHub lists no more files of a comparison, and of a pull request ("List pull requests files"). */
const COMPARE_FILES = 300;
const PULL_FILES = 3000;

/** Against the first parent; a commit without one against nothing. @throws ForgeError */
export async function diffOfCommit(context: Context, { sha, parents }: Commit, wanted: Wanted): Promise<Diff> {
  const [parent = null] = parents;
  return diffBetween(context, parent, sha, wanted, () => filesOfCompare(context, `${parent}...${sha}`));
}

/**
 * By the ids that the caller saw and not by number, so that a push in between does not change what it is about.
 * @throws ForgeError
 */
export async function diffOfPull(context: Context, pull: Pull, mergeBase: string, wanted: Wanted): Promise<Diff> {
  return diffBetween(context, mergeBase, pull.head, wanted, () => filesOfPull(context, pull));
}

async function diffBetween(
  context: Context,
  from: string | null,
  to: string,
  wanted: Wanted,
  list: () => Promise<readonly ListedFile[] | null>,
): Promise<Diff> {
  const { mirror } = context;
  for (const one of [from, to]) if (one !== null) commitId(one);
  if (mirror !== null && (await mirror.has(from === null ? [to] : [from, to]))) {
    const text = await mirror.diff(from, to);
    if (text !== null) return { text, leftOut: [] };
  }
  if (from === null) return new ObjectDiff(context, null, to).whole(wanted);
  const text = await unlessTooLarge(() => compareText(context, `${from}...${to}`));
  if (text !== null) return { text, leftOut: [] };
  const files = await list();
  const objects = new ObjectDiff(context, from, to);
  return files === null ? objects.whole(wanted) : fromList(files, objects, wanted);
}

async function unlessTooLarge<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ForgeError && error.trouble === "too-large") return null;
    throw error;
  }
}

async function compareText({ client, at }: Context, basehead: string): Promise<string> {
  const { data } = await client.call(COMPARE, COMPARE_ROUTE, { ...at, basehead, mediaType: { format: "diff" } });
  if (typeof data === "string") return data;
  throw new ForgeError("away", `${COMPARE}: an answer that is no diff`, 200);
}

/** Null when the list is not whole. */
async function filesOfCompare({ client, at }: Context, basehead: string): Promise<readonly ListedFile[] | null> {
  // Files come with the first page; of the commits one is enough.
  const page = { page: 1, per_page: 1 };
  const answer = await unlessTooLarge(() => client.call(COMPARE, COMPARE_ROUTE, { ...at, basehead, ...page }));
  if (answer === null) return null;
  const { files = [] } = read(COMPARE, compareAnswer, answer.data);
  return files.length < COMPARE_FILES ? files : null;
}

/** Null when the list is not whole, or the pull request has another head by now. */
async function filesOfPull({ client, at }: Context, { number, head }: Pull): Promise<readonly ListedFile[] | null> {
  const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}";
  const on = { ...at, pull_number: number };
  const list = { page: filesAnswer, items: (files: ListedFile[]) => files, maxPages: PULL_FILES / 100 };
  const found = await unlessTooLarge(() => listAll(client, "pulls/list-files", `${route}/files`, on, list));
  if (found === null || found.cut || found.items.length >= PULL_FILES) return null;
  const { data } = await client.call("pulls/get", route, on);
  return read("pulls/get", pullAnswer, data).head.sha === head ? found.items : null;
}

/** Patches as they are listed; files without one are looked at by their blobs. */
async function fromList(files: readonly ListedFile[], objects: ObjectDiff, wanted: Wanted): Promise<Diff> {
  const parts = files.map(listedDiff);
  const missing = files.filter((_, n) => parts[n] === null);
  const found = await objects.some(missing, wanted, files.length);
  const text = files.map(({ filename }, n) => parts[n] ?? found.parts.get(filename) ?? "").join("");
  return { text, leftOut: found.leftOut };
}
