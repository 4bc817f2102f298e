/**
 * Rule kind `inconsistent-guard`: a field that the code in view writes under one lock, and that a function writes, or reads to
 * decide, without it. What guards a field is told by the code itself (guard-evidence.ts), counted and shown; where the count
 * does not speak clearly, the outcome is weak: it serves to compare the two sides of a patch, and is not said.
 */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { FieldAccess, GuardEvidence } from "../analysis/guard-evidence.js";
import type { Program } from "../analysis/program.js";
import { globs } from "./glob.js";
import { casesOf, type GuardCase } from "./guard-case.js";
import { isExcused, isPrivateLock, isShared } from "./guard-excuses.js";
import type { Outcome, OutcomeSite } from "./outcome.js";
import type { RuleOf } from "./rule-schema.js";
import { acknowledgement, siteAt } from "./sites.js";
import type { Unit } from "./units.js";

type Rule = RuleOf<"inconsistent-guard">;

/** One outcome for each function and field. */
export function inconsistentGuard(evidence: GuardEvidence, rule: Rule): Unit[] {
  const inScope = globs(rule.scope.paths);
  return evidence.written.map((key) => ({ key, find: () => inconsistent(key, rule, evidence, inScope) }));
}

function inconsistent(key: string, rule: Rule, evidence: GuardEvidence, inScope: (path: string) => boolean): Outcome[] {
  // Most fields are written under no lock that counts: who else touches them need not be looked at.
  const isMeant = (own: GuardCase): boolean => isPrivateLock(evidence.program, own);
  if (!casesOf(evidence.writes(key), rule.families).some(isMeant)) return [];
  const out: Outcome[] = [];
  for (const own of casesOf(evidence.accesses(key), rule.families).filter(isMeant)) {
    if (own.guarded.length >= rule.evidence.places) out.push(...guardedWrites(rule, own));
    for (const suspects of suspectsOf(own, evidence)) {
      const outcome = outcomeOf(rule, own, suspects, evidence.program);
      if (inScope(outcome.anchor.path)) out.push(outcome);
    }
  }
  return out;
}

/** Accesses of one function without the lock: its writes, or else the reads that it decides by. */
interface Suspects {
  accesses: readonly FieldAccess[];
  /** All of them may be sound: kept for the other side of a patch, where an excuse may have gone. */
  excused: boolean;
}

function suspectsOf(own: GuardCase, evidence: GuardEvidence): Suspects[] {
  const byFunction = new Map<ProgramFunction, FieldAccess[]>();
  for (const access of own.bare) byFunction.set(access.f, [...(byFunction.get(access.f) ?? []), access]);
  return [...byFunction.values()].flatMap((all): Suspects[] => {
    const open = all.filter((a) => !isExcused(a, own, evidence));
    const accesses = chosen(open, own, evidence);
    if (accesses.length > 0) return [{ accesses, excused: false }];
    const rest = chosen(all, own, evidence);
    return rest.length > 0 ? [{ accesses: rest, excused: true }] : [];
  });
}

function chosen(accesses: readonly FieldAccess[], own: GuardCase, evidence: GuardEvidence): readonly FieldAccess[] {
  const writes = accesses.filter((a) => a.event.kind === "write");
  return writes.length > 0 ? writes : accesses.filter((a) => decides(a, own, evidence));
}

/** A read on which a branch rests, and which the function does not make again under the lock. */
function decides({ f, event }: FieldAccess, own: GuardCase, evidence: GuardEvidence): boolean {
  if (own.guarded.some((g) => g.f === f)) return false;
  return evidence.program
    .facts(f)
    .events.some((e) => e.kind === "check" && e.deps.some((d) => d.at === event.at && d.place === event.place));
}

const functionsOf = (accesses: readonly FieldAccess[]): ProgramFunction[] => [...new Set(accesses.map((a) => a.f))];

/** Whether the code speaks clearly: enough of it under the lock, and nobody else who writes without. */
function isClear(rule: Rule, own: GuardCase, suspect: FieldAccess): boolean {
  const { places, writes, functions } = rule.evidence;
  const written = own.guarded.filter((a) => a.event.kind === "write");
  if (own.guarded.length < places || written.length < writes) return false;
  if (functionsOf(own.guarded).filter((f) => f !== suspect.f).length < functions) return false;
  const others = own.bare.filter((a) => a.f !== suspect.f);
  if (others.some((a) => a.event.kind === "write")) return false;
  if (suspect.event.kind === "write") return others.length <= own.guarded.length;
  // Who reads it with READ_ONCE(), or from several places without the lock, means to.
  const isOnce = [...own.guarded, ...own.bare].some((a) => a.event.once);
  return !isOnce && others.length === 0 && own.guarded.some((a) => a.event.kind === "read");
}

function outcomeOf(rule: Rule, own: GuardCase, suspects: Suspects, program: Program): Outcome {
  const [first, ...more] = suspects.accesses as [FieldAccess, ...FieldAccess[]];
  const { f, event } = first;
  const access = event.kind;
  const anchor = siteFor(first, access === "write" ? "write" : "check");
  const others = own.guarded.filter((a) => a.f !== f);
  const written = others.filter((a) => a.event.kind === "write");
  const severity = access === "write" ? rule.severity.unguardedWrite : rule.severity.decisiveRead;
  // What the others do is counted, and shown by one of them: a patch that touches them has not touched this.
  const sites = [anchor, ...more.slice(0, MAX_SITES).map((a) => siteFor(a, anchor.role))];
  return {
    rule,
    detail: detailOf(own, first, others),
    key: keyOf("inconsistent-guard", first),
    severity: severity === "silent" ? "note" : severity,
    anchor,
    sites,
    rival: written[0] === undefined ? null : siteFor(written[0], "write"),
    competitors: [],
    whole: true,
    ...(suspects.excused ? { weak: true } : standing(rule, own, first, program)),
    acknowledgedBy: acknowledgement(f, rule.acknowledged),
  };
}

function detailOf(own: GuardCase, { f, event, field }: FieldAccess, others: readonly FieldAccess[]): Outcome["detail"] {
  const written = others.filter((a) => a.event.kind === "write");
  const names = (accesses: readonly FieldAccess[]): string[] => firstOfEach(accesses).map((a) => a.f.fn.name);
  return {
    kind: "inconsistent-guard",
    access: event.kind,
    place: event.place.show,
    field: field.field,
    struct: field.struct,
    lock: own.word,
    relation: own.relation,
    writer: f.fn.name,
    written: written.length,
    read: others.length - written.length,
    unguarded: names(own.bare.filter((a) => a.f !== f)),
    under: names(written.length > 0 ? written : others),
  };
}

/** How sure it is: said, said only where the patch itself took the lock away, or not said. */
function standing(rule: Rule, own: GuardCase, first: FieldAccess, program: Program): Pick<Outcome, "weak" | "lost"> {
  const isSilent =
    (first.event.kind === "write" ? rule.severity.unguardedWrite : rule.severity.decisiveRead) === "silent";
  if (isSilent || !isClear(rule, own, first)) return { weak: true };
  if (first.event.kind === "read" || suspectsAreShared(own, first, program)) return {};
  return { weak: true, lost: keyOf("guarded", first) };
}

const suspectsAreShared = (own: GuardCase, { f }: FieldAccess, program: Program): boolean =>
  own.bare.some((a) => a.f === f && a.event.kind === "write" && isShared(a, own, program));

const keyOf = (what: string, { f, field }: FieldAccess): string => `${what} ${f.fn.name} ${field.name}`;

/** For the other side of a patch: a function that writes a field under its lock. Never said. */
function guardedWrites(rule: Rule, own: GuardCase): Outcome[] {
  return firstOfEach(own.guarded.filter((a) => a.event.kind === "write")).map((a) => {
    // Its code is marked, so that it is not taken for the same fault in another place.
    const site = siteFor(a, "write");
    const anchor = { ...site, code: `(guarded) ${site.code}` };
    const detail = detailOf(own, a, []);
    const key = keyOf("guarded", a);
    return {
      rule,
      detail,
      key,
      severity: "note",
      anchor,
      sites: [anchor],
      competitors: [],
      whole: true,
      weak: true,
      acknowledgedBy: null,
    };
  });
}

/** Places in the same function that are shown, at most. */
const MAX_SITES = 4;

const siteFor = (a: FieldAccess, role: OutcomeSite["role"]): OutcomeSite => ({
  ...siteAt(a.f, a.event.at, role, []),
  held: a.guards.map((g) => g.held.lock.show),
});

/** The first access of each function. */
function firstOfEach(accesses: readonly FieldAccess[]): FieldAccess[] {
  const seen = new Map<ProgramFunction, FieldAccess>();
  for (const a of accesses) if (!seen.has(a.f)) seen.set(a.f, a);
  return [...seen.values()];
}
