/** What a schema holds against a configuration, in words for whoever wrote the file. */
import type { z } from "zod";

type Issue = z.core.$ZodIssue;

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a section (name: value)",
};

/** Schemas say in a word or two what a value has to be; zod's own sentences begin like this. */
const GENERIC = /^(?:Invalid|Too |Unrecognized)/;

/** Where a problem stands: "sources.1.url", and who that is, "source kvm". */
export interface Problem {
  path: string;
  of: string | null;
  message: string;
}

/** The problem as one line. */
export const problemLine = ({ path, of, message }: Problem): string =>
  `${path === "" ? "" : `${path}: `}${message}${of === null ? "" : ` (${of})`}`;

const isRecord = (value: unknown): value is Record<PropertyKey, unknown> => typeof value === "object" && value !== null;

const at = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), root);

const SECTIONS: Readonly<Record<string, readonly [what: string, name: string]>> = {
  sources: ["source", "name"],
  trees: ["tree", "name"],
  lists: ["list", "address"],
};

/** What the element of a list is called by whoever wrote it; null where it has no name. */
export function elementName(root: unknown, path: readonly PropertyKey[]): string | null {
  const [section, index] = path;
  const words = SECTIONS[String(section)];
  if (words === undefined || typeof index !== "number") return null;
  const name = at(root, [String(section), index, words[1]]);
  return typeof name === "string" && name !== "" ? `${words[0]} ${name}` : null;
}

/** The problems that one issue stands for. `root` is what was checked. */
export function issueProblems(issue: Issue, root: unknown): Problem[] {
  const of = elementName(root, issue.path);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      path: [...issue.path, key].join("."),
      of,
      message: "there is no field of this name",
    }));
  return [{ path: issue.path.join("."), of, message: wordsOf(issue, at(root, issue.path)) }];
}

function wordsOf(issue: Issue, value: unknown): string {
  const wanted = wantedOf(issue);
  if (value === undefined) return `is missing${wanted === null ? "" : `: ${wanted}`}`;
  if (value === null) return `is empty${wanted === null ? "" : `, and has to be ${wanted}`}`;
  return wanted === null ? issue.message : `has to be ${wanted}`;
}

/** What a value has to be; null where only the schema's own sentence says it. */
function wantedOf(issue: Issue): string | null {
  const own = GENERIC.test(issue.message) ? null : issue.message;
  switch (issue.code) {
    case "invalid_type":
      return own ?? KINDS[issue.expected] ?? issue.expected;
    case "invalid_value":
      return oneOf(issue.values.map(String));
    case "invalid_union":
      return unionOf(issue);
    case "too_small":
      return own ?? leastOf(issue.origin, Number(issue.minimum));
    case "too_big":
      return own ?? `${Number(issue.maximum)} ${issue.origin === "string" ? "letters or less" : "or less"}`;
    case "invalid_format":
      return own ?? (issue.format === "date" ? "a day: 2019-04-17" : "of another form");
    default:
      return own;
  }
}

const oneOf = (words: readonly string[]): string =>
  words.length === 1 ? (words[0] ?? "") : `one of ${words.join(", ")}`;

function unionOf(issue: Extract<Issue, { code: "invalid_union" }>): string {
  if ("options" in issue && Array.isArray(issue.options)) return oneOf(issue.options.map(String));
  return issue.errors.flatMap(([first]) => (first === undefined ? [] : (wantedOf(first) ?? []))).join(" or ");
}

function leastOf(origin: string, least: number): string {
  if (origin === "array") return `a list with ${least} or more in it`;
  if (origin === "string") return least <= 1 ? "a text that is not empty" : `a text of ${least} letters or more`;
  return `${least} or more`;
}
