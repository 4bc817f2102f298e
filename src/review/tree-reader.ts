/**
 * Files of a kernel tree as the analysis wants them: a patch applied, the surroundings that its rules name read with it, and
 * nothing parsed twice. The patches of a series stand on each other until the next series begins.
 */
import type { FileDiff, Patch } from "../patch/patch.js";
import { globs } from "../rules/glob.js";
import type { Rule } from "../rules/rule-schema.js";
import type { CFile } from "../source/ast.js";
import { type CReader, readC } from "../source/read-file.js";
import { type BaseFile, type BaseFiles, baseFiles } from "../tree/base-files.js";
import type { SourceTree } from "../tree/source-tree.js";

/** Both sides of a patch that applies, or why it does not. `exact`: every file is the very blob that was patched. */
export type AppliedPatch =
  | { ok: true; base: CFile[]; result: CFile[]; exact: boolean; files: readonly BaseFile[] }
  | { ok: false; reason: string };

/** Beyond this many files a surrounding is cut, in order of paths. */
const MAX_CONTEXT = 600;

export const archOf = (path: string): string => /^arch\/([^/]+)\//.exec(path)?.[1] ?? "";

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

export class TreeReader {
  private current: SourceTree;
  /** Texts that were parsed before, by path: the tree's own, and the last patched one. */
  private readonly parsed = new Map<string, { text: string; file: CFile }[]>();
  private readonly listed = new Map<string, readonly string[]>();
  private last: { patch: Patch; files: BaseFiles } | null = null;

  constructor(
    private readonly tree: SourceTree,
    private readonly reader: CReader,
  ) {
    this.current = tree;
  }

  /** Forgets what earlier patches changed: the next series starts from the tree itself. */
  startSeries(): void {
    this.current = this.tree;
  }

  /** Keeps a patch's changes for the patches that follow in its series. */
  async keep(patch: Patch): Promise<void> {
    const files = this.last?.patch === patch ? this.last.files : await baseFiles(patch, this.current);
    this.current = files.tree;
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
    const surroundings = await this.surroundings(wanted, rules);
    const before = new Map(files.map((f) => [f.file.oldPath ?? f.path ?? "", f.oldText]));
    const after = new Map<string, string | null>();
    for (const { file, path, newText } of files) {
      if (file.oldPath !== null && file.oldPath !== file.newPath && file.status !== "copied")
        after.set(file.oldPath, null);
      if (path !== null) after.set(path, newText);
    }
    const base = await this.side(surroundings, before);
    return { ok: true, base, result: await this.side(surroundings, after), exact: applied.exact, files };
  }

  /** Files of the tree as it stands, with what the rules need around them. */
  async files(paths: readonly string[], rules: readonly Rule[]): Promise<CFile[]> {
    return this.side([...paths, ...(await this.around(paths, rules))], new Map());
  }

  private async side(paths: readonly string[], changed: ReadonlyMap<string, string | null>): Promise<CFile[]> {
    const out: CFile[] = [];
    for (const path of [...new Set([...paths, ...changed.keys()])].sort()) {
      const text = changed.has(path) ? (changed.get(path) ?? null) : await this.current.readFile(path);
      if (text !== null) out.push(this.parse(path, text));
    }
    return out;
  }

  private parse(path: string, text: string): CFile {
    const known = this.parsed.get(path) ?? [];
    const own = known.find((k) => k.text === text);
    if (own !== undefined) return own.file;
    const before = known.at(-1)?.file;
    const file = readC(path, text, this.reader, before === undefined ? {} : { before });
    this.parsed.set(path, [...known.slice(-2), { text, file }]);
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
