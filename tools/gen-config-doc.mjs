// Writes docs/config.md and docs/app-config.md, every field of the configurations, from their schemas. Run through tsx:
// `npm run config-doc`. With --check it fails when a file on disk is not what this would write.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { appConfigSchema } from "../src/pulls/app-config.ts";
import { repoConfigSchema } from "../src/pulls/repo-config.ts";
import { configSchema } from "../src/watch/config.ts";

const schema = z.toJSONSchema(configSchema, { io: "input" });

const cell = (text) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** What a value may be, in a word or two. */
function kindOf(field) {
  if (field.const !== undefined) return `\`${field.const}\``;
  if (field.enum !== undefined) return field.enum.map((v) => `\`${v}\``).join(", ");
  if (field.anyOf !== undefined) return field.anyOf.map(kindOf).join(" or ");
  if (field.type === "array") return field.items.type === "string" ? "list of texts" : "list";
  if (field.type === "integer" || field.type === "number") {
    const [low, high] = [field.minimum, field.maximum];
    const bounded = low !== undefined && high !== undefined && high < Number.MAX_SAFE_INTEGER;
    return bounded ? `number, ${low} to ${high}` : "number";
  }
  if (field.type === "object") return "section";
  if (field.type === "boolean") return "`true` or `false`";
  return field.format === "uri" ? "URL" : "text";
}

const listOf = (values) => (values.length === 0 ? "none" : values.map((value) => `\`${value}\``).join(", "));

function defaultOf(name, field, required) {
  if (field.type === "object") return "none";
  if (field.default !== undefined) return Array.isArray(field.default) ? listOf(field.default) : `\`${field.default}\``;
  return required.includes(name) ? "wanted" : "none";
}

/** Fields with the names of what they stand in: `smtp.host`. What only holds others gets no row. */
function rowsOf(properties, required, above = "", wanted = true) {
  return Object.entries(properties).flatMap(([name, field]) => {
    const need = wanted && required.includes(name) ? [`${above}${name}`] : [];
    if (NESTED.has(name) || field.type !== "object") return [[`${above}${name}`, field, need]];
    return rowsOf(field.properties, field.required ?? [], `${above}${name}.`, wanted && required.includes(name));
  });
}

/** These have sections of their own. */
const NESTED = new Set(["mail", "ledger", "serve"]);

function table({ properties, required = [] }, leave = []) {
  const rows = rowsOf(properties, required).filter(([name]) => !leave.includes(name));
  const lines = rows.map(([name, field, need]) =>
    [`\`${name}\``, kindOf(field), defaultOf(name, field, need), field.description ?? ""].map(cell).join(" | "),
  );
  return ["| field | value | default | |", "|---|---|---|---|", ...lines.map((line) => `| ${line} |`)].join("\n");
}

const { sources, trees, lists, mail, ledger, serve } = schema.properties;
const kinds = sources.items.oneOf;
const parts = [
  "# The configuration of `review watch`",
  "Generated from the schema ([watch-config.schema.json](../schemas/watch-config.schema.json)) by `npm run config-doc`. Paths are\ntaken from the folder of the file. `review config check FILE` prints a file as it is understood, or everything that is wrong with\nit (exit code 3); what is not named here is refused. Folders, git repositories, branches and variables that the file names and\nthis machine does not have are remarks on standard error, and no failure; a watch warns of them when it starts. An example:\n[watch.yaml](examples/watch.yaml).",
  table(schema, []),
  "## `sources`",
  "Each has a `type`, which says what else it has.",
  ...kinds.flatMap((kind) => [
    `### \`type: ${kind.properties.type.const}\``,
    `${kind.description}.`,
    table(kind, ["type"]),
  ]),
  "## `trees`",
  table(trees.items),
  "## `lists`",
  `${lists.description}.`,
  table(lists.items),
  "## `mail`",
  `${mail.description}.`,
  table(mail),
  "### `mail.reviewers`",
  table(mail.properties.reviewers.items),
  "## `ledger`",
  `${ledger.description}.`,
  table(ledger),
  "## `serve`",
  `${serve.description}.`,
  table(serve),
  "### `serve.operators`",
  table(serve.properties.operators.items),
];
const app = z.toJSONSchema(appConfigSchema, { io: "input" });
const appParts = [
  "# The configuration of `review app`, and of repositories",
  "Generated from the schemas ([app-config.schema.json](../schemas/app-config.schema.json),\n[repo-config.schema.json](../schemas/repo-config.schema.json)) by `npm run config-doc`. Paths are taken from the folder of the\nfile. What is not named here is refused; everything that is wrong with a file is said at once. Examples:\n[app.yaml](examples/app.yaml), [patchwitness.yml](examples/patchwitness.yml).",
  table(app),
  "## `mirrors`",
  table(app.properties.mirrors.items),
  "## `ledger`",
  `${app.properties.ledger.description}.`,
  table(app.properties.ledger),
  "## `.github/patchwitness.yml`",
  "Read from the branch that a pull request goes to: what the pull request itself changes of it counts once it is merged.",
  table(z.toJSONSchema(repoConfigSchema, { io: "input" })),
];

let stale = false;
for (const [name, list] of Object.entries({ "config.md": parts, "app-config.md": appParts })) {
  const file = new URL(`../docs/${name}`, import.meta.url);
  const text = `${list.join("\n\n")}\n`;
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    console.error(`docs/${name} is stale: run npm run config-doc`);
    stale = true;
  }
}
if (stale) process.exit(1);
