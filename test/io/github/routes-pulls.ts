/** Operations on pull requests, their reviews, and what is said on them. */
import { type Context, type Handler, invalid, ok, page } from "./http.js";
import { type CommentSpec, checkBody, checkCommit, placeOf } from "./line-place.js";
import type { Review, ReviewComment } from "./posts.js";
import { fileView, pullView, reviewCommentView, reviewView } from "./pull-views.js";
import { actorOf, byId, pullOf, since } from "./routes-comments.js";
import { diffAnswer } from "./routes-git.js";
import { addReply, addReview, addReviewComment } from "./store.js";
import { commitView } from "./views.js";

const list: Handler = (c) => {
  const wanted = c.query.get("state") ?? "open";
  const [head, base] = [c.query.get("head"), c.query.get("base")];
  const found = c.repo.pulls.filter(
    (pull) =>
      (wanted === "all" || pull.state === wanted) &&
      (base === null || pull.baseRef === base) &&
      (head === null || `${(pull.headRepo ?? c.repo).owner.login}:${pull.headRef}` === head),
  );
  const newest = c.query.get("direction") === "asc" ? found : found.reverse();
  return page(
    c,
    newest.map((pull) => pullView(c.origin, c.repo, pull, "pull-request-simple")),
  );
};

const get: Handler = (c) => {
  const pull = pullOf(c);
  return c.media === "diff" ? diffAnswer(c, pull.baseSha, pull.headSha) : ok(pullView(c.origin, c.repo, pull));
};

const files: Handler = (c) => {
  const pull = pullOf(c);
  const all = c.repo.changes(pull.baseSha, pull.headSha).slice(0, c.limits.pullFiles);
  return page(
    c,
    all.map((one) => fileView(c.origin, c.repo, pull.headSha, one, c.limits)),
  );
};

const commits: Handler = (c) => {
  const pull = pullOf(c);
  const all = c.repo.git.between(pull.baseSha, pull.headSha).slice(0, c.limits.pullCommits);
  return page(
    c,
    all.map((one) => commitView(c.origin, c.repo, one)),
  );
};

const STATES = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

const createReview: Handler = (c) => {
  const [pull, actor] = [pullOf(c), actorOf(c)];
  const {
    event,
    body = "",
    comments = [],
    commit_id = pull.headSha,
  } = c.body as {
    event?: keyof typeof STATES;
    body?: string;
    comments?: CommentSpec[];
    commit_id?: string;
  };
  checkCommit(c, pull, commit_id);
  if (event === "COMMENT" || event === "REQUEST_CHANGES" || body !== "") checkBody(c, body, "PullRequestReview");
  if (event !== undefined && event !== "COMMENT" && pull.author === actor) {
    throw invalid("PullRequestReview", "event", `Can not ${event.toLowerCase()} on your own pull request`);
  }
  const pending = c.repo.reviews.some((r) => r.user === actor && r.number === pull.number && r.state === "PENDING");
  if (pending) throw invalid("PullRequestReview", "user_id", "User can only have one pending review per pull request");
  // One comment that is refused refuses all: nothing is stored before the last was looked at.
  const places = comments.map((spec) => placeOf(c, pull, commit_id, spec));
  const review = addReview(c.repo, pull, actor, body, event === undefined ? "PENDING" : STATES[event], commit_id);
  for (const [n, place] of places.entries()) addReviewComment(c.repo, review, comments[n]?.body ?? "", place);
  return ok(reviewView(c.origin, c.repo, review));
};

/** Reviews that are not yet submitted are seen by their author only, and their comments by nobody. */
const visible = ({ repo }: Context, { reviewId }: ReviewComment): boolean =>
  repo.reviews.find(({ id }) => id === reviewId)?.state !== "PENDING";

const reviewsOf = (c: Context): Review[] => {
  const { number } = pullOf(c);
  return c.repo.reviews.filter((r) => r.number === number && (r.state !== "PENDING" || r.user === c.actor));
};

const listReviewComments: Handler = (c) => {
  const { number } = pullOf(c);
  const all = since(c, c.repo.reviewComments).filter((one) => one.number === number && visible(c, one));
  if (c.query.get("direction") === "desc") all.reverse();
  return page(
    c,
    all.map((one) => reviewCommentView(c.origin, c.repo, one)),
  );
};

const commentsOfReview: Handler = (c) => {
  const review = byId(reviewsOf(c), c.params.review_id);
  const all = c.repo.reviewComments.filter(({ reviewId }) => reviewId === review.id);
  return page(
    c,
    all.map((one) => reviewCommentView(c.origin, c.repo, one, "review-comment")),
  );
};

const replyTo = (c: Context, id: string, body: unknown): ReviewComment => {
  const pull = pullOf(c);
  const first = byId(
    c.repo.reviewComments.filter((one) => one.number === pull.number && visible(c, one)),
    id,
  );
  if (first.replyTo !== null)
    throw invalid("PullRequestReviewComment", "in_reply_to", "replies to replies are not supported");
  checkBody(c, body, "PullRequestReviewComment");
  return addReply(c.repo, pull, actorOf(c), String(body), first);
};

const createComment: Handler = (c) => {
  const pull = pullOf(c);
  const spec = c.body as unknown as CommentSpec & { commit_id: string; in_reply_to?: number };
  if (spec.in_reply_to !== undefined) {
    return ok(reviewCommentView(c.origin, c.repo, replyTo(c, `${spec.in_reply_to}`, spec.body)), 201);
  }
  checkCommit(c, pull, spec.commit_id);
  const place = placeOf(c, pull, spec.commit_id, spec);
  const review = addReview(c.repo, pull, actorOf(c), "", "COMMENTED", spec.commit_id);
  return ok(reviewCommentView(c.origin, c.repo, addReviewComment(c.repo, review, spec.body, place)), 201);
};

const reply: Handler = (c) =>
  ok(reviewCommentView(c.origin, c.repo, replyTo(c, c.params.comment_id ?? "", c.body.body)), 201);

export const pullRoutes: Record<string, Handler> = {
  "pulls/list": list,
  "pulls/get": get,
  "pulls/list-files": files,
  "pulls/list-commits": commits,
  "pulls/create-review": createReview,
  "pulls/list-reviews": (c) =>
    page(
      c,
      reviewsOf(c).map((one) => reviewView(c.origin, c.repo, one)),
    ),
  "pulls/get-review": (c) => ok(reviewView(c.origin, c.repo, byId(reviewsOf(c), c.params.review_id))),
  "pulls/list-comments-for-review": commentsOfReview,
  "pulls/list-review-comments": listReviewComments,
  "pulls/create-review-comment": createComment,
  "pulls/create-reply-for-review-comment": reply,
};
