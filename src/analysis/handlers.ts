/**
 * Which names may make locks ready or dispose of objects, by the words of the code alone: those that name a function of the
 * models which does, and whoever names these. Only below such names is it worth looking at what a function does.
 */
import type { CFile } from "../source/ast.js";
import type { AnalysisModels } from "./models.js";
import type { Program } from "./program.js";
import { type Users, usersIn } from "./stale.js";

/** Calls are followed this far down. */
export const MAX_DOWN = 3;

type Levels = readonly ReadonlySet<string>[];

const found = new WeakMap<Program, Levels>();

/** Names by how far they are, at most, from a name of the models: 0 for those that name one themselves. */
export function levelsOf(program: Program): Levels {
  const known = found.get(program);
  if (known !== undefined) return known;
  const { lender } = program;
  const levels = lender !== null && sameLevels(lender, program) ? levelsOf(lender) : findLevels(program);
  found.set(program, levels);
  return levels;
}

/** Says what the levels of a program are, where an earlier run has found them. */
export function rememberLevels(program: Program, levels: Levels): void {
  found.set(program, levels);
}

const meantBy = ({ lockSetup, disposers }: AnalysisModels): Set<string> => new Set([...lockSetup, ...disposers]);

function findLevels(program: Program): Levels {
  const users = program.files.map(usersIn);
  const levels = [namersOf(meantBy(program.models), users)];
  while (levels.length < MAX_DOWN) {
    const last = levels.at(-1) as ReadonlySet<string>;
    levels.push(new Set([...last, ...namersOf(last, users)]));
  }
  return levels;
}

/** True when the files in which two programs differ name the same of what counts. */
function sameLevels(one: Program, other: Program): boolean {
  const known = new Set([...meantBy(one.models), ...(levelsOf(one).at(-1) as ReadonlySet<string>)]);
  const [before, after] = [new Set(one.files), new Set(other.files)];
  const said = (files: readonly CFile[]): Set<string> => {
    const out = new Set<string>();
    for (const file of files)
      for (const [name, users] of usersIn(file))
        if (known.has(name)) for (const user of users) out.add(`${name} ${user}`);
    return out;
  };
  const was = said(one.files.filter((f) => !after.has(f)));
  const is = said(other.files.filter((f) => !before.has(f)));
  return was.size === is.size && [...was].every((pair) => is.has(pair));
}

function namersOf(names: Iterable<string>, users: readonly Users[]): Set<string> {
  const out = new Set<string>();
  for (const name of names) for (const index of users) for (const user of index.get(name) ?? []) out.add(user);
  return out;
}

/** Whether a function of this name may handle objects so many calls further down. */
export const mayHandle = (program: Program, name: string, depth: number): boolean =>
  levelsOf(program)[depth]?.has(name) === true;

/** Names of functions of which it differs between two programs whether what they call may handle objects. */
export function changedHandlers(one: Program, other: Program): Set<string> {
  const [before, after] = [levelsOf(one), levelsOf(other)];
  if (before === after) return new Set();
  const names = new Set<string>();
  before.forEach((level, i) => {
    const now = after[i] as ReadonlySet<string>;
    for (const name of level) if (!now.has(name)) names.add(name);
    for (const name of now) if (!level.has(name)) names.add(name);
  });
  if (names.size === 0) return names;
  return namersOf(names, [...new Set([...one.files, ...other.files])].map(usersIn));
}
