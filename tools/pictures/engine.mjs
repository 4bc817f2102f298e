// What the pictures show is asked of the program: reviews of small patches, and what it knows of one function.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildCfg } from "../../src/analysis/cfg.ts";
import { Program } from "../../src/analysis/program.ts";
import { loadParser, loadRules } from "../../src/io/load-rules.ts";
import { evaluateRules } from "../../src/rules/evaluate.ts";
import { Evaluation } from "../../src/rules/evaluation.ts";
import { identityOf } from "../../src/rules/places.ts";
import { readC } from "../../src/source/read-file.ts";

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const [rules, parse] = [await loadRules(), await loadParser()];

export const fixture = (name) => readFileSync(at(`fixtures/pictures/${name}`), "utf8");

/** The program's report on its arguments. */
export function report(args) {
  const all = ["--import", "tsx", at("src/apps/cli.ts"), "--format", "json", "--no-cache", "--quiet", ...args];
  const { stdout, stderr } = spawnSync(process.execPath, all, { cwd: at("."), encoding: "utf8" });
  if (stdout === "") throw new Error(`the command printed nothing: ${stderr}`);
  return JSON.parse(stdout);
}

const WHO = { name: "A. Author", email: "author@example.org", date: "2026-03-10T11:02:40Z" };

/** Does something with a repository whose commits are these states of files, each with its title. */
function withCommits(states, act) {
  const folder = mkdtempSync(join(tmpdir(), "pictures-"));
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"))),
    GIT_CONFIG_GLOBAL: "/dev/null",
    ...{ GIT_AUTHOR_NAME: WHO.name, GIT_AUTHOR_EMAIL: WHO.email, GIT_AUTHOR_DATE: WHO.date },
    ...{ GIT_COMMITTER_NAME: WHO.name, GIT_COMMITTER_EMAIL: WHO.email, GIT_COMMITTER_DATE: WHO.date },
  };
  const git = (...args) => execFileSync("git", args, { cwd: folder, env, encoding: "utf8" });
  try {
    git("init", "-q", "-b", "main");
    for (const { title, files } of states) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(join(folder, dirname(path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      git("add", "-A");
      git("commit", "-q", "--allow-empty", "-m", title);
    }
    return act(folder, git);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reviews the commits behind the first as a series on it. */
export function reviewed(states) {
  return withCommits(states, (folder, git) => {
    const mbox = join(folder, ".git/series.mbox");
    writeFileSync(mbox, git("format-patch", "--stdout", "--thread", `HEAD~${states.length - 1}`));
    return report(["--tree", folder, mbox]);
  });
}

const programOf = (files) =>
  new Program(
    Object.entries(files).map(([path, text]) => readC(path, text, { parse, syntax: rules.syntax })),
    rules.models,
  );

/** Whether a rule finds something in files. */
export function hasFault(files, rule) {
  const some = rules.rules.filter(({ id }) => id === rule);
  return evaluateRules(new Evaluation(programOf(files), some), some).outcomes.some(({ mark, weak }) => !mark && !weak);
}

/** The control flow of a function, its events by line, and whose objects its variables are. */
export function functionOf(path, text, name) {
  const program = programOf({ [path]: text });
  const f = program.functions.find(({ fn }) => fn.name === name);
  const facts = program.facts(f);
  const lineAt = (offset) => text.slice(0, offset).split("\n").length;
  const [model] = rules.models.objects;
  return {
    cfg: buildCfg(f.fn),
    lineAt,
    lines: text.split("\n"),
    events: facts.events.map((event) => ({ ...event, line: lineAt(event.at) })),
    identities: facts.values.list
      .filter(({ type }) => type?.name === model.struct)
      .map((value) => [value.show, identityOf(value, model)]),
  };
}
