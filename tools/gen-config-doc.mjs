// Writes docs/config.md, every field of the configuration of `review watch`, from its schema. Run through tsx: `npm run config-doc`.
// With --check it fails when the file on disk is not what this would write.
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { configSchema } from "../src/watch/config.ts";

const file = new URL("../docs/config.md", import.meta.url);
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
  if (field.type === "boolean") return "`true` or `false`";
  return field.format === "uri" ? "URL" : "text";
}

function defaultOf(name, field, required) {
  if (field.type === "object" && field.default !== undefined) return "of its fields";
  if (field.default !== undefined) return Array.isArray(field.default) ? "none" : `\`${field.default}\``;
  return required.includes(name) ? "wanted" : "none";
}

function table({ properties, required = [] }, leave = []) {
  const rows = Object.entries(properties).filter(([name]) => !leave.includes(name));
  const lines = rows.map(([name, field]) =>
    [`\`${name}\``, kindOf(field), defaultOf(name, field, required), field.description ?? ""].map(cell).join(" | "),
  );
  return ["| field | value | default | |", "|---|---|---|---|", ...lines.map((line) => `| ${line} |`)].join("\n");
}

const { sources, trees } = schema.properties;
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
];
const text = `${parts.join("\n\n")}\n`;

if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  console.error("docs/config.md is stale: run npm run config-doc");
  process.exit(1);
}
