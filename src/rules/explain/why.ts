/** Why each rule said something of a function, or did not: asked of the rules themselves, look by look. */
import type { ProgramFunction } from "../../analysis/definitions.js";
import type { Held } from "../../analysis/state.js";
import type { Value } from "../../analysis/value.js";
import { judgeReliance } from "../check-then-act.js";
import { hasField, isField, type RuleContext } from "../context.js";
import { evaluateRules } from "../evaluate.js";
import type { Evaluation } from "../evaluation.js";
import { globs } from "../glob.js";
import { casesOf } from "../guard-case.js";
import { judgeAccess } from "../guarded-access.js";
import { standingsOf } from "../guards.js";
import type { Outcome, OutcomeDetail } from "../outcome.js";
import { checkedObject } from "../reliance.js";
import type { Rule, RuleOf } from "../rule-schema.js";
import { isSilent, type Silence } from "../silence.js";
import type { Look } from "./look.js";
import { flagLooks } from "./why-flags.js";

export interface RuleAccount {
  rule: string;
  kind: Rule["kind"];
  /** Why the function is none of the rule's matter at all; null when it is. */
  silence: Silence | null;
  looks: Look[];
  outcomes: {
    line: number;
    severity: Outcome["severity"];
    kind: OutcomeDetail["kind"];
    weak: boolean;
    accepted: boolean;
  }[];
}

/** What each rule makes of a function, in the order of the rules. */
export function whyOf(f: ProgramFunction, evaluation: Evaluation, rules: readonly Rule[]): RuleAccount[] {
  return rules.map((rule) => {
    const { outcomes } = evaluateRules(evaluation, [rule]);
    const own = outcomes.filter((o) => o.anchor.path === f.file.path && o.anchor.function === f.fn.name && !o.mark);
    return {
      rule: rule.id,
      kind: rule.kind,
      silence: silenceOf(f, evaluation, rule),
      looks: looksOf(f, evaluation, rule),
      outcomes: own.map((o) => ({
        line: o.anchor.line,
        severity: o.severity,
        kind: o.detail.kind,
        weak: o.weak === true,
        accepted: o.acknowledgedBy !== null,
      })),
    };
  });
}

function silenceOf(f: ProgramFunction, evaluation: Evaluation, rule: Rule): Silence | null {
  if (!globs(rule.scope.paths)(f.file.path)) return "out-of-scope";
  if (!("object" in rule)) return null;
  const ctx = evaluation.contextOf(rule);
  const silence = ctx.silenceOn(f);
  if (silence !== null || rule.kind === "flag-protocol") return silence;
  return ctx.stateful.includes(f) ? null : "no-state";
}

function looksOf(f: ProgramFunction, evaluation: Evaluation, rule: Rule): Look[] {
  if (!globs(rule.scope.paths)(f.file.path)) return [];
  switch (rule.kind) {
    case "guarded-access":
      return accessLooks(f, evaluation, rule);
    case "check-then-act":
      return relianceLooks(f, evaluation.contextOf(rule));
    case "flag-protocol":
      return flagLooks(f, evaluation.contextOf(rule));
    case "inconsistent-guard":
    case "stale-after-unlock":
      return fieldLooks(f, evaluation, rule.families);
    default:
      return [];
  }
}

const guardsOf = (ctx: RuleContext, held: readonly Held[], object: Value | null, write: boolean): Look["guards"] =>
  object === null
    ? []
    : standingsOf(held, object, ctx.model, ctx.allGuards(), write).map(({ guard, standing, lock }) => ({
        label: guardText(ctx, guard.scope, guard.field),
        standing,
        lock,
      }));

const guardText = (ctx: RuleContext, scope: string, field: string): string =>
  scope === "container" ? `${ctx.model.container?.struct ?? ""}.${field}` : `${ctx.model.struct}.${field}`;

function accessLooks(f: ProgramFunction, evaluation: Evaluation, rule: RuleOf<"guarded-access">): Look[] {
  const ctx = evaluation.contextOf(rule);
  const entry = ctx.waysIn.entryLocks(f);
  const isState = (field: string): boolean => isField(field, rule.state.fields) || hasField(field, rule.state.fields);
  return ctx
    .digest(f)
    .accesses.filter(({ place }) => place.scope === "object" && isState(place.field))
    .map(({ event, place }): Look => {
      const judged = judgeAccess(ctx, rule, f, event, entry);
      return {
        line: f.file.lineAt(event.at),
        what: event.kind,
        subject: event.place.show,
        whose: ctx.whose(f, place.owner),
        result: isSilent(judged) ? judged : { fired: judged.detail.kind },
        guards: guardsOf(ctx, [...event.held, ...entry], place.owner, event.kind === "write"),
      };
    });
}

function relianceLooks(f: ProgramFunction, ctx: RuleContext): Look[] {
  const entry = ctx.waysIn.entryLocks(f);
  const out = new Map<string, Look>();
  for (const act of ctx.digest(f).checkedActs) {
    for (const fact of act.facts) {
      const object = checkedObject(ctx, f, fact.dep);
      if (object === null) continue;
      const judged = judgeReliance(ctx, f, act, fact, entry);
      const name = act.kind === "call" ? `${act.name}()` : act.kind === "write" ? act.place.show : act.kind;
      const [checked, done] = [f.file.lineAt(fact.dep.at), f.file.lineAt(act.at)];
      const look: Look = {
        line: checked,
        what: "act",
        subject: `${fact.dep.predicate ?? fact.dep.place.show} -> ${done}: ${name}`,
        whose: ctx.whose(f, object),
        result: isSilent(judged) ? judged : { fired: "stale-check" },
        guards: guardsOf(ctx, fact.dep.held, object, false),
      };
      out.set(`${look.line} ${look.subject}`, look);
    }
  }
  return [...out.values()];
}

/** Fewer accesses under a lock tell nothing of a field. */
const TELLING = 2;

/** What the code in view says of the locks of the fields that a function touches. */
function fieldLooks(f: ProgramFunction, evaluation: Evaluation, families: readonly string[]): Look[] {
  const evidence = evaluation.guardEvidence();
  return evidence.touchedBy(f).flatMap((key) => {
    const accesses = evidence.accesses(key);
    const own = accesses.find((a) => a.f.fn === f.fn);
    const [best] = casesOf(accesses, families);
    if (own === undefined || best === undefined || best.guarded.length < TELLING) return [];
    const isUnder = best.guarded.includes(own);
    const look: Look = {
      line: f.file.lineAt(own.event.at),
      what: "field",
      subject: own.field.name,
      whose: "",
      result: isUnder ? { silence: "guarded", lock: best.lock } : { silence: "guard-unsure" },
      guards: [],
      counts: { lock: best.lock, under: best.guarded.length, bare: best.bare.length },
    };
    return [look];
  });
}
