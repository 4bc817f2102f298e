/** Commands for those who write rules. */
import { type Command, Option } from "commander";
import type { ExplainOptions } from "../rules/explain-command.js";
import type { ListOptions } from "../rules/list-command.js";
import type { MineOptions } from "../rules/mine-command.js";
import type { NewOptions } from "../rules/new-command.js";
import type { TestOptions } from "../rules/test-command.js";

const RULES = "folder of rules to use in place of the built-in ones";

const formats = (): Option =>
  new Option("-f, --format <format>", "form of the answer").choices(["text", "json"]).default("text");

const collect = (value: string, list: string[]): string[] => [...list, value];

const readers = (rules: Command): void => {
  rules
    .command("list")
    .description("the rules: id, stage, kind, number of cases, title")
    .option("-r, --rules <dir>", RULES)
    .addOption(formats())
    .action(async (options: ListOptions) => {
      const { runRulesList } = await import("../rules/list-command.js");
      process.exitCode = await runRulesList(options);
    });
  rules
    .command("show")
    .argument("<id>", "a rule: area/name")
    .description("one rule as it is understood, what each field means, its page and its cases")
    .option("-r, --rules <dir>", RULES)
    .action(async (id: string, options: { rules?: string }) => {
      const { runRulesShow } = await import("../rules/list-command.js");
      process.exitCode = await runRulesShow(id, options.rules);
    });
};

const testers = (rules: Command): void => {
  rules
    .command("test")
    .argument("[id...]", "rules to test; all when none is named")
    .description(
      "run the annotated cases of rules; exit 1 when a line is not as it is marked, or something is left to do",
    )
    .option("-r, --rules <dir>", RULES)
    .option("-w, --watch", "test again after every change in the folder")
    .addOption(formats())
    .action(async (ids: string[], options: TestOptions) => {
      const { runRulesTest } = await import("../rules/test-command.js");
      process.exitCode = await runRulesTest(ids, options);
    });
  rules
    .command("explain")
    .argument("<target>", "FILE.c:FUNCTION of a tree or of a case, or the id of a finding")
    .argument("[input...]", "for an id: the patch that the finding is about")
    .description("locks, accesses, whose objects they are, what callees do, and why each rule fired or did not")
    .option("-t, --tree <dir>", "kernel source folder or git repository")
    .option("-r, --rules <dir>", RULES)
    .option("--rule <id>", "only this rule (repeatable)", collect, [])
    .option(
      "--scan <path>",
      "for an id: look in these paths of the tree, in place of a patch (repeatable)",
      collect,
      [],
    )
    .action(async (target: string, inputs: string[], options: ExplainOptions) => {
      const { runRulesExplain } = await import("../rules/explain-command.js");
      process.exitCode = await runRulesExplain(target, inputs, options);
    });
};

const WORD_OPTIONS: readonly (readonly [flags: string, what: string])[] = [
  ["--kind <kind>", "guarded-access, check-then-act or flag-protocol"],
  ["--paths <globs>", "files it speaks of, with commas"],
  ["--object <name>", "object model: one that is there, or the name of a new one"],
  ["--struct <name>", "struct of a new object"],
  ["--base <struct:field>", "struct in it by which it is known too: sock:sk"],
  ["--fields <paths>", "guarded fields, with commas; a bit as flags{NAME}"],
  ["--lock <path>", "lock that guards them: '$object->lock'"],
  ["--lock-kind <kind>", "spinlock, mutex or rwsem"],
  ["--title <text>", "what it finds, in one line"],
  ["--cites <list>", "commits and documents, with commas"],
];

const writers = (rules: Command): void => {
  const command = rules
    .command("new")
    .argument("[id]", "the new rule: area/name")
    .description("write the folder of a new rule; what no option says is asked for")
    .requiredOption("-r, --rules <dir>", "folder of rules to write to; it is made if it is not there");
  for (const [flags, what] of WORD_OPTIONS) command.option(flags, what);
  command.action(async (id: string | undefined, options: NewOptions) => {
    const { runRulesNew } = await import("../rules/new-command.js");
    process.exitCode = await runRulesNew(id, options);
  });
};

const miners = (rules: Command): void => {
  rules
    .command("mine")
    .description("propose rules: for each field the lock held at most accesses, and where it is not held")
    .requiredOption("-t, --tree <dir>", "kernel source folder or git repository")
    .requiredOption("--paths <path...>", "folders or files of the tree")
    .option("-r, --rules <dir>", RULES)
    .addOption(
      new Option("-f, --format <format>", "form of the answer").choices(["text", "json", "yaml"]).default("text"),
    )
    .option("--out <dir>", "write the candidates as folders of rules")
    .option("--top <n>", "only the best", "50")
    .action(async (options: MineOptions) => {
      const { runRulesMine } = await import("../rules/mine-command.js");
      process.exitCode = await runRulesMine(options);
    });
};

/** Adds `rules` with all that stands below it. */
export const rulesCommand = (program: Command): void => {
  const rules = program.command("rules").description("write, test and understand rules");
  readers(rules);
  writers(rules);
  testers(rules);
  miners(rules);
};
