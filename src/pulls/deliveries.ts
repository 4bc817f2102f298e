/**
 * From a delivery of GitHub to a task (docs.github.com, "Webhook events and payloads"). Only what is worked on later is kept of
 * it: numbers, commit ids, the name of whoever spoke and the commands; no other text of strangers.
 */
import { z } from "zod";
import { type PullCommand, readPullCommands } from "./commands.js";
import type { Task } from "./tasks.js";

/** What is done about a delivery: a task, or nothing for a reason. */
export type Received = { task: Omit<Task, "id"> } | { ignored: string };

const id = z.int().positive();
const sha = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/);
const fullName = z.string().regex(/^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/);
const around = { repository: z.object({ full_name: fullName }), installation: z.object({ id }) };
const user = z.object({ login: z.string().min(1).max(200), type: z.string() });

const pullRequest = z.object({
  ...around,
  action: z.string(),
  number: id,
  pull_request: z.object({ head: z.object({ sha }) }),
  changes: z.object({ base: z.unknown().optional() }).optional(),
});
const issueComment = z.object({
  ...around,
  action: z.string(),
  issue: z.object({ number: id, pull_request: z.unknown().optional() }),
  comment: z.object({ id, body: z.string().nullable(), user: user.nullable() }),
  sender: user,
});
const checkRun = z.object({
  ...around,
  action: z.string(),
  check_run: z.object({ head_sha: sha, pull_requests: z.array(z.object({ number: id })).optional() }),
});
const push = z.object({ ...around, ref: z.string().max(1000), before: sha, after: sha, deleted: z.boolean() });

/** What a task of a push knows. */
export const pushData = z.object({ ref: z.string(), before: sha, after: sha });
/** What a task of a command knows. */
export const commandData = z.object({
  comment: id,
  login: z.string(),
  commands: z.array(z.object({ verb: z.string(), words: z.array(z.string()), reason: z.string() })),
});

/** Actions of pull_request that bring something to review. */
const REVIEWED = new Set(["opened", "synchronize", "reopened", "ready_for_review"]);

type Reader = (payload: unknown) => Received;

const reading =
  <T extends { repository: { full_name: string }; installation: { id: number } }>(
    schema: z.ZodType<T>,
    receive: (payload: T) => Pick<Task, "subject" | "kind" | "data"> | string,
  ): Reader =>
  (payload) => {
    const parsed = schema.safeParse(payload);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return { ignored: `the payload has no usable ${issue?.path.join(".") || "form"}` };
    }
    const { repository, installation } = parsed.data;
    const received = receive(parsed.data);
    if (typeof received === "string") return { ignored: received };
    return { task: { repository: repository.full_name, installation: installation.id, ...received } };
  };

const ofPull = (number: number): string => `pull ${number}`;

const READERS: Readonly<Record<string, Reader>> = {
  pull_request: reading(pullRequest, ({ action, number, pull_request: { head }, changes }) => {
    const rebased = action === "edited" && changes?.base !== undefined;
    if (!REVIEWED.has(action) && !rebased) return `pull_request.${action} brings nothing to review`;
    return { subject: ofPull(number), kind: "review", data: { head: head.sha } };
  }),
  issue_comment: reading(issueComment, ({ action, issue, comment, sender }) => {
    if (action !== "created") return `issue_comment.${action} asks for nothing`;
    if (issue.pull_request === undefined || issue.pull_request === null) return "the comment is not on a pull request";
    const { user: author } = comment;
    if (author === null || author.type !== "User" || sender.type !== "User") return "a program wrote the comment";
    const commands: PullCommand[] = readPullCommands(comment.body ?? "");
    if (commands.length === 0) {
      const meant = /^\/review\b/m.test((comment.body ?? "").slice(0, 65_536));
      return meant ? "the comment has a line that begins with /review and is no command" : "the comment has no command";
    }
    return {
      subject: ofPull(issue.number),
      kind: "command",
      data: { comment: comment.id, login: author.login, commands },
    };
  }),
  check_run: reading(checkRun, ({ action, check_run: { head_sha, pull_requests } }) => {
    if (action !== "rerequested") return `check_run.${action} asks for nothing`;
    const [pull] = pull_requests ?? [];
    const subject = pull === undefined ? `head ${head_sha}` : ofPull(pull.number);
    return { subject, kind: "recheck", data: { head: head_sha } };
  }),
  push: reading(push, ({ ref, before, after, deleted }) => {
    if (deleted || !ref.startsWith("refs/heads/")) return "no branch got commits";
    return { subject: `push ${ref}`, kind: "push", data: { ref, before, after } };
  }),
};

/** The events that are listened to. */
export const EVENTS = Object.keys(READERS);

/** What is to be done about a delivery. Never throws: what cannot be read is ignored, and says why. */
export function receive(event: string, payload: unknown): Received {
  const read = Object.hasOwn(READERS, event) ? READERS[event] : undefined;
  return read === undefined ? { ignored: `${event} is not listened to` } : read(payload);
}
