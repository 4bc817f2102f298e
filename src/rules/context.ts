/** What the rule kinds share: the functions in scope with their facts, sites, comments, and what counts as an act. */
import type { CallEvent, Event } from "../analysis/events.js";
import type { FunctionFacts } from "../analysis/function-facts.js";
import type { ObjectModel } from "../analysis/models.js";
import type { Program, ProgramFunction } from "../analysis/program.js";
import type { Held } from "../analysis/state.js";
import { pathOf, type Value } from "../analysis/value.js";
import { globs } from "./glob.js";
import { type Guard, guardHeld, parseGuard } from "./guards.js";
import type { OutcomeSite } from "./outcome.js";
import { identityOf, sharedPlace } from "./places.js";
import type { ObjectRule } from "./rule-schema.js";
import { acknowledgement, siteAt, siteOf } from "./sites.js";

export class RuleContext {
  readonly model: ObjectModel;
  readonly guards: readonly Guard[];
  readonly functions: readonly ProgramFunction[];
  /** Predicates without a visible body that read guarded state: they are asked of an object while its guard is held. */
  readonly predicates: ReadonlySet<string>;

  constructor(
    readonly program: Program,
    readonly rule: ObjectRule,
    extraPredicates: ReadonlySet<string> = new Set(),
  ) {
    const model = program.models.objects.find((o) => o.name === rule.object);
    if (model === undefined) throw new Error(`no object model ${rule.object}`);
    this.model = model;
    this.guards = rule.guards.map((g) => parseGuard(g.lock));
    const inScope = globs(rule.scope.paths);
    this.functions = program.functions.filter((f) => inScope(f.file.path));
    this.predicates = new Set([...extraPredicates, ...this.findPredicates()]);
  }

  facts(f: ProgramFunction): FunctionFacts {
    return this.program.facts(f);
  }

  private findPredicates(): Set<string> {
    const found = new Set<string>();
    for (const f of this.functions) {
      for (const event of this.facts(f).events) {
        if (event.kind !== "check") continue;
        for (const dep of event.deps) {
          if (dep.predicate === null) continue;
          const own = guardHeld(dep.held, dep.place, this.model, this.guards);
          if (own !== null) found.add(dep.predicate);
        }
      }
    }
    return found;
  }

  site(f: ProgramFunction, event: Event, role: OutcomeSite["role"]): OutcomeSite {
    return siteOf(f, event, role);
  }

  siteAt(f: ProgramFunction, at: number, role: OutcomeSite["role"], held: readonly Held[]): OutcomeSite {
    return siteAt(f, at, role, held);
  }

  acknowledgement(f: ProgramFunction): string | null {
    return acknowledgement(f, this.rule.acknowledged);
  }

  /** True for an event by which a function does something that others can see. */
  isAct(event: Event): boolean {
    if (event.kind === "call") return this.isActCall(event);
    return event.kind === "write" && sharedPlace(event.place, this.model) !== null;
  }

  private isActCall(event: CallEvent): boolean {
    if (!event.statement || this.program.models.pure(event.name) || this.model.hints.has(event.name)) return false;
    return event.args.some((a) => this.touchesModel(a));
  }

  private touchesModel(value: CallEvent["args"][number]): boolean {
    if (value.kind === "container" || value.type?.name === this.model.struct) return true;
    return sharedPlace(value, this.model) !== null;
  }

  /** True when a function can run in the thread of any object: it has one as a parameter. */
  runsForAnyObject(f: ProgramFunction): boolean {
    return f.fn.params.some((p) => p.type.name === this.model.struct && p.type.pointers === 1);
  }

  /** Locks of the container that every caller in view of a static function holds. */
  entryLocks(f: ProgramFunction): Held[] {
    if (!f.fn.isStatic) return [];
    let common: Held[] | null = null;
    for (const caller of this.program.callersOf(f)) {
      for (const event of this.facts(caller).events) {
        if (event.kind !== "call" || event.name !== f.fn.name || event.origin !== null) continue;
        const here = event.held.filter((h) => pathOf(h.lock).root.kind === "container");
        common = common === null ? here : common.filter((c) => here.some((h) => h.lock.key === c.lock.key));
      }
    }
    return common ?? [];
  }

  /** Functions that change another object's guarded state, or do something on the strength of what they saw of it. */
  crossFunctions(fields: readonly string[]): ProgramFunction[] {
    return this.functions.filter((f) => this.facts(f).events.some((e) => this.isCross(e, fields)));
  }

  private isCross(event: Event, fields: readonly string[]): boolean {
    if (event.kind === "write" && this.isOthersState(event.place, null, fields)) return true;
    return this.isAct(event) && event.facts.some((f) => this.isOthersState(f.dep.place, f.dep.predicate, fields));
  }

  private isOthersState(value: Value, predicate: string | null, fields: readonly string[]): boolean {
    if (predicate !== null) return this.predicates.has(predicate) && identityOf(value, this.model) === "other";
    const place = sharedPlace(value, this.model);
    if (place?.scope !== "object" || identityOf(place.owner, this.model) !== "other") return false;
    return fields.some((f) => place.field === f || place.field.startsWith(`${f}.`));
  }
}
