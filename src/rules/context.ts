/** What the rule kinds share: the functions in scope with their facts, sites, comments, and what counts as an act. */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { Event } from "../analysis/events.js";
import type { FactIndex } from "../analysis/fact-index.js";
import type { FunctionFacts } from "../analysis/function-facts.js";
import { GuardEvidence } from "../analysis/guard-evidence.js";
import type { ObjectModel } from "../analysis/models.js";
import type { Program } from "../analysis/program.js";
import type { Held } from "../analysis/state.js";
import { Answers, RingAnswers } from "../analysis/trace.js";
import type { Value } from "../analysis/value.js";
import type { CComment, CFunction } from "../source/ast.js";
import { type Digest, digestOf, isAct } from "./digest.js";
import { globs } from "./glob.js";
import { type Guard, type Protection, parseGuard, protectionOf } from "./guards.js";
import type { OutcomeSite } from "./outcome.js";
import { type Identity, identityOf, sharedPlace } from "./places.js";
import { guardedAsks } from "./predicates.js";
import type { ObjectRule } from "./rule-schema.js";
import type { Silence } from "./silence.js";
import { acknowledgement, siteAt, siteOf } from "./sites.js";
import { type Call, WaysIn } from "./ways-in.js";

export class RuleContext {
  readonly model: ObjectModel;
  readonly guards: readonly Guard[];
  /** What the words call the state's guard. */
  readonly protection: Protection;
  /**
   * Predicates without a visible body that read guarded state, as "function predicate": in that function the object is
   * asked while its guard is held.
   */
  readonly predicates: ReadonlySet<string>;
  private readonly helpers: ReadonlySet<string>;
  readonly waysIn: WaysIn;
  private readonly identities: RingAnswers<Identity>;
  private readonly crossing: Answers<string, readonly ProgramFunction[]>;
  private readonly asks: Answers<CFunction, ReadonlySet<string>>;
  /** What else is found once for a rule, by a word for it. */
  readonly once: Answers<string, unknown>;
  /** Predicates that only the other side of a patch has asked under a guard. */
  private readonly learnt: ReadonlySet<string>;
  private readonly inScope: (path: string) => boolean;
  private known: GuardEvidence | null = null;

  constructor(
    readonly program: Program,
    readonly rule: ObjectRule,
    private readonly index: FactIndex,
    learnt: ReadonlySet<string> = new Set(),
  ) {
    const model = program.models.objects.find((o) => o.name === rule.object);
    if (model === undefined) throw new Error(`no object model ${rule.object}`);
    this.model = model;
    this.guards = rule.guards.map(parseGuard);
    this.protection = protectionOf(program, model, this.guards);
    this.inScope = globs(rule.scope.paths);
    this.helpers = new Set(rule.state.helpers);
    this.waysIn = new WaysIn(program, model, this.guards, {
      digest: (f) => this.digest(f),
      with: (word) => this.with(word),
      evidence: () => this.evidence,
    });
    const { trace } = program;
    this.identities = new RingAnswers(trace);
    this.crossing = new Answers(trace);
    this.asks = new Answers(trace);
    this.once = new Answers(trace);
    const found = new Set(this.words(`${rule.id} asks `));
    this.learnt = new Set([...learnt].filter((p) => !found.has(p)));
    this.predicates = new Set([...learnt, ...found]);
  }

  facts(f: ProgramFunction): FunctionFacts {
    return this.program.facts(f);
  }

  /** The functions in scope that have a word of the index (object-words.ts). */
  with(word: string): ProgramFunction[] {
    return this.index.with(word).filter((f) => this.inScope(f.file.path));
  }

  /** True when the other side of a patch has taught something: what is found then is not what the program says by itself. */
  get isTaught(): boolean {
    return this.learnt.size > 0;
  }

  /** The functions in scope that may touch the rule's state, or ask somebody who does. */
  get stateful(): readonly ProgramFunction[] {
    const own = this.with(`${this.rule.id} state`);
    if (!this.isTaught) return own;
    const names = new Set([...this.learnt].map((p) => p.split(" ")[0]));
    const taught = this.with(`${this.rule.id} asked`).filter((f) => names.has(f.fn.name) && !own.includes(f));
    return this.program.definitions.inOrder([...own, ...taught]);
  }

  /** The rest of every word that begins so, sorted. */
  words(start: string): string[] {
    return this.index.words(start).map((word) => word.slice(start.length));
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

  /** The events of a function that touch objects, sorted out. */
  digest(f: ProgramFunction): Digest {
    return digestOf(this.facts(f), this.model, this.program.models);
  }

  /** True for an event by which a function does something that others can see. */
  isAct(event: Event): boolean {
    return isAct(event, this.model, this.program.models);
  }

  /** True when a function can run in the thread of any object: it has one as a parameter. */
  runsForAnyObject(f: ProgramFunction): boolean {
    return f.fn.params.some((p) => p.type.name === this.model.struct && p.type.pointers === 1);
  }

  /** True when a predicate that is not in view looks at the guarded state. */
  readsState(f: ProgramFunction, predicate: string): boolean {
    if (this.helpers.has(predicate) || this.learnt.has(`${f.fn.name} ${predicate}`)) return true;
    return this.asks.of(f.fn, () => guardedAsks(this.digest(f), this.model, this.guards)).has(predicate);
  }

  /** What the code itself says of locks and fields; made for objects without a thread of their own only. */
  private get evidence(): GuardEvidence {
    this.known ??= new GuardEvidence(this.program, this.index);
    return this.known;
  }

  /** Why the rule leaves a function alone, whatever it does there; null when it does not. */
  silenceOn(f: ProgramFunction): Silence | null {
    if (this.waysIn.isLifecycle(f)) return "lifecycle";
    if (this.model.shared && this.waysIn.entersGuarded(f)) return "entry-guarded";
    return this.saysGuarded(f) ? "said-held" : null;
  }

  /** True when a comment at the function says that its caller holds a guard. */
  saysGuarded(f: ProgramFunction): boolean {
    const { comments, text } = f.file;
    // Comments stand in order: only the last one before the function can be directly above it.
    let last = comments.length - 1;
    while (last >= 0 && (comments[last] as CComment).end > f.fn.at) last--;
    const above = comments[last];
    if (above === undefined || text.slice(above.end, f.fn.at).trim() !== "") return false;
    return /\b(?:held|holds?|holding)\b/i.test(above.text) && this.guards.some((g) => above.text.includes(g.label));
  }

  /** Whose object a value is, as the function by itself tells. */
  whose(f: ProgramFunction, value: Value): Identity {
    const own = identityOf(value, this.model);
    return this.model.shared ? this.sharing(f, value, own) : own;
  }

  /** Where no object has a thread of its own, all are others', but for those that nobody else can see yet, or any longer. */
  private sharing(f: ProgramFunction, value: Value, own: Identity): Identity {
    if (own === "unknown" || this.evidence.ownership.isPrivateObject(f, value)) return "self";
    if (own !== "param") return own;
    // What callers in view pass is judged there, with the locks that they hold.
    const isCalled = this.program.namesOfCallers(f).some((c) => c.fn !== f.fn);
    return isCalled && !this.waysIn.isHandler(f) ? "param" : "other";
  }

  /** Whose object a value is, a parameter by what callers in view pass: another's if any of them passes another's. */
  identity(f: ProgramFunction, value: Value, depth = 6): Identity {
    const own = this.whose(f, value);
    if (own !== "param" || depth === 0 || value.kind !== "param") return own;
    if (this.model.shared) return "other";
    const question = `${f.file.path} ${f.fn.name} ${f.fn.at} ${value.index}`;
    return this.identities.of(question, String(depth), "param", () => {
      const isOther = ({ caller, event }: Call): boolean => {
        const arg = event.args[value.index];
        return arg !== undefined && this.identity(caller, arg, depth - 1) === "other";
      };
      return this.waysIn.callsTo(f).some(isOther) ? "other" : "param";
    });
  }

  /**
   * Guards of the rule, and locks of the container that at least two functions, or all in view, hold where they touch another
   * object's state: a lock that was made for the purpose serves as well as one that the rule knows.
   */
  allGuards(): readonly Guard[] {
    return this.once.of("guards", () => this.findGuards()) as readonly Guard[];
  }

  private findGuards(): Guard[] {
    const users = new Map<string, Set<string>>();
    const touching = new Set<string>();
    for (const f of this.stateful) {
      const { writes, checks } = this.digest(f);
      for (const event of [...writes.map((w) => w.event), ...checks]) {
        if (!this.touchesOther(f, event)) continue;
        touching.add(f.fn.name);
        for (const h of [...event.held, ...this.waysIn.entryLocks(f)]) {
          const place = sharedPlace(h.lock, this.model);
          if (place?.scope !== "container" || h.mode === "shared") continue;
          users.set(place.field, (users.get(place.field) ?? new Set()).add(f.fn.name));
        }
      }
    }
    const shared = (names: ReadonlySet<string>): boolean => names.size > 1 || names.size === touching.size;
    const found = [...users].filter(([, names]) => shared(names)).map(([field]) => field);
    const extra = found
      .sort()
      .map((field) => ({ scope: "container" as const, field, label: field.split(".").at(-1) ?? field, note: "" }));
    return [
      ...this.guards,
      ...extra.filter((g) => !this.guards.some((o) => o.scope === g.scope && o.field === g.field)),
    ];
  }

  private touchesOther(f: ProgramFunction, event: Event): boolean {
    const { fields } = this.rule.state;
    if (event.kind === "write") return this.isOthersState(f, event.place, null, fields);
    if (event.kind !== "check") return false;
    return event.deps.some((d) => this.isOthersState(f, d.place, d.predicate, fields));
  }

  /** Functions that change another object's guarded state, or do something on the strength of what they saw of it. */
  crossFunctions(fields: readonly string[]): readonly ProgramFunction[] {
    return this.crossing.of(fields.join(), () => this.stateful.filter((f) => this.isCrossFunction(f, fields)));
  }

  private isCrossFunction(f: ProgramFunction, fields: readonly string[]): boolean {
    const { writes, checkedActs } = this.digest(f);
    return (
      writes.some(({ event }) => this.isOthersState(f, event.place, null, fields)) ||
      checkedActs.some((e) => e.facts.some(({ dep }) => this.isOthersState(f, dep.place, dep.predicate, fields)))
    );
  }

  private isOthersState(
    f: ProgramFunction,
    value: Value,
    predicate: string | null,
    fields: readonly string[],
  ): boolean {
    if (predicate !== null) return this.readsState(f, predicate) && this.whose(f, value) === "other";
    const place = sharedPlace(value, this.model);
    return place?.scope === "object" && this.whose(f, place.owner) === "other" && isField(place.field, fields);
  }
}

/** True for something that has one of the fields as its part: what overwrites it overwrites the field. */
export const hasField = (field: string, fields: readonly string[]): boolean =>
  fields.some((f) => f.startsWith(field) && f[field.length] === ".");

/** True for one of the state's fields, or a part of one. */
export const isField = (field: string, fields: readonly string[]): boolean =>
  fields.some((f) => field.startsWith(f) && PART.has(field.charAt(f.length)));

/** What may stand behind the name of a field where that field, or a part of it, is meant: "{" begins bits of it. */
const PART = new Set(["", ".", "[", "{"]);
