/**
 * Rule kind `flag-protocol`: a flag of the container gates what others may do while one function works, and a path that does
 * not own the flag clears it. Found nowhere else as a rule; the founding case is the RISC-V KVM system suspend flag that any
 * vCPU's next KVM_RUN resets.
 */
import { markedFields, overlappingBroadcast } from "./broadcast.js";
import { isField, type RuleContext } from "./context.js";
import { type FlagAccess, type FlagProtocol, gateFields, protocolsOf } from "./flags.js";
import type { Outcome, OutcomeSite } from "./outcome.js";
import type { RuleOf } from "./rule-schema.js";
import { isSilent } from "./silence.js";
import type { Unit } from "./units.js";

const names = (list: readonly { f: { fn: { name: string } } }[]): string[] =>
  [...new Set(list.map((x) => x.f.fn.name))].sort();

/** One outcome for each function that clears a flag which it does not own, and for each flag that two owners may use at a time. */
export function flagProtocol(ctx: RuleContext, rule: RuleOf<"flag-protocol">): Unit[] {
  const { foreignClear, overlappingOwners } = rule.severity;
  const clears = foreignClear === "silent" ? [] : gateFields(ctx);
  const marked = overlappingOwners === "silent" ? [] : markedFields(ctx);
  const owners = ctx.model.shared ? marked.filter((field) => isField(field, rule.state.fields)) : marked;
  return [
    ...clears.map((field) => ({ key: `gate ${field}`, find: () => foreignClears(ctx, rule, field) })),
    ...owners.map((field) => ({ key: `mark ${field}`, find: () => overlaps(ctx, rule, field) })),
  ];
}

function foreignClears(ctx: RuleContext, rule: RuleOf<"flag-protocol">, field: string): Outcome[] {
  const out: Outcome[] = [];
  const seen = new Set<string>();
  for (const protocol of protocolsOf(ctx, field)) {
    for (const clear of protocol.foreignClears) {
      const name = clear.f.fn.name;
      if (seen.has(name)) continue;
      seen.add(name);
      out.push(foreignClear(ctx, rule, protocol, clear));
    }
  }
  return out;
}

function foreignClear(
  ctx: RuleContext,
  rule: RuleOf<"flag-protocol">,
  protocol: FlagProtocol,
  clear: FlagAccess,
): Outcome {
  const anchor = ctx.site(clear.f, clear.event, "clear");
  const involved = [clear, ...protocol.sets, ...protocol.gates, ...protocol.selfWipes];
  const name = clear.f.fn.name;
  return {
    rule,
    severity: rule.severity.foreignClear as Outcome["severity"],
    detail: {
      kind: "foreign-clear",
      flag: protocol.field,
      container: ctx.model.container?.label ?? "container",
      object: ctx.model.label,
      guard: ctx.protection,
      setters: names(protocol.sets),
      gates: names(protocol.gates),
      clearer: name,
      selfWipe: protocol.selfWipes[0]?.f.fn.name ?? "",
    },
    key: `foreign-clear ${protocol.field} ${name}`,
    anchor,
    sites: [...protocolSites(ctx, protocol), anchor, ...wipes(ctx, protocol)],
    competitors: competitors(ctx, rule.state.fields, protocol),
    whole: involved.every((x) => x.f.fn.whole),
    acknowledgedBy: ctx.acknowledgement(clear.f) ?? ctx.acknowledgement(protocol.sets[0]?.f ?? clear.f),
  };
}

/** The outcome for a flag of all objects that two owners may use at a time. */
function overlaps(ctx: RuleContext, rule: RuleOf<"flag-protocol">, marked: string): Outcome[] {
  const found = overlappingBroadcast(ctx, marked);
  if (isSilent(found)) return [];
  const { field, set, clear, gates, owners } = found;
  const anchor = ctx.site(clear.f, clear.event, "clear");
  const [setter, clearer] = [set.f.fn.name, clear.f.fn.name];
  const one: Outcome = {
    rule,
    severity: rule.severity.overlappingOwners as Outcome["severity"],
    detail: {
      kind: "overlapping-owners",
      object: ctx.model.label,
      every: !ctx.model.shared,
      flag: field,
      setter,
      clearer,
      gates,
      owners,
    },
    key: `overlapping-owners ${field} ${clearer}`,
    anchor,
    sites: [ctx.site(set.f, set.event, "set"), anchor],
    competitors: [],
    whole: set.f.fn.whole && clear.f.fn.whole,
    weak: !set.f.fn.whole || !clear.f.fn.whole,
    acknowledgedBy: ctx.acknowledgement(clear.f),
  };
  return [one];
}

/** Where the flag is set, and where it is tested before something is done. */
function protocolSites(ctx: RuleContext, protocol: FlagProtocol): OutcomeSite[] {
  return [
    ...protocol.sets.map((s) => ctx.site(s.f, s.event, "set")),
    ...protocol.checks.map((c) => ctx.site(c.f, c.event, "check")),
    ...protocol.gates.flatMap((g) => [ctx.site(g.f, g.check, "check"), ctx.site(g.f, g.act, "act")]),
  ];
}

function wipes(ctx: RuleContext, protocol: FlagProtocol): OutcomeSite[] {
  return protocol.selfWipes.map((w) => ctx.site(w.f, w.event, "clear"));
}

/** Functions to serialise: those that run the protocol, those it gates, and all that touch another object's state. */
export function competitors(ctx: RuleContext, fields: readonly string[], protocol: FlagProtocol | null): string[] {
  const list = [...ctx.crossFunctions(fields)];
  for (const x of protocol === null ? [] : [...protocol.sets, ...protocol.gates])
    if (!list.includes(x.f)) list.push(x.f);
  list.sort((a, b) => (`${a.file.path}:${a.fn.name}` < `${b.file.path}:${b.fn.name}` ? -1 : 1));
  return [...new Set(list.map((f) => f.fn.name))];
}
