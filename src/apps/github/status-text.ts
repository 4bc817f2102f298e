/** What waits and what was given up, for an operator. */
import type { OpenSubject, TaskStore } from "../../pulls/tasks.js";
import { visible } from "../../report/visible.js";
import { counted } from "../../report/wording.js";

/** Entries of a list that are shown. */
const SHOWN = 200;

const waitLine = ({ repository, subject, since, attempts, reason, retryAt }: OpenSubject): string => {
  const why = reason === null ? "" : `; failed ${counted(attempts, "time")}: ${reason}`;
  return `waits since ${since}: ${repository} ${subject}${why}${retryAt === null ? "" : `; tried again at ${retryAt}`}`;
};

/** Counts, then the subjects that wait, then what was given up with its reason: a line each. */
export async function statusText(store: Pick<TaskStore, "taskCounts" | "openSubjects" | "deadTasks">): Promise<string> {
  const { waiting, done, dead } = await store.taskCounts();
  const subjects = await store.openSubjects(SHOWN);
  const given = await store.deadTasks(SHOWN);
  const lines = [
    `${counted(waiting, "task")} waiting, ${done} done, ${dead} given up`,
    ...subjects.map(waitLine),
    ...given.map(({ task, reason }) => `given up: ${task.repository} ${task.subject} (${task.kind}): ${reason}`),
  ];
  return lines.map((line) => `${visible(line)}\n`).join("");
}
