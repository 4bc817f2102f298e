/**
 * Files of a kernel tree as the analysis wants them: a patch applied, the surroundings that its rules name read with it, and
 * nothing parsed twice. The patches of a series stand on each other until the next series begins.
 */
import { archOf } from "../analysis/definitions.js";
import { Program } from "../analysis/program.js";
import type { FileDiff, Patch } from "../patch/patch.js";
import { globs } from "../rules/glob.js";
import type { Rule } from "../rules/rule-schema.js";
import type { RuleSet } from "../rules/rule-set.js";
import type { CFile, CFunction } from "../source/ast.js";
import { type CReader, readC } from "../source/read-file.js";
import { type BaseFile, type BaseFiles, baseFiles } from "../tree/base-files.js";
import type { SourceTree } from "../tree/source-tree.js";
import { type IndexStore, TreeIndex } from "./tree-index.js";

/** Both sides of a patch that applies, or why it does not. `exact`: every file is the very blob that was patched. */
export type AppliedPatch =
  | { ok: true; base: Program; result: Program; exact: boolean; files: readonly BaseFile[] }
  | { ok: false; reason: string };

/** Beyond this many files a surrounding is cut, in order of paths. */
const MAX_CONTEXT = 600;

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** What a patch makes of a file, by path; the old path of one that moved is gone. */
function after({ file, path, newText }: BaseFile): [string, string | null][] {
  const moved = file.oldPath !== null && file.oldPath !== file.newPath && file.status !== "copied";
  return [
    ...(moved ? [[file.oldPath as string, null] as [string, null]] : []),
    ...(path === null ? [] : [[path, newText] as [string, string | null]]),
  ];
}

export class TreeReader {
  private current: SourceTree;
  /** What the patches of the series so far have changed: texts by path, null for a file that is gone. */
  private series = new Map<string, string | null>();
  private readonly listed = new Map<string, readonly string[]>();
  private last: { patch: Patch; files: BaseFiles } | null = null;
  /** Files as they were last read, for programs that share them. */
  private readonly parsed = new Map<string, CFile>();
  readonly index: TreeIndex;

  constructor(
    private readonly tree: SourceTree,
    private readonly reader: CReader,
    private readonly rules: RuleSet,
    store: IndexStore | null = null,
  ) {
    this.current = tree;
    this.index = new TreeIndex(tree, reader, rules, store, (path) => this.read(path));
  }

  /** Forgets what earlier patches changed: the next series starts from the tree itself. */
  startSeries(): void {
    this.current = this.tree;
    this.series = new Map();
  }

  /** Keeps a patch's changes for the patches that follow in its series. */
  async keep(patch: Patch): Promise<void> {
    const files = this.last?.patch === patch ? this.last.files : await baseFiles(patch, this.current);
    this.current = files.tree;
    for (const file of files.files) if (file.applied !== null) for (const [p, t] of after(file)) this.series.set(p, t);
  }

  /** Applies a patch and reads what the rules need around `wanted`, its C files, before and after. */
  async apply(patch: Patch, wanted: readonly FileDiff[], rules: readonly Rule[]): Promise<AppliedPatch> {
    const applied = await baseFiles(patch, this.current);
    this.last = { patch, files: applied };
    const files = applied.files.filter((f) => wanted.includes(f.file));
    const failed = files.find((f) => f.reason !== null);
    if (failed !== undefined) {
      return { ok: false, reason: `the patch does not apply to the tree: ${failed.path ?? "?"}: ${failed.message}` };
    }
    const before = new Map([...this.series, ...files.map((f) => [f.file.oldPath ?? f.path ?? "", f.oldText] as const)]);
    const paths = [
      ...(await this.surroundings(wanted, rules)),
      ...files.flatMap((f) => f.file.oldPath ?? f.path ?? []),
    ];
    const standing = await this.index.program([...new Set(paths)].sort());
    const base = this.changed(standing.program, before);
    const result = this.changed(base, new Map(files.flatMap(after)));
    return { ok: true, base, result, exact: applied.exact, files };
  }

  /** Files of the tree as it stands, with what the rules need around them. */
  async program(paths: readonly string[], rules: readonly Rule[]): Promise<Program> {
    const around = await this.around(paths, rules);
    return (await this.index.program([...new Set([...paths, ...around])].sort())).program;
  }

  /** Lets go of what belongs to architectures: the next program is another one's. What is common stays. */
  async forget(): Promise<void> {
    await this.index.finish();
    for (const path of [...this.parsed.keys()]) if (archOf(path) !== "") this.parsed.delete(path);
  }

  /** A program with the texts of some files changed; the very same one when none of them differs. */
  private changed(program: Program, texts: ReadonlyMap<string, string | null>): Program {
    const files = new Map(program.files.map((f) => [f.path, f]));
    const brought: CFunction[] = [];
    let differs = false;
    for (const [path, text] of texts) {
      const before = files.get(path);
      if ((before?.text ?? null) === text || path === "") continue;
      differs = true;
      if (text === null) files.delete(path);
      else {
        const file = readC(path, text, this.reader, before === undefined ? {} : { before });
        const known = new Set(before?.functions);
        brought.push(...file.functions.filter((fn) => !known.has(fn)));
        files.set(path, file);
      }
    }
    if (!differs) return program;
    const inOrder = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
    const changed = new Program(inOrder, this.rules.models);
    changed.borrow(program);
    changed.bound(brought);
    return changed;
  }

  private async read(path: string): Promise<CFile | null> {
    const text = await this.tree.readFile(path);
    if (text === null) return null;
    const own = this.parsed.get(path);
    if (own?.text === text) return own;
    const file = readC(path, text, this.reader);
    this.parsed.set(path, file);
    return file;
  }

  /** Paths of the files that the rules want read beside the patched ones, for each architecture that is patched. */
  private surroundings(files: readonly FileDiff[], rules: readonly Rule[]): Promise<string[]> {
    return this.around(
      files.map((f) => f.newPath ?? f.oldPath ?? ""),
      rules,
    );
  }

  private async around(paths: readonly string[], rules: readonly Rule[]): Promise<string[]> {
    const arches = new Set(paths.map(archOf));
    const folders = new Set(paths.map(folderOf));
    const patterns = new Set<string>();
    for (const rule of rules) {
      for (const pattern of rule.scope.context) {
        for (const arch of arches) {
          if (arch === "" && pattern.includes("$arch")) continue;
          for (const dir of pattern.includes("$dir") ? folders : [""]) {
            patterns.add(pattern.replaceAll("$arch", arch).replaceAll("$dir", dir));
          }
        }
      }
    }
    const wanted = new Set<string>();
    for (const pattern of patterns) for (const path of await this.matching(pattern)) wanted.add(path);
    return [...wanted]
      .filter((p) => /\.[ch]$/.test(p))
      .sort()
      .slice(0, MAX_CONTEXT);
  }

  private async matching(pattern: string): Promise<readonly string[]> {
    const wild = pattern.search(/[*?{]/);
    if (wild === -1) return [pattern];
    const folder = pattern.slice(0, pattern.lastIndexOf("/", wild));
    return (await this.listing(folder)).filter(globs([pattern]));
  }

  private async listing(folder: string): Promise<readonly string[]> {
    const own = this.listed.get(folder);
    if (own !== undefined) return own;
    const paths = await this.tree.list(folder);
    this.listed.set(folder, paths);
    return paths;
  }
}
