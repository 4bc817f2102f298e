/**
 * Functions as they are kept between runs: what every program asks of each of them in columns, all else as a text that is read
 * when somebody asks. Bodies and facts are parts of their own.
 */
import { rememberNames } from "../analysis/reach.js";
import { rememberUses } from "../analysis/uses.js";
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

type Uses = Pick<Rest, "calls" | "fields" | "names" | "spawned">;

/** The rest of a function, as a text. */
export function restOf({ params, returns, annotations }: CFunction, unit: Unit | null, uses: Uses): string {
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

/** A function as if it had been read. */
export class LoadedFunction implements CFunction {
  readonly isStatic: boolean;
  readonly isWeak: boolean;
  readonly whole: boolean;
  readonly errors: number;
  readonly at: number;
  readonly end: number;
  private known: Rest | null = null;
  private read: CFunction["body"] | null = null;

  constructor(
    readonly name: string,
    readonly text: string,
    private readonly flags: number,
    private readonly numbers: Float64Array,
    private readonly bodyOf: (part: number) => CFunction["body"],
  ) {
    this.isStatic = (flags & STATIC) !== 0;
    this.isWeak = (flags & WEAK) !== 0;
    this.whole = (flags & WHOLE) !== 0;
    [this.errors, this.at, this.end] = numbers as unknown as [number, number, number];
    rememberUses(this, () => ({ calls: new Set(this.rest.calls), fields: new Set(this.rest.fields) }));
    rememberNames(this, () => ({ other: new Set(this.rest.names), spawned: new Set(this.rest.spawned) }));
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
    this.read ??= this.bodyOf(this.bodyPart);
    return this.read;
  }

  get bodyPart(): number {
    return this.numbers[6] as number;
  }

  get factsPart(): number {
    return this.numbers[7] as number;
  }

  /** Where it was read from in a file; null for a macro. */
  unitIn(file: CFile): Unit | null {
    if ((this.flags & UNIT) === 0) return null;
    const [start, end, mark] = this.numbers.subarray(3, 6) as unknown as [number, number, number];
    const passed = (): Unit["passed"] => new Map(this.rest.passed);
    return {
      start,
      end,
      mark,
      file,
      get passed() {
        return passed();
      },
    };
  }
}

/** Functions that are read further when somebody looks; `bodyOf` gives the body of one by its place and its part. */
export function unpackFunctions(
  { names, rests, flags, numbers }: PackedFunctions,
  bodyOf: (place: number, part: number) => CFunction["body"],
): LoadedFunction[] {
  if (flags.length === 0) return [];
  const texts = rests.split("\n");
  return names
    .split("\n")
    .map(
      (name, i) =>
        new LoadedFunction(
          name,
          texts[i] as string,
          flags[i] as number,
          numbers.subarray(i * COLUMNS, (i + 1) * COLUMNS),
          (part) => bodyOf(i, part),
        ),
    );
}
