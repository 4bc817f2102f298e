/** Work on what waits for one subject: its commands in their order, then at most one review of what is there now. */
import { checkOutput, configOutput } from "../report/github/check.js";
import { globMatch } from "../speak/glob.js";
import { commandData, pushData } from "./deliveries.js";
import { ForgeError } from "./forge.js";
import { gather } from "./gather.js";
import { askedOnce, type ExplainedRule, obeyComment } from "./obey.js";
import { conclusionOf } from "./plan.js";
import type { PullPorts } from "./ports.js";
import { CHECK_NAME, postCheck } from "./post.js";
import { planOf, reviewSeries } from "./review-head.js";
import { configAt, reviewPull } from "./review-pull.js";
import type { LeasedSubject, Task, TaskEnd } from "./tasks.js";

export interface WorkPorts extends PullPorts {
  explain(rule: string): Promise<ExplainedRule | null>;
  rules: readonly string[];
  /** Wait after the first failure; it doubles with each. Milliseconds; 5,000. */
  waitMs?: number;
}

/** How often work is tried again, by what went wrong. Trouble at the host is waited for longer than trouble with a request. */
const MAX_ATTEMPTS = { away: 48, other: 3 };
const FIRST_WAIT = 5_000;
const LONGEST_WAIT = 3_600_000;
/** Wait where the host asks for less and does not say how long. */
const LIMIT_WAIT = 60_000;

/** Works on a leased subject. Never throws: what went wrong is how it ended. */
export async function workOn(leased: LeasedSubject, ports: WorkPorts): Promise<TaskEnd> {
  try {
    return { kind: "done", outcome: await workOnTasks(leased, ports) };
  } catch (error) {
    return endOf(error, leased.attempts, ports.now(), ports.waitMs);
  }
}

function workOnTasks({ subject, tasks }: LeasedSubject, ports: WorkPorts): Promise<string> {
  const [what = "", ...rest] = subject.split(" ");
  const name = rest.join(" ");
  if (what === "pull") return workOnPull(Number(name), tasks, ports);
  if (what === "head") return workOnHead(name, ports);
  return workOnPush(tasks, ports);
}

async function workOnPull(number: number, tasks: readonly Task[], ports: WorkPorts): Promise<string> {
  const outcomes: string[] = [];
  const asking = { ...ports, forge: askedOnce(ports.forge) };
  let review = false;
  let asked = false;
  for (const task of tasks) {
    if (task.kind === "command") {
      const given = commandData.parse(task.data);
      const done = await obeyComment(number, { ...given, commands: given.commands as never }, asking);
      outcomes.push(done.outcome);
      asked ||= done.review;
    } else {
      review = true;
      asked ||= task.kind === "recheck";
    }
  }
  if (review || asked) outcomes.push(await reviewPull(number, asked, ports));
  return outcomes.join("; ");
}

async function workOnHead(head: string, ports: WorkPorts): Promise<string> {
  const numbers = await ports.forge.pullsOf(head);
  const outcomes: string[] = [];
  for (const number of numbers) outcomes.push(`pull ${number}: ${await reviewPull(number, true, ports)}`);
  return outcomes.join("; ") || `no open pull request has ${head}`;
}

const ZERO = /^0+$/;

/** What several pushes brought is looked at as one, from where the first began to where the last ended. */
async function workOnPush(tasks: readonly Task[], ports: WorkPorts): Promise<string> {
  const pushes = tasks.map(({ data }) => pushData.parse(data));
  const [first, last] = [pushes[0], pushes.at(-1)];
  if (first === undefined || last === undefined) return "nothing to do";
  const config = await configAt(last.after, ports);
  if ("problems" in config) {
    await postCheck(last.after, configOutput([...config.problems]), "failure", ports);
    return "its configuration is unsound";
  }
  const branch = last.ref.replace(/^refs\/heads\//, "");
  if (!config.push.some((pattern) => globMatch(pattern, branch))) return "pushes to its branch are not reviewed";
  if (ZERO.test(first.before)) return "the branch is new: there is nothing to compare it with";
  const gathered = await gather(ports.forge, first.before, last.after);
  const { result, unread } = await reviewSeries(gathered, ports);
  const plan = await planOf(
    { head: last.after, gathered, result, config, diff: null, notes: [...gathered.notes, ...unread], named: [] },
    ports,
  );
  await postCheck(last.after, checkOutput(plan.report), conclusionOf(plan.report, config), ports);
  return `reviewed, ${plan.report.findings.length} in the check run ${CHECK_NAME}`;
}

/** From what was thrown to how the work ended. */
export function endOf(error: unknown, attempts: number, now: string, waitMs = FIRST_WAIT): TaskEnd {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const waited = (ms: number): string => new Date(Date.parse(now) + ms).toISOString();
  const wait = Math.min(waitMs * 2 ** attempts, LONGEST_WAIT);
  if (error instanceof ForgeError && error.trouble === "limited")
    return { kind: "later", retryAt: error.retryAt ?? waited(LIMIT_WAIT), reason, counts: false, pause: true };
  const away = error instanceof ForgeError && error.trouble === "away";
  if (attempts + 1 >= (away ? MAX_ATTEMPTS.away : MAX_ATTEMPTS.other)) return { kind: "dead", reason };
  return { kind: "later", retryAt: waited(wait), reason, counts: true, pause: false };
}
