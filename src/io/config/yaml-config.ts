/** YAML against a schema, with everything that is wrong with it at once. */
import { parseDocument } from "yaml";
import type { z } from "zod";
import { issueProblems, problemLine } from "../../watch/config-words.js";

/** Files that are longer are no configuration. Characters. */
const MAX_CONFIG = 1024 * 1024;

/** What a text comes to: `root` is what stands there, null when it is no YAML; `data` what the schema made of it. */
export interface ReadYaml<T> {
  root: unknown;
  data: T | null;
  problems: string[];
}

/** Reads a text; `empty` is what one that says nothing stands for. Never throws. */
export function readYaml<T>(text: string, schema: z.ZodType<T>, empty: unknown = null): ReadYaml<T> {
  const problems: string[] = [];
  if (text.length > MAX_CONFIG) problems.push("the file is too long");
  const document = parseDocument(text.slice(0, MAX_CONFIG), { uniqueKeys: true });
  for (const error of document.errors) problems.push((error.message.split("\n")[0] ?? error.message).replace(/:$/, ""));
  // What is written twice can be read all the same; what is no YAML would lead to nonsense.
  if (!document.errors.every(({ code }) => code === "DUPLICATE_KEY")) return { root: null, data: null, problems };
  let root: unknown;
  try {
    root = document.toJS({ maxAliasCount: 100 }) ?? empty;
  } catch (error) {
    return { root: null, data: null, problems: [...problems, error instanceof Error ? error.message : String(error)] };
  }
  const parsed = schema.safeParse(root);
  for (const issue of parsed.error?.issues ?? []) problems.push(...issueProblems(issue, root).map(problemLine));
  return { root, data: parsed.success ? parsed.data : null, problems };
}
