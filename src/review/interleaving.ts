/** Two threads that meet: made from the sites of an outcome, at most six steps. */
import type { Outcome, OutcomeSite } from "../rules/outcome.js";
import type { InterleavingStep } from "./finding.js";

const step = (thread: "A" | "B", text: string): InterleavingStep => ({ thread, text });
const inFn = (site: OutcomeSite): string => `${site.function}()`;
const short = (field: string): string => field.split(".").at(-1) ?? field;

function foreignClear(outcome: Outcome): InterleavingStep[] {
  if (outcome.detail.kind !== "foreign-clear") return [];
  const { flag, setters } = outcome.detail;
  const set = outcome.sites.find((s) => s.role === "set");
  const gate = outcome.sites.find((s) => s.role === "check" && !setters.includes(s.function));
  const act = outcome.sites.find((s) => s.role === "act" && s.function === gate?.function);
  const check = outcome.sites.find((s) => s.role === "check" && setters.includes(s.function));
  if (set === undefined || gate === undefined) return [];
  return [
    step("A", `${inFn(set)} sets ${short(flag)}`),
    ...(check === undefined ? [] : [step("A", `finds the other ${outcome.detail.object}s as they should be`)]),
    step("B", `${inFn(outcome.anchor)} clears it`),
    step("B", `${inFn(gate)} finds it clear`),
    ...(act === undefined ? [] : [step("B", act.code)]),
    step("A", `goes on in ${inFn(set)} as if the gate were shut`),
  ];
}

function staleCheck(outcome: Outcome): InterleavingStep[] {
  if (outcome.detail.kind !== "stale-check") return [];
  const { checker, gate, object, all, state, acts } = outcome.detail;
  const own = outcome.sites.filter((s) => s.function === checker);
  const unlock = own.find((s) => s.role === "unlock");
  const other = outcome.sites.find((s) => s.role === "act" && s.function !== checker);
  const clear = outcome.sites.find((s) => s.role === "clear" && s.function !== checker);
  return [
    step("A", `${checker}() checks ${all ? `one ${object} after the other` : `the ${object}`}`),
    ...(unlock === undefined ? [] : [step("A", unlock.code)]),
    ...(gate === null || clear === undefined ? [] : [step("B", `${inFn(clear)} clears ${short(gate.flag)}`)]),
    step(
      "B",
      other === undefined ? `changes ${state} of a ${object} that was checked` : `${inFn(other)}: ${other.code}`,
    ),
    step("A", `${acts[0] ?? "acts"}, on what it saw before`),
  ];
}

function overlap(outcome: Outcome): InterleavingStep[] {
  if (outcome.detail.kind !== "overlapping-owners") return [];
  const { setter, clearer, flag, object } = outcome.detail;
  return [
    step("A", `${setter}() sets ${short(flag)} on every ${object}`),
    step("B", `${setter}() sets it again`),
    step("A", `${clearer}() clears it on every ${object}`),
    step("B", `goes on as if it were still set`),
  ];
}

function write(outcome: Outcome): InterleavingStep[] {
  const { detail, anchor } = outcome;
  if (detail.kind !== "unlocked-write" && detail.kind !== "wrong-instance") return [];
  return [
    step("A", `the ${detail.object} itself, holding its ${detail.guard}, reads ${detail.state}`),
    step("B", `${inFn(anchor)}: ${anchor.code}`),
    step("A", `acts on what it read, though it has changed`),
  ];
}

/** The steps that show the fault of an outcome; empty when it is no matter of two threads. */
export function interleave(outcome: Outcome): InterleavingStep[] {
  switch (outcome.detail.kind) {
    case "foreign-clear":
      return foreignClear(outcome);
    case "stale-check":
      return staleCheck(outcome);
    case "unlocked-write":
    case "wrong-instance":
      return write(outcome);
    case "overlapping-owners":
      return overlap(outcome);
    case "own-write":
    case "reported-read":
    case "held-on-return":
    case "double-acquire":
    case "stray-unlock":
      return [];
  }
}
