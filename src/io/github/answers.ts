/** What we look at of GitHub's answers. All else in them is left alone. */
import { z } from "zod";

/** Users that were deleted are null; GitHub shows them as "ghost". */
export const loginOf = (user: { login: string } | null | undefined): string => user?.login ?? "ghost";
const user = z.object({ login: z.string() }).nullish();
const text = z.string().nullish();

export const pullAnswer = z.object({
  number: z.number(),
  title: z.string(),
  body: text,
  user,
  state: z.string(),
  draft: z.boolean().nullish(),
  head: z.object({ sha: z.string() }),
  base: z.object({ sha: z.string(), ref: z.string() }),
  commits: z.number(),
});

export const pullsAnswer = z.array(z.object({ number: z.number(), head: z.object({ sha: z.string() }) }));

const person = z.object({ name: text, email: text, date: text }).nullish();
const parents = z.array(z.object({ sha: z.string() }));

export const gitCommitAnswer = z.object({
  sha: z.string(),
  message: z.string(),
  author: person,
  parents,
  tree: z.object({ sha: z.string() }),
});

const listedCommit = z.object({
  sha: z.string(),
  parents,
  commit: z.object({ message: z.string(), author: person }),
});

const listedFile = z.object({
  filename: z.string(),
  previous_filename: z.string().optional(),
  status: z.string(),
  additions: z.number(),
  deletions: z.number(),
  patch: z.string().optional(),
});
export type ListedFile = z.infer<typeof listedFile>;
export const filesAnswer = z.array(listedFile);

export const compareAnswer = z.object({
  merge_base_commit: z.object({ sha: z.string() }),
  total_commits: z.number(),
  commits: z.array(listedCommit),
  files: z.array(listedFile).optional(),
});
export type ComparePage = z.infer<typeof compareAnswer>;
export type ListedCommit = z.infer<typeof listedCommit>;

export const treeAnswer = z.object({
  tree: z.array(
    z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string(), size: z.number().optional() }),
  ),
  truncated: z.boolean(),
});

export const fileAnswer = z.object({
  type: z.string(),
  encoding: z.string().optional(),
  content: z.string().optional(),
});

export const lineCommentsAnswer = z.array(
  z.object({ id: z.number(), user, body: z.string(), path: z.string(), in_reply_to_id: z.number().nullish() }),
);
export const reviewsAnswer = z.array(
  z.object({ id: z.number(), user, body: text, commit_id: text, state: z.string() }),
);
export const commentsAnswer = z.array(z.object({ id: z.number(), user, body: text }));

const check = z.object({
  id: z.number(),
  external_id: text,
  status: z.string(),
  output: z.object({ annotations_count: z.number() }),
  app: z.object({ id: z.number() }).nullish(),
});
export const checksAnswer = z.object({ check_runs: z.array(check) });

export const permissionAnswer = z.object({ permission: z.string(), role_name: z.string().nullish() });
