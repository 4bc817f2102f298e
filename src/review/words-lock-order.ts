/** What is said of two locks that are taken against a documented order, and how two threads wait for each other by it. */
import type { Outcome, OutcomeDetail } from "../rules/outcome.js";
import type { InterleavingStep } from "./finding.js";
import type { Words } from "./wording.js";

type Detail = Extract<OutcomeDetail, { kind: "wrong-order" }>;

const holder = (d: Detail): string =>
  d.entry === ""
    ? d.caller === d.taker
      ? `${d.taker}() holds ${d.inner} already`
      : `${d.caller}() holds ${d.inner} and comes to ${d.taker}()`
    : d.caller === d.taker
      ? `${d.taker}() runs in ${d.entry}, which holds ${d.inner}`
      : `${d.caller}() runs in ${d.entry}, which holds ${d.inner}, and comes to ${d.taker}()`;

/** The words of an outcome of kind "wrong-order". */
export function wrongOrder(d: Detail): Words {
  const other =
    d.rival === ""
      ? `A thread that takes them as documented holds ${d.outer} and waits for ${d.inner}, while this one waits for ${d.outer}: both wait for ever.`
      : `${d.rival}() takes them as documented. When the two meet, each holds what the other waits for.`;
  return {
    message: `Can ${d.outer} be taken here, inside ${d.inner}?`,
    why: `${holder(d)}, and here it waits for ${d.outer}. ${d.says}. ${other}`,
    suggestion:
      `I would take a lock of its own for this that nests inside ${d.inner}, or take ${d.outer} before ${d.inner}. ` +
      "Where neither will do, a trylock that gives up does not wait.",
  };
}

/** Thread A against the order, thread B along it. */
export function orderSteps({ detail, anchor, rival }: Outcome): InterleavingStep[] {
  if (detail.kind !== "wrong-order") return [];
  const { entry, caller, inner, outer } = detail;
  const start = entry === "" ? `${caller}() holds ${inner}` : `${caller}(), in ${entry}, holds ${inner}`;
  return [
    { thread: "A", text: start },
    { thread: "B", text: rival ? `${rival.function}() holds ${outer}` : `holds ${outer}` },
    { thread: "A", text: `${anchor.function}() waits for B: ${anchor.statement}` },
    { thread: "B", text: rival ? `waits for A: ${rival.statement}` : `waits for A, as it takes ${inner} too` },
  ];
}
