/**
 * The index of a tree: programs of it, kept between runs. One is good for a list of files; those that have changed since are
 * read anew, and what rests on them is analysed anew. Whatever is wrong with a kept one, it is made again.
 */
import { Program } from "../analysis/program.js";
import type { Predicates } from "../rules/evaluate.js";
import type { Outcome } from "../rules/outcome.js";
import type { Rule } from "../rules/rule-schema.js";
import type { RuleSet } from "../rules/rule-set.js";
import type { CFile } from "../source/ast.js";
import type { CReader } from "../source/read-file.js";
import type { SourceTree } from "../tree/source-tree.js";
import { type Codec, type KeptProgram, type PackedProgram, pack, unpack } from "./kept-program.js";

/** Raised whenever what is kept, or what it means, changes. */
const SCHEMA = 1;

/** Where programs are kept. Neither may fail: what cannot be read is not there, what cannot be written is not kept. */
export interface IndexStore extends Codec {
  load(key: string): Promise<unknown>;
  save(key: string, value: unknown): Promise<void>;
  /** Names the version of the engine that a kept program was made by. */
  engine: string;
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
  /** Verdicts when it was loaded; -1 when it was made anew. */
  saved: number;
}

/** Programs that stay open; the rest is forgotten, and loaded again when it is needed. */
const MAX_OPEN = 2;

export class TreeIndex {
  readonly counts: IndexCounts = { hits: 0, partial: 0, misses: 0 };
  private readonly open = new Map<string, Open>();

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
      return { ...old, key, saved: old.outcomes.size };
    }
    if (old === null) this.counts.misses++;
    else this.counts.partial++;
    const program = new Program(
      [...files.values()].map((f) => f.file),
      this.rules.models,
    );
    if (old !== null) program.borrow(old.program);
    return { program, files, outcomes: new Map(), key, saved: -1 };
  }

  private async load(key: string): Promise<KeptProgram | null> {
    const found = (await this.store?.load(key)) ?? null;
    if (found === null || this.store === null) return null;
    return unpack(found as PackedProgram, this.reader, this.rules.models, this.rules.rules, this.store);
  }

  /** What the rules say of a program of the tree: kept with it. */
  outcomes(program: Program, key: string, find: () => readonly Outcome[]): readonly Outcome[] {
    const kept = [...this.open.values()].find((o) => o.program === program);
    const known = kept?.outcomes.get(key);
    if (known !== undefined) return known;
    const found = find();
    kept?.outcomes.set(key, found);
    return found;
  }

  private async close(kept: Open): Promise<void> {
    this.open.delete(kept.key);
    const grown = kept.program.analysed > 0 || kept.outcomes.size > kept.saved;
    if (this.store === null || this.tree.states === undefined || !grown) return;
    await this.store.save(kept.key, pack(kept, this.store));
  }

  /** Saves what was found out. To be called when a review is done. */
  async finish(): Promise<void> {
    for (const kept of [...this.open.values()]) await this.close(kept);
  }
}

/** A key for what some rules say of a program, given what they learnt from the other side of a patch. */
export const outcomesKey = (rules: readonly Rule[], learnt: Predicates): string =>
  rules.map(({ id }) => `${id}: ${[...(learnt.get(id) ?? [])].sort().join()}`).join("\n");
