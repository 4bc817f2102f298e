/**
 * Rule kind `missing-required-lock`: a function that is called asks for a lock (lock-contract.ts), or a field that is used is
 * annotated with one, and neither this path nor whoever comes this way holds it (lock-duty.ts).
 */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { CallEvent } from "../analysis/events.js";
import type { FactIndex } from "../analysis/fact-index.js";
import type { Contract } from "../analysis/lock-contract.js";
import { digestOf } from "../analysis/lock-digest.js";
import { translate } from "../analysis/lock-names.js";
import type { Program } from "../analysis/program.js";
import { globs } from "./glob.js";
import { LockDuty, type Miss, type Need } from "./lock-duty.js";
import { lockRival } from "./lock-rival.js";
import type { Outcome, OutcomeDetail, OutcomeSite } from "./outcome.js";
import type { RuleOf } from "./rule-schema.js";
import { acknowledgement, siteAt, siteOf } from "./sites.js";
import type { Unit } from "./units.js";

type Rule = RuleOf<"missing-required-lock">;
type Asker = Extract<OutcomeDetail, { kind: "missing-lock" }>["asker"];

/** Who asks for a lock, by which word, and where that is written. */
interface Demand {
  need: Need;
  how: Contract["how"] | "field";
  word: string;
  by: string;
  site: OutcomeSite;
}

/** One outcome for each function, asker and lock; doubts and met needs as weak ones, to compare the sides of a patch by. */
export function missingRequiredLock(program: Program, index: FactIndex, rule: Rule): Unit[] {
  const inScope = globs(rule.scope.paths);
  const duty = new LockDuty(program, index);
  return program.definitions.all.map((f) => ({ key: f.fn, find: () => missingFor(f, duty, rule, inScope) }));
}

/** What the callers of a function miss of what it asks for. */
function missingFor(f: ProgramFunction, duty: LockDuty, rule: Rule, inScope: (path: string) => boolean): Outcome[] {
  const out: Outcome[] = [];
  for (const group of demands(f, duty)) {
    const judged = group.map((demand) => ({ demand, found: duty.judge(demand.need) }));
    const met = judged.filter((j) => j.found === "met").length;
    const missed = judged.filter((j) => Array.isArray(j.found) && j.found.some((m: Miss) => !m.doubt)).length;
    for (const { demand, found } of judged) {
      for (const miss of Array.isArray(found) ? (found as readonly Miss[]) : []) {
        if (!inScope(miss.f.file.path)) continue;
        const doubt = miss.doubt || !isTrusted(demand, miss, met, missed);
        out.push(outcome(rule, duty, demand, { ...miss, doubt }));
        for (const need of miss.below)
          out.push(outcome(rule, duty, demand, { ...need, standing: "absent", doubt: true, local: false, below: [] }));
      }
    }
  }
  for (const need of duty.takeKept()) out.push(keptOutcome(rule, need));
  return out;
}

/**
 * Whether a word that asks for a lock is one that the code goes by. Comments grow old: one is believed while more callers heed
 * it than not. An assertion is checked when it runs: it is believed where somebody heeds it, or the caller's own doing tells.
 */
function isTrusted(demand: Demand, miss: Miss, met: number, missed: number): boolean {
  const isText = demand.how === "comment" || demand.how === "annotation";
  // The only call of all, and it comes after the lock was given back: then it is the call that is new, not the text old.
  if (isText && met === 0) return missed === 1 && miss.standing === "dropped";
  if (isText) return met >= missed;
  return met > 0 || miss.local;
}

/** The demands of one function, those of one contract together. */
function demands(f: ProgramFunction, duty: LockDuty): Demand[][] {
  const { program } = duty;
  const out: Demand[][] = [];
  for (const contract of duty.contracts.of(f)) {
    if (!duty.use.isTaken(contract.lock)) continue;
    out.push(program.callersOf(f).flatMap((caller) => demandsOf(program, f, contract, caller)));
  }
  if (program.structs.hasGuardedFields) out.push(guardedFields(program, f));
  return out.filter((group) => group.length > 0);
}

function demandsOf(program: Program, f: ProgramFunction, contract: Contract, caller: ProgramFunction): Demand[] {
  const [facts, own] = [program.facts(f), program.facts(caller)];
  return digestOf(own).calls.flatMap((event): Demand[] => {
    if (event.name !== f.fn.name) return [];
    const lock = translate(program, contract.lock, facts, own, event.args);
    if (lock === null) return [];
    const need: Need = { f: caller, event, lock, write: contract.write };
    const file = { file: contract.file, fn: f.fn };
    return [
      { need, how: contract.how, word: wordOf(contract), by: f.fn.name, site: siteAt(file, contract.at, "check", []) },
    ];
  });
}

function wordOf({ how, file, at }: Contract): string {
  if (how === "comment") return "its comment";
  const name = /^\w+/.exec(file.text.slice(at))?.[0] ?? "";
  return how === "annotation" ? name : `${name}()`;
}

/** Accesses to fields whose declaration names their lock: `int n __guarded_by(&lock);`. */
function guardedFields(program: Program, f: ProgramFunction): Demand[] {
  const facts = program.facts(f);
  const out: Demand[] = [];
  for (const event of facts.events) {
    if ((event.kind !== "read" && event.kind !== "write") || event.origin !== null) continue;
    const { base, name } = event.place;
    const guard = base?.type?.tag ? program.structs.guardOf(base.type.name, name) : null;
    if (base === null || guard === null || guard.pointee || event.once) continue;
    const fields = guard.lock.replace(/[&\s]/g, "").split(/->|\./);
    const lock = fields.reduce((v, field, i) => facts.values.field(v, field, null, i === 0), base);
    const word = "__guarded_by()";
    out.push({
      need: { f, event, lock, write: event.kind === "write" },
      how: "field",
      word,
      by: "",
      site: siteOf(f, event, event.kind),
    });
  }
  return out;
}

const askerOf = ({ event }: Need): Asker =>
  event.kind === "call" ? { what: "call", name: event.name } : { what: "field", name: event.place.name };

const tail = (need: Need): string => `${need.f.fn.name} ${askerOf(need).name} ${need.lock.name}`;

function outcome(rule: Rule, duty: LockDuty, demand: Demand, miss: Miss): Outcome {
  const severity = miss.standing === "reading" ? rule.severity.readOnly : rule.severity.missing;
  const asker = askerOf(miss);
  const called = (miss.event as CallEvent).name;
  const detail: OutcomeDetail = {
    kind: "missing-lock",
    lock: miss.lock.show,
    asker,
    word: demand.word,
    where: `${demand.site.path}:${demand.site.line}`,
    by: asker.what === "call" && called !== demand.by ? demand.by : "",
    writer: miss.f.fn.name,
    standing: miss.standing,
  };
  const anchor = siteOf(miss.f, miss.event, asker.what === "call" ? "act" : (miss.event.kind as "read" | "write"));
  return {
    rule,
    detail,
    key: `missing-lock ${tail(miss)}`,
    severity: severity === "silent" ? "note" : severity,
    anchor,
    sites: [anchor, demand.site],
    competitors: [],
    whole: true,
    acknowledgedBy: accepted(rule, miss),
    rival: miss.doubt ? null : lockRival(duty.program, duty.use, miss, demand.by),
    weak: miss.doubt || severity === "silent",
    below: miss.below.map((need) => `missing-lock ${tail(need)}`),
    ...(miss.doubt ? { lost: `kept-lock ${tail(miss)}` } : {}),
  };
}

/** A comment that accepts it, here or on the way down. */
function accepted(rule: Rule, miss: Miss): string | null {
  for (const { f } of [miss, ...miss.below]) {
    const comment = acknowledgement(f, rule.acknowledged);
    if (comment !== null) return comment;
  }
  return null;
}

/** A need that is met: nothing to say, and what the other side of a patch may have lost. */
function keptOutcome(rule: Rule, need: Need): Outcome {
  const asker = askerOf(need);
  const anchor = siteOf(need.f, need.event, "act");
  return {
    rule,
    detail: {
      kind: "missing-lock",
      lock: need.lock.show,
      asker,
      word: "",
      where: "",
      by: "",
      writer: need.f.fn.name,
      standing: "absent",
    },
    key: `kept-lock ${tail(need)}`,
    severity: "note",
    anchor,
    sites: [anchor],
    competitors: [],
    whole: true,
    acknowledgedBy: null,
    weak: true,
    mark: true,
  };
}
