/** Puts what is said on a pull request into the world: called for the bot's requests, and by tests for what people say. */
import type { Place } from "./line-place.js";
import type { IssueComment, Review, ReviewComment } from "./posts.js";
import { nodeId } from "./views.js";
import type { Pull, Repo, User } from "./world.js";

const posted = ({ world }: Repo, user: User, body: string) => {
  const now = world.time();
  return { id: world.nextId(), user, body, createdAt: now, updatedAt: now };
};

export function addIssueComment(repo: Repo, number: number, user: User, body: string): IssueComment {
  const made = { ...posted(repo, user, body), number, minimized: null };
  repo.issueComments.push(made);
  return made;
}

export function addReview(
  repo: Repo,
  pull: Pull,
  user: User,
  body: string,
  state: Review["state"],
  commitId: string,
): Review {
  const made = { ...posted(repo, user, body), number: pull.number, state, commitId };
  repo.reviews.push(made);
  return made;
}

/** A comment on lines; the first of a thread begins it. */
export function addReviewComment(
  repo: Repo,
  review: Review,
  body: string,
  place: Place,
  replyTo: number | null = null,
): ReviewComment {
  const { number, commitId } = review;
  const made: ReviewComment = {
    ...posted(repo, review.user, body),
    ...place,
    originalLine: place.line,
    number,
    reviewId: review.id,
    commitId,
    originalCommitId: commitId,
    replyTo,
    minimized: null,
  };
  repo.reviewComments.push(made);
  if (replyTo === null)
    repo.threads.push({ id: nodeId("PullRequestReviewThread", made.id), number, first: made.id, resolvedBy: null });
  return made;
}

/** An answer to a comment. GitHub makes an empty review around it, and so is it here. */
export function addReply(repo: Repo, pull: Pull, user: User, body: string, first: ReviewComment): ReviewComment {
  const review = addReview(repo, pull, user, "", "COMMENTED", first.commitId);
  const { path, side, line, startLine, startSide, subjectType, diffHunk } = first;
  return addReviewComment(
    repo,
    review,
    body,
    { path, side, line, startLine, startSide, subjectType, diffHunk },
    first.id,
  );
}
