/**
 * What is to be posted on a pull request, given what stands there: a pure function, asked anew before every attempt. Whatever an
 * attempt posted before it failed is found among what stands there, and so is never posted twice. Only what our own login wrote
 * counts: a mark can be forged, an author cannot.
 */
import { commentBody } from "../report/github/comment.js";
import { readMarks } from "../report/github/marks.js";
import type { DiffPlace } from "../report/github/pull-report.js";
import { reviewBody } from "../report/github/review.js";
import type { LineComment, LineThread, PostedReview } from "./forge.js";
import { inlineFindings, type PullPlan } from "./plan.js";

/** What stands on a pull request. */
export interface Standing {
  /** Our own login. */
  login: string;
  comments: readonly LineComment[];
  threads: readonly LineThread[];
  reviews: readonly PostedReview[];
}

/** What is to be posted. */
export interface Steps {
  review: { body: string; comments: { place: DiffPlace; body: string }[] } | null;
  /** Comments whose fault came back after it was fixed. */
  back: { comment: number; finding: string }[];
  /** Comments whose fault is gone: `thread` is to be resolved, unless it is null; `say` when a reply tells of it instead. */
  fixed: { comment: number; finding: string; thread: string | null; say: boolean }[];
}

/** A comment of ours that tells of a finding, with what became of it since. */
interface Told {
  comment: LineComment;
  finding: string;
  thread: LineThread | null;
  /** Somebody else wrote below it. */
  answered: boolean;
  /** The last word of ours below it said that the fault is gone. */
  saidFixed: boolean;
}

/** Works out what is to be posted. `most` is how many comments stand below lines; `reproduce` says how to get the same again. */
export function reconcile(plan: PullPlan, standing: Standing, options: { most: number; reproduce: string }): Steps {
  const told = toldOf(standing);
  const marks = standing.reviews.flatMap(({ author, body }) => (author === standing.login ? readMarks(body) : []));
  const said = new Set(told.map(({ finding }) => finding));
  for (const { kind, key } of marks) if (kind === "finding") said.add(key);
  const inline = new Set(inlineFindings(plan.report, options.most));
  const unsaid = plan.report.findings.filter(({ finding }) => !said.has(finding.id));
  const below = unsaid.filter((one) => inline.has(one));
  // What the body of this head's review had no room for is not said in another one.
  const isReviewed = marks.some(({ kind, key }) => kind === "review" && key === plan.report.head);
  const rest = isReviewed ? [] : unsaid.filter((one) => !inline.has(one));
  const present = new Set(plan.report.findings.map(({ finding }) => finding.id));
  return {
    review:
      below.length + rest.length === 0
        ? null
        : {
            body: reviewBody(plan.report, below, rest, { reproduce: options.reproduce }),
            comments: below.flatMap((one) =>
              one.place === null ? [] : [{ place: one.place, body: commentBody(one, { status: true }) }],
            ),
          },
    back: told
      .filter(({ finding, saidFixed, thread }) => present.has(finding) && (saidFixed || isOurs(thread, standing.login)))
      .filter(({ comment, finding }) => !saidBack(comment, finding, plan.report.head, standing))
      .map(({ comment, finding }) => ({ comment: comment.id, finding })),
    fixed: told.flatMap((one) => fixedStep(one, plan)),
  };
}

/** The same review with nothing below lines: for when the host will not take a line after all. */
export function withoutLines(plan: PullPlan, standing: Standing, reproduce: string): Steps["review"] {
  return reconcile(plan, standing, { most: 0, reproduce }).review;
}

/** Resolved, and by us. */
const isOurs = (thread: LineThread | null, login: string): boolean =>
  thread?.resolved === true && thread.resolvedBy === login;

function toldOf({ login, comments, threads }: Standing): Told[] {
  const threadOf = new Map(threads.map((thread) => [thread.first, thread]));
  return comments.flatMap((comment): Told[] => {
    if (comment.author !== login || comment.replyTo !== null) return [];
    const mark = readMarks(comment.body).find(({ kind }) => kind === "finding");
    if (mark === undefined) return [];
    const below = comments.filter(({ replyTo }) => replyTo === comment.id);
    const answered = below.some(({ author }) => author !== login);
    const last = below
      .filter(({ author }) => author === login)
      .flatMap(({ body }) => readMarks(body))
      .at(-1);
    const thread = threadOf.get(comment.id) ?? null;
    return [{ comment, finding: mark.key, thread, answered, saidFixed: last?.kind === "fixed" }];
  });
}

/** Whether we said already that a fault is back at this head. */
function saidBack(comment: LineComment, finding: string, head: string, { comments, login }: Standing): boolean {
  return comments.some(
    ({ author, replyTo, body }) =>
      author === login &&
      replyTo === comment.id &&
      readMarks(body).some(({ kind, key }) => kind === "back" && key === `${finding} ${head}`),
  );
}

/**
 * What is done about a comment whose fault is gone. It is gone when it was not found in a file that was read whole, or when the
 * pull request touches the file no more. Threads in which people speak are theirs to close.
 */
function fixedStep({ comment, finding, thread, answered, saidFixed }: Told, plan: PullPlan): Steps["fixed"] {
  if (plan.found.has(finding)) return [];
  const sure = plan.read.has(comment.path) || !plan.touched.has(comment.path);
  if (!sure || saidFixed || thread?.resolved === true) return [];
  const close = thread !== null && !answered;
  return [{ comment: comment.id, finding, thread: close ? thread.id : null, say: !close }];
}
