/** The documents of the project. */
import { readdirSync } from "node:fs";
import type { Block } from "./guide.js";

/** Paths of all documents, in order. */
export const documents = (): string[] =>
  [
    ...readdirSync(".").filter((name) => name.endsWith(".md")),
    ...readdirSync("docs", { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => `docs/${name}`),
  ].sort();

/**
 * Whether a block of the README is commands of a reader. ```sh is kept for the two of a newcomer, which CI runs on a fresh clone, and
 * what stands behind a prompt is made by a generator, with what it prints.
 */
export const isCommand = ({ language, text }: Block): boolean => language === "" && COMMAND.test(text);

/** How a line begins that is to be run. */
export const COMMAND = /^(?:[A-Z_]+=\S+ )?(?:npx |npm |node |git |review )/m;
