/** The ground floor of the interpreter: values, the events it records, and what is known of a path's variables. */
import type { TypeRef } from "../source/ast.js";
import { mentions, truthOf } from "./conditions.js";
import { type EventLog, eventAt, type NewEvent } from "./events.js";
import type { AnalysisModels } from "./models.js";
import { newDep, OF_EACH, type PathState, snapshotOf } from "./state.js";
import type { Summary } from "./summary.js";
import { pathOf, type Value, Values } from "./value.js";

/** What the interpreter asks of its surroundings. */
export interface InterpretContext {
  models: AnalysisModels;
  /** The summary of a callee, or null when its body is not visible. */
  summaryOf: (name: string) => Summary | null;
  /** Type of a struct's field, or null when the struct was not seen. */
  fieldType: (struct: string, field: string) => TypeRef | null;
  /** Return type of a function, or null. */
  returnType: (name: string) => TypeRef | null;
  /** False for a function of which only a part is shown. */
  whole: boolean;
  /** True when all paths to a container in this function lead to the same one. */
  oneContainer: boolean;
}

/** The name under which a path keeps what a call came out as, when that is more than "its result". */
export const callKey = (at: number): string => `()${at}`;

/** Where something happens in the function itself. */
const NO_CALLS: string[] = [];

export abstract class Recorder {
  readonly values = new Values();
  /** Events are recorded only while this is set (the last pass). */
  log: EventLog | null = null;
  /** The block that is being run. */
  block = 0;

  constructor(protected readonly ctx: InterpretContext) {}

  /** A callee's value that has no name here. */
  unknown(value: Value, at: number): Value {
    return this.values.result(value.name, at, null);
  }

  /** The place `base.field`. */
  protected abstract member(base: Value, field: string, arrow: boolean): Value;

  /** Records an event with the locks and checks of this state; nothing before the last pass. */
  record(s: PathState, event: NewEvent): void {
    if (this.log === null) return;
    const { held, unsure, freed: given, facts } = snapshotOf(s);
    this.log.add(eventAt({ block: this.block, held, unsure, given, facts, origin: null, via: NO_CALLS }, event));
  }

  protected access(
    s: PathState,
    kind: "read" | "write",
    place: Value,
    at: number,
    more: { value?: Value | null; once?: boolean; exclusive?: boolean; step?: number; owned?: boolean } = {},
  ): void {
    if (place.kind !== "field" && place.kind !== "global") return;
    const { value = null, once = false, exclusive = false, step = 0, owned = false } = more;
    this.recognise(place);
    const stored = truthOf(value);
    this.record(s, { kind, at, place, value, stored, once, exclusive, step, owned, rechecked: false });
    if (kind === "read") s.deps.set(place.key, [newDep(s, place, at)]);
    else this.forgetPath(s, place);
  }

  /** A variable whose declaration is not shown is an object when it has an object's fields. */
  protected recognise(place: Value): void {
    const { root, fields } = pathOf(place);
    if ((root.kind !== "free" && root.kind !== "param") || root.type !== null) return;
    const field = fields.join(".");
    const { watched, ownLocks, objects } = this.ctx.models;
    const model = objects[0];
    const known = [...watched, ...ownLocks].some((w) => field === w || field.startsWith(`${w}.`));
    if (known && model !== undefined) root.type = { name: model.struct, pointers: 1, tag: true };
  }

  protected forgetPath(s: PathState, place: Value): void {
    for (const key of s.known.keys()) if (key.includes(place.key)) s.known.delete(key);
  }

  /** Evaluates without events: for an expression that was evaluated before. */
  protected quiet<T>(work: () => T): T {
    const log = this.log;
    this.log = null;
    const result = work();
    this.log = log;
    return result;
  }

  protected bind(s: PathState, name: string, value: Value): void {
    s.known.delete(`$${name}`);
    s.env.set(name, value);
  }

  /** A value that stands for "the current one of many" is about to mean another: what was said of the old one moves on. */
  rebind(s: PathState, value: Value): void {
    for (const key of [...s.freed.keys()]) if (key.includes(value.key)) s.freed.delete(key);
    if (s.unsure.delete(`?${value.key}`)) s.snapshot = null;
    for (const key of [...s.known.keys()]) if (key.includes(value.key)) s.known.delete(key);
    for (const [key, held] of [...s.locks]) {
      if (!mentions(held.lock, value) || key.startsWith(OF_EACH)) continue;
      s.snapshot = null;
      s.locks.delete(key);
      s.locks.set(`${OF_EACH}${key}`, { ...held, all: true });
    }
    s.pending.delete(value.key);
  }

  /** A fresh value takes the type and name of the variable it is stored in. */
  protected typed(value: Value, type: TypeRef | null, name: string): Value {
    // What comes as void * (a thread's or a timer's argument) is what it is taken for.
    const untyped = value.type === null || (value.type.name === "void" && value.type.pointers === 1);
    if (type?.tag && untyped && value.kind !== "constant") value.type = type;
    if (value.kind === "result" && value.show.endsWith("()")) value.show = name;
    return value;
  }

  /** True for a value known to be an instance of an object model. */
  isObject(value: Value): boolean {
    if (value.kind === "constant") return false;
    return this.ctx.models.objects.some((o) => value.type?.name === o.struct);
  }

  /** The container of an object, as this function names it. */
  containerOfObject(object: Value): Value | null {
    const model = this.ctx.models.objects.find((o) => object.type?.name === o.struct);
    const field = model?.container?.field;
    return field === undefined ? null : this.member(object, field, true);
  }
}
