/** What becomes of commands in a comment: only people with write access are obeyed, and only they are answered. */
import { answerBody, explainBody, joinedAnswers } from "../report/github/answer.js";
import { readMarks } from "../report/github/marks.js";
import { PULL_ANSWERS } from "../report/wording-github.js";
import { putJudgement } from "../speak/ledger.js";
import type { PullCommand } from "./commands.js";
import { type Forge, PERMISSIONS, type Permission } from "./forge.js";
import type { PullStore } from "./ports.js";

/** A comment with commands, as its task keeps it. */
export interface CommandComment {
  comment: number;
  login: string;
  commands: readonly PullCommand[];
}

/** A rule as it is explained. */
export interface ExplainedRule {
  id: string;
  title: string;
  readme: string;
  cites: readonly string[];
}

export interface ObeyPorts {
  forge: Forge;
  store: PullStore;
  /** The rule of an id; null for none. */
  explain(rule: string): Promise<ExplainedRule | null>;
  /** The ids of all rules. */
  rules: readonly string[];
  now(): string;
}

/** What came of a comment. */
export interface Obeyed {
  /** The pull request is to be reviewed now. */
  review: boolean;
  /** For the log. */
  outcome: string;
}

const mayCommand = (permission: Permission): boolean => PERMISSIONS.indexOf(permission) >= PERMISSIONS.indexOf("write");

/** Does what the commands of a comment ask for, and answers it, unless it is answered already. Throws ForgeError. */
export async function obeyComment(number: number, given: CommandComment, ports: ObeyPorts): Promise<Obeyed> {
  const { forge } = ports;
  const permission = await forge.permission(given.login);
  // Silence towards everybody else: an answer to each stranger would be a way to make us write.
  if (!mayCommand(permission)) return { review: false, outcome: `refused: ${permission} access` };
  const bodies: string[] = [];
  let review = false;
  for (const command of given.commands) {
    const done = await obey(number, given, command, ports);
    review ||= done.review;
    if (done.body !== null) bodies.push(done.body);
  }
  if (bodies.length > 0 && !(await isAnswered(number, given.comment, forge)))
    await forge.comment(number, joinedAnswers(given.comment, bodies));
  return { review, outcome: `obeyed: ${given.commands.map(({ verb }) => verb || "review").join(", ")}` };
}

async function isAnswered(number: number, comment: number, forge: Forge): Promise<boolean> {
  const comments = await forge.comments(number);
  return comments.some(
    ({ author, body }) =>
      author === forge.login && readMarks(body).some(({ kind, key }) => kind === "answer" && key === String(comment)),
  );
}

/** The forge, which is asked once what each user may do: for comments that are worked on together, which may be many. */
export function askedOnce(forge: Forge): Forge {
  const known = new Map<string, Promise<Permission>>();
  const permission = (login: string): Promise<Permission> => {
    const asked = known.get(login) ?? forge.permission(login);
    known.set(login, asked);
    return asked;
  };
  return Object.assign(Object.create(forge) as Forge, { permission });
}

async function obey(
  number: number,
  { comment, login }: CommandComment,
  { verb, words, reason }: PullCommand,
  ports: ObeyPorts,
): Promise<{ review: boolean; body: string | null }> {
  const said = `/review ${[verb === "unknown" ? "" : verb, ...words].filter((word) => word !== "").join(" ")}`.trim();
  const answer = (lines: readonly string[]): string => answerBody(comment, lines, said);
  switch (verb) {
    case "explain": {
      const rule = await ports.explain(words[0] ?? "");
      const body =
        rule === null ? answer([PULL_ANSWERS.noRule(words[0] ?? "", ports.rules)]) : explainBody(comment, rule, said);
      return { review: false, body };
    }
    case "invalid":
    case "valid": {
      const lines: string[] = [];
      for (const id of words) lines.push(await judge(number, id, { valid: verb === "valid", login, reason }, ports));
      return { review: true, body: answer(lines) };
    }
    case "unknown":
      return { review: false, body: answer([PULL_ANSWERS.unknown]) };
    default:
      // The review itself is the answer.
      return { review: true, body: null };
  }
}

/** Puts down what somebody says of a finding of this pull request, for all front ends. */
async function judge(
  number: number,
  id: string,
  { valid, login, reason }: { valid: boolean; login: string; reason: string },
  { forge, store, now }: ObeyPorts,
): Promise<string> {
  const kept = await store.report(forge.repository, `pull ${number}`);
  const rule = kept !== null && Object.hasOwn(kept.findings, id) ? kept.findings[id] : undefined;
  if (rule === undefined) return PULL_ANSWERS.noFinding(id);
  const by = `github:${login}`;
  await putJudgement({ finding: id, rule, valid, by, reason, via: "github", at: now() }, store);
  return valid ? PULL_ANSWERS.valid(id) : PULL_ANSWERS.invalid(id);
}
