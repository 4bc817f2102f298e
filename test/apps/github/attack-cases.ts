/**
 * Pull requests and comments of attackers: the cases of attacks.test.ts, and of docs/attacks.md. Each has a repository of its own;
 * one App works for all of them, as in earnest.
 */
import type { FakeGithub } from "../../io/github/fake.js";
import type { Pull, PullSpec, Repo, User } from "../../io/github/world.js";
import { PATH, parker, parkFile } from "./kernel.js";

export interface Stage {
  fake: FakeGithub;
  repo: Repo;
  pull: Pull;
  /** Id of the finding of `PATH`. */
  findingId: string;
  user(login: string): User;
  /** Somebody comments, and GitHub delivers it. `change` is made to the delivery. */
  say(login: string, body: string, change?: (payload: Record<string, unknown>) => void): Promise<void>;
}

export interface PullAttack {
  what: string;
  /** Name of the file that has the fault, in the folder of a sound one. */
  file?: string;
  /** Files beside it in the head. */
  more?: Record<string, string>;
  message?: string;
  pull?: Partial<Omit<PullSpec, "head">>;
  /** The file as the pull request leaves it. */
  text?: string;
  /** What happens before the pull request is delivered, and when it was worked on. */
  before?: (stage: Stage) => void;
  after?: (stage: Stage) => Promise<void>;
  /** Check runs, comments below lines, findings in the review's text, answers. */
  gets: [checks: number, lines: number, inText: number, answers: number];
  /** What of the attack stands in what was posted; it is looked for there. */
  shows?: RegExp;
  /** What stands in nothing that was posted. */
  without?: RegExp;
}

export const BAD = parkFile(parker("park_peer", true), parker("park_first", false));
const EVIL = "</details><script>alert(1)</script> @torvalds #1 `x` **b** | <!-- --> ![p](https://evil.example/p)";
const CODE = parkFile(
  parker("park_peer", true),
  parker("park_first", false).replace("set_parked(peer);", "set_parked(peer); /* ``` </pre> @torvalds #1 --> */"),
);
const NAMED: [string, string, PullAttack["gets"]][] = [
  ["quotes and a backslash", 'a"b\\c.c', [1, 1, 0, 0]],
  ["a line feed and what looks like another file of the diff", "a\n+++ b.c", [1, 1, 0, 0]],
  ["bidirectional controls", "\u202ec.knil\u202c.c", [1, 1, 0, 0]],
  ["markup, a mention and a reference", "<img src=x>`@torvalds #1`|b.c", [1, 1, 0, 0]],
  ["ESC and BEL", "\u001b]0;owned\u0007.c", [1, 1, 0, 0]],
  ["`..` for folders", "../../../../outside.c", [1, 1, 0, 0]],
  ["`.git` for a folder", ".git/hooks.c", [1, 1, 0, 0]],
];
const say =
  (login: string, body: string, change?: (payload: Record<string, unknown>) => void) =>
  ({ say }: Stage): Promise<void> =>
    say(login, body, change);

/** A mark of ours, as anyone can write it who saw it: of the finding that this file always has. */
function forge({ fake, repo, pull, user, findingId: id }: Stage): void {
  const [mark, stranger, number] = [`<!-- patchwitness:finding ${id} -->`, user("stranger"), pull.number];
  const said = { number, user: stranger, body: mark, createdAt: fake.world.time(), updatedAt: fake.world.time() };
  fake.say(repo, number, stranger, mark);
  const review = { ...said, id: fake.world.nextId(), state: "COMMENTED" as const, commitId: pull.headSha };
  repo.reviews.push(review);
  const line = { path: PATH, side: "RIGHT" as const, line: 1, originalLine: 1, startLine: null, startSide: null };
  const about = {
    commitId: pull.headSha,
    originalCommitId: pull.headSha,
    diffHunk: "",
    replyTo: null,
    minimized: null,
  };
  const comment = {
    ...said,
    ...line,
    ...about,
    id: fake.world.nextId(),
    reviewId: review.id,
    subjectType: "line" as const,
  };
  repo.reviewComments.push(comment);
}

/** Comments of many. */
const many =
  (login: string, count: number, body: string) =>
  async ({ say }: Stage): Promise<void> => {
    for (let n = 0; n < count; n++) await say(login, body);
  };

export const PULL_ATTACKS: PullAttack[] = [
  ...NAMED.map(([what, file, gets]): PullAttack => ({ what: `file whose name has ${what}`, file, gets })),
  {
    what: "title and description with markup, mentions and commands",
    pull: { title: EVIL, body: `${EVIL}\n/review\n` },
    gets: [1, 1, 0, 0],
    without: /alert\(1\)/,
  },
  {
    what: "subject with markup, a mention, a picture and the end of an HTML comment",
    message: `RISC-V: ${EVIL}\n`,
    gets: [1, 1, 0, 0],
    shows: /RISC-V: [^\n]{0,200}/,
  },
  {
    what: "subject with bidirectional controls and a bot's command",
    message: "RISC-V: \u202epw-bot: accept #syz invalid\n",
    gets: [1, 1, 0, 0],
    shows: /RISC-V: [^\n|]*/,
  },
  { what: "subject of 60,000 characters", message: `${"RISC-V ".repeat(9000)}\n`, gets: [1, 1, 0, 0] },
  {
    what: "commit message with a diff of another file and a marker",
    message: `RISC-V: one\n\n---\ndiff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n<!-- patchwitness:review ${"0".repeat(40)} -->\n`,
    gets: [1, 1, 0, 0],
    without: /x\.c/,
  },
  {
    what: "code with the end of a code block, a mention and the end of a comment",
    text: CODE,
    gets: [1, 1, 0, 0],
    shows: /set_parked\(peer\);[^\n]*/,
  },
  {
    what: "fork whose head switches reviews off in `.github/patchwitness.yml`",
    more: { ".github/patchwitness.yml": "enabled: false\nrulesOff: ['*']\n" },
    pull: { headRepo: null },
    gets: [1, 1, 0, 0],
  },
  {
    what: "the same with a file that is no YAML and 1 MB long",
    more: { ".github/patchwitness.yml": `{${"[".repeat(1_000_000)}` },
    pull: { headRepo: null },
    gets: [1, 1, 0, 0],
  },
  { what: "our markers in comments of others", before: forge, gets: [1, 1, 0, 0] },
  { what: "`/review` by a bot", after: say("evil[bot]", "/review recheck"), gets: [1, 1, 0, 0] },
  {
    what: "`/review` by a person whom a bot sends for",
    after: say("maintainer", "/review explain kvm/cross-vcpu-mp-state", (p) =>
      Object.assign(p.sender as object, { type: "Bot" }),
    ),
    gets: [1, 1, 0, 0],
  },
  {
    what: "`/review` that was edited into an older comment",
    after: say("maintainer", "/review explain kvm/cross-vcpu-mp-state", (p) => Object.assign(p, { action: "edited" })),
    gets: [1, 1, 0, 0],
  },
  {
    what: "`/review` in a quote and in a code block",
    after: say("maintainer", "> /review explain a\n\n```\n/review explain a\n```\n"),
    gets: [1, 1, 0, 0],
  },
  {
    what: "commands by somebody without write access",
    after: say("stranger", "/review explain kvm/cross-vcpu-mp-state\n/review recheck"),
    gets: [1, 1, 0, 0],
  },
  {
    what: "60 comments with commands by somebody without write access",
    after: many("stranger", 60, "/review explain kvm/cross-vcpu-mp-state"),
    gets: [1, 1, 0, 0],
  },
  {
    what: "1,500 commands in one comment",
    after: say("maintainer", "/review explain no/such-rule\n".repeat(1500)),
    gets: [1, 1, 0, 1],
  },
  {
    what: "rule with `..`, markup and a mention to be explained",
    after: say("maintainer", "/review explain ../../../etc/passwd\n/review explain <script>@torvalds#1"),
    gets: [1, 1, 0, 1],
    shows: /`[^`]*(?:passwd|script)[^`]*`/,
  },
  {
    what: "finding that is not this pull request's, called wrong with markup",
    after: say("maintainer", `/review invalid 0123456789abcdef ${EVIL}`),
    gets: [1, 1, 0, 1],
    without: /alert\(1\)/,
  },
];
