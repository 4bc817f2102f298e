/** Two threads that meet: made from the sites of an outcome, at most six steps. */
import type { Outcome, OutcomeDetail, OutcomeSite } from "../rules/outcome.js";
import type { InterleavingStep } from "./finding.js";
import { interleaveInconsistentGuard, interleaveStaleAfterUnlock } from "./interleaving-evidence.js";
import { interleaveMissingLock } from "./interleaving-missing-lock.js";
import { givesBack, short } from "./wording.js";
import { orderSteps } from "./words-lock-order.js";

const step = (thread: "A" | "B", text: string): InterleavingStep => ({ thread, text });
const inFn = (site: OutcomeSite): string => `${site.function}()`;

/** "kvm_x(), holding a->lock: code" */
const done = (site: OutcomeSite): string =>
  `${inFn(site)}${site.held.length > 0 ? `, holding ${site.held.join(", ")}` : ""}: ${site.statement}`;

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
    ...(act === undefined ? [] : [step("B", act.statement)]),
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
    ...(unlock === undefined ? [] : [step("A", givesBack(unlock))]),
    ...(gate === null || clear === undefined ? [] : [step("B", `${inFn(clear)} clears ${short(gate.flag)}`)]),
    step(
      "B",
      other !== undefined
        ? `${inFn(other)}: ${other.statement}`
        : outcome.rival?.role === "write"
          ? done(outcome.rival)
          : `changes ${state} of a ${object} that was checked`,
    ),
    step("A", `${acts[0] ?? "acts"}, on what it saw before`),
  ];
}

function overlap(outcome: Outcome): InterleavingStep[] {
  if (outcome.detail.kind !== "overlapping-owners") return [];
  const { setter, clearer, flag, object, every } = outcome.detail;
  return [
    step("A", `${setter}() sets ${short(flag)} on ${every ? "every" : "a"} ${object}`),
    step("B", `${setter}() sets it again`),
    step("A", `${clearer}() clears it on ${every ? "every" : "that"} ${object}`),
    step("B", `goes on as if it were still set`),
  ];
}

type State = Extract<OutcomeDetail, { kind: "unlocked-write" | "wrong-instance" | "own-write" | "reported-read" }>;

function isState(detail: OutcomeDetail): detail is State {
  return ["unlocked-write", "wrong-instance", "own-write", "reported-read"].includes(detail.kind);
}

/** An access without the guard falls into what somebody else does under it. */
function unguarded({ detail, anchor, rival }: Outcome, inTree: boolean): InterleavingStep[] {
  if (!isState(detail)) return [];
  const { object, state } = detail;
  const guard =
    detail.guard.by === "owner" || !inTree
      ? ""
      : `, holding ${detail.guard.by === "object" ? "the " : ""}${detail.guard.label}`;
  const other = rival
    ? done(rival)
    : `${detail.kind === "own-write" ? `another ${object}'s thread` : `the ${object} itself`}${guard}${guard === "" ? " reads" : ", reads"} ${state}`;
  if (anchor.role === "read") {
    return [
      step("A", `${inFn(anchor)}: ${anchor.statement}`),
      step("B", rival?.role === "write" ? other : `changes ${state} of that ${object}${guard}`),
      step("A", "goes on with the old value"),
    ];
  }
  return [
    step("A", other),
    step("B", `${inFn(anchor)}: ${anchor.statement}`),
    step(
      "A",
      rival?.role === "write"
        ? `relies on what it wrote, though it has changed`
        : `acts on what it read, though it has changed`,
    ),
  ];
}

/** Waits for a lock as some function in view does. */
const waits = (rival: OutcomeSite | null | undefined, lock: string): string =>
  rival ? `${inFn(rival)}: ${rival.statement}` : `takes ${lock} as well`;

function balance({ detail, anchor, sites, rival }: Outcome): InterleavingStep[] {
  if (detail.kind === "held-on-return") {
    return [
      step("A", `${detail.writer}(): ${detail.taken}`),
      step("A", `leaves by line ${anchor.line} with ${detail.lock} held`),
      step("B", `${waits(rival, detail.lock)}, and waits without end`),
    ];
  }
  if (detail.kind === "double-acquire") {
    const first = sites.find((s) => s !== anchor && s.role === "lock");
    return [
      step("A", `${detail.writer}(): ${first?.statement ?? `takes ${detail.lock}`}`),
      step("A", `${anchor.statement} waits for the lock that it holds itself`),
      step("B", `${waits(rival, detail.lock)}, and waits behind it`),
    ];
  }
  if (detail.kind === "attempt-ignored") {
    return [
      step("B", rival ? `${inFn(rival)}: ${rival.statement}` : `holds ${detail.lock}`),
      step("A", `${detail.writer}(): ${anchor.statement} does not get it`),
      step("A", "goes on as if it had"),
    ];
  }
  if (detail.kind !== "stray-unlock") return [];
  return [
    step("B", rival ? `${inFn(rival)}: ${rival.statement}` : `takes ${detail.lock}`),
    step("A", `${detail.writer}(), on the path that does not hold it: ${anchor.statement}`),
    step("B", "goes on as if the lock were still its own"),
  ];
}

/**
 * The steps that show the fault of an outcome: how a second thread comes to harm, or does it. `inTree`: read with the whole tree, so
 * that locks of code that is not shown are known.
 */
export function interleave(outcome: Outcome, inTree: boolean): InterleavingStep[] {
  switch (outcome.detail.kind) {
    case "foreign-clear":
      return foreignClear(outcome);
    case "stale-check":
      return staleCheck(outcome);
    case "wrong-order":
      return orderSteps(outcome);
    case "overlapping-owners":
      return overlap(outcome);
    case "unlocked-write":
    case "wrong-instance":
    case "own-write":
    case "reported-read":
      return unguarded(outcome, inTree);
    case "inconsistent-guard":
      return interleaveInconsistentGuard(outcome);
    case "stale-after-unlock":
      return interleaveStaleAfterUnlock(outcome);
    case "held-on-return":
    case "double-acquire":
    case "stray-unlock":
    case "attempt-ignored":
      return balance(outcome);
    case "missing-lock":
      return interleaveMissingLock(outcome);
  }
}
