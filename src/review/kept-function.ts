/**
 * Functions as they are kept between runs: what every program asks of each of them in columns, all else as a text that is read
 * when somebody asks. Bodies and facts are parts of their own.
 */
import type { KnowsNames, NamedValues } from "../analysis/reach.js";
import type { KnowsUses, Uses } from "../analysis/uses.js";
import type { Annotation, CFile, CFunction, Param, TypeRef, Unit } from "../source/ast.js";

/** What is seldom asked for, as JSON. */
interface Rest {
  params: Param[];
  returns: TypeRef;
  annotations: Annotation[];
  /** Constructs that were passed over, counted. */
  passed: [what: string, count: number][];
  /** What it calls, which fields it names, which names it uses as values and hands over to be run. */
  calls: string[];
  fields: string[];
  names: string[];
  spawned: string[];
}

/** A function to be kept. */
export interface KeptFunction {
  fn: CFunction;
  unit: Unit | null;
  rest: string;
  /** Numbers of its parts; -1 for facts that are not known. */
  body: number;
  facts: number;
}

const COLUMNS = 8;
const [STATIC, WEAK, WHOLE, UNIT] = [1, 2, 4, 8] as const;

export interface PackedFunctions {
  /** One behind the other, with line ends between them. */
  names: string;
  rests: string;
  flags: Uint8Array;
  /** Errors, offsets of the function, those of its unit and its mark, numbers of body and facts. */
  numbers: Float64Array;
}

type AllUses = Pick<Rest, "calls" | "fields" | "names" | "spawned">;

/** The rest of a function, as a text. */
export function restOf({ params, returns, annotations }: CFunction, unit: Unit | null, uses: AllUses): string {
  const rest: Rest = { params, returns, annotations, passed: [...(unit?.passed ?? [])], ...uses };
  return JSON.stringify(rest);
}

export function packFunctions(list: readonly KeptFunction[]): PackedFunctions {
  const flags = list.map(
    ({ fn, unit }) =>
      (fn.isStatic ? STATIC : 0) + (fn.isWeak ? WEAK : 0) + (fn.whole ? WHOLE : 0) + (unit === null ? 0 : UNIT),
  );
  const numbers = list.flatMap(({ fn, unit, body, facts }) => [
    ...[fn.errors, fn.at, fn.end],
    ...[unit?.start ?? 0, unit?.end ?? 0, unit?.mark ?? 0],
    ...[body, facts],
  ]);
  return {
    names: list.map((f) => f.fn.name).join("\n"),
    rests: list.map((f) => f.rest).join("\n"),
    flags: Uint8Array.from(flags),
    numbers: Float64Array.from(numbers),
  };
}

/** Functions that were kept together, and how more of them is had. */
interface Source {
  kept: PackedFunctions;
  /** The rests of all of them, once somebody has asked for one. */
  texts: readonly string[] | null;
  bodyOf: (place: number, part: number) => CFunction["body"];
  partOf: (part: number) => Uint8Array | null;
}

/**
 * A function as if it had been read. There are thousands, of which a patch looks at a few: one holds no more than its place, and
 * all that it can say of itself stands in its class.
 */
export class LoadedFunction implements CFunction, KnowsUses, KnowsNames {
  private known: Rest | null = null;
  private read: CFunction["body"] | null = null;

  constructor(
    readonly name: string,
    private readonly place: number,
    private readonly source: Source,
  ) {}

  private has(flag: number): boolean {
    return ((this.source.kept.flags[this.place] as number) & flag) !== 0;
  }

  private number(column: number): number {
    return this.source.kept.numbers[this.place * COLUMNS + column] as number;
  }

  get isStatic(): boolean {
    return this.has(STATIC);
  }

  get isWeak(): boolean {
    return this.has(WEAK);
  }

  get whole(): boolean {
    return this.has(WHOLE);
  }

  get errors(): number {
    return this.number(0);
  }

  get at(): number {
    return this.number(1);
  }

  get end(): number {
    return this.number(2);
  }

  /** The rest, as it was kept. */
  get text(): string {
    this.source.texts ??= this.source.kept.rests.split("\n");
    return this.source.texts[this.place] as string;
  }

  private get rest(): Rest {
    this.known ??= JSON.parse(this.text) as Rest;
    return this.known;
  }

  get params(): Param[] {
    return this.rest.params;
  }

  get returns(): TypeRef {
    return this.rest.returns;
  }

  get annotations(): Annotation[] {
    return this.rest.annotations;
  }

  get body(): CFunction["body"] {
    this.read ??= this.source.bodyOf(this.place, this.number(6));
    return this.read;
  }

  findUses(): Uses {
    return { calls: new Set(this.rest.calls), fields: new Set(this.rest.fields) };
  }

  findNames(): NamedValues {
    return { other: new Set(this.rest.names), spawned: new Set(this.rest.spawned) };
  }

  /** Body or facts as they were kept; null when they are not there, or spoilt. */
  part(what: "body" | "facts"): Uint8Array | null {
    const number = this.number(what === "body" ? 6 : 7);
    return number < 0 ? null : this.source.partOf(number);
  }

  /** Where it was read from in a file; null for a macro. */
  unitIn(file: CFile): Unit | null {
    if (!this.has(UNIT)) return null;
    const passed = (): Unit["passed"] => new Map(this.rest.passed);
    return {
      start: this.number(3),
      end: this.number(4),
      mark: this.number(5),
      file,
      get passed() {
        return passed();
      },
    };
  }
}

/** Functions that are read further when somebody looks; `bodyOf` gives the body of one by its place and its part. */
export function unpackFunctions(
  kept: PackedFunctions,
  bodyOf: Source["bodyOf"],
  partOf: Source["partOf"],
): LoadedFunction[] {
  if (kept.flags.length === 0) return [];
  const source: Source = { kept, texts: null, bodyOf, partOf };
  return kept.names.split("\n").map((name, place) => new LoadedFunction(name, place, source));
}
