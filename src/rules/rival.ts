/**
 * The other thread of a witness: a function in view that touches the same state as it should be done. With it an interleaving
 * names two real functions and not "somebody else".
 */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { Event } from "../analysis/events.js";
import type { Held } from "../analysis/state.js";
import { isField, type RuleContext } from "./context.js";
import { guardHeld } from "./guards.js";
import type { OutcomeSite } from "./outcome.js";
import { sharedPlace } from "./places.js";

interface Candidate {
  f: ProgramFunction;
  site: OutcomeSite;
  rank: number;
}

/** The lowest rank, then path, line and role: the same one whatever the order of files. */
const key = ({ rank, site }: Candidate): string =>
  `${String(rank).padStart(2, "0")}\0${site.path}\0${String(site.line).padStart(9, "0")}\0${site.role}`;

function best(candidates: readonly Candidate[]): OutcomeSite | null {
  let found: Candidate | null = null;
  for (const c of candidates) if (found === null || key(c) < key(found)) found = c;
  return found?.site ?? null;
}

/** Whether an event reads or writes one of the fields of an object whose guard is held there. */
function touchesGuarded(
  ctx: RuleContext,
  event: Event,
  held: readonly Held[],
  fields: readonly string[],
): "check" | "write" | null {
  const places = event.kind === "write" ? [event.place] : event.kind === "check" ? event.deps.map((d) => d.place) : [];
  for (const place of places) {
    const shared = sharedPlace(place, ctx.model);
    if (shared?.scope !== "object" || !isField(shared.field, fields)) continue;
    if (guardHeld(held, shared.owner, ctx.model, ctx.allGuards()) !== null)
      return event.kind === "write" ? "write" : "check";
  }
  return null;
}

/** Every function that touches the state under a guard, with how good a rival it is; found once for a rule. */
const candidatesOf = (ctx: RuleContext, fields: readonly string[], wanted: "check" | "write"): readonly Candidate[] =>
  ctx.once.of(`rivals ${wanted} ${fields.join()}`, () => findCandidates(ctx, fields, wanted)) as readonly Candidate[];

function findCandidates(ctx: RuleContext, fields: readonly string[], wanted: "check" | "write"): Candidate[] {
  const candidates: Candidate[] = [];
  for (const f of ctx.stateful) {
    const { writes, checks } = ctx.digest(f);
    if ((writes.length === 0 && checks.length === 0) || ctx.waysIn.isLifecycle(f)) continue;
    const entry = ctx.waysIn.entryLocks(f);
    for (const event of [...writes.map((w) => w.event), ...checks]) {
      const held = [...event.held, ...entry];
      const role = touchesGuarded(ctx, event, held, fields);
      if (role === null) continue;
      const site = { ...ctx.site(f, event, role), held: held.map((h) => h.lock.show) };
      // The nearer to the access itself, the plainer.
      candidates.push({ f, site, rank: (role === wanted ? 0 : 9) + Math.min(event.via.length, 8) });
    }
  }
  return candidates;
}

/**
 * A function other than `f` that does what is `wanted` to guarded state of an object while it holds a guard, or else the
 * other of the two; null when none is in view.
 */
export function stateRival(
  ctx: RuleContext,
  f: ProgramFunction,
  fields: readonly string[],
  wanted: "check" | "write",
): OutcomeSite | null {
  return best(candidatesOf(ctx, fields, wanted).filter((c) => c.f !== f));
}
