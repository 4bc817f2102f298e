/** What a review read, what it could not make out, and how long its stages took: for `--stats`, and for tests that hold it to figures. */
import type { Program } from "../analysis/program.js";
import type { IndexCounts } from "./tree-index.js";

export interface FileStats {
  functions: number;
  /** Functions in which the grammar met an error, after the pre-pass. */
  withErrors: number;
  /** Constructs that were passed over, by name. */
  unhandled: ReadonlyMap<string, number>;
}

/** Collects; the clock is the caller's. */
export class Stats {
  /** By path; of a file that was read in several states the last. */
  readonly files = new Map<string, FileStats>();
  /** Functions whose analysis was cut off, and those whose summary was, as "path name". */
  readonly cutFunctions = new Set<string>();
  readonly cutSummaries = new Set<string>();
  private readonly counted = new WeakMap<Program, { analysed: number; known: number }>();
  /** Functions that were analysed in this run; those whose facts the index or the other side of a patch had. */
  analysed = 0;
  known = 0;
  index: IndexCounts | null = null;
  /** Milliseconds by stage, in the order in which they were first entered. */
  readonly stages = new Map<string, number>();

  constructor(private readonly now: () => number) {}

  /** Counts a program that was reviewed. */
  add(program: Program): void {
    for (const file of program.files) {
      const withErrors = file.functions.filter((f) => f.errors > 0).length;
      this.files.set(file.path, { functions: file.functions.length, withErrors, unhandled: file.unhandled });
    }
    for (const { file, fn } of program.functions) {
      if (program.found.get(fn)?.complete === false) this.cutFunctions.add(`${file.path} ${fn.name}`);
      if (program.isCut(fn)) this.cutSummaries.add(`${file.path} ${fn.name}`);
    }
    const before = this.counted.get(program) ?? { analysed: 0, known: 0 };
    const now = { analysed: program.analysed, known: program.found.size - program.analysed };
    this.analysed += now.analysed - before.analysed;
    this.known += now.known - before.known;
    this.counted.set(program, now);
  }

  /** Does a piece of work and adds its time to a stage. */
  async timed<T>(stage: string, work: () => T | Promise<T>): Promise<T> {
    const started = this.now();
    try {
      return await work();
    } finally {
      this.stages.set(stage, (this.stages.get(stage) ?? 0) + this.now() - started);
    }
  }

  get functions(): number {
    return [...this.files.values()].reduce((n, f) => n + f.functions, 0);
  }

  get withErrors(): number {
    return [...this.files.values()].reduce((n, f) => n + f.withErrors, 0);
  }

  /** Constructs that were passed over anywhere, the most frequent first. */
  unhandled(): [what: string, count: number][] {
    const all = new Map<string, number>();
    for (const { unhandled } of this.files.values())
      for (const [what, count] of unhandled) all.set(what, (all.get(what) ?? 0) + count);
    return [...all].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  }
}
