/** The C parser and the shipped rules, loaded once for all tests of a file. */

import { fileURLToPath } from "node:url";
import { FactIndex } from "../src/analysis/fact-index.js";
import { Program } from "../src/analysis/program.js";
import { loadParser, loadRules } from "../src/io/load-rules.js";
import { evaluateRules } from "../src/rules/evaluate.js";
import { Evaluation } from "../src/rules/evaluation.js";
import { wordsFor } from "../src/rules/index-words.js";
import type { Rule } from "../src/rules/rule-schema.js";
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

/** The index by which rules look functions up. */
export const indexOf = (program: Program): FactIndex => new FactIndex(program, wordsFor(program, rules.rules));

/** What some rules say of a program. */
export const evaluated = (program: Program, some: readonly Rule[]): ReturnType<typeof evaluateRules> =>
  evaluateRules(new Evaluation(program, some), some);
