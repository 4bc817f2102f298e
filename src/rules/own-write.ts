/**
 * Writes of the own state without its guard, where other threads write it too: then the owner's write is no safer than
 * theirs. A write in a helper is judged with what its callers hold, up to where userspace or the guest comes in.
 */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { AccessEvent, CallEvent } from "../analysis/events.js";
import type { Value } from "../analysis/value.js";
import { isField, type RuleContext } from "./context.js";
import { guardHeld } from "./guards.js";
import { identityOf } from "./places.js";

export interface OwnWrite {
  f: ProgramFunction;
  event: AccessEvent | CallEvent;
  object: Value;
}

const MAX_UP = 8;

/** The unguarded writes of own state, each where the lock would have to be taken; empty when nobody else writes it. */
export function unguardedOwnWrites(ctx: RuleContext, fields: readonly string[]): OwnWrite[] {
  if (ctx.model.shared) return [];
  const direct = ctx.stateful.flatMap((f) => ownWrites(ctx, f, fields));
  if (direct.length === 0 || !othersWrite(ctx, fields)) return [];
  return direct.flatMap((w) => placesToLock(ctx, w));
}

function othersWrite(ctx: RuleContext, fields: readonly string[]): boolean {
  return ctx.stateful.some((f) =>
    ctx
      .digest(f)
      .writes.some(
        ({ place }) =>
          place.scope === "object" && isField(place.field, fields) && identityOf(place.owner, ctx.model) === "other",
      ),
  );
}

function ownWrites(ctx: RuleContext, f: ProgramFunction, fields: readonly string[]): OwnWrite[] {
  const writes = ctx.digest(f).writes.filter(({ place }) => place.scope === "object" && isField(place.field, fields));
  if (writes.length === 0 || !f.fn.whole || ctx.waysIn.isLifecycle(f) || ctx.saysGuarded(f)) return [];
  const out: OwnWrite[] = [];
  for (const { event, place } of writes) {
    if (event.origin !== null || event.exclusive) continue;
    const identity = identityOf(place.owner, ctx.model);
    if ((identity === "param" || identity === "self") && !isGuarded(ctx, f, event, place.owner))
      out.push({ f, event, object: place.owner });
  }
  return out;
}

function isGuarded(ctx: RuleContext, f: ProgramFunction, event: AccessEvent | CallEvent, object: Value): boolean {
  const guards = ctx.allGuards();
  if (guardHeld([...event.held, ...ctx.waysIn.entryLocks(f)], object, ctx.model, guards) !== null) return true;
  return [...event.unsure].some((key) => guards.some((g) => key.endsWith(`.${g.field}`)));
}

/** Calls of the write's function that hand over a vCPU which is the caller's own, as far as is known. */
function callsWith(ctx: RuleContext, { f, object }: OwnWrite): OwnWrite[] {
  return ctx.waysIn.callsTo(f).flatMap(({ caller, event }) => {
    const arg = event.args[object.index];
    return arg === undefined ? [] : [{ f: caller, event, object: arg }];
  });
}

/** Where no caller holds the lock, the write itself; where some do, the calls of those that do not. */
function placesToLock(ctx: RuleContext, write: OwnWrite): OwnWrite[] {
  if (write.object.kind !== "param") return [write];
  const all = callsWith(ctx, write);
  const calls = all.filter((c) => identityOf(c.object, ctx.model) !== "other");
  if (all.length === 0) return ctx.waysIn.callsTo(write.f).length === 0 || ctx.waysIn.isEntry(write.f) ? [write] : [];
  const open = calls.filter((c) => isOpen(ctx, c, MAX_UP));
  if (open.length === 0) return [];
  return open.length === all.length ? [write] : open;
}

/** True when no guard is held at this call, nor on some way up from it to where a thread comes in. */
function isOpen(ctx: RuleContext, call: OwnWrite, depth: number): boolean {
  if (ctx.waysIn.isLifecycle(call.f) || isGuarded(ctx, call.f, call.event, call.object)) return false;
  // What an entry has not from a getter (filp->private_data) is its own.
  if (call.object.kind !== "param") return identityOf(call.object, ctx.model) === "self" || ctx.waysIn.isEntry(call.f);
  const calls = callsWith(ctx, call);
  if (calls.length === 0 || ctx.waysIn.isEntry(call.f)) return true;
  return depth > 0 && calls.some((c) => isOpen(ctx, c, depth - 1));
}
