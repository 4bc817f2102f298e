/**
 * A program as it is kept between runs: what was read from its files and found out about its functions. The bodies and facts
 * of functions stay packed until one is asked for, so that a patch unpacks what it touches.
 */
import { Dominance } from "../analysis/dominance.js";
import type { FunctionFacts } from "../analysis/function-facts.js";
import type { AnalysisModels } from "../analysis/models.js";
import { Program } from "../analysis/program.js";
import { namesOf, rememberNames } from "../analysis/reach.js";
import { rememberUses, usesOf } from "../analysis/uses.js";
import { type Value, Values } from "../analysis/value.js";
import type { Outcome } from "../rules/outcome.js";
import type { Rule } from "../rules/rule-schema.js";
import type { CFile, CFunction, MacroDef, Unit } from "../source/ast.js";
import { lineOf, lineStarts } from "../source/lines.js";
import { type CReader, macroFunction } from "../source/read-file.js";

/** Objects to bytes and back; maps, sets and objects that are met twice must survive (structured clone). */
export interface Codec {
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

interface PackedFunction {
  /** All but the body. */
  head: Omit<CFunction, "body">;
  body: Uint8Array;
  unit: Omit<Unit, "file"> | null;
  /** What it calls, which fields it names, which names it uses as values and hands over to be run. */
  calls: readonly string[];
  fields: readonly string[];
  names: readonly string[];
  spawned: readonly string[];
  facts: Uint8Array | null;
}

/** Facts without what the program gives back to them. */
type PackedFacts = Omit<FunctionFacts, "file" | "fn" | "values"> & { values: readonly Value[] };

type PackedFile = Pick<
  CFile,
  "path" | "text" | "structs" | "tables" | "valueNames" | "comments" | "prototypes" | "unhandled"
> & {
  state: string;
  functions: PackedFunction[];
  macros: MacroDef[];
};

type PackedOutcome = Omit<Outcome, "rule"> & { rule: string };

export interface PackedProgram {
  files: PackedFile[];
  outcomes: [key: string, outcomes: PackedOutcome[]][];
}

/** A program with what the rules said of it, by the rules and what they had learnt. */
export interface KeptProgram {
  program: Program;
  /** Files by path, with the state in which each was read. */
  files: ReadonlyMap<string, { file: CFile; state: string }>;
  outcomes: Map<string, readonly Outcome[]>;
}

/** Packs a program; facts that were not unpacked since they were loaded go over as they are. */
export function pack({ program, files, outcomes }: KeptProgram, codec: Codec): PackedProgram {
  return {
    files: [...files.values()].map(({ file, state }) => packFile(file, state, program, codec)),
    outcomes: [...outcomes].map(([key, list]) => [key, list.map((o) => ({ ...o, rule: o.rule.id }))]),
  };
}

/** The packed form of functions that were loaded. */
const packed = new WeakMap<CFunction, PackedFunction>();

function packFile(file: CFile, state: string, program: Program, codec: Codec): PackedFile {
  const { path, text, structs, tables, valueNames, comments, prototypes, unhandled } = file;
  const functions = file.functions.map((fn) => packFunction(fn, file, program, codec));
  const macros = file.macros.map((m) => m.def);
  return { path, text, structs, tables, valueNames, comments, prototypes, unhandled, state, functions, macros };
}

function packFunction(fn: CFunction, file: CFile, program: Program, codec: Codec): PackedFunction {
  const facts = program.found.get(fn);
  const known = packed.get(fn);
  if (known !== undefined && (known.facts !== null || facts === undefined)) return known;
  const { calls, fields } = usesOf(fn);
  const { other, spawned } = namesOf(fn, program.models);
  const unit = file.units?.get(fn);
  return {
    head: known?.head ?? headOf(fn),
    body: known?.body ?? codec.encode(fn.body),
    unit: unit === undefined ? null : { start: unit.start, end: unit.end, mark: unit.mark, passed: unit.passed },
    calls: [...calls],
    fields: [...fields],
    names: [...other],
    spawned: [...spawned],
    facts: facts === undefined ? null : codec.encode(packFacts(facts)),
  };
}

const headOf = ({ body: _body, ...head }: CFunction): PackedFunction["head"] => head;

const packFacts = ({ values, events, loops, params, dominance, complete }: FunctionFacts): PackedFacts => ({
  values: values.list,
  events,
  loops,
  params,
  dominance,
  complete,
});

/** The facts of a function from their packed form; its classes are told by their place. */
function unpackFacts(bytes: Uint8Array, file: CFile, fn: CFunction, codec: Codec): FunctionFacts {
  const { values, events, loops, params, dominance, complete } = codec.decode(bytes) as PackedFacts;
  Object.setPrototypeOf(dominance, Dominance.prototype);
  return { file, fn, values: new Values(values), events, loops, params, dominance, complete };
}

/** The program of a packed one. `codec` is asked whenever a function is unpacked. */
export function unpack(
  kept: PackedProgram,
  reader: CReader,
  models: AnalysisModels,
  rules: readonly Rule[],
  codec: Codec,
): KeptProgram {
  const files = new Map(kept.files.map((f) => [f.path, { file: unpackFile(f, reader, codec), state: f.state }]));
  const program = new Program(
    [...files.values()].map((f) => f.file),
    models,
    ({ file, fn }) => {
      const bytes = packed.get(fn)?.facts ?? null;
      return bytes === null ? null : unpackFacts(bytes, file, fn, codec);
    },
  );
  return { program, files, outcomes: unpackOutcomes(kept, rules) };
}

function unpackOutcomes(kept: PackedProgram, rules: readonly Rule[]): Map<string, readonly Outcome[]> {
  const byId = new Map(rules.map((r) => [r.id, r]));
  const out = new Map<string, readonly Outcome[]>();
  for (const [key, list] of kept.outcomes) {
    const outcomes = list.flatMap((o) => {
      const rule = byId.get(o.rule);
      return rule === undefined ? [] : [{ ...o, rule }];
    });
    if (outcomes.length === list.length) out.set(key, outcomes);
  }
  return out;
}

function unpackFile(kept: PackedFile, reader: CReader, codec: Codec): CFile {
  let starts: number[] | null = null;
  const units = new Map<CFunction, Unit>();
  const file: CFile = {
    path: kept.path,
    text: kept.text,
    lineAt: (offset) => {
      starts ??= lineStarts(kept.text);
      return lineOf(starts, offset) + 1;
    },
    functions: kept.functions.map((f) => unpackFunction(f, codec)),
    structs: kept.structs,
    tables: kept.tables,
    valueNames: kept.valueNames,
    comments: kept.comments,
    macros: kept.macros.flatMap((m) => macroFunction(m, reader) ?? []),
    prototypes: kept.prototypes,
    units,
    unhandled: kept.unhandled,
  };
  file.functions.forEach((fn, i) => {
    const unit = kept.functions[i]?.unit;
    if (unit) units.set(fn, { ...unit, file });
  });
  return file;
}

/** A function as if it had been read; its body is unpacked when somebody looks at it. */
function unpackFunction(kept: PackedFunction, codec: Codec): CFunction {
  let body: CFunction["body"] | null = null;
  const fn = Object.defineProperty({ ...kept.head }, "body", {
    enumerable: true,
    get: () => {
      body ??= codec.decode(kept.body) as CFunction["body"];
      return body;
    },
  }) as CFunction;
  packed.set(fn, kept);
  rememberUses(fn, { calls: new Set(kept.calls), fields: new Set(kept.fields) });
  rememberNames(fn, { other: new Set(kept.names), spawned: new Set(kept.spawned) });
  return fn;
}
