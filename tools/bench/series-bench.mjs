/**
 * Exam: our series of the list archive beside those that b4 makes of it (Debian's package b4; b4-series.py asks it, offline).
 * Two series are the same when members, cover, version, total and completeness are. Where they differ the table says how;
 * `--out FILE` writes it as Markdown, with Message-IDs and subjects and nothing else of the mails.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { share, sharedMbox, skipped, table } from "./corpus.mjs";

const CLI = fileURLToPath(new URL("../../dist/apps/cli.js", import.meta.url));
const SCRIPT = fileURLToPath(new URL("b4-series.py", import.meta.url));

/** How the two can differ, and who is right. */
const KINDS = {
  unthreaded:
    "sent without threading: b4 is given one conversation and cannot see the others; ours go by sender and time",
  dropped:
    "b4 keeps one mail for each version and number of a conversation; this one came second and is in none of its series",
  counted:
    "arguable: no subject names a version, and b4 takes a second patch of a sender in a conversation for the next one",
  words: "b4 reads `v2.5` as no version; ours is a new version of one patch",
  "last total": "b4 takes the total of the last mail it saw, which belongs to something else",
  "cover total": "arguable: the cover counts otherwise than its patches; b4 takes the cover's word, ours theirs",
  "no patch":
    "b4 takes the mail for a patch by its `---` and `+++` lines; there is no diff in it that could be applied",
  other: "not explained",
};

const lines = (text) => text.split("\n").filter((line) => line !== "");

function ours() {
  const start = performance.now();
  const args = [CLI, "parse", "--series", "-q", sharedMbox];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`parse --series ended with ${status}: ${stderr}`);
  const seconds = (performance.now() - start) / 1000;
  const series = lines(stdout).map((line) => {
    const { title, version, total, cover, patches, incomplete } = JSON.parse(line);
    return { title, version, total, cover, patches, complete: incomplete === null };
  });
  return { series, seconds };
}

/** b4's series, or null when it is not installed. Debian's Python has it; another one in the way need not. */
function theirs() {
  for (const python of ["/usr/bin/python3", "python3"]) {
    const { status, stdout } = spawnSync(python, [SCRIPT, sharedMbox], { encoding: "utf8", maxBuffer: 1 << 28 });
    if (status !== 0) continue;
    const records = lines(stdout).map((line) => JSON.parse(line));
    const { seconds, version } = records.pop();
    const failed = records.filter((record) => record.failed !== undefined);
    return { series: records.filter((record) => record.failed === undefined), seconds, version, failed };
  }
  return null;
}

const membersOf = ({ cover, patches }) => [...(cover === null ? [] : [cover]), ...patches];
const keyOf = (one) => JSON.stringify([one.cover, one.patches, one.version, one.total, one.complete]);

/** Series of both sides that share mails, together: one disagreement, however many pieces a side cuts it into. */
function cases(mine, other) {
  const found = [];
  const byMail = new Map();
  for (const [side, list] of [
    ["ours", mine],
    ["b4", other],
  ]) {
    for (const one of list) {
      const own = new Set(membersOf(one).flatMap((id) => byMail.get(id) ?? []));
      const merged = { ours: [], b4: [] };
      for (const old of own) {
        merged.ours.push(...old.ours);
        merged.b4.push(...old.b4);
        found.splice(found.indexOf(old), 1);
      }
      merged[side].push(one);
      found.push(merged);
      for (const each of [...merged.ours, ...merged.b4]) for (const id of membersOf(each)) byMail.set(id, merged);
    }
  }
  return found;
}

/** What kind of disagreement a case is. */
function kindOf({ ours: mine, b4: other }) {
  const [a, b] = [mine[0], other[0]];
  if (a === undefined) return "no patch";
  if (b === undefined) return "dropped";
  if (new Set(other.map(({ conversation }) => conversation)).size > 1) return "unthreaded";
  if (mine.length > 1 || other.length > 1) return "other";
  if (a.patches.join() !== b.patches.join() || a.cover !== b.cover) return "other";
  if (a.version !== b.version) return b.version > a.version ? "counted" : "words";
  if (a.total !== b.total) return b.total < a.patches.length ? "last total" : "cover total";
  return "other";
}

const brief = (list) =>
  list.length === 0
    ? "none"
    : list
        .map(({ version, total, patches, cover, complete }) => {
          const what = `v${version}, ${patches.length} of ${total}${cover === null ? "" : " and cover"}`;
          return complete || patches.length < total ? what : `${what}, not complete`;
        })
        .join("; ");

/** Several pieces that look alike are said once. */
const shorten = (text) => {
  const parts = text.split("; ");
  const kinds = [...new Set(parts)];
  return kinds
    .map((kind) => `${parts.filter((p) => p === kind).length} x (${kind})`.replace(/^1 x \((.*)\)$/, "$1"))
    .join("; ");
};

function compare(mine, other) {
  const left = new Map(other.series.map((one) => [keyOf(one), one]));
  const rest = [];
  for (const one of mine.series) if (!left.delete(keyOf(one))) rest.push(one);
  const differing = cases(rest, [...left.values()]).map((one) => {
    const lead = one.ours[0] ?? one.b4[0];
    return {
      kind: kindOf(one),
      title: lead.title,
      id: membersOf(lead)[0],
      ours: shorten(brief(one.ours)),
      b4: shorten(brief(one.b4)),
    };
  });
  differing.sort((a, b) => (a.kind === b.kind ? (a.id < b.id ? -1 : 1) : a.kind < b.kind ? -1 : 1));
  const equal = mine.series.length - rest.length;
  return { equal, differing };
}

/** Subjects are others' words: nothing in them may be taken for Markdown. */
const cell = (text) =>
  text
    .replace(/[\\|`*_<>[\]]/g, "\\$&")
    .replace(/[\s\u0000-\u001f]+/g, " ")
    .slice(0, 100);

function markdown({ mine, other, equal, differing, rows }) {
  const used = Object.keys(KINDS).filter((kind) => differing.some((one) => one.kind === kind));
  return [
    "# Series beside b4's",
    "",
    "Written by `npm run bench -- series --out docs/series.md` over the list archive of `../shared/corpus`. b4",
    `(${other.version}, Debian's package) is given one conversation after the other, as \`b4 am -m\` takes them, and asked for every`,
    "version in it; ours come from `review parse --series`. Two series are the same when patches, cover, version, total and",
    "completeness are. A case is one disagreement, however many pieces a side cuts it into.",
    "",
    "| | |",
    "|---|---:|",
    ...rows.filter(([label]) => !label.startsWith("  ")).map(([label, value]) => `| ${label} | ${value} |`),
    "",
    `${equal} series are the same on both sides. ${mine.series.length - equal} of ours and ${other.series.length - equal} of b4's are not:`,
    "",
    "| kind | cases | why |",
    "|---|---:|---|",
    ...used.map((kind) => `| ${kind} | ${differing.filter((one) => one.kind === kind).length} | ${KINDS[kind]} |`),
    "",
    "| kind | Message-ID of the first mail | subject | ours | b4 |",
    "|---|---|---|---|---|",
    ...differing.map((one) => `| ${one.kind} | ${cell(one.id)} | ${cell(one.title)} | ${one.ours} | ${one.b4} |`),
    "",
  ].join("\n");
}

export default async function seriesBench({ out } = {}) {
  if (sharedMbox === null) return skipped("series-bench");
  const other = theirs();
  if (other === null) return console.log("series-bench: skipped, b4 is not installed (apt-get install b4)");
  const mine = ours();
  const { equal, differing } = compare(mine, other);
  const rows = [
    ["series, ours", `${mine.series.length}`],
    ["series, b4", `${other.series.length}`],
    ["the same, of ours", share(equal, mine.series.length)],
    ["the same, of b4's", share(equal, other.series.length)],
    ["cases in agreement", share(equal, equal + differing.length)],
    ["conversations that b4 failed on", `${other.failed.length}`],
    ["seconds, ours and b4", `${mine.seconds.toFixed(1)} and ${other.seconds.toFixed(1)}`],
    ...differing.map((one) => [`  ${one.kind}`, `${one.id}: ${one.ours} | ${one.b4}`]),
  ];
  table(`series beside b4 ${other.version}'s`, rows);
  if (out !== undefined) writeFileSync(out, markdown({ mine, other, equal, differing, rows }));
}
