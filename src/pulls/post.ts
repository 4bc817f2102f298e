/**
 * Puts a plan onto a pull request. Each attempt begins with a look at what stands there; nothing is repeated within one. When a
 * request fails the attempt is over, and a later one goes on where this one ended.
 */
import { backBody, fixedBody } from "../report/github/answer.js";
import { checkOutput } from "../report/github/check.js";
import type { ReviewResult } from "../review/finding.js";
import { type CheckOutput, type Conclusion, type Forge, ForgeError, type Pull } from "./forge.js";
import { headSarif } from "./head-sarif.js";
import { conclusionOf, type PullPlan } from "./plan.js";
import { reconcile, type Standing, type Steps, withoutLines } from "./reconcile.js";
import type { RepoConfig } from "./repo-config.js";

/** GitHub takes so many annotations in one request (docs.github.com, "Update a check run"). */
const ANNOTATIONS = 50;
/** The name of our check runs. */
export const CHECK_NAME = "patchwitness";

/** What posting asks of the world beside the host. */
export interface PostPorts {
  forge: Forge;
  /** SHA-256 of a text, in hexadecimal digits. */
  digest(text: string): string;
  /** False where no check run can be made: GitHub takes them from Apps alone. */
  checks?: boolean;
  /** A review is posted although its check run was refused: tokens of people and of workflows may lack the right. */
  optionalCheck?: boolean;
}

/** Completes the check run that says this of a head, unless it stands there already. Its externalId tells what it says. */
export async function postCheck(
  head: string,
  output: CheckOutput,
  conclusion: Conclusion,
  { forge, digest, checks = true, optionalCheck }: PostPorts,
): Promise<void> {
  if (!checks) return;
  try {
    await completeCheck(head, output, conclusion, { forge, digest });
  } catch (error) {
    // Check runs are for Apps that may write them; a review is worth posting without one. What is under way is told by its caller.
    if (optionalCheck !== true || !(error instanceof ForgeError) || error.trouble !== "refused") throw error;
  }
}

async function completeCheck(
  head: string,
  output: CheckOutput,
  conclusion: Conclusion,
  { forge, digest }: Pick<PostPorts, "forge" | "digest">,
): Promise<void> {
  const externalId = digest(JSON.stringify([output, conclusion])).slice(0, 40);
  const before = (await forge.checks(head, CHECK_NAME)).find((check) => check.externalId === externalId);
  if (before?.completed === true) return;
  const id = before?.id ?? (await forge.createCheck(head, CHECK_NAME, externalId));
  // What arrived of an earlier attempt is not sent again: annotations are only ever added.
  let from = before?.annotations ?? 0;
  const { annotations } = output;
  for (;;) {
    const some = annotations.slice(from, from + ANNOTATIONS);
    const last = from + ANNOTATIONS >= annotations.length;
    await forge.updateCheck(id, { ...output, annotations: some }, last ? conclusion : null);
    if (last) return;
    from += ANNOTATIONS;
  }
}

async function standingOf(forge: Forge, number: number): Promise<Standing> {
  const comments = await forge.lineComments(number);
  const ours = comments.some(({ author }) => author === forge.login);
  return {
    login: forge.login,
    comments,
    threads: ours ? await forge.threads(number) : [],
    reviews: await forge.reviews(number),
  };
}

/** What a review is made of. */
export interface ToPost {
  pull: Pull;
  plan: PullPlan;
  result: ReviewResult;
  config: RepoConfig;
  reproduce: string;
}

/** Says whether all was posted, or the head moved on meanwhile: then there is another task for it. */
export async function postPull(
  { pull, plan, result, config, reproduce }: ToPost,
  ports: PostPorts,
): Promise<"posted" | "moved"> {
  const { forge } = ports;
  await postCheck(pull.head, checkOutput(plan.report, reproduce), conclusionOf(plan.report, config), ports);
  const standing = await standingOf(forge, pull.number);
  const steps = reconcile(plan, standing, { most: config.comments, reproduce });
  if (steps.review !== null) {
    const now = await forge.pull(pull.number);
    if (now.head !== pull.head || !now.open) return "moved";
    await createReview(forge, pull, steps.review, () => withoutLines(plan, standing, reproduce));
  }
  await followUp(forge, pull, steps);
  if (config.codeScanning) await forge.uploadSarif(pull.head, `refs/pull/${pull.number}/head`, headSarif(result, plan));
  return "posted";
}

/** GitHub refuses a review as a whole for a line that it does not see in its diff: then it is all told in the body. */
async function createReview(
  forge: Forge,
  pull: Pull,
  review: NonNullable<Steps["review"]>,
  plain: () => Steps["review"],
): Promise<void> {
  try {
    await forge.createReview(pull.number, { commit: pull.head, ...review });
  } catch (error) {
    const refused = error instanceof ForgeError && error.status === 422 && review.comments.length > 0;
    const body = refused ? plain() : null;
    if (body === null) throw error;
    await forge.createReview(pull.number, { commit: pull.head, ...body });
  }
}

async function followUp(forge: Forge, pull: Pull, { back, fixed }: Steps): Promise<void> {
  for (const { comment, finding } of back) await forge.reply(pull.number, comment, backBody(finding, pull.head));
  for (const { comment, finding, thread, say } of fixed) {
    const told = (): Promise<void> => forge.reply(pull.number, comment, fixedBody(finding, pull.head));
    if (thread !== null) {
      await forge.resolve(thread).catch((error: unknown) => {
        if (!(error instanceof ForgeError) || error.trouble !== "refused") throw error;
        return told();
      });
    } else if (say) await told();
  }
}
