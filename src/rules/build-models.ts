/** How the files under rules/models become the models of the analysis. Needs no schema: what it is given was checked before. */
import type {
  AccessCall,
  AnalysisModels,
  EntryClass,
  IteratorCall,
  LockCall,
  LockMode,
  LockOrder,
  ObjectModel,
} from "../analysis/models.js";
import type { SyntaxModel } from "../source/prepass.js";
import type { ModelFile } from "./model-schema.js";

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
    for (const { names, op, place, value, constant, bit, step, expects, ...how } of accessors) {
      const stored = value !== undefined ? { argument: value } : constant !== undefined ? { constant } : null;
      for (const name of names) {
        table.set(name, {
          op,
          argument: place,
          value: stored,
          bit: bit ?? null,
          step,
          expects: expects ?? null,
          ...how,
        });
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
    shared: o.shared,
    base: o.base,
  };
}

/** An order as the analysis wants it. */
function lockOrder({ name, outer, inner, says }: ModelFile["orders"][number]): LockOrder {
  const spelled = { outerSpelled: outer.spelled, innerSpelled: inner.spelled };
  return { name, outer: outer.lock, inner: inner.lock, ...spelled, says };
}

/** An entry class as the analysis wants it. */
function entryClass(c: ModelFile["entryClasses"][number]): EntryClass {
  const tables = c.tables.map((t) => ({ type: t.type ?? null, name: t.name ?? null, fields: t.fields }));
  return { ...c, functions: new Set(c.functions), tables };
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
