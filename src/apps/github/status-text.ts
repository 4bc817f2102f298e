/** What waits and what was given up, for an operator. */
import type { TaskStore } from "../../pulls/tasks.js";
import { visible } from "../../report/visible.js";
import { counted } from "../../report/wording.js";

/** Entries of a list that are shown. */
const SHOWN = 200;

/** Counts, then the subjects that wait, then what was given up with its reason: a line each. */
export async function statusText(
  store: Pick<TaskStore, "taskCounts" | "waitingSubjects" | "deadTasks">,
  now: string = new Date().toISOString(),
): Promise<string> {
  const { waiting, done, dead } = await store.taskCounts();
  const subjects = await store.waitingSubjects(now, SHOWN);
  const given = await store.deadTasks(SHOWN);
  const lines = [
    `${counted(waiting, "task")} waiting, ${done} done, ${dead} given up`,
    ...subjects.map(({ repository, subject, since }) => `waits since ${since}: ${repository} ${subject}`),
    ...given.map(({ task, reason }) => `given up: ${task.repository} ${task.subject} (${task.kind}): ${reason}`),
  ];
  return lines.map((line) => `${visible(line)}\n`).join("");
}
