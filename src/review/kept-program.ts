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
import type { CFile, CFunction, Unit } from "../source/ast.js";
import { type PackedEvaluation, packEvaluation, unpackEvaluation } from "./kept-evaluation.js";
import { type Codec, LoadedFile, type PackedFile, packFile, type Unpacking } from "./kept-file.js";
import { type KeptFunction, LoadedFunction, type PackedFunctions, packFunctions, restOf } from "./kept-function.js";
import { type PackedMentions, packMentions, unpackMentions } from "./kept-mentions.js";

/** Facts without what the program gives back to them. */
type PackedFacts = Omit<FunctionFacts, "file" | "fn" | "values"> & { values: readonly Value[] };

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

const loadedPart = (fn: CFunction, what: "body" | "facts"): Uint8Array | null =>
  fn instanceof LoadedFunction ? fn.part(what) : null;

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
    const facts = loadedPart(fn, "facts") ?? (found === undefined ? null : this.codec.encode(packFacts(found)));
    const body = loadedPart(fn, "body") ?? this.codec.encode(fn.body);
    const rest = fn instanceof LoadedFunction ? fn.text : this.rest(fn, unit);
    return { fn, unit, rest, body: this.add(body), facts: this.add(facts) };
  }

  private rest(fn: CFunction, unit: Unit | null): string {
    const { calls, fields } = usesOf(fn);
    const { other, spawned } = namesOf(fn, this.program.models);
    return restOf(fn, unit, { calls: [...calls], fields: [...fields], names: [...other], spawned: [...spawned] });
  }
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

/** The program of a packed one. */
export function unpack(kept: PackedProgram, means: Unpacking): KeptProgram {
  const { rules, codec } = means;
  const files = new Map(kept.files.map((f) => [f.path, { file: new LoadedFile(f, means), state: f.state }]));
  const program = new Program(
    [...files.values()].map((f) => f.file),
    rules.models,
    ({ file, fn }) => {
      const bytes = loadedPart(fn, "facts");
      return bytes === null ? null : unpackFacts(bytes, file, fn, codec);
    },
  );
  unpackMentions(kept.mentions, program);
  return { program, files, evaluation: unpackEvaluation(kept.evaluation, program, rules.rules) };
}
