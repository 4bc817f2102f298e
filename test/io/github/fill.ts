/**
 * Completes what a peer says of a thing to all that GitHub's schema demands of it, so that the views name only what means
 * something here. What is filled in is null, empty, zero or false where the schema lets it be.
 */
import { resolved, type Schema, schemaOf } from "./spec.js";

export type Json = Record<string, unknown>;

const isRecord = (value: unknown): value is Json =>
  value !== null && typeof value === "object" && !Array.isArray(value);

const text = (schema: Schema, name: string): string => {
  if (schema.format === "date-time") return "2026-01-01T00:00:00Z";
  if (schema.format === "uri" || /(^|_)(url|href)$/.test(name)) return "https://github.com/not-modelled";
  return schema.format === "email" ? "nobody@example.org" : "";
};

/** The branch of a choice that says most; an `allOf` is one object of all its parts. */
function branch(schema: Schema): Schema {
  const all = schema.allOf as Schema[] | undefined;
  if (all !== undefined) {
    const parts = all.map((one) => branch(resolved(one)));
    const properties = Object.assign({}, ...parts.map((one) => one.properties));
    return { type: "object", properties, required: parts.flatMap((one) => (one.required as string[]) ?? []) };
  }
  const some = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
  if (some === undefined) return schema;
  const options = some.map((one) => branch(resolved(one)));
  return options.find(({ properties }) => properties !== undefined) ?? options[0] ?? {};
}

const nullable = (schema: Schema): boolean => {
  const some = (schema.anyOf ?? schema.oneOf ?? []) as Schema[];
  return (
    (Array.isArray(schema.type) && schema.type.includes("null")) ||
    some.some((one) => nullable(one) || one.type === "null")
  );
};

function empty(schema: Schema, name: string): unknown {
  if (nullable(schema)) return null;
  const it = branch(schema);
  if (Array.isArray(it.enum)) return it.enum[0];
  switch (Array.isArray(it.type) ? it.type[0] : it.type) {
    case "string":
      return text(it, name);
    case "integer":
    case "number":
      return 0;
    case "boolean":
      return false;
    case "array":
      return [];
    default:
      return complete(it, {}, name);
  }
}

function complete(from: Schema, given: unknown, name: string): unknown {
  const schema = resolved(from);
  if (given === undefined) return empty(schema, name);
  const it = branch(schema);
  if (Array.isArray(given)) return given.map((one) => complete((it.items ?? {}) as Schema, one, name));
  if (!isRecord(given)) return given;
  const properties = (it.properties ?? {}) as Record<string, Schema>;
  const full: Json = {};
  for (const [key, value] of Object.entries(given)) {
    if (value !== undefined) full[key] = complete(properties[key] ?? {}, value, key);
  }
  for (const key of (it.required ?? []) as string[])
    full[key] ??= key in full ? full[key] : complete(properties[key] ?? {}, undefined, key);
  return full;
}

export const fill = (schema: string, given: Json): Json => complete(schemaOf(schema), given, "") as Json;
