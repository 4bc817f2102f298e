/**
 * What becomes of a read of another object's state: does something rely on it, is it told to somebody, or does it only steer
 * a hint? Told by the data flow and by what runs under the branches that it decides, in callees too.
 */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { AccessEvent, Event } from "../analysis/events.js";
import type { Value } from "../analysis/value.js";
import type { RuleContext } from "./context.js";
import { guardHeld } from "./guards.js";
import { sharedPlace } from "./places.js";
import { reliesOn } from "./reliance.js";

/** From the one that matters least to the one that matters most. */
const FATES = ["unused", "hint", "reported", "decisive"] as const;
export type ReadFate = (typeof FATES)[number];

const MAX_DOWN = 6;

const worst = (fates: readonly ReadFate[]): ReadFate =>
  FATES[Math.max(0, ...fates.map((fate) => FATES.indexOf(fate)))] as ReadFate;

/** The fate of a read event of `f`; of one in a callee, what the callee does with it and what `f` does with the result. */
export function readFate(ctx: RuleContext, f: ProgramFunction, read: AccessEvent, object: Value): ReadFate {
  const fate = worst([fateHere(ctx, f, read, object), fateBelow(ctx, f, read, MAX_DOWN)]);
  return fate === "reported" && isAskedAgain(ctx, f, read, object) ? "hint" : fate;
}

/** The same is looked at again under its guard further on: the first look only spares the way there. */
function isAskedAgain(ctx: RuleContext, f: ProgramFunction, read: AccessEvent, object: Value): boolean {
  return ctx.facts(f).events.some((event) => {
    if (event.kind !== "check" || event.at <= read.at) return false;
    return event.deps.some(
      (dep) =>
        dep.place === read.place &&
        dep.at !== read.at &&
        guardHeld(dep.held, object, ctx.model, ctx.allGuards()) !== null,
    );
  });
}

function fateHere(ctx: RuleContext, f: ProgramFunction, read: AccessEvent, object: Value): ReadFate {
  return worst(ctx.facts(f).events.map((event) => worst([decided(ctx, f, event, read, object), carried(event, read)])));
}

/** What is done under a branch that rests on the read. */
function decided(ctx: RuleContext, f: ProgramFunction, event: Event, read: AccessEvent, object: Value): ReadFate {
  const facts = event.facts.filter((fact) => fact.dep.at === read.at && fact.dep.place === read.place);
  if (facts.length === 0) return "unused";
  if (event.kind === "return") return event.value === null ? "unused" : "reported";
  if (ctx.isAct(event)) {
    const { loops } = ctx.facts(f);
    return facts.some((fact) => reliesOn(ctx, loops, object, event, fact)) ? "decisive" : "unused";
  }
  const isHint =
    event.kind === "call" ? ctx.model.hints.has(event.name) : event.via.some((v) => ctx.model.hints.has(v));
  if (isHint) return "hint";
  return event.kind === "write" && isResult(ctx, event) ? "reported" : "unused";
}

/** A store to what a caller gave: `*out = 1`. */
function isResult(ctx: RuleContext, event: AccessEvent): boolean {
  let root = event.place;
  while (root.base !== null) root = root.base;
  return sharedPlace(event.place, ctx.model) === null && (root.kind === "param" || root.kind === "global");
}

/** Where the value itself goes. */
function carried(event: Event, read: AccessEvent): ReadFate {
  if (event.kind === "return")
    return event.deps.some((dep) => dep.at === read.at && dep.place === read.place) ? "reported" : "unused";
  if (event.at === read.at) return "unused";
  if (event.kind === "call") return event.args.some((arg) => isOf(arg, read)) ? "reported" : "unused";
  return event.kind === "write" && event.value !== null && isOf(event.value, read) ? "reported" : "unused";
}

const isOf = (value: Value, read: AccessEvent): boolean =>
  value === read.place ||
  (value.kind === "result" && value.index === read.at && read.via.length > 0) ||
  value.parts.some((part) => isOf(part, read));

/** What the callees on the way to the read do with it, except return it. */
function fateBelow(ctx: RuleContext, f: ProgramFunction, read: AccessEvent, depth: number): ReadFate {
  const [name] = read.via;
  const { origin } = read;
  const callee = name === undefined ? null : ctx.program.resolve(name, f.file);
  if (callee === null || origin === null || depth === 0) return "unused";
  const same = ctx
    .facts(callee)
    .events.filter(
      (e): e is AccessEvent =>
        e.kind === "read" &&
        (e.origin === null
          ? e.at === origin.at && callee.fn.name === origin.fn.name
          : e.origin.at === origin.at && e.origin.fn.name === origin.fn.name),
    );
  const fates = same.flatMap((inner) => {
    const object = sharedPlace(inner.place, ctx.model)?.owner ?? inner.place;
    const here = ctx.facts(callee).events.map((event) => {
      if (event.kind === "return") return "unused";
      return worst([decided(ctx, callee, event, inner, object), carried(event, inner)]);
    });
    return [worst(here), fateBelow(ctx, callee, inner, depth - 1)];
  });
  return worst(fates);
}
