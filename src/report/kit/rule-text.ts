/** Rules as a person reads them: the list, and one rule with what each of its fields means. */
import { z } from "zod";
import { type Rule, ruleSchema } from "../../rules/rule-schema.js";
import { visible } from "../visible.js";
import { KIND_WORDS } from "./wording-kit.js";

export interface ListedRule {
  rule: Rule;
  cases: number;
}

const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((r) => (r[i] ?? "").length)));
  const pad = (row: readonly string[]): string => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ");
  return `${rows.map((r) => visible(pad(r)).trimEnd()).join("\n")}\n`;
};

/** The rules, one line each. */
export const listText = (rules: readonly ListedRule[]): string =>
  table([
    ["id", "stage", "kind", "cases", "title"],
    ...rules.map(({ rule: r, cases }) => [r.id, r.stage, r.kind, String(cases), r.title]),
  ]);

/** The same as JSON. */
export const listJson = (rules: readonly ListedRule[]): string =>
  `${JSON.stringify(
    rules.map(({ rule: { id, stage, kind, title, cites, scope }, cases }) => ({
      id,
      stage,
      kind,
      cases,
      title,
      paths: scope.paths,
      cites,
    })),
    null,
    2,
  )}\n`;

interface Described {
  description?: string;
  properties?: Record<string, Described>;
  oneOf?: Described[];
  const?: string;
}

/** The fields of a kind of rule, from the schema that checks rules: what is said here is what is meant there. */
function schemaOf(kind: Rule["kind"]): Described {
  const all = z.toJSONSchema(ruleSchema) as Described;
  return (all.oneOf ?? []).find((s) => s.properties?.kind?.const === kind) ?? {};
}

const valueText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function fieldRows(data: Readonly<Record<string, unknown>>, schema: Described, prefix: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const value = data[name];
    if (value === undefined) return [];
    const path = `${prefix}${name}`;
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isObject && field.properties !== undefined)
      return [
        ...(field.description === undefined ? [] : [[path, "", field.description]]),
        ...fieldRows(value as Record<string, unknown>, field, `${path}.`),
      ];
    return [[path, valueText(value), field.description ?? ""]];
  });
}

/** A rule as it is understood, defaults filled in; its page; and its cases by name. */
export function ruleText(rule: Rule, readme: string, cases: readonly string[]): string {
  const rows = fieldRows(rule as unknown as Record<string, unknown>, schemaOf(rule.kind), "");
  const lines = rows.flatMap(([path = "", value = "", meaning = ""]) => [
    visible(`  ${path}:${value === "" ? "" : ` ${value}`}`),
    ...(meaning === "" ? [] : [visible(`      # ${meaning}`)]),
  ]);
  const page = readme.split("\n").map(visible).join("\n").trimEnd();
  return [
    `${visible(rule.id)}: ${visible(KIND_WORDS[rule.kind])}`,
    "",
    ...lines,
    "",
    `cases: ${cases.length === 0 ? "none" : cases.map(visible).join(", ")}`,
    "",
    page,
    "",
  ].join("\n");
}
