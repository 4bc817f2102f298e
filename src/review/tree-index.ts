/**
 * The index of a tree: programs of it, kept between runs. One is good for a list of files; those that have changed since are
 * read anew, and what rests on them is analysed anew. Whatever is wrong with a kept one, it is made again.
 */
import { Program } from "../analysis/program.js";
import { Evaluation } from "../rules/evaluation.js";
import type { RuleSet } from "../rules/rule-set.js";
import type { CFile } from "../source/ast.js";
import type { CReader } from "../source/read-file.js";
import type { SourceTree } from "../tree/source-tree.js";
import type { Codec } from "./kept-file.js";
import { type KeptProgram, type PackedProgram, pack, unpack } from "./kept-program.js";

/** Raised whenever what is kept, or what it means, changes. */
const SCHEMA = 5;

/** Where programs are kept. Neither may fail: what cannot be read is not there, what cannot be written is not kept. */
export interface IndexStore extends Codec {
  load(key: string): Promise<Kept | null>;
  save(key: string, value: unknown, parts?: readonly Uint8Array[]): Promise<void>;
  /** Names the version of the engine that a kept program was made by. */
  engine: string;
}

/** What was kept: a value at hand, and parts beside it. */
export interface Kept {
  value: unknown;
  /** Null for one that is spoilt, and when it was closed. */
  part(number: number): Uint8Array | null;
  close(): void;
}

/** What came of looking programs up. */
export interface IndexCounts {
  /** Programs that were as they are now; that some files had changed of; that there were none of. */
  hits: number;
  partial: number;
  misses: number;
}

interface Open extends KeptProgram {
  key: string;
  /** True when nothing was found out since it was loaded. */
  isSaved: () => boolean;
  /** To be called when nothing more is asked of it. */
  close: () => void;
}

/** Programs that stay open; the rest is forgotten, and loaded again when it is needed. */
const MAX_OPEN = 2;

export class TreeIndex {
  readonly counts: IndexCounts = { hits: 0, partial: 0, misses: 0 };
  private readonly open = new Map<string, Open>();
  private readonly evaluations = new WeakMap<Program, Evaluation>();

  constructor(
    private readonly tree: SourceTree,
    private readonly reader: CReader,
    private readonly rules: RuleSet,
    private readonly store: IndexStore | null,
    private readonly read: (path: string) => Promise<CFile | null>,
  ) {}

  /** The program of these files of the tree. */
  async program(paths: readonly string[]): Promise<KeptProgram> {
    const key = [SCHEMA, this.store?.engine, this.rules.version, this.tree.states?.place, ...paths].join("\n");
    const own = this.open.get(key);
    if (own !== undefined) return own;
    const made = await this.make(key, paths);
    while (this.open.size >= MAX_OPEN) {
      const [oldest] = this.open.values();
      if (oldest !== undefined) await this.close(oldest);
    }
    this.open.set(key, made);
    return made;
  }

  private async make(key: string, paths: readonly string[]): Promise<Open> {
    const states = this.store === null ? undefined : await this.tree.states?.of(paths);
    const old = states === undefined ? null : await this.load(key);
    const files = new Map<string, { file: CFile; state: string }>();
    let changed = false;
    for (const [i, path] of paths.entries()) {
      const state = states?.[i] ?? "";
      const known = state === "" ? undefined : old?.files.get(path);
      if (known !== undefined && known.state === state) files.set(path, known);
      else {
        const file = states !== undefined && state === "" ? null : await this.read(path);
        changed ||= file !== null || known !== undefined;
        if (file !== null) files.set(path, { file, state });
      }
    }
    if (old !== null && !changed && files.size === old.files.size) {
      this.counts.hits++;
      const { size } = old.evaluation.answers;
      return { ...old, key, isSaved: () => old.program.analysed === 0 && old.evaluation.answers.size === size };
    }
    if (old === null) this.counts.misses++;
    else this.counts.partial++;
    const program = new Program(
      [...files.values()].map((f) => f.file),
      this.rules.models,
    );
    if (old !== null) program.borrow(old.program);
    const evaluation = new Evaluation(program, this.rules.rules, old?.evaluation ?? null);
    return { program, files, evaluation, key, isSaved: () => false, close: () => old?.close() };
  }

  private async load(key: string): Promise<(KeptProgram & { close: () => void }) | null> {
    const found = (await this.store?.load(key)) ?? null;
    if (found === null || this.store === null) return null;
    const { reader, rules, store } = this;
    const program = unpack(found.value as PackedProgram, { reader, rules, codec: store, part: (n) => found.part(n) });
    return { ...program, close: () => found.close() };
  }

  /** The evaluation of a program: the one that is kept with it, or one that takes over from the program that it borrows from. */
  evaluationOf(program: Program): Evaluation {
    const kept =
      [...this.open.values()].find((o) => o.program === program)?.evaluation ?? this.evaluations.get(program);
    if (kept !== undefined) return kept;
    const before = program.lender === null ? null : this.evaluationOf(program.lender);
    const made = new Evaluation(program, this.rules.rules, before);
    this.evaluations.set(program, made);
    return made;
  }

  private async close(kept: Open): Promise<void> {
    this.open.delete(kept.key);
    if (this.store !== null && this.tree.states !== undefined && !kept.isSaved()) {
      const { value, parts } = pack(kept, this.store);
      await this.store.save(kept.key, value, parts);
    }
    kept.close();
  }

  /** Saves what was found out. To be called when a review is done. */
  async finish(): Promise<void> {
    for (const kept of [...this.open.values()]) await this.close(kept);
  }
}
