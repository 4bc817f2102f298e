/** What a test asks at its end: what was posted, by whom, and whether twice; and how people say something to the bot. */

import type { Check, IssueComment, Review, ReviewComment } from "./posts.js";
import type { State } from "./respond.js";
import { newCheck } from "./routes-checks.js";
import { addIssueComment, addReply } from "./store.js";
import type { Repo } from "./world.js";

export interface Posted {
  reviews: Review[];
  reviewComments: ReviewComment[];
  issueComments: IssueComment[];
  checks: Check[];
}

const KINDS = ["reviews", "reviewComments", "issueComments", "checks"] as const;

/** What makes a post say the same as another. The empty reviews around single comments never do. */
const keyOf = (one: Review | ReviewComment | IssueComment | Check): string | null => {
  if ("headSha" in one) return JSON.stringify(["check", one.headSha, one.name, one.externalId]);
  if ("path" in one)
    return JSON.stringify(["line", one.number, one.path, one.side, one.originalLine, one.replyTo, one.body]);
  if ("state" in one) return one.body === "" ? null : JSON.stringify(["review", one.number, one.commitId, one.body]);
  return JSON.stringify(["comment", one.number, one.body]);
};

export const lookUps = ({ world, app }: State) => {
  const postedIn = (repos: readonly Repo[], login: string): Posted => {
    const of = <T extends { user: { login: string } }>(lists: T[][]): T[] =>
      lists.flat().filter(({ user }) => user.login === login);
    return {
      reviews: of(repos.map((repo) => repo.reviews)),
      reviewComments: of(repos.map((repo) => repo.reviewComments)),
      issueComments: of(repos.map((repo) => repo.issueComments)),
      checks: of(repos.map((repo) => repo.checks)),
    };
  };
  /** All that a login posted in any repository; the App's bot where none is named. */
  const posted = (login: string = app.bot.login): Posted => postedIn(world.repos, login);
  const twiceIn = (repo: Repo, login: string): string[] => {
    const [all, seen, twice] = [postedIn([repo], login), new Set<string>(), [] as string[]];
    for (const one of KINDS.flatMap((kind): (Review | ReviewComment | IssueComment | Check)[] => all[kind])) {
      const key = keyOf(one);
      if (key !== null && seen.has(key)) twice.push(key);
      if (key !== null) seen.add(key);
    }
    return twice;
  };
  /** Posts of a login that say the same at the same place as an earlier one: each repeated one, as text. */
  const duplicates = (login: string = app.bot.login): string[] => world.repos.flatMap((repo) => twiceIn(repo, login));
  /** A check of the bot's, as if an earlier run had made it. */
  const addCheck = (repo: Repo, name: string, headSha: string): Check => {
    const made = { ...newCheck(repo, app.bot, name, headSha), status: "completed", conclusion: "neutral" };
    repo.checks.push(made);
    return made;
  };
  return { posted, duplicates, say: addIssueComment, answer: addReply, addCheck };
};
