/** The second thread for a missing lock: a function in view that holds it and changes what the asker is about. */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { Program } from "../analysis/program.js";
import type { Held } from "../analysis/state.js";
import { pathOf } from "../analysis/value.js";
import type { Need } from "./lock-duty.js";
import type { LockUse } from "./lock-use.js";
import type { OutcomeSite } from "./outcome.js";
import { siteOf } from "./sites.js";

interface Candidate {
  site: OutcomeSite;
  rank: number;
}

const key = ({ rank, site }: Candidate): string => `${rank}\0${site.path}\0${String(site.line).padStart(9, "0")}`;

/** Last names of what a function reads and writes of shared memory. */
function touchedBy(program: Program, path: string, name: string): Set<string> {
  const from = program.files.find((f) => f.path === path);
  const f = from === undefined ? null : program.resolve(name, from);
  const out = new Set<string>();
  for (const e of f === null ? [] : program.facts(f).events)
    if (e.kind === "read" || e.kind === "write") out.add(e.place.name);
  return out;
}

/** A write under the lock, of the same struct as far as types tell; best of what the asker touches, and in the same file. */
export function lockRival(program: Program, use: LockUse, need: Need, asker: string): OutcomeSite | null {
  const touched = touchedBy(program, need.f.file.path, asker === "" ? need.f.fn.name : asker);
  const owner = pathOf(need.lock).root.type?.name ?? null;
  const holds = (held: readonly Held[]): boolean =>
    held.some((h) => {
      const other = pathOf(h.lock).root.type?.name ?? null;
      return h.lock.name === need.lock.name && (owner === null || other === null || other === owner);
    });
  let found: Candidate | null = null;
  for (const f of use.takersOf(need.lock.name)) {
    if (f.fn.name === need.f.fn.name) continue;
    const candidate = writeUnder(program, f, holds, touched, need);
    if (candidate !== null && (found === null || key(candidate) < key(found))) found = candidate;
  }
  return found?.site ?? null;
}

function writeUnder(
  program: Program,
  f: ProgramFunction,
  holds: (held: readonly Held[]) => boolean,
  touched: ReadonlySet<string>,
  need: Need,
): Candidate | null {
  let found: Candidate | null = null;
  for (const e of program.facts(f).events) {
    if (e.kind !== "write" || e.origin !== null || !holds(e.held)) continue;
    const rank = (touched.has(e.place.name) ? 0 : 2) + (f.file.path === need.f.file.path ? 0 : 1);
    if (found === null || rank < found.rank) found = { site: siteOf(f, e, "write"), rank };
  }
  return found;
}
