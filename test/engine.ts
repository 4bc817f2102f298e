/** The C parser and the shipped rules, loaded once for all tests of a file. */

import { fileURLToPath } from "node:url";
import { Program } from "../src/analysis/program.js";
import { loadParser, loadRules } from "../src/io/load-rules.js";
import { type CReader, readC } from "../src/source/read-file.js";

export const root = fileURLToPath(new URL("..", import.meta.url));
export const rules = await loadRules(`${root}rules`);
export const parse = await loadParser();
export const reader: CReader = { parse, syntax: rules.syntax };

/** A program of files given by path. */
export const programOf = (files: Record<string, string>): Program =>
  new Program(
    Object.entries(files).map(([path, text]) => readC(path, text, reader)),
    rules.models,
  );
