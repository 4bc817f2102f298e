/**
 * GitHub's published description as judge: which operation a request means, and whether request and answer are as described.
 * The slice is in test/vendor; tools/slice-openapi.mjs makes it.
 */
import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

export type Schema = { [key: string]: unknown };
interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  schema: Schema;
}
type Media = Record<string, { schema?: Schema }>;
interface Described {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Media };
  responses: Record<string, { content?: Media }>;
}
interface Slice {
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Schema> };
}

export interface Operation {
  id: string;
  method: string;
  path: string;
  pattern: RegExp;
  names: string[];
  described: Described;
}

const isObject = (value: unknown): value is Schema =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** OpenAPI 3.0 says `nullable`, which JSON Schema does not know, and of which ajv refuses the kind without a type. */
function withNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNull);
  if (!isObject(value)) return value;
  const { nullable, ...rest } = value;
  const copy: Schema = Object.fromEntries(Object.entries(rest).map(([key, one]) => [key, withNull(one)]));
  if (nullable !== true)
    return nullable === undefined || nullable === false ? copy : { ...copy, nullable: withNull(nullable) };
  if (typeof copy.type !== "string") return { anyOf: [copy, { type: "null" }] };
  return { ...copy, type: [copy.type, "null"], ...(Array.isArray(copy.enum) ? { enum: [...copy.enum, null] } : {}) };
}

/**
 * Where the description promises a value and GitHub answers null: the place of a comment that is outdated or on a whole file
 * (github/rest-api-description, issues 1901 and 5568), and a head whose fork was deleted.
 */
const NULLS: [string, string[]][] = [
  ["pull-request-review-comment", ["position", "line", "original_line"]],
  ["review-comment", ["line", "original_line"]],
  ["pull-request", ["head/repo", "head/user"]],
  ["pull-request-simple", ["head/repo"]],
];

function corrected(slice: Slice): Slice {
  for (const [name, paths] of NULLS) {
    for (const path of paths) {
      let at = slice.components.schemas[name];
      for (const step of path.split("/")) at = (at?.properties as Record<string, Schema> | undefined)?.[step];
      if (at === undefined) throw new Error(`no ${path} in ${name}`);
      at.nullable = true;
    }
  }
  return slice;
}

const vendored = new URL("../../vendor/github-openapi.json", import.meta.url);
const slice = withNull(corrected(JSON.parse(readFileSync(vendored, "utf8")))) as Slice;

/** These stand for a rest with slashes in it; all others end at one. */
const WIDE = new Set(["path", "ref", "basehead"]);

function operation(path: string, method: string, described: Described): Operation {
  const names: string[] = [];
  const source = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    names.push(name);
    return WIDE.has(name) ? "(.*)" : "([^/]+)";
  });
  // The root folder is asked for without the slash.
  const pattern = new RegExp(`^${source.replace("/contents/(.*)", "/contents(?:/(.*))?")}$`);
  return { id: described.operationId, method: method.toUpperCase(), path, pattern, names, described };
}

export const operations: readonly Operation[] = Object.entries(slice.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => operation(path, method, described)),
);

export const schemaOf = (name: string): Schema => {
  const found = slice.components.schemas[name];
  if (found === undefined) throw new Error(`no schema ${name}`);
  return found;
};

/** The schema itself where it only refers to another. */
export const resolved = (schema: Schema): Schema =>
  typeof schema.$ref === "string" ? resolved(schemaOf(schema.$ref.replace("#/components/schemas/", ""))) : schema;

/** Objects whose properties are listed take no others. Branches of a choice stay open: they list only what differs. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (!isObject(value)) return value;
  if (typeof value.$ref === "string") return closed(resolved(value));
  const copy: Schema = {};
  for (const [key, one] of Object.entries(value)) copy[key] = /^(one|any|all)Of$/.test(key) ? one : closed(one);
  if (isObject(copy.properties) && copy.additionalProperties === undefined) copy.additionalProperties = false;
  return copy;
}

const ajv = addFormats.default(new Ajv({ strict: false, allErrors: true, inlineRefs: false }));
ajv.addSchema({ $id: "gh", components: slice.components });
const compiled = new Map<string, ValidateFunction>();

const absolute = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(absolute);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([k, v]) => [k, k === "$ref" && typeof v === "string" ? `gh${v}` : absolute(v)]),
  );
};

/** What is wrong with a value, each as a sentence; none when all is right. */
function faults(key: string, schema: Schema, value: unknown): string[] {
  const known = compiled.get(key) ?? ajv.compile(absolute(schema) as Schema);
  compiled.set(key, known);
  if (known(value)) return [];
  return (known.errors ?? []).map((e) => `${e.instancePath || "/"} ${e.message} ${JSON.stringify(e.params)}`);
}

/** A parameter of an address is text; its schema may want a number or a truth. */
const typed = (text: string, schema: Schema): unknown => {
  const { type } = resolved(schema);
  if (type === "integer" && /^-?\d+$/.test(text)) return Number(text);
  return type === "boolean" && (text === "true" || text === "false") ? text === "true" : text;
};

export interface Request {
  params: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
}

export function requestFaults({ id, described }: Operation, { params, query, body }: Request): string[] {
  const found: string[] = [];
  const parameters = described.parameters ?? [];
  for (const { name, in: place, required, schema } of parameters) {
    const text = place === "path" ? params[name] : place === "query" ? (query.get(name) ?? undefined) : undefined;
    if (text !== undefined) {
      found.push(...faults(`${id} ${name}`, schema, typed(text, schema)).map((f) => `parameter ${name}: ${f}`));
    } else if (required === true && place !== "header") found.push(`parameter ${name} is missing`);
  }
  for (const name of query.keys()) {
    if (!parameters.some((p) => p.in === "query" && p.name === name)) found.push(`parameter ${name} is unknown`);
  }
  const schema = described.requestBody?.content["application/json"]?.schema;
  // Clients send an empty object where no body is described.
  if (schema === undefined) return body === undefined || JSON.stringify(body) === "{}" ? found : [...found, "a body"];
  if (body === undefined) return described.requestBody?.required === true ? [...found, "no body"] : found;
  return [...found, ...faults(`${id} body`, closed(schema) as Schema, body)];
}

/** Answers with a status that is not described are errors, which all look alike. */
export function responseFaults({ id, described }: Operation, status: number, media: string, body: unknown): string[] {
  const content = described.responses[status]?.content;
  const schema = content?.[media]?.schema ?? (media === "application/json" ? undefined : { type: "string" });
  if (schema !== undefined) return faults(`${id} ${status} ${media}`, schema, body);
  if (status >= 400) return faults("error", { ...schemaOf("basic-error"), required: ["message"] }, body);
  return described.responses[status] === undefined ? [`status ${status} is not described`] : [];
}
