/** The manifest of the GitHub App that ships with the package. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

/** What app.yml says. */
export const readManifest = async (): Promise<Record<string, unknown>> =>
  parse(await readFile(fileURLToPath(new URL("../../app.yml", import.meta.url)), "utf8")) as Record<string, unknown>;
