/**
 * What a function says of the locks of documented orders, as one word of the index: its calls and locks as far as a lock order
 * can tell them apart (lock-order.ts). Where no function's word changes, nothing changes about the orders.
 */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { CallEvent, Event, LockEvent } from "../analysis/events.js";
import type { FunctionFacts } from "../analysis/function-facts.js";
import { classOfLock, familyOf, ONE } from "../analysis/lock-class.js";
import { type AnalysisModels, containerStructs } from "../analysis/models.js";
import type { Value } from "../analysis/value.js";
import { hash53 } from "./hash.js";

/** What all words of this kind begin with. */
export const ORDERS = "orders ";

/** The word of a function. */
export function orderWord({ file, fn }: ProgramFunction, facts: FunctionFacts, models: AnalysisModels): string {
  const said = new Said(facts, models);
  const parts: string[] = [file.path, fn.name, ...said.params()];
  for (const event of facts.events) {
    if (event.kind === "call") parts.push(said.call(event));
    else if ((event.kind === "lock" || event.kind === "unlock") && said.isMeant(event)) parts.push(said.lock(event));
  }
  return `${ORDERS}${hash53(parts.join("\n"))}`;
}

class Said {
  private readonly meant: ReadonlySet<string>;
  private readonly structs: ReadonlySet<string | undefined>;
  private readonly dropped = new Map<string, string>();
  private readonly numbers = new Map<string, number>();

  constructor(
    private readonly facts: FunctionFacts,
    private readonly models: AnalysisModels,
  ) {
    this.meant = new Set(models.orders.flatMap((o) => [o.outer, o.inner]));
    this.structs = new Set([...models.objects.map((o) => o.struct), ...containerStructs(models.objects)]);
    for (const e of facts.events) {
      if (e.kind !== "unlock") continue;
      const name = classOfLock(e.lock)?.name ?? "";
      if (this.meant.has(name)) this.dropped.set(e.lock.key, name);
    }
  }

  params(): string[] {
    return this.facts.params.map((p) => `${p.type?.name} ${p.type?.pointers} ${this.families(p)}`);
  }

  call(event: CallEvent): string {
    const { type, table, field } = event.through ?? { type: "", table: "", field: "" };
    const args = event.args.map((a) => (this.structs.has(a.type?.name) ? this.families(a) : "-"));
    return ["call", event.name, type, table, field, ...args, this.around(event)].join(" ");
  }

  isMeant = ({ lock }: LockEvent): boolean => this.meant.has(classOfLock(lock)?.name ?? "");

  lock(event: LockEvent): string {
    const { name = "", owner = null } = classOfLock(event.lock) ?? {};
    const family = owner === null ? "" : this.families(owner);
    return [event.kind, name, family, event.waits, event.via.join(), this.around(event)].join(" ");
  }

  /** Locks of the orders that are held, and those that may have been given back. */
  private around({ held, given }: Event): string {
    const locks = held.flatMap((h) => {
      const lock = classOfLock(h.lock);
      if (lock === null || !this.meant.has(lock.name)) return [];
      return [`${lock.name} ${lock.owner === null ? "" : this.families(lock.owner)} ${h.how} ${h.lock.show}`];
    });
    const back = [...given].flatMap((key) => this.dropped.get(key) ?? []).sort();
    return `${locks.join()} / ${back.join()}`;
  }

  /**
   * The family of a value as a function sees it that knows one container, and one that knows two: the how manieth it is. Only
   * whether two are the same matters, and their names hang on where things stand in the text.
   */
  private families(owner: Value): string {
    const { objects } = this.models;
    return [false, true].map((two) => this.numberOf(familyOf(owner, objects, two))).join();
  }

  private numberOf(family: string): number | string {
    if (family === ONE) return ONE;
    const known = this.numbers.get(family) ?? this.numbers.size;
    this.numbers.set(family, known);
    return known;
  }
}
