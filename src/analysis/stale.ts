/** Which functions of two programs cannot share facts, because something that they rest on differs. */
import type { CFile, CStruct } from "../source/ast.js";
import type { Definitions } from "./definitions.js";
import type { Structs } from "./structs.js";
import { usesOf } from "./uses.js";

/** Who uses a name: functions that call it, macros that mention it. */
export type Users = ReadonlyMap<string, ReadonlySet<string>>;

/** What two programs do not share. */
export interface Stale {
  /** Names of functions that differ, or that reach something that differs by the names they use. */
  names: ReadonlySet<string>;
  /** Fields that are of another type in one of the two. */
  fields: ReadonlySet<string>;
}

/** What is compared of a program. */
export interface Compared {
  readonly files: readonly CFile[];
  readonly definitions: Definitions;
  readonly structs: Structs;
  readonly callers: { users(name: string): Iterable<string> };
}

/**
 * What differs between two programs. Only files that are not the same in both are looked into, and what uses the names that
 * changed there.
 */
export function findStale(one: Compared, other: Compared): Stale {
  const [before, after] = [new Set(one.files), new Set(other.files)];
  const gone = one.files.filter((f) => !after.has(f));
  const come = other.files.filter((f) => !before.has(f));
  const stale = changedFunctions(gone, come);
  const fields = changedFields(one.structs.byName, other.structs.byName, [...gone, ...come]);
  for (const file of [...gone, ...come])
    for (const { name } of file.macros)
      if (one.definitions.macroText(name) !== other.definitions.macroText(name)) stale.add(name);
  const users = [
    (name: string) => one.callers.users(name),
    ...come.map((file) => (name: string) => usersIn(file).get(name) ?? []),
  ];
  if (fields.size > 0) addFieldUsers([...one.files, ...come], fields, stale);
  const work = [...stale];
  for (let name = work.pop(); name !== undefined; name = work.pop()) {
    for (const of of users) {
      for (const user of of(name)) {
        if (stale.has(user)) continue;
        stale.add(user);
        work.push(user);
      }
    }
  }
  return { names: stale, fields };
}

/** Functions of files that only one of the two holds, as far as they are not the same all the same. */
function changedFunctions(gone: readonly CFile[], come: readonly CFile[]): Set<string> {
  const [before, after] = [gone, come].map(
    (files) => new Map(files.flatMap((f) => f.functions.map((fn) => [fn, f.path]))),
  );
  const stale = new Set<string>();
  for (const [fn, path] of before ?? []) if (after?.get(fn) !== path) stale.add(fn.name);
  for (const [fn, path] of after ?? []) if (before?.get(fn) !== path) stale.add(fn.name);
  return stale;
}

/** Fields of structs of these files that are of another type in one of the two programs, or only in one. */
function changedFields(
  one: ReadonlyMap<string, CStruct>,
  other: ReadonlyMap<string, CStruct>,
  files: readonly CFile[],
): Set<string> {
  const changed = new Set<string>();
  for (const name of new Set(files.flatMap((f) => f.structs.map((s) => s.name)))) {
    const [was, is] = [fieldTypes(one.get(name)), fieldTypes(other.get(name))];
    for (const field of new Set([...was.keys(), ...is.keys()])) {
      if (was.get(field) !== is.get(field)) changed.add(field);
    }
  }
  return changed;
}

/** Types by field name; of two fields of one name the first counts. */
function fieldTypes(struct: CStruct | undefined): Map<string, string> {
  const out = new Map<string, string>();
  for (const { name, type } of struct?.fields ?? [])
    if (!out.has(name)) out.set(name, `${type.tag} ${type.name} ${type.pointers}`);
  return out;
}

function addFieldUsers(files: readonly CFile[], fields: ReadonlySet<string>, stale: Set<string>): void {
  for (const file of files) {
    for (const fn of file.functions) if (shares(usesOf(fn).fields, fields)) stale.add(fn.name);
    for (const macro of file.macros) if (shares(new Set(macro.text.match(/\w+/g)), fields)) stale.add(macro.name);
  }
}

export function shares(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const name of others) if (some.has(name)) return true;
  return false;
}

const indexed = new WeakMap<CFile, Users>();

/** Who uses which name in a file; made once for as long as the file is kept. */
export function usersIn(file: CFile): Users {
  const known = indexed.get(file);
  if (known !== undefined) return known;
  const users = new Map<string, Set<string>>();
  const add = (name: string, user: string): void => {
    const own = users.get(name);
    if (own === undefined) users.set(name, new Set([user]));
    else own.add(user);
  };
  for (const fn of file.functions) for (const name of usesOf(fn).calls) add(name, fn.name);
  // A macro is read as a function: it changes with what its words mean.
  for (const { name, text } of file.macros) for (const [word] of text.matchAll(/\w+/g)) add(word, name);
  indexed.set(file, users);
  return users;
}
