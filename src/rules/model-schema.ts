/** The files under rules/models: their schema, and how they become the models of the analysis. */
import { z } from "zod";
import type { AccessCall, AnalysisModels, IteratorCall, LockCall, LockMode, ObjectModel } from "../analysis/models.js";
import type { SyntaxModel } from "../source/prepass.js";
import { dispatchSchema, entryClass, entryClassSchema, lockOrder, orderSchema } from "./entry-schema.js";

const words = z.array(z.string().min(1));
const mode = z.enum(["exclusive", "shared"]).default("exclusive");

const lockOf = {
  field: z
    .string()
    .regex(/^\w+(\.\w+)*$/)
    .optional()
    .describe("Fields that lead from the argument to the lock: i_rwsem for inode_lock(inode)"),
  global: z
    .string()
    .regex(/^\w+$/)
    .optional()
    .describe("The one lock that the calls are about, whatever they are given: rtnl_mutex"),
};

const lockFamily = z.strictObject({
  family: z.string().describe("Lock kind, for words and for lock order: spinlock, mutex, rwsem"),
  mode: mode.describe("shared for readers' locks"),
  argument: z
    .int()
    .min(0)
    .default(0)
    .describe("0-based argument that names the lock, or the object that it is part of"),
  ...lockOf,
  spelled: words.default([]).describe("What comments call it, beside its name: RTNL"),
  lock: words.default([]).describe("Calls that always take it"),
  unlock: words.default([]).describe("Calls that give it back"),
  trylock: words.default([]).describe("Calls that took it when they return nonzero"),
  killable: words.default([]).describe("Calls that took it when they return zero"),
  downgrade: words.default([]).describe("Calls that turn it into a shared one"),
  assert: words.default([]).describe("Calls and annotations that say it is held"),
  assertWrite: words.default([]).describe("The same, and for reading only is not enough"),
  test: words.default([]).describe("Calls that ask whether it is held, for warnings and lockdep_assert()"),
});

const guardFamily = z.strictObject({
  family: z.string(),
  mode,
  argument: z.int().min(0).default(0),
  ...lockOf,
  classes: words.describe("First argument of guard() and scoped_guard()"),
  tries: words.default([]).describe("Classes that never wait: the trylock forms"),
});

const accessor = z.strictObject({
  op: z.enum(["read", "write", "update"]),
  place: z.int().min(0).describe("0-based argument with the location"),
  value: z.int().min(0).optional().describe("0-based argument that is stored"),
  constant: z.int().optional().describe("What is stored instead of an argument"),
  bit: z.int().min(0).optional().describe("0-based argument with a bit number"),
  once: z.boolean().default(false).describe("Cannot be torn or refetched"),
  exclusive: z.boolean().default(false).describe("Reads and writes in one step"),
  step: z.int().min(-1).max(1).default(0).describe("Counts up (1) or down (-1)"),
  names: words,
});

const object = z.strictObject({
  name: z.string(),
  label: z.string().describe("What a person calls it"),
  struct: z.string(),
  container: z.strictObject({ field: z.string(), struct: z.string(), label: z.string() }).nullable().default(null),
  getters: words.default([]),
  own: words.default([]),
  iterators: z
    .array(
      z.strictObject({
        names: words,
        variable: z.int().min(0),
        container: z.int().min(0).nullable().default(null),
      }),
    )
    .default([]),
  hints: words.default([]),
  counters: words.default([]).describe("Fields that only count or report"),
  arrays: words.default([]).describe("Fields of the container that hold all objects, for xa_load()"),
});

/** One file of rules/models: any of these sections. */
export const modelFileSchema = z.strictObject({
  locks: z.array(lockFamily).default([]),
  guards: z.array(guardFamily).default([]),
  accessors: z.array(accessor).default([]),
  objects: z.array(object).default([]),
  entryClasses: z.array(entryClassSchema).default([]),
  dispatch: z.array(dispatchSchema).default([]),
  orders: z.array(orderSchema).default([]),
  acquires: words.default([]).describe("Annotations of a function that returns with a lock"),
  releases: words.default([]).describe("Annotations of a function that gives back its caller's lock"),
  complaints: z
    .strictObject({ whenTrue: words.default([]), whenFalse: words.default([]) })
    .prefault({})
    .describe("Calls that complain when what they are given is true (WARN_ON) or false (lockdep_assert)"),
  memberMacros: words
    .default([])
    .describe("Macros that name a member of the first argument by the second: ACCESS_PRIVATE"),
  lockSetup: words.default([]).describe("Calls that make a lock ready or put it away"),
  allocators: words.default([]).describe("Calls whose result no other thread can see yet"),
  disposers: words.default([]).describe("Calls after which no other thread sees their first argument"),
  setupAttributes: words.default([]).describe("Attributes of functions that run before or after all others"),
  spawners: z
    .array(z.strictObject({ argument: z.int().min(0), names: words }))
    .default([])
    .describe("Calls that are given a function (0-based argument) which will run by itself, with no lock held"),
  pure: words.default([]),
  noreturn: words.default([]).describe("Calls that never return"),
  sameValue: words.default([]).describe("Calls that hand their argument on in another type"),
  signTests: z
    .array(z.strictObject({ names: words, is: z.enum(["<", "<=", ">", ">="]) }))
    .default([])
    .describe("Calls that compare their argument with zero"),
  bareAttributes: words.default([]),
  calledAttributes: words.default([]),
  statementMacros: words.default([]),
});

export type ModelFile = z.infer<typeof modelFileSchema>;

type LockPlace = Pick<LockCall, "argument" | "field" | "global" | "mode" | "family" | "write">;

const lockPlace = (f: {
  argument: number;
  mode: LockMode;
  family: string;
  field?: string | undefined;
  global?: string | undefined;
}): LockPlace => ({
  argument: f.argument,
  mode: f.mode,
  family: f.family,
  field: f.field?.split(".") ?? [],
  global: f.global ?? null,
  write: false,
});

function lockTable(files: readonly ModelFile[]): Map<string, LockCall> {
  const table = new Map<string, LockCall>();
  for (const f of files.flatMap((file) => file.locks)) {
    const base = { ...lockPlace(f), waits: true };
    const asserted = { ...base, op: "assert" as const, success: null };
    for (const name of f.lock) table.set(name, { ...base, op: "lock", success: null });
    for (const name of f.unlock) table.set(name, { ...base, op: "unlock", success: null });
    for (const name of f.trylock) table.set(name, { ...base, op: "lock", success: "nonzero", waits: false });
    for (const name of f.killable) table.set(name, { ...base, op: "lock", success: "zero" });
    for (const name of f.downgrade) table.set(name, { ...base, op: "downgrade", success: null });
    for (const name of f.assert) table.set(name, asserted);
    for (const name of f.assertWrite) table.set(name, { ...asserted, write: true });
  }
  return table;
}

function testTable(files: readonly ModelFile[]): Map<string, LockCall> {
  const table = new Map<string, LockCall>();
  for (const f of files.flatMap((file) => file.locks))
    for (const name of f.test) table.set(name, { ...lockPlace(f), waits: true, op: "assert", success: null });
  return table;
}

function guardTable(files: readonly ModelFile[]): Map<string, LockCall> {
  const table = new Map<string, LockCall>();
  for (const g of files.flatMap((file) => file.guards)) {
    const base = { ...lockPlace(g), op: "lock", success: null } as const;
    for (const name of g.classes) table.set(name, { ...base, waits: true });
    for (const name of g.tries) table.set(name, { ...base, waits: false });
  }
  return table;
}

function accessorTable(files: readonly ModelFile[]): Map<string, AccessCall> {
  const table = new Map<string, AccessCall>();
  for (const { accessors } of files) {
    for (const { names, op, place, value, constant, bit, once, exclusive, step } of accessors) {
      const stored = value !== undefined ? { argument: value } : constant !== undefined ? { constant } : null;
      for (const name of names) {
        table.set(name, { op, argument: place, value: stored, bit: bit ?? null, once, exclusive, step });
      }
    }
  }
  return table;
}

function objectModel(o: ModelFile["objects"][number]): ObjectModel {
  const iterators = new Map<string, IteratorCall>();
  for (const { names, variable, container } of o.iterators) {
    for (const name of names) iterators.set(name, { object: o.name, variable, container });
  }
  return {
    name: o.name,
    label: o.label,
    struct: o.struct,
    container: o.container,
    getters: new Set(o.getters),
    own: new Set(o.own),
    iterators,
    hints: new Set(o.hints),
    counters: o.counters,
    arrays: new Set(o.arrays),
  };
}

function matcher(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set(patterns.filter((p) => !p.endsWith("*")));
  const prefixes = patterns.filter((p) => p.endsWith("*")).map((p) => p.slice(0, -1));
  return (name) => exact.has(name) || prefixes.some((p) => name.startsWith(p));
}

/** Joins the model files (in order of their names) into the models of the analysis and the words of the pre-pass. */
export function buildModels(files: readonly ModelFile[]): { analysis: AnalysisModels; syntax: SyntaxModel } {
  return {
    analysis: {
      locks: lockTable(files),
      lockTests: testTable(files),
      lockWords: new Map(
        files
          .flatMap((f) => f.locks)
          .flatMap(({ global, spelled }) => spelled.map((w): [string, string] => [w, global ?? w])),
      ),
      complaints: new Map(
        files.flatMap(({ complaints: c }) => [
          ...c.whenTrue.map((n): [string, boolean] => [n, true]),
          ...c.whenFalse.map((n): [string, boolean] => [n, false]),
        ]),
      ),
      memberMacros: new Set(files.flatMap((f) => f.memberMacros)),
      spawners: new Map(
        files.flatMap((f) => f.spawners.flatMap((s) => s.names.map((n): [string, number] => [n, s.argument]))),
      ),
      guards: guardTable(files),
      accessors: accessorTable(files),
      objects: files.flatMap((f) => f.objects.map(objectModel)),
      entryClasses: files.flatMap((f) => f.entryClasses.map(entryClass)),
      dispatch: files.flatMap((f) => f.dispatch),
      orders: files.flatMap((f) => f.orders.map(lockOrder)),
      watched: [],
      ownLocks: [],
      acquires: new Set(files.flatMap((f) => f.acquires)),
      releases: new Set(files.flatMap((f) => f.releases)),
      noreturn: new Set(files.flatMap((f) => f.noreturn)),
      sameValue: new Set(files.flatMap((f) => f.sameValue)),
      signTests: new Map(
        files.flatMap((f) => f.signTests.flatMap((t) => t.names.map((name): [string, string] => [name, t.is]))),
      ),
      lockSetup: new Set(files.flatMap((f) => f.lockSetup)),
      allocators: new Set(files.flatMap((f) => f.allocators)),
      disposers: new Set(files.flatMap((f) => f.disposers)),
      setupAttributes: new Set(files.flatMap((f) => f.setupAttributes)),
      pure: matcher(files.flatMap((f) => f.pure)),
    },
    syntax: {
      bareAttributes: new Set(files.flatMap((f) => f.bareAttributes)),
      calledAttributes: new Set(files.flatMap((f) => f.calledAttributes)),
      statementMacros: new Set(files.flatMap((f) => f.statementMacros)),
    },
  };
}
