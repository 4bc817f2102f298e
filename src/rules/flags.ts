/**
 * Flags of a container by which one function holds others off: who sets them, who tests them before it acts, who clears
 * them. Found by what is done with them, not by name.
 */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { AccessEvent, Event } from "../analysis/events.js";
import type { ObjectModel } from "../analysis/models.js";
import type { Fact } from "../analysis/state.js";
import { type Claim, claimOf, makesTrue, opposite, sameClaim, storesZero } from "./claim.js";
import type { RuleContext } from "./context.js";
import { type Access, checkOf } from "./digest.js";
import { identityOf, sharedPlace } from "./places.js";
import type { Silence } from "./silence.js";

export interface FlagAccess {
  f: ProgramFunction;
  event: AccessEvent;
}

/** A test of the flag after which something is done only while the gate is not shut. */
export interface GateTest {
  f: ProgramFunction;
  check: Event;
  act: Event;
}

export interface FlagProtocol {
  field: string;
  sets: FlagAccess[];
  /** Where a setter looks at other objects after it has set the flag: what the gate is there for. */
  checks: { f: ProgramFunction; event: Event }[];
  gates: GateTest[];
  /** Clears by a function that may not be the one whose protocol the flag is. */
  foreignClears: FlagAccess[];
  /** Clears in a setter that took no step to be the only one: another's flag may be wiped. */
  selfWipes: FlagAccess[];
  /** All other clears, and why they are none. */
  excused: { clear: FlagAccess; excuse: Silence }[];
}

/** By what shuts them: of one flag or mode word there may be several. */
type Gates = Map<string, { shut: Claim; tests: GateTest[] }>;

/** Fields that may be gate flags, sorted: some function relies on what it set, and one does something on the strength of it. */
export function gateFields(ctx: RuleContext): string[] {
  const gated = new Set(ctx.words(`${ctx.model.name} gates `));
  return ctx.words(`${ctx.model.name} relies on `).filter((field) => gated.has(field));
}

/** Gate flags that a function sets, in order of their field. */
export function protocolsSetBy(ctx: RuleContext, f: ProgramFunction): FlagProtocol[] {
  const fields = ctx.digest(f).writes.flatMap(({ place }) => (place.scope === "container" ? [place.field] : []));
  const protocols = [...new Set(fields)].sort().flatMap((field) => protocolsOf(ctx, field));
  return protocols.filter((p) => p.sets.some((s) => s.f === f));
}

/** What is done by one flag or mode word. */
export const protocolsOf = (ctx: RuleContext, field: string): readonly FlagProtocol[] =>
  ctx.once.of(`flag ${field}`, () => findProtocols(ctx, field)) as readonly FlagProtocol[];

function findProtocols(ctx: RuleContext, field: string): FlagProtocol[] {
  if (!ctx.with(`${ctx.model.name} relies on ${field}`).some((f) => isActor(ctx, f))) return [];
  const writes = writesOf(ctx, field);
  const gates: Gates = new Map();
  for (const f of ctx.with(`${ctx.model.name} gates ${field}`))
    for (const act of ctx.digest(f).checkedActs) collectGates(ctx, f, act, field, gates);
  return [...gates]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, { shut, tests }]) => {
      const doing = (shuts: boolean): FlagAccess[] => writes.filter((w) => makesTrue(w.event, shut) === shuts);
      return protocol(ctx, field, { shut, sets: doing(true), clears: doing(false), gates: tests }) ?? [];
    });
}

/** What is written to a field. A word that is stored as zero clears all of its bits. */
function writesOf(ctx: RuleContext, field: string): FlagAccess[] {
  const bit = field.indexOf("{");
  const word = bit === -1 ? null : field.slice(0, bit);
  const setters = [field, ...(word === null ? [] : [word])].flatMap((one) => ctx.with(`${ctx.model.name} sets ${one}`));
  const actors = [...new Set(setters)].filter((f) => isActor(ctx, f));
  const isOf = ({ event, place }: Access): boolean =>
    place.scope === "container" && (place.field === field || (place.field === word && storesZero(event)));
  return actors.flatMap((f) => ctx.digest(f).writes.flatMap((w) => (isOf(w) ? [{ f, event: w.event }] : [])));
}

/** An access counts where it happens, or, for a helper, in those who call it: they are who does it. */
const isActor = (ctx: RuleContext, f: ProgramFunction): boolean =>
  !ctx.waysIn.isLifecycleRoot(f) && (ctx.waysIn.isEntry(f) || ctx.program.namesOfCallers(f).length === 0);

function collectGates(ctx: RuleContext, f: ProgramFunction, act: Event, field: string, gates: Gates): void {
  for (const fact of act.facts) {
    if (gateField(fact, ctx.model) !== field) continue;
    const shut = opposite(claimOf(fact));
    const key = `${shut.equal}:${shut.value}`;
    const own = gates.get(key) ?? { shut, tests: [] };
    gates.set(key, own);
    if (own.tests.some((g) => g.f === f)) continue;
    const check = checkOf(ctx.digest(f), fact.dep) ?? act;
    own.tests.push({ f, check, act });
  }
}

const fieldsOfGates = new WeakMap<ObjectModel, WeakMap<Fact, { field: string | null }>>();

/** The container's flag that something is done on the strength of; null when it is something else. */
export function gateField(fact: Fact, model: ObjectModel): string | null {
  // The same fact is in force at hundreds of events.
  const known = fieldsOfGates.get(model) ?? new WeakMap<Fact, { field: string | null }>();
  fieldsOfGates.set(model, known);
  const own = known.get(fact) ?? { field: findGateField(fact, model) };
  known.set(fact, own);
  return own.field;
}

function findGateField({ dep }: Fact, model: ObjectModel): string | null {
  if (dep.predicate !== null || dep.vague === true) return null;
  const place = sharedPlace(dep.place, model);
  return place?.scope === "container" ? place.field : null;
}

interface Candidate {
  shut: Claim;
  sets: FlagAccess[];
  clears: FlagAccess[];
  gates: GateTest[];
}

function protocol(ctx: RuleContext, field: string, c: Candidate): FlagProtocol | null {
  const setters = new Set(c.sets.map((s) => s.f));
  const gates = c.gates.filter((g) => !setters.has(g.f));
  const checks = c.sets.flatMap((s) => checksOthers(ctx, s) ?? []);
  const checking = new Set(checks.map((k) => k.f));
  // The setter goes on relying on the flag: it looks at other objects afterwards, or gives the flag up on a way out.
  const sets = c.sets.filter(
    (s) => checking.has(s.f) || c.clears.some((clear) => clear.f === s.f && clear.event.at !== s.event.at),
  );
  if (sets.length === 0 || gates.length === 0) return null;
  const gating = new Set(gates.map((g) => g.f));
  const judged = c.clears.map((clear) => ({ clear, excuse: excuseOf(ctx, field, c.shut, clear, setters, gating) }));
  const foreignClears = judged.filter((j) => j.excuse === null).map((j) => j.clear);
  const selfWipes = c.clears.filter((clear) => setters.has(clear.f) && !isExclusive(c.sets, clear));
  const excused = judged.flatMap(({ clear, excuse }) => (excuse === null ? [] : [{ clear, excuse }]));
  return { field, sets, checks, gates, foreignClears, selfWipes, excused };
}

/** Why a clear is no foreign one; null when it is. */
function excuseOf(
  ctx: RuleContext,
  field: string,
  shut: Claim,
  clear: FlagAccess,
  setters: ReadonlySet<ProgramFunction>,
  gating: ReadonlySet<ProgramFunction>,
): Silence | null {
  if (setters.has(clear.f)) return "setter";
  if (gating.has(clear.f)) return "gating";
  if (!ctx.runsForAnyObject(clear.f)) return "no-object";
  if (takesWork(ctx, field, shut, clear)) return "takes-work";
  return ownsFlag(ctx, clear, setters) ? "owner-looked" : null;
}

/** The first look at another object's state behind a set, or null. */
function checksOthers(ctx: RuleContext, set: FlagAccess): { f: ProgramFunction; event: Event } | null {
  const event = lookAtOthers(ctx.facts(set.f).events, set.event.at, ctx.model);
  return event === undefined ? null : { f: set.f, event };
}

const lookAtOthers = (events: readonly Event[], behind: number, model: ObjectModel): Event | undefined =>
  events.find((e) => {
    if (e.kind !== "check" || e.at <= behind) return false;
    return e.deps.some((d) => {
      const owner = d.predicate !== null ? d.place : (sharedPlace(d.place, model)?.owner ?? d.place);
      return identityOf(owner, model) === "other";
    });
  });

/**
 * Fields of the container that a function may go on to rely on once it has set them: it writes them again elsewhere, or looks at
 * other objects afterwards. Only such a one can be a gate.
 */
export function reliedOn(events: readonly Event[], writes: readonly Access[], model: ObjectModel): Set<string> {
  const out = new Set<string>();
  const first = new Map<string, number>();
  for (const { event, place } of writes) {
    if (place.scope !== "container") continue;
    const before = first.get(place.field) ?? event.at;
    first.set(place.field, before);
    if (before !== event.at || lookAtOthers(events, event.at, model) !== undefined) out.add(place.field);
  }
  return out;
}

/** Set in one step with the look at its old value, or under a lock that is still held at the clear. */
function isExclusive(sets: readonly FlagAccess[], clear: FlagAccess): boolean {
  const own = sets.filter((s) => s.f === clear.f);
  return own.every(
    (s) =>
      s.event.exclusive ||
      s.event.step > 0 ||
      s.event.held.some((h) => clear.event.held.some((c) => c.lock === h.lock)),
  );
}

/** `if (note) { note = false; do_it(); }`: not a gate that is opened, but work that whoever comes first takes. */
function takesWork(ctx: RuleContext, field: string, shut: Claim, clear: FlagAccess): boolean {
  const isSet = (fact: Fact): boolean =>
    sameClaim(claimOf(fact), shut) && sharedPlace(fact.dep.place, ctx.model)?.field === field;
  if (!clear.event.facts.some(isSet)) return false;
  return ctx.facts(clear.f).events.some((e) => e.at !== clear.event.at && ctx.isAct(e) && e.facts.some(isSet));
}

/** The clear happens only after a look at who owns the flag: at what a setter left on its own object, or at an owner field. */
function ownsFlag(ctx: RuleContext, clear: FlagAccess, setters: ReadonlySet<ProgramFunction>): boolean {
  return clear.event.owned || clear.event.facts.some((fact) => isOwnershipTest(ctx, fact, setters));
}

function isOwnershipTest(ctx: RuleContext, fact: Fact, setters: ReadonlySet<ProgramFunction>): boolean {
  const place = sharedPlace(fact.dep.place, ctx.model);
  if (place === null || fact.dep.predicate !== null) return false;
  if (place.scope === "container") return fact.comparesObject;
  return [...setters].some((f) =>
    ctx.facts(f).events.some((e) => {
      if (e.kind !== "write") return false;
      const written = sharedPlace(e.place, ctx.model);
      return (
        written?.scope === "object" && written.field === place.field && identityOf(written.owner, ctx.model) !== "other"
      );
    }),
  );
}
