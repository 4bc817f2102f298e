/**
 * The words of the index (fact-index.ts) by which rules about objects look functions up: who may touch the state that a rule
 * guards, who writes and who heeds which flag, who calls through which field.
 */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { FunctionFacts } from "../analysis/function-facts.js";
import type { AnalysisModels, ObjectModel } from "../analysis/models.js";
import type { ReadDep } from "../analysis/state.js";
import { markedField, testedField } from "./broadcast.js";
import { hasField, isField } from "./context.js";
import { type Digest, digestOf } from "./digest.js";
import { gateField, reliedOn } from "./flags.js";
import { parseGuard } from "./guards.js";
import { sharedPlace } from "./places.js";
import { guardedAsks } from "./predicates.js";
import type { ObjectRule } from "./rule-schema.js";

/** The words that a model has for a function. */
export function* modelWords(facts: FunctionFacts, model: ObjectModel, models: AnalysisModels): Generator<string> {
  const { accesses, writes, checkedActs, indirect } = digestOf(facts, model, models);
  for (const field of indirect.keys()) yield `calls by field ${field}`;
  for (const access of writes) {
    if (access.place.scope === "container") yield `${model.name} sets ${access.place.field}`;
    const marked = markedField(access, model);
    if (marked !== null) yield `${model.name} marks ${marked}`;
  }
  for (const field of reliedOn(facts.events, writes, model)) yield `${model.name} relies on ${field}`;
  for (const access of accesses) {
    const tested = testedField(access, model);
    if (tested !== null) yield `${model.name} tests ${tested}`;
  }
  for (const act of checkedActs)
    for (const fact of act.facts) {
      const gate = gateField(fact, model);
      if (gate !== null) yield `${model.name} gates ${gate}`;
    }
}

/**
 * The words that a rule has for a function: whether the state that it guards can be touched there, and what is asked there of an
 * object, with its guard held or without.
 */
export function* ruleWords(
  { fn }: ProgramFunction,
  facts: FunctionFacts,
  rule: ObjectRule,
  model: ObjectModel,
  models: AnalysisModels,
): Generator<string> {
  const digest = digestOf(facts, model, models);
  const asks = guardedAsks(digest, model, rule.guards.map(parseGuard));
  for (const predicate of asks) yield `${rule.id} asks ${fn.name} ${predicate}`;
  const helpers = new Set(rule.state.helpers);
  if (touchesState(digest, rule, model, (p) => asks.has(p) || helpers.has(p))) yield `${rule.id} state`;
  if (touchesState(digest, rule, model, () => true)) yield `${rule.id} asked`;
}

function touchesState(
  { accesses, checks, checkedActs }: Digest,
  { state }: ObjectRule,
  model: ObjectModel,
  reads: (predicate: string) => boolean,
): boolean {
  const isState = (field: string): boolean => isField(field, state.fields) || hasField(field, state.fields);
  const asks = ({ place, predicate }: ReadDep): boolean => {
    if (predicate !== null && reads(predicate)) return true;
    const shared = sharedPlace(place, model);
    return shared?.scope === "object" && isState(shared.field);
  };
  return (
    accesses.some(({ place }) => place.scope === "object" && isState(place.field)) ||
    checks.some((e) => e.deps.some(asks)) ||
    checkedActs.some((e) => e.facts.some(({ dep }) => asks(dep)))
  );
}
