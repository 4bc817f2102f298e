// Writes docs/rules.md, the catalogue of rules: what each one's folder says of it, and an example of its cases with what the rule
// says about it, asked anew. Run through tsx: `npm run rules-doc`. With --check it fails when the file is not what this would write.
import { readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { loadParser, loadRules } from "../src/io/load-rules.ts";
import { readRuleFolder, rulesFolder } from "../src/io/rule-files.ts";
import { KIND_WORDS } from "../src/report/kit/wording-kit.ts";
import { PLAIN } from "../src/report/paint.ts";
import { findingBlock } from "../src/report/terminal-finding.ts";
import { toFinding } from "../src/review/verdict.ts";
import { caseMarks } from "../src/rules/cases.ts";
import { isSurprise, runCase } from "../src/rules/run-case.ts";

const SOUND = new Set(["ok", "silent"]);

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const fenced = (language, text) => `\`\`\`${language}\n${text}\n\`\`\``;

/** The functions of a case, with their lines and marks. */
function functionsOf({ path, evaluation }, text) {
  const marks = caseMarks(text);
  const file = evaluation.program.definitions.all.find((f) => f.file.path === path)?.file;
  return (file?.functions ?? []).map((fn) => {
    const [from, to] = [file.lineAt(fn.at), file.lineAt(fn.end)];
    return { name: fn.name, from, to, marks: marks.filter(({ line }) => line >= from && line <= to) };
  });
}

/** Lines of a case as a reader wants them: without its marks. */
function shown(text, functions) {
  const lines = text.split("\n");
  return functions
    .map(({ from, to }) => lines.slice(from - 1, to).filter((line) => !/\/\*\s*\w+: [a-z0-9-]+\/[a-z0-9-]+/.test(line)))
    .map((part) => part.join("\n"))
    .join("\n\n");
}

const length = (functions) => functions.reduce((sum, { from, to }) => sum + to - from + 1, 0);
const shortest = (all) => all.sort((a, b) => length(a.functions) - length(b.functions))[0];

/** Findings that an example is chosen from: grave ones before others, and those that stand in the code itself before those in a callee. */
const preferred = (all) => {
  const direct = (one) => one.finding.witness.every(({ via }) => via.length === 0);
  const grave = all.filter(({ finding }) => finding.severity === "error");
  return [grave.filter(direct), all.filter(direct), grave, all].find((some) => some.length > 0) ?? [];
};

/** The finding that takes the least code to show, and the least code that the rule was asked about in vain. */
function examplesOf(cases) {
  const found = [];
  const sound = [];
  for (const { file, text, result } of cases) {
    const functions = functionsOf(result, text);
    for (const outcome of result.outcomes.filter((o) => o.severity !== "note" && !o.weak)) {
      const finding = toFinding(outcome, "pre-existing", null, { analysed: "tree", confidence: "high" });
      const lines = [finding.line, ...finding.witness.map((site) => site.line)];
      const part = functions.filter(({ from, to }) => lines.some((line) => from <= line && line <= to));
      found.push({ file, text, functions: part, finding });
    }
    for (const f of functions)
      if (f.marks.length > 0 && f.marks.every(({ expect }) => SOUND.has(expect))) sound.push({ text, functions: [f] });
  }
  return {
    found: shortest(preferred(found)),
    sound: shortest(sound.filter(({ functions }) => length(functions) > 5)),
  };
}

/** What the rule says, without the last paragraph, which is about trees and stages. */
function said(finding) {
  const lines = findingBlock(finding, null, { paint: PLAIN, width: 100 });
  const end = lines.findIndex((line) => line.startsWith("  Confidence: "));
  return lines
    .slice(0, end)
    .map((line) => line.replaceAll(`${finding.path}:`, "line "))
    .join("\n");
}

/** A rule's page with its links as they lead from docs/. */
const rebased = (page, id) =>
  page.replace(/\]\((?![a-z]+:|#)([^)]+)\)/g, (_, to) => `](${posix.relative("docs", posix.join("rules", id, to))})`);

function severities(rule) {
  const rows = Object.entries(rule.severity ?? {}).map(([what, level]) => `${what} ${level}`);
  return rows.length === 0 ? "" : `Severities: ${rows.join(", ")}. `;
}

function chapter(rule, folder, set, parse) {
  const { readme, cases } = readRuleFolder(folder, rule.id);
  const ran = cases.map((own) => ({ ...own, result: runCase(own, rule, set, parse) }));
  const verdicts = ran.flatMap(({ result }) => result.lines);
  const bad = verdicts.filter(isSurprise);
  if (bad.length > 0) throw new Error(`${rule.id}: ${bad.length} surprises in its cases: review rules test ${rule.id}`);
  const { found, sound } = examplesOf(ran);
  if (found === undefined || sound === undefined) throw new Error(`${rule.id}: its cases hold no example`);
  const page = rebased((readme ?? "").replace(/^# .*\n+/, "").trimEnd(), rule.id);
  return [
    `## ${rule.id}`,
    `**${rule.title}.** ${rule.stage === "nursery" ? "Nursery: shown locally, never posted. " : ""}${capital(KIND_WORDS[rule.kind])} (\`${rule.kind}\`), in ${rule.scope.paths.map((glob) => `\`${glob}\``).join(", ")}. ${severities(rule)}Rests on ${rule.cites.map((one) => `\`${one}\``).join(", ")}.`,
    page,
    `It speaks of this, in [${found.file}](../rules/${rule.id}/cases/${found.file}):`,
    fenced("c", shown(found.text, found.functions)),
    fenced("", said(found.finding)),
    "And says nothing about this:",
    fenced("c", shown(sound.text, sound.functions)),
    `${verdicts.length} marked lines in [${cases.length === 1 ? "its case" : `its ${cases.length} cases`}](../rules/${rule.id}/cases), all as marked: \`npx review rules test ${rule.id}\`.`,
  ].join("\n\n");
}

const set = await loadRules();
const parse = await loadParser();
const folder = rulesFolder(undefined);
const anchor = (id) => id.replaceAll("/", "");
const text = `# The rules

Generated from the folders below [rules](../rules) by \`npm run rules-doc\`, which asks every rule about its cases; what is shown is
what came out. \`npx review rules show RULE\` prints a rule with what each of its fields means, [ledger.md](ledger.md) tells how right each
was on real code, [rule-authors.md](rule-authors.md) how to write one, and [dispute.md](dispute.md) what to do when one is wrong.

| rule | kind | stage | |
|---|---|---|---|
${set.rules.map((r) => `| [${r.id}](#${anchor(r.id)}) | ${r.kind} | ${r.stage} | ${r.title} |`).join("\n")}

${set.rules.map((rule) => chapter(rule, folder, set, parse)).join("\n\n")}
`;

const file = new URL("../docs/rules.md", import.meta.url);
if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  console.error("docs/rules.md is stale: run npm run rules-doc");
  process.exit(1);
}
