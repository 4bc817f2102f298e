// Writes docs/attacks.md, what hostile mails and pull requests get for an answer, from the cases of test/speak/attack-cases.ts and
// test/report/github/attack-cases.ts and test/apps/github/attack-cases.ts. Run through tsx: `npm run attacks-doc`. With --check it
// fails when the file on disk is not what this would write.
import { readFileSync, writeFileSync } from "node:fs";
import { SILENCES } from "../src/speak/silence.ts";
import { bodiesOf, runAttacks } from "../test/apps/github/attack-run.ts";
import buildOnce from "../test/build-once.ts";
import { leftOf as leftOnGitHub, PULL_ATTACKS, postedFor } from "../test/report/github/attack-cases.ts";
import { liveTexts, pageOf } from "../test/report/github/render.ts";
import { ALL, ATTACKS, answerTo } from "../test/speak/attack-cases.ts";

const file = new URL("../docs/attacks.md", import.meta.url);
const cell = (text) => text.replaceAll("|", "\\|");

/** The mail to its usual readers, the mail to others, or the silence, in words. */
function outcomeOf(answer) {
  if (typeof answer === "string") return `no mail: ${SILENCES[answer] ?? answer}`;
  const { recipients } = answer;
  const usual = recipients.length === ALL.length && ALL.every((one) => recipients.includes(one));
  return usual ? "a mail, to whom it would go anyway" : `a mail to ${recipients.map((one) => `\`${one}\``).join(", ")}`;
}

/** The field of the answer that shows what became of a field of the attacker's. */
const SHOWN_IN = { Subject: "Subject", From: "To", "Message-ID": "In-Reply-To", References: "References" };
const WIDE = 90;

/** A piece of the answer, with what a page would act on spelled out. */
const excerpt = (text) => {
  const plain = text.replace(/\s+/g, " ").trim();
  const short = plain.length > WIDE ? `${plain.slice(0, WIDE)} [ ... ]` : plain;
  const seen = short.replace(
    /[\u200b\u202a-\u202e\u2066-\u2069]/g,
    (c) => `<U+${c.codePointAt(0).toString(16).toUpperCase()}>`,
  );
  const fence = "`".repeat(Math.max(0, ...[...seen.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  return fence === "`" ? `\`${seen}\`` : `${fence} ${seen} ${fence}`;
};

/** What is left of the attack in the answer; "" where nothing of it is. */
function leftOf({ head = {}, code }, answer) {
  if (typeof answer === "string") return "";
  const name = Object.keys(head).map((one) => SHOWN_IN[one])[0];
  const field = name && new RegExp(`^${name}: .*(?:\\n .*)*`, "m").exec(answer.raw)?.[0];
  const quoted =
    code && answer.raw.split("\n").find((_, at, all) => all[at - 1]?.endsWith("leaves its flag up across the exit to"));
  return field || quoted ? excerpt(field || quoted) : "";
}

const groups = new Map();
for (const attack of ATTACKS) {
  const answer = await answerTo(attack);
  const row = `| ${[attack.what, outcomeOf(answer), leftOf(attack, answer)].map(cell).join(" | ")} |`;
  groups.set(attack.group, [...(groups.get(attack.group) ?? []), row]);
}
const tables = [...groups].map(
  ([group, rows]) =>
    `## ${group}\n\n| hostile mail | what it gets | what is left of it there |\n|---|---|---|\n${rows.join("\n")}`,
);

/** What was posted, in words. */
const postsOf = ({ checks, lines, inText, answers }) =>
  [
    [checks.length, "check run"],
    [lines.length, "comment below a line"],
    [inText, "finding in the text of the review"],
    [answers.length, "answer"],
  ]
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}${count === 1 ? "" : "s"}`)
    .join(", ");

/** What is left of the attack in what was posted: the piece that its case names, or where a file with a hostile name is named. */
function leftInPosts(outcome) {
  const { shows, file } = outcome.attack;
  const all = bodiesOf(outcome).join("\n");
  const found = (shows ?? (file === undefined ? null : /(?<=^### ).*/m))?.exec(all)?.[0];
  return found ? excerpt(found) : "";
}

buildOnce();
const { outcomes } = await runAttacks();
const pullRows = outcomes.map(
  (outcome) => `| ${[outcome.attack.what, postsOf(outcome), leftInPosts(outcome)].map(cell).join(" | ")} |`,
);
/** Text as it is shown in a cell: in a fence of its own, as it may hold backticks. */
function fenced(text) {
  const fence = "`".repeat(Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  const short = text.length > WIDE ? `${text.slice(0, WIDE)} [ ... ]` : text;
  const pad = /^`|`$/.test(short) ? " " : "";
  return `${fence}${pad}${short}${pad}${fence}`;
}

/** What became of a hostile pull request, as the pages that were made for it show. */
function pullOutcome(attack) {
  const { comment, review, summary, text, annotations } = postedFor(attack);
  const pages = [comment, review, summary, text].map(pageOf);
  const sound = [...Object.values(postedFor({}))].filter((body) => typeof body === "string").map(pageOf);
  const known = new Set(sound.flatMap(({ tags }) => tags).map((tag) => tag.replace(/ href=".*"/, "")));
  const foreign = pages.flatMap(({ tags }) => tags).filter((tag) => !known.has(tag.replace(/ href=".*"/, "")));
  const live = pages.flatMap(liveTexts);
  if (live.length + foreign.filter((tag) => !/^<(?:pre|code)\b/.test(tag)).length > 0) return "it acts";
  if (attack.about?.edit && !comment.includes("suggestion\n")) return "told without the suggestion";
  return annotations.length === 0 ? "told, without an annotation" : "told, and nothing acts";
}

const pullGroups = new Map();
for (const attack of PULL_ATTACKS) {
  const left = leftOnGitHub(attack);
  const cells = [cell(attack.what), pullOutcome(attack), left === "" ? "" : cell(fenced(left))];
  pullGroups.set(attack.group, [...(pullGroups.get(attack.group) ?? []), `| ${cells.join(" | ")} |`]);
}
const pullTables = [...pullGroups].map(
  ([group, rows]) =>
    `### ${group}\n\n| hostile pull request | what becomes of it | what is left of it there |\n|---|---|---|\n${rows.join("\n")}`,
);
const text = `# What hostile mails and pull requests get for an answer

${ATTACKS.length} mails, each a sound patch mail with one thing changed, are parsed, planned and answered for a list in mode
\`author-and-list\` with copies for everyone. Generated by \`npm run attacks-doc\` from the cases of
[attacks.test.ts](../test/speak/attacks.test.ts), which asserts of each answer: its head holds exactly the fields that we write, each
once, in printable ASCII, and is read by a parser that takes nothing but what RFC 5322 lets a program write; envelope and head name
the same addresses; no line has more than 998 octets; there is no NUL, ESC or other control, nor a bare CR or LF; outside of
quotes no bidirectional control, no tag, no bot's command and no line of more than 72 columns but those of URLs; and nothing in it is
a command that we would obey ourselves. Python's email package reads them with the same outcome and without a defect.

${tables.join("\n\n")}

## On GitHub

${PULL_ATTACKS.length} pull requests, each a sound one with one thing changed, are told in a comment, a review and a check. The cases are those of
[attacks.test.ts](../test/report/github/attacks.test.ts), which renders what is posted as GitHub flavoured markdown and asserts of each
page: no element that the sound one does not have, no link but those to mails on a list, in text that is not code no mention, reference,
commit id, emoji, formula or address, no control that reorders text, and no marker but our own.

${pullTables.join("\n\n")}

## Through the App

${outcomes.length} pull requests with a fault in them, and comments on them, through \`review app\` beside a GitHub on loopback, from the cases of
[attacks.test.ts](../test/apps/github/attacks.peers.test.ts), which asserts of everything that is posted: as GitHub renders it there is no
markup but ours, nobody is mentioned, nothing is referred to and no picture loaded; no bidirectional control, no bot's command and no
command of ours; markers of ours stand at the end alone. Nothing is posted twice, nothing is given up, GitHub refuses nothing, and no
text of a stranger is logged.

| hostile pull request or comment | what it gets | what is left of it there |
|---|---|---|
${pullRows.join("\n")}
`;

if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  console.error("docs/attacks.md is stale: run npm run attacks-doc");
  process.exit(1);
}
