/** Where the lines of functions have gone that a patch leaves as they are, in files that it changes. */
import type { Program } from "../analysis/program.js";
import type { CFile, CFunction } from "../source/ast.js";
import type { Outcome, OutcomeSite } from "./outcome.js";

/** Lines of a function before the patch, and how far they have moved. */
interface Stretch {
  name: string;
  from: number;
  to: number;
  shift: number;
}

export class LineMap {
  private readonly byPath: ReadonlyMap<string, readonly Stretch[]>;

  constructor(before: Program, now: Program, pairs: readonly (readonly [was: CFile, is: CFile])[]) {
    const paths = new Set(pairs.map(([was]) => was.path));
    const [was, is] = [before, now].map(
      (program) => new Map(program.definitions.all.filter((f) => paths.has(f.file.path)).map((f) => [f.fn, f.file])),
    ) as [Map<CFunction, CFile>, Map<CFunction, CFile>];
    this.byPath = new Map(pairs.map(([file]) => [file.path, stretchesOf(file, was, is)]));
  }

  /** An outcome with its lines as they are now; null when one of them is not known. */
  move(outcome: Outcome): Outcome | null {
    const shown = [outcome.anchor, ...outcome.sites, ...(outcome.rival ? [outcome.rival] : [])];
    if (!shown.some((s) => this.byPath.has(s.path))) return outcome;
    const moved = new Map(shown.map((s) => [s, this.site(s)]));
    if ([...moved.values()].includes(null)) return null;
    const now = (site: OutcomeSite): OutcomeSite => moved.get(site) as OutcomeSite;
    const { anchor, rival, detail } = outcome;
    const sites = outcome.sites.map(now);
    const where = sites[1];
    return {
      ...outcome,
      anchor: now(anchor),
      sites,
      ...(rival ? { rival: now(rival) } : {}),
      ...(detail.kind === "missing-lock" && detail.where !== "" && where !== undefined
        ? { detail: { ...detail, where: `${where.path}:${where.line}` } }
        : {}),
    };
  }

  private site(site: OutcomeSite): OutcomeSite | null {
    const stretches = this.byPath.get(site.path);
    if (stretches === undefined) return site;
    const here = stretches.filter((s) => site.line >= s.from && site.line <= s.to);
    const own = here.filter((s) => s.name === site.function);
    const [first, ...more] = own.length > 0 ? own : here;
    if (first === undefined || more.some((s) => s.shift !== first.shift)) return null;
    return first.shift === 0 ? site : { ...site, line: site.line + first.shift };
  }
}

function stretchesOf(file: CFile, was: ReadonlyMap<CFunction, CFile>, is: ReadonlyMap<CFunction, CFile>): Stretch[] {
  const out: Stretch[] = [];
  for (const [fn, { start, end }] of file.units ?? []) {
    const [before, now] = [was.get(fn), is.get(fn)];
    if (before === undefined || now === undefined) continue;
    const from = before.lineAt(start);
    out.push({ name: fn.name, from, to: before.lineAt(end), shift: now.lineAt(start) - from });
  }
  return out;
}
