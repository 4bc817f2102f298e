/**
 * Rule kind `stale-after-unlock`: something is looked at under a lock, the lock is given back, and a write rests on what was seen
 * although others change it under that lock meanwhile. A second look under the lock, or a claim made before the lock was given
 * back (`if (x->busy) return; x->busy = 1; unlock`), makes it sound.
 */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { AccessEvent } from "../analysis/events.js";
import { classOfField, objectOf, relationOf } from "../analysis/field-class.js";
import { type FieldAccess, folderOf, type GuardEvidence } from "../analysis/guard-evidence.js";
import type { Fact, Held } from "../analysis/state.js";
import type { Value } from "../analysis/value.js";
import { globs } from "./glob.js";
import { isPrivateLock } from "./guard-excuses.js";
import type { Outcome } from "./outcome.js";
import type { RuleOf } from "./rule-schema.js";
import { acknowledgement, siteAt, siteOf } from "./sites.js";
import type { Unit } from "./units.js";

type Rule = RuleOf<"stale-after-unlock">;

/** A write, and the stale check that it rests on. */
interface Stale {
  f: ProgramFunction;
  act: AccessEvent;
  fact: Fact;
  lock: Held;
  /** Offset of the unlock. */
  dropped: number;
}

/** One outcome for each function and field. */
export function staleAfterUnlock(evidence: GuardEvidence, rule: Rule): Unit[] {
  const inScope = globs(rule.scope.paths);
  const functions = evidence.program.definitions.all.filter(
    (f) => inScope(f.file.path) && f.fn.whole && f.fn.errors === 0,
  );
  return functions.map((f) => ({ key: f.fn, find: () => staleIn(f, rule, evidence) }));
}

function staleIn(f: ProgramFunction, rule: Rule, evidence: GuardEvidence): Outcome[] {
  const { complete, events } = evidence.program.facts(f);
  if (!complete) return [];
  return events.flatMap((act) => {
    if (act.kind !== "write" || act.via.length > 0 || act.once || act.exclusive) return [];
    return staleChecks(f, act, rule, evidence).flatMap((stale) => outcomeOf(rule, stale, evidence) ?? []);
  });
}

/** Checks in force at a write of the same object which were made under a lock of its own that was given back since. */
function staleChecks(f: ProgramFunction, act: AccessEvent, rule: Rule, evidence: GuardEvidence): Stale[] {
  const object = objectOf(act.place);
  const out: Stale[] = [];
  for (const fact of act.facts) {
    const { dep } = fact;
    if (dep.predicate !== null || objectOf(dep.place) !== object || !isSameField(dep.place, act.place)) continue;
    for (const lock of dep.held) {
      const dropped = dep.released.get(lock.lock.key);
      if (dropped === undefined || !rule.families.includes(lock.family)) continue;
      if (dropped >= act.at || dep.at >= dropped || isRechecked(act, fact, lock)) continue;
      if (!isClaimed(f, fact, lock, dropped, evidence) && !evidence.ownership.isPrivate(f, act.place))
        out.push({ f, act, fact, lock, dropped });
    }
  }
  return out;
}

/** What is written is what was looked at: a state is moved on. Of other fields nobody can say that they hang together. */
const isSameField = (a: Value, b: Value): boolean => a === b || (classOfField(a)?.name ?? "") === classOfField(b)?.name;

/** Another check of the same object, under the lock as it is held now. */
function isRechecked(act: AccessEvent, { dep }: Fact, lock: Held): boolean {
  return act.facts.some(
    ({ dep: own }) =>
      own.at > dep.at &&
      objectOf(own.place) === objectOf(dep.place) &&
      own.held.some((h) => h.lock === lock.lock) &&
      !own.released.has(lock.lock.key),
  );
}

/** The function left a mark on the object before it gave the lock back: others can see that it is at work. */
function isClaimed(f: ProgramFunction, { dep }: Fact, lock: Held, dropped: number, evidence: GuardEvidence): boolean {
  return evidence.program
    .facts(f)
    .events.some(
      (e) =>
        (e.kind === "write" || (e.kind === "call" && !evidence.program.models.pure(e.name))) &&
        e.at > dep.at &&
        e.at < dropped &&
        e.held.some((h) => h.lock === lock.lock) &&
        (e.kind === "call" ? e.args : [e.place]).some(
          (v) => objectOf(v) === objectOf(dep.place) || v === objectOf(dep.place),
        ),
    );
}

/** Writes of the checked field under a lock of the same class, in other functions. */
function othersWrite({ f, fact, lock }: Stale, evidence: GuardEvidence): FieldAccess[] {
  const name = classOfField(fact.dep.place)?.name;
  const guard = classOfField(lock.lock)?.name;
  if (name === undefined || guard === undefined) return [];
  return evidence
    .writes(`${folderOf(f.file.path)} ${name}`)
    .filter((a) => a.f !== f && a.guards.some((g) => g.name === guard && g.relation !== null));
}

/** A second lock is held from the check to the write, and the others hold it when they write. */
function isKeptApart({ act, fact, lock }: Stale, writes: readonly FieldAccess[]): boolean {
  const kept = fact.dep.held.filter((h) => h.lock !== lock.lock && !fact.dep.released.has(h.lock.key));
  const company = new Set(writes.flatMap((a) => a.guards.map((g) => g.name)));
  return act.held.some((h) => kept.some((k) => k.lock === h.lock) && company.has(classOfField(h.lock)?.name ?? ""));
}

function outcomeOf(rule: Rule, stale: Stale, evidence: GuardEvidence): Outcome | null {
  const { f, act, fact, lock, dropped } = stale;
  const checked = classOfField(fact.dep.place);
  const guard = classOfField(lock.lock);
  if (checked === null || checked.owner === null || guard === null) return null;
  const writes = othersWrite(stale, evidence);
  const functions = [...new Set(writes.map((a) => a.f))];
  const clear = writes.length >= rule.evidence.writes && functions.length >= rule.evidence.functions;
  const isOwn = isPrivateLock(evidence.program, { lock: guard.name });
  const severity = rule.severity.staleCheck;
  const anchor = siteOf(f, act, "act");
  const first = writes[0];
  return {
    rule,
    detail: {
      kind: "stale-after-unlock",
      checked: fact.dep.place.show,
      field: checked.field,
      struct: checked.struct,
      act: anchor.statement,
      lock: guard.field,
      relation: relationOf(checked.owner, lock.lock) ?? "",
      writer: f.fn.name,
      under: functions.map((o) => o.fn.name),
      again: act.held.some((h) => h.lock === lock.lock),
    },
    key: `stale-after-unlock ${f.fn.name} ${checked.name}`,
    severity: severity === "silent" ? "note" : severity,
    anchor,
    sites: [anchor, siteAt(f, fact.dep.at, "check", fact.dep.held), siteAt(f, dropped, "unlock", fact.dep.held)],
    rival: first === undefined ? null : siteOf(first.f, first.event, "write"),
    competitors: [],
    whole: true,
    weak: severity === "silent" || !clear || !isOwn || isKeptApart(stale, writes),
    acknowledgedBy: acknowledgement(f, rule.acknowledged),
  };
}
