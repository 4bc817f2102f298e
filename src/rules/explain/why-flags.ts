/** Why a rule of kind `flag-protocol` said something of the flags that a function touches, or did not. */
import type { ProgramFunction } from "../../analysis/definitions.js";
import { markedField, overlappingBroadcast } from "../broadcast.js";
import { isField, type RuleContext } from "../context.js";
import type { Access } from "../digest.js";
import { gateFields, protocolsOf } from "../flags.js";
import { isSilent, type Silent } from "../silence.js";
import type { Look } from "./look.js";

/** Looks at what a function writes: flags of the container that may be gates, flags of all objects that may have two owners. */
export function flagLooks(f: ProgramFunction, ctx: RuleContext): Look[] {
  const gates = new Set(gateFields(ctx));
  return ctx.digest(f).writes.flatMap((access) => {
    const result = resultOf(f, access, gates, ctx);
    if (result === null) return [];
    const { event, place } = access;
    const isContainers = place.scope === "container";
    return {
      line: f.file.lineAt(event.at),
      what: isContainers ? ("clear" as const) : ("mark" as const),
      subject: event.place.show,
      whose: isContainers ? ("container" as const) : ctx.whose(f, place.owner),
      result,
      guards: [],
    };
  });
}

function resultOf(
  f: ProgramFunction,
  access: Access,
  gates: ReadonlySet<string>,
  ctx: RuleContext,
): Look["result"] | null {
  if (access.place.scope === "container") return gateResult(f, access, gates, ctx);
  const marked = markedField(access, ctx.model);
  if (marked === null || (ctx.model.shared && !isField(marked, ctx.rule.state.fields))) return null;
  const found = overlappingBroadcast(ctx, marked);
  if (isSilent(found)) return found;
  return found.clear.f === f ? { fired: "overlapping-owners" } : { silence: "setter" };
}

function gateResult(
  f: ProgramFunction,
  { event, place }: Access,
  gates: ReadonlySet<string>,
  ctx: RuleContext,
): Look["result"] {
  if (!gates.has(place.field)) return { silence: "no-gate" };
  const protocols = protocolsOf(ctx, place.field);
  if (protocols.length === 0) return { silence: "no-protocol" };
  if (protocols.some((p) => p.foreignClears.some((c) => c.f === f && c.event === event)))
    return { fired: "foreign-clear" };
  const excuse = protocols.flatMap((p) => p.excused).find((x) => x.clear.f === f && x.clear.event === event);
  const silent: Silent = { silence: excuse?.excuse ?? "setter" };
  return silent;
}
