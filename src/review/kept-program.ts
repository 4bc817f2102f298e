/**
 * A program as it is kept between runs: what was read from its files and found out about its functions. The bodies and facts
 * of functions stay packed until one is asked for, so that a patch unpacks what it touches.
 */
import { Dominance } from "../analysis/dominance.js";
import type { FunctionFacts } from "../analysis/function-facts.js";
import { Program } from "../analysis/program.js";
import { namesOf } from "../analysis/reach.js";
import { usesOf } from "../analysis/uses.js";
import { type Value, Values } from "../analysis/value.js";
import type { Evaluation } from "../rules/evaluation.js";
import type { RuleSet } from "../rules/rule-set.js";
import type { CFile, CFunction, MacroDef, MacroFunction, Unit } from "../source/ast.js";
import { lineOf, lineStarts } from "../source/lines.js";
import { type CReader, macroFunction, readC } from "../source/read-file.js";
import { type PackedEvaluation, packEvaluation, unpackEvaluation } from "./kept-evaluation.js";
import {
  type KeptFunction,
  LoadedFunction,
  type PackedFunctions,
  packFunctions,
  restOf,
  unpackFunctions,
} from "./kept-function.js";
import { type PackedMentions, packMentions, unpackMentions } from "./kept-mentions.js";

/** Objects to bytes and back; maps, sets and objects that are met twice must survive (structured clone). */
export interface Codec {
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

/** Facts without what the program gives back to them. */
type PackedFacts = Omit<FunctionFacts, "file" | "fn" | "values"> & { values: readonly Value[] };

type PackedFile = Pick<
  CFile,
  "path" | "text" | "structs" | "tables" | "valueNames" | "comments" | "prototypes" | "unhandled"
> & {
  state: string;
  functions: PackedFunctions;
  macros: MacroDef[];
  /** Places of those macros that were read as functions, and what they were read as. */
  read: number[];
  readMacros: PackedFunctions;
};

export interface PackedProgram {
  files: PackedFile[];
  mentions: PackedMentions;
  evaluation: PackedEvaluation;
}

/** A program with what the rules say of it. */
export interface KeptProgram {
  program: Program;
  /** Files by path, with the state in which each was read. */
  files: ReadonlyMap<string, { file: CFile; state: string }>;
  evaluation: Evaluation;
}

/** Packs a program; facts that were not unpacked since they were loaded go over as they are. */
export function pack(
  { program, files, evaluation }: KeptProgram,
  codec: Codec,
): { value: PackedProgram; parts: readonly Uint8Array[] } {
  const packer = new Packer(program, codec);
  const value = {
    files: [...files.values()].map(({ file, state }) => packFile(file, state, packer)),
    mentions: packMentions(program),
    evaluation: packEvaluation(evaluation),
  };
  return { value, parts: packer.parts };
}

/** Where the parts of functions that were loaded can be had. */
const loaded = new WeakMap<LoadedFunction, Unpacking["part"]>();

const loadedPart = (fn: CFunction, what: "bodyPart" | "factsPart"): Uint8Array | null =>
  fn instanceof LoadedFunction && fn[what] >= 0 ? (loaded.get(fn)?.(fn[what]) ?? null) : null;

class Packer {
  readonly parts: Uint8Array[] = [];

  constructor(
    readonly program: Program,
    private readonly codec: Codec,
  ) {}

  private add(bytes: Uint8Array | null): number {
    return bytes === null ? -1 : this.parts.push(bytes) - 1;
  }

  functions(list: readonly CFunction[], file: CFile): PackedFunctions {
    return packFunctions(list.map((fn) => this.kept(fn, file.units?.get(fn) ?? null)));
  }

  private kept(fn: CFunction, unit: Unit | null): KeptFunction {
    const found = this.program.found.get(fn);
    const facts = loadedPart(fn, "factsPart") ?? (found === undefined ? null : this.codec.encode(packFacts(found)));
    const body = loadedPart(fn, "bodyPart") ?? this.codec.encode(fn.body);
    const rest = fn instanceof LoadedFunction ? fn.text : this.rest(fn, unit);
    return { fn, unit, rest, body: this.add(body), facts: this.add(facts) };
  }

  private rest(fn: CFunction, unit: Unit | null): string {
    const { calls, fields } = usesOf(fn);
    const { other, spawned } = namesOf(fn, this.program.models);
    return restOf(fn, unit, { calls: [...calls], fields: [...fields], names: [...other], spawned: [...spawned] });
  }
}

function packFile(file: CFile, state: string, packer: Packer): PackedFile {
  const { path, text, structs, tables, valueNames, comments, prototypes, unhandled } = file;
  // Macros that are used as functions cost more than they look: each is a text to be parsed.
  const macros = file.macros.map((m) => packer.program.readMacro(m) ?? loadedMacros.get(m) ?? null);
  return {
    ...{ path, text, structs, tables, valueNames, comments, prototypes, unhandled, state },
    functions: packer.functions(file.functions, file),
    macros: file.macros.map((m) => m.def),
    read: macros.flatMap((fn, i) => (fn === null ? [] : [i])),
    readMacros: packer.functions(
      macros.filter((fn) => fn !== null),
      file,
    ),
  };
}

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

/** What unpacking takes: parts are asked for when a function is looked at. */
export interface Unpacking {
  reader: CReader;
  rules: RuleSet;
  codec: Codec;
  part: (number: number) => Uint8Array | null;
}

/** The program of a packed one. */
export function unpack(kept: PackedProgram, means: Unpacking): KeptProgram {
  const { rules, codec } = means;
  const files = new Map(kept.files.map((f) => [f.path, { file: unpackFile(f, means), state: f.state }]));
  const program = new Program(
    [...files.values()].map((f) => f.file),
    rules.models,
    ({ file, fn }) => {
      const bytes = loadedPart(fn, "factsPart");
      return bytes === null ? null : unpackFacts(bytes, file, fn, codec);
    },
  );
  unpackMentions(kept.mentions, program);
  return { program, files, evaluation: unpackEvaluation(kept.evaluation, program, rules.rules) };
}

/** Functions of a file or of its macros. `again` gives the body of one whose part is spoilt. */
function functionsOf(
  kept: PackedFunctions,
  { codec, part }: Unpacking,
  again: (place: number) => CFunction["body"],
): LoadedFunction[] {
  const functions = unpackFunctions(kept, (place, number) => {
    const bytes = part(number);
    return bytes === null ? again(place) : (codec.decode(bytes) as CFunction["body"]);
  });
  for (const fn of functions) loaded.set(fn, part);
  return functions;
}

function unpackFile(kept: PackedFile, means: Unpacking): CFile {
  let starts: number[] | null = null;
  const units = new Map<CFunction, Unit>();
  const file: CFile = {
    path: kept.path,
    text: kept.text,
    lineAt: (offset) => {
      starts ??= lineStarts(kept.text);
      return lineOf(starts, offset) + 1;
    },
    functions: functionsOf(kept.functions, means, (place) => readAgain(kept, place, means)),
    structs: kept.structs,
    tables: kept.tables,
    valueNames: kept.valueNames,
    comments: kept.comments,
    macros: unpackMacros(kept, means),
    prototypes: kept.prototypes,
    units,
    unhandled: kept.unhandled,
  };
  for (const fn of file.functions) {
    const unit = fn instanceof LoadedFunction ? fn.unitIn(file) : null;
    if (unit !== null) units.set(fn, unit);
  }
  return file;
}

const loadedMacros = new WeakMap<MacroFunction, CFunction>();

function unpackMacros({ macros, read, readMacros }: PackedFile, means: Unpacking): MacroFunction[] {
  const out = macros.flatMap((def) => macroFunction(def, means.reader) ?? []);
  const functions = functionsOf(
    readMacros,
    means,
    (place) => macroFunction(macros[read[place] as number] as MacroDef, means.reader)?.read()?.body ?? [],
  );
  functions.forEach((fn, i) => {
    const macro = { ...(out[read[i] as number] as MacroFunction), read: () => fn };
    out[read[i] as number] = macro;
    loadedMacros.set(macro, fn);
  });
  return out;
}

/** The body of a function whose kept one is spoilt. */
const readAgain = ({ path, text }: PackedFile, place: number, { reader }: Unpacking): CFunction["body"] =>
  (readC(path, text, reader).functions[place] as CFunction).body;
