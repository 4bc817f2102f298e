/** Comments on a pull request as a whole, and what all operations on pull requests look up. */
import { type Context, type Handler, invalid, notFound, ok, page } from "./http.js";
import { checkBody } from "./line-place.js";
import { issueCommentView } from "./pull-views.js";
import { addIssueComment } from "./store.js";
import type { Pull, User } from "./world.js";

export const pullOf = ({ repo, params }: Context): Pull => {
  const number = Number(params.pull_number ?? params.issue_number);
  const found = repo.pulls.find((pull) => pull.number === number);
  if (found === undefined) throw notFound();
  return found;
};

export const byId = <T extends { id: number }>(list: readonly T[], id: string | undefined): T => {
  const found = list.find((one) => one.id === Number(id));
  if (found === undefined) throw notFound();
  return found;
};

export const since = <T extends { updatedAt: string }>({ query }: Context, list: readonly T[]): T[] => {
  const from = query.get("since");
  return list.filter(({ updatedAt }) => from === null || Date.parse(updatedAt) >= Date.parse(from));
};

export const actorOf = ({ actor }: Context): User => {
  if (actor === null) throw notFound();
  return actor;
};

const listIssueComments: Handler = (c) => {
  const { number } = pullOf(c);
  const all = since(c, c.repo.issueComments).filter((one) => one.number === number);
  return page(
    c,
    all.map((one) => issueCommentView(c.origin, c.repo, one)),
  );
};

const createIssueComment: Handler = (c) => {
  checkBody(c, c.body.body, "IssueComment");
  const made = addIssueComment(c.repo, pullOf(c).number, actorOf(c), String(c.body.body));
  return ok(issueCommentView(c.origin, c.repo, made), 201);
};

const getIssueComment: Handler = (c) =>
  ok(issueCommentView(c.origin, c.repo, byId(c.repo.issueComments, c.params.comment_id)));

const updateIssueComment: Handler = (c) => {
  const comment = byId(c.repo.issueComments, c.params.comment_id);
  checkBody(c, c.body.body, "IssueComment");
  // GitHub would let it pass; a bot that edits what people wrote is a fault all the same.
  if (comment.user !== c.actor) throw invalid("IssueComment", "user", "is another's comment");
  Object.assign(comment, { body: String(c.body.body), updatedAt: c.world.time() });
  return ok(issueCommentView(c.origin, c.repo, comment));
};

export const commentRoutes: Record<string, Handler> = {
  "issues/list-comments": listIssueComments,
  "issues/create-comment": createIssueComment,
  "issues/get-comment": getIssueComment,
  "issues/update-comment": updateIssueComment,
};
