/**
 * One file as it is kept between runs. Comments, declarations and where functions stand are made when somebody asks: a patch
 * touches one file in a hundred.
 */
import type { Program } from "../analysis/program.js";
import type { RuleSet } from "../rules/rule-set.js";
import type { CComment, CFile, CFunction, MacroDef, MacroFunction, Prototype, Unit } from "../source/ast.js";
import { lineOf, lineStarts } from "../source/lines.js";
import { type CReader, macroFunction, readC } from "../source/read-file.js";
import { type LoadedFunction, type PackedFunctions, unpackFunctions } from "./kept-function.js";

/** Objects to bytes and back; maps, sets and objects that are met twice must survive (structured clone). */
export interface Codec {
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

export type PackedFile = Pick<CFile, "path" | "text" | "structs" | "tables" | "valueNames" | "unhandled"> & {
  state: string;
  /** Where each comment begins and ends. */
  comments: Uint32Array;
  /** As JSON. */
  prototypes: string;
  functions: PackedFunctions;
  macros: MacroDef[];
  /** Places of those macros that were read as functions, and what they were read as. */
  read: number[];
  readMacros: PackedFunctions;
};

const loadedMacros = new WeakMap<MacroFunction, CFunction>();

/** What packs functions. */
interface FunctionPacker {
  program: Program;
  functions(list: readonly CFunction[], file: CFile): PackedFunctions;
}

/** Packs a file that was read in this state. */
export function packFile(file: CFile, state: string, packer: FunctionPacker): PackedFile {
  const { path, text, structs, tables, valueNames, comments, prototypes, unhandled } = file;
  // Macros that are used as functions cost more than they look: each is a text to be parsed.
  const macros = file.macros.map((m) => packer.program.definitions.readMacro(m) ?? loadedMacros.get(m) ?? null);
  return {
    ...{ path, text, structs, tables, valueNames, unhandled, state },
    comments: Uint32Array.from(comments.flatMap(({ at, end }) => [at, end])),
    prototypes: JSON.stringify(prototypes),
    functions: packer.functions(file.functions, file),
    macros: file.macros.map((m) => m.def),
    read: macros.flatMap((fn, i) => (fn === null ? [] : [i])),
    readMacros: packer.functions(
      macros.filter((fn) => fn !== null),
      file,
    ),
  };
}

/** What unpacking takes: parts are asked for when a function is looked at. */
export interface Unpacking {
  reader: CReader;
  rules: RuleSet;
  codec: Codec;
  part: (number: number) => Uint8Array | null;
}

/** Functions of a file or of its macros. `again` gives the body of one whose part is spoilt. */
function functionsOf(
  kept: PackedFunctions,
  { codec, part }: Unpacking,
  again: (place: number) => CFunction["body"],
): LoadedFunction[] {
  const bodyOf = (place: number, number: number): CFunction["body"] => {
    const bytes = part(number);
    return bytes === null ? again(place) : (codec.decode(bytes) as CFunction["body"]);
  };
  return unpackFunctions(kept, bodyOf, part);
}

/** A file as if it had been read; what a review seldom asks for is made when it does. */
export class LoadedFile implements CFile {
  readonly path: string;
  readonly text: string;
  readonly functions: LoadedFunction[];
  readonly structs: CFile["structs"];
  readonly tables: CFile["tables"];
  readonly valueNames: CFile["valueNames"];
  readonly macros: readonly MacroFunction[];
  readonly unhandled: CFile["unhandled"];
  readonly mixed = false;
  private starts: number[] | null = null;
  private foundComments: CComment[] | null = null;
  private foundPrototypes: Prototype[] | null = null;
  private foundUnits: Map<CFunction, Unit> | null = null;

  constructor(
    private readonly kept: PackedFile,
    means: Unpacking,
  ) {
    ({ path: this.path, text: this.text, structs: this.structs, tables: this.tables } = kept);
    ({ valueNames: this.valueNames, unhandled: this.unhandled } = kept);
    this.functions = functionsOf(kept.functions, means, (place) => readAgain(kept, place, means));
    this.macros = unpackMacros(kept, means);
  }

  lineAt = (offset: number): number => {
    this.starts ??= lineStarts(this.text);
    return lineOf(this.starts, offset) + 1;
  };

  get comments(): CComment[] {
    if (this.foundComments !== null) return this.foundComments;
    const { comments: ends } = this.kept;
    this.foundComments = Array.from({ length: ends.length / 2 }, (_, i) => {
      const [at, end] = [ends[2 * i] as number, ends[2 * i + 1] as number];
      return { at, end, text: this.text.slice(at, end) };
    });
    return this.foundComments;
  }

  get prototypes(): readonly Prototype[] {
    this.foundPrototypes ??= JSON.parse(this.kept.prototypes) as Prototype[];
    return this.foundPrototypes;
  }

  get units(): ReadonlyMap<CFunction, Unit> {
    if (this.foundUnits !== null) return this.foundUnits;
    this.foundUnits = new Map();
    for (const fn of this.functions) {
      const unit = fn.unitIn(this);
      if (unit !== null) this.foundUnits.set(fn, unit);
    }
    return this.foundUnits;
  }
}

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
