/**
 * The events of one function that rules about an object can be interested in, sorted out once for as long as its facts are
 * kept: a patch leaves most functions as they were, and most events touch no object at all.
 */
import type { AccessEvent, CallEvent, CheckEvent, Event } from "../analysis/events.js";
import type { FunctionFacts } from "../analysis/function-facts.js";
import type { AnalysisModels, ObjectModel } from "../analysis/models.js";
import type { ReadDep } from "../analysis/state.js";
import type { Value } from "../analysis/value.js";
import { type SharedPlace, sharedPlace } from "./places.js";

/** A read or write of a field of an object or its container. */
export interface Access {
  event: AccessEvent;
  place: SharedPlace;
}

export interface Digest {
  /** In order of the events, like all lists here. */
  accesses: readonly Access[];
  /** Those of `accesses` that write. */
  writes: readonly Access[];
  checks: readonly CheckEvent[];
  /** Events by which the function does something that others can see while some check is in force. */
  checkedActs: readonly Event[];
  /** Calls by the name that is called. */
  calls: ReadonlyMap<string, readonly CallEvent[]>;
  /** Calls through a field, as of a table of operations, by the field. */
  indirect: ReadonlyMap<string, readonly CallEvent[]>;
}

const digests = new WeakMap<ObjectModel, WeakMap<FunctionFacts, Digest>>();

/** The digest of a function's facts for a model. */
export function digestOf(facts: FunctionFacts, model: ObjectModel, models: AnalysisModels): Digest {
  const ofModel = digests.get(model) ?? new WeakMap<FunctionFacts, Digest>();
  digests.set(model, ofModel);
  const known = ofModel.get(facts);
  if (known !== undefined) return known;
  const made = digest(facts.events, model, models);
  ofModel.set(facts, made);
  return made;
}

function digest(events: readonly Event[], model: ObjectModel, models: AnalysisModels): Digest {
  const accesses: Access[] = [];
  const checks: CheckEvent[] = [];
  const checkedActs: Event[] = [];
  const calls = new Map<string, CallEvent[]>();
  const indirect = new Map<string, CallEvent[]>();
  for (const event of events) {
    if (event.kind === "read" || event.kind === "write") {
      const place = sharedPlace(event.place, model);
      if (place !== null) accesses.push({ event, place });
    } else if (event.kind === "check") checks.push(event);
    else if (event.kind === "call") {
      const field = /(?:->|\.)(\w+)$/.exec(event.name)?.[1];
      if (field === undefined) append(calls, event.name, event);
      else append(indirect, field, event);
    }
    if (event.facts.length > 0 && isAct(event, model, models)) checkedActs.push(event);
  }
  const writes = accesses.filter((a) => a.event.kind === "write");
  return { accesses, writes, checks, checkedActs, calls, indirect };
}

function append(lists: Map<string, CallEvent[]>, key: string, event: CallEvent): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [event]);
  else list.push(event);
}

/** The first test of what a read saw. */
export const checkOf = ({ checks }: Digest, read: ReadDep): CheckEvent | undefined =>
  checks.find(({ deps }) => deps.some((d) => d.at === read.at));

/** True for an event by which a function does something that others can see. */
export function isAct(event: Event, model: ObjectModel, models: AnalysisModels): boolean {
  // What a kick does on its way (counting, waking) is as much of a hint as the kick.
  if (event.via.some((name) => model.hints.has(name))) return false;
  if (event.kind === "call") return isActCall(event, model, models);
  if (event.kind !== "write") return false;
  const place = sharedPlace(event.place, model);
  return place !== null && !model.counters.some((c) => place.field === c || place.field.startsWith(`${c}.`));
}

function isActCall(event: CallEvent, model: ObjectModel, models: AnalysisModels): boolean {
  // Where no object has a thread of its own, what is called through a pointer of one is done on the strength of that pointer.
  if (model.shared && event.target !== null && sharedPlace(event.target, model)?.scope === "object") return true;
  const forEffect = event.use === "statement" || event.mutates || (event.use === "returned" && !event.resolved);
  if (!forEffect || models.pure(event.name) || model.hints.has(event.name)) return false;
  return event.args.some((a) => touchesModel(a, model));
}

function touchesModel(value: Value, model: ObjectModel): boolean {
  if (value.kind === "container" || value.type?.name === model.struct) return true;
  if (model.base !== null && value.type?.name === model.base.struct) return true;
  // Declared above the shown lines: it may well be an object.
  if (value.kind === "free" && value.type === null) return true;
  return sharedPlace(value, model) !== null;
}
