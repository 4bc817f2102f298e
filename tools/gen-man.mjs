// Writes man/review.1 from the commands as the program builds them: their words, arguments and options. What commands do not know
// of themselves (exit codes, files, environment, examples) stands here; the test beside it holds it against the sources.
// Run through tsx: `npm run man`. With --check it fails when the page is not what this would write.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command } from "commander";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { version } = JSON.parse(readFileSync(at("package.json"), "utf8"));

/** The command line as it is when it would read its arguments. */
async function commandLine() {
  let program = null;
  const { parseAsync } = Command.prototype;
  Command.prototype.parseAsync = async function caught() {
    program = this;
    return this;
  };
  await import("../src/apps/cli.ts");
  Command.prototype.parseAsync = parseAsync;
  if (program === null) throw new Error("src/apps/cli.ts parses no arguments");
  return program;
}

/** Text of a line: no word of it is a request or an escape, and hyphens are those of options. */
const plain = (text) =>
  text
    .replace(/\\/g, "\\e")
    .replace(/-/g, "\\-")
    .replace(/^([.'])/gm, "\\&$1");
const bold = (text) => `\\fB${plain(text)}\\fR`;
const italic = (text) => `\\fI${plain(text)}\\fR`;

/** "-f, --format <format>" with what is typed in bold and what is filled in in italics. */
const flags = ({ flags: text }) =>
  text.replace(/<[^>]*>|\[[^\]]*\]|--?[\w-]+|, /g, (word) =>
    word === ", " ? word : word.startsWith("-") ? bold(word) : italic(word.replace(/^[<[]|[>\]]$/g, "")),
  );

const said = (text) => {
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return plain(/[.:;]$/.test(sentence) ? sentence : `${sentence}.`);
};

function optionLines(option) {
  const { description, argChoices, defaultValue, mandatory } = option;
  const more = [
    argChoices && `One of ${argChoices.map(bold).join(", ")}.`,
    typeof defaultValue === "string" && `The default is ${bold(defaultValue)}.`,
    mandatory && "It has to be given.",
  ].filter(Boolean);
  return [".TP", flags(option), [said(description), ...more].join(" ")];
}

const argumentLines = ({ name, help }) => [".TP", italic(name), plain(`${help}.`)];
const nameOf = (command) => (command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name());
const subCommands = (command) =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((c) => c.name() !== "help");
const optionsOf = (command) => command.createHelp().visibleOptions(command);
const argumentsOf = (command) =>
  command.registeredArguments.map((argument) => ({ name: argument.name(), help: argument.description }));

/** One line for a command: its words, and what is behind them. */
function synopsis(command) {
  const args = command.registeredArguments.map((argument) => {
    const name = `${italic(argument.name())}${argument.variadic ? " ..." : ""}`;
    return argument.required ? name : `[${name}]`;
  });
  const group = args.length === 0 && subCommands(command).length > 0 && optionsOf(command).length < 2;
  return [bold(nameOf(command)), group ? italic("command") : `[${italic("options")}]`, ...args].join(" ");
}

function section(command) {
  return [
    `.SS "${plain(nameOf(command))}"`,
    synopsis(command),
    ".PP",
    said(command.description()),
    ...argumentsOf(command).flatMap(argumentLines),
    ...optionsOf(command)
      .filter(({ long }) => long !== "--help")
      .flatMap(optionLines),
    ...subCommands(command).flatMap(section),
  ];
}

const EXIT_CODES = [
  ["0", "Nothing was found, or all went well."],
  ["1", "There are findings at or above --fail-on that the patch introduces, or a fix that it leaves incomplete."],
  ["2", "The command line is not understood."],
  ["3", "Rules or a configuration are unsound, or cannot be read."],
  ["4", "An input, or a store, could not be read; everything readable was answered first."],
  ["5", "An archive, a server or a database could not be reached."],
];
const FILES = [
  [
    "$XDG_CACHE_HOME/patchwitness, ~/.cache/patchwitness",
    "What was read of kernel trees. It can be removed at any time.",
  ],
  ["watch.yaml", "Configuration of review watch, named by --config. docs/config.md has every field."],
  [
    "app.yaml, private-key.pem, webhook-secret",
    "Configuration and keys of the App, which review app setup writes. docs/app-config.md has every field.",
  ],
  [".github/patchwitness.yml", "In a repository on GitHub: how its pull requests are reviewed."],
  ["DATA/store.db", "What a watch or the App remembers, in the folder that data: of its configuration names."],
  ["rule.yaml", "A rule, with its cases beside it, in a folder of its own below the folder of rules."],
];
const ENVIRONMENT = [
  [
    "DATABASE_URL",
    "PostgreSQL for review watch, review app and the commands that ask their store; it goes before the configuration.",
  ],
  ["GITHUB_TOKEN, GH_TOKEN", "The token of review github; the first one that is set."],
  ["GITHUB_API_URL", "Address of GitHub's API for review github, where --api does not name one."],
  [
    "PATCHWITNESS_WEBHOOK_SECRET",
    "Secret of the App's webhooks, where the configuration names neither a file nor another variable.",
  ],
  ["XDG_CACHE_HOME", "Where the index of trees is kept, in a folder patchwitness."],
  ["VISUAL, EDITOR", "Editor of review queue edit; the first one that is set."],
  ["NO_COLOR", "Set to anything: no colours."],
  ["FORCE_COLOR", "Set to anything but 0: colours in a pipe too."],
  ["TERM", "dumb: no colours."],
];
const EXAMPLES = [
  ["review series.mbox", "Reviews a series, for a person to read."],
  ["review --tree ~/linux series.mbox", "The same with the kernel tree that it is made for, and with more certainty."],
  ["b4 mbox -o- MESSAGE-ID | review -", "Reviews a thread of lore.kernel.org."],
  ["review --tree ~/linux --scan arch/riscv/kvm", "What the rules say of the tree itself."],
  [
    "review --format reply series.mbox >replies.mbox",
    "Writes the mails that a reviewer would answer with; nothing is sent.",
  ],
  ["review watch --config watch.yaml --dry-run --since 2026-01", "What would have been found on a list since then."],
  ["review github owner/linux#12 --format markdown", "Shows what would be posted on a pull request."],
];

const terms = (pairs) => pairs.flatMap(([term, text]) => [".TP", bold(term), plain(text)]);

function page(program) {
  const named = subCommands(program);
  return `${[
    ".\\\" Written by tools/gen-man.mjs from the program's own commands; changes here are lost.",
    `.TH REVIEW 1 "" "patchwitness ${version}" "User Commands"`,
    ".SH NAME",
    "review \\- review Linux kernel patches for broken locking protocols",
    ".SH SYNOPSIS",
    ...[program, ...named].flatMap((command, n) => [...(n === 0 ? [] : [".br"]), synopsis(command)]),
    ".SH DESCRIPTION",
    plain(program.description()),
    ".PP",
    plain(
      "The first form reads mails with patches and prints what is found. Without a command, these are its arguments:",
    ),
    ...argumentsOf(program).flatMap(argumentLines),
    ".SH OPTIONS",
    ...optionsOf(program).flatMap(optionLines),
    ".SH COMMANDS",
    plain("Each command prints its options with --help."),
    ...named.flatMap(section),
    ".SH EXIT STATUS",
    ...terms(EXIT_CODES),
    ".PP",
    plain(
      "review watch, review app and the commands that ask their stores never end with 1: findings are what they are for.",
    ),
    ".SH ENVIRONMENT",
    ...terms(ENVIRONMENT),
    ".SH FILES",
    ...terms(FILES),
    ".SH EXAMPLES",
    ...terms(EXAMPLES),
    ".SH SEE ALSO",
    ["b4", "git-format-patch", "git-send-email"].map((name) => `${bold(name)}(1)`).join(", "),
    ".PP",
    plain("README.md and docs/ of the package: guides for each way to run it, and how it decides."),
  ].join("\n")}\n`;
}

const written = page(await commandLine());
const file = at("man/review.1");
if (process.argv.includes("--check")) {
  if (readFileSync(file, "utf8") !== written) {
    console.error("man/review.1 is stale: run npm run man");
    process.exit(1);
  }
} else writeFileSync(file, written);
