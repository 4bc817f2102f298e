/**
 * What is said of each outcome: a question, the reason, what to change. One entry for each kind of outcome; a new kind does
 * not compile without its words.
 */
import type { Protection } from "../rules/guards.js";
import type { Outcome, OutcomeDetail } from "../rules/outcome.js";
import { call, short, type Words } from "./wording.js";
import { ownWrite, reportedRead, unlockedWrite, wrongInstance } from "./words-guarded-access.js";
import { inconsistentGuard } from "./words-inconsistent-guard.js";
import { attemptIgnored, doubleAcquire, heldOnReturn, strayUnlock } from "./words-lock-balance.js";
import { wrongOrder } from "./words-lock-order.js";
import { missingLock } from "./words-missing-required-lock.js";
import { staleAfterUnlock } from "./words-stale-after-unlock.js";

/** How well the code was seen: with all of the tree, or in the lines that the patch shows. */
type View = "tree" | "function" | "diff";

/** "a(), b() and c()". */
function listed(names: readonly string[]): string {
  const calls = names.map(call);
  if (calls.length < 2) return calls.join("");
  return `${calls.slice(0, -1).join(", ")} and ${calls.at(-1)}`;
}

function advice(outcome: Outcome, view: View, state: string, object: string, guard: Protection): string {
  const { rule, competitors } = outcome;
  if (!("serialise" in rule)) return "";
  const rest = view === "tree" ? "" : ", and any such path that the patch does not show";
  const paths = competitors.length > 0 ? `: ${listed(competitors)}${rest}` : "";
  const caveat = rule.serialise.caveat === undefined ? "" : ` ${rule.serialise.caveat}`;
  const own =
    guard.by === "object" && !guard.shared
      ? ` Operations that only change the calling ${object}'s own state can go on with ${guard.label} alone.`
      : "";
  return (
    `I would serialise with ${rule.serialise.what} every operation that reads or changes ${guard.shared ? "a" : "another"} ${object}'s ` +
    `${state}${paths}.${own}${caveat}`
  );
}

type Detail<K extends OutcomeDetail["kind"]> = Extract<OutcomeDetail, { kind: K }>;

function foreignClear(d: Detail<"foreign-clear">, outcome: Outcome, view: View): Words {
  const flag = short(d.flag);
  const wipe =
    d.selfWipe === ""
      ? ""
      : ` A second caller of ${call(d.selfWipe)} that gives up clears it as well, whoever had set it: the set takes no note ` +
        "of a flag that is already there.";
  const checks = outcome.sites.some((s) => s.role === "check" && d.setters.includes(s.function));
  const when = checks
    ? `after ${listed(d.setters)} has checked the other ${d.object}s and before it does what rests on that`
    : "before the work that it was set for has ended";
  return {
    message: `Is ${flag} still set when ${listed(d.setters)} relies on it?`,
    why:
      `${listed(d.setters)} sets it for the whole ${d.container} and ${listed(d.gates)} holds back while it is set, but ` +
      `${call(d.clearer)} clears it for any ${d.object} that comes by, without a look at who set it. A second thread can ` +
      `wipe it ${when}, and the gate stands open.${wipe}`,
    suggestion: advice(outcome, view, stateOf(outcome), d.object, d.guard),
  };
}

const stateOf = ({ rule }: Outcome): string => ("state" in rule ? rule.state.label : "state");
function staleCheck(d: Detail<"stale-check">, outcome: Outcome, view: View): Words {
  const acts = d.acts.length > 0 ? d.acts[0] : "what follows";
  const guard = d.guard.by === "owner" ? "lock" : d.guard.label;
  const unlocked =
    view === "diff" ? `with no ${guard} in sight` : `without ${d.guard.by === "object" ? "its " : ""}${guard}`;
  const how = d.all
    ? d.dropped === ""
      ? `The loop reads each ${d.object}'s state ${unlocked}`
      : `The loop holds one ${guard} at a time and drops it before it looks at the next ${d.object}`
    : d.dropped === ""
      ? `The state is read ${unlocked}`
      : `${d.dropped} is dropped between the check and the change`;
  const gate =
    d.gate === null
      ? ""
      : ` ${short(d.gate.flag)} would keep the others out meanwhile, but ` +
        `${listed(d.gate.wipedBy)} can clear it before then.`;
  return {
    message: d.all
      ? `What keeps the other ${d.object}s as the loop saw them, until ${acts}?`
      : `What keeps the ${d.object} as it was checked, until ${acts}?`,
    why: `${how}, so when the code acts on it, none of what was seen needs to hold any more.${gate}`,
    suggestion:
      d.all || d.guard.by !== "object"
        ? advice(outcome, view, d.state, d.object, d.guard)
        : keepHeld(d.dropped === "" ? `the ${d.guard.label} of that ${d.object}` : d.dropped, acts ?? ""),
  };
}

/** Of one object its own lock is enough, as long as it is not given back in between. */
const keepHeld = (lock: string, act: string): string =>
  `I would hold ${lock} from the check until ${act} is done` +
  `${act.endsWith("()") ? ", by a variant that wants it held where it takes the lock itself" : ""}. ` +
  "Where it has to be dropped in between, the state wants to be checked again once it is taken anew.";

function overlappingOwners(d: Detail<"overlapping-owners">): Words {
  const flag = short(d.flag);
  return {
    message: `What if a second caller still needs ${flag} when ${call(d.clearer)} clears it?`,
    why:
      `${call(d.setter)} sets it on ${d.every ? `every ${d.object}` : `a ${d.object}`} and ${call(d.clearer)} clears it${d.every ? " on every one" : ""}, and ${listed(d.owners)} come ` +
      `there without a lock in common. The first to end clears what the second relies on, and ${listed(d.gates)} goes on too early.`,
    suggestion: `A counter instead of ${flag} would let owners overlap; or one lock around all of them would keep them apart.`,
  };
}

/** The words of an outcome. */
export function wordsFor(outcome: Outcome, view: View): Words {
  const { detail } = outcome;
  switch (detail.kind) {
    case "foreign-clear":
      return foreignClear(detail, outcome, view);
    case "stale-check":
      return staleCheck(detail, outcome, view);
    case "unlocked-write":
      return unlockedWrite(detail, view === "tree");
    case "own-write":
      return ownWrite(detail, view === "tree");
    case "overlapping-owners":
      return overlappingOwners(detail);
    case "wrong-instance":
      return wrongInstance(detail);
    case "inconsistent-guard":
      return inconsistentGuard(detail);
    case "stale-after-unlock":
      return staleAfterUnlock(detail);
    case "reported-read":
      return reportedRead(detail, view === "tree");
    case "held-on-return":
      return heldOnReturn(detail);
    case "double-acquire":
      return doubleAcquire(detail);
    case "stray-unlock":
      return strayUnlock(detail);
    case "wrong-order":
      return wrongOrder(detail);
    case "attempt-ignored":
      return attemptIgnored(detail);
    case "missing-lock":
      return missingLock(detail);
  }
}
