/** What is said of state that is touched without its guard (rule kind guarded-access). */
import type { Protection } from "../rules/guards.js";
import type { OutcomeDetail } from "../rules/outcome.js";
import { call, type Words } from "./wording.js";

type Detail<K extends OutcomeDetail["kind"]> = Extract<OutcomeDetail, { kind: K }>;

/** "its mp_state_lock" or "kvm->lock". */
const named = ({ by, label }: Protection): string => (by === "object" ? `its ${label}` : label);

const minded = ({ note }: Protection): string => (note === "" ? "" : ` ${note}`);

/**
 * `inTree`: the code was read with all of its tree, so that the guard is known to be there. A patch alone does not tell: kernels
 * before the lock was made have other ones, or none.
 */
export function unlockedWrite(d: Detail<"unlocked-write">, inTree: boolean): Words {
  const { shared } = d.guard;
  const message = `What serialises this write to the ${d.state} of ${shared ? "this" : "another"} ${d.object}?`;
  const other = shared
    ? `Other threads can come to ${d.variable} as well`
    : `What ${d.variable} points to need not be the ${d.object} that runs ${call(d.writer)}`;
  const from = shared ? "" : ` from another ${d.object}'s thread`;
  if (d.guard.by === "owner") {
    return {
      message,
      why: `${other}. No lock guards it on this architecture: it is sound only as long as nobody but the ${d.object}'s own thread writes it.`,
      suggestion: `I would have that ${d.object} change its ${d.state} itself: make a request for it, and kick it.`,
    };
  }
  const where = d.guard.by === "object" ? `the ${d.guard.label} of ${d.variable}` : d.guard.label;
  if (!inTree) {
    return {
      message,
      why:
        `${other}, and no lock is seen here that would keep the two apart, so the write can fall into the middle of what ` +
        "its owner, or a third thread, does with it.",
      suggestion:
        `I would take the lock that guards the ${d.state} of ${d.variable} around it, as every write${from} ` +
        `needs one: ${d.guard.label}, where the tree has it.${minded(d.guard)}`,
    };
  }
  return {
    message,
    why:
      `${other}, and ${named(d.guard)} is not held ` +
      "here, so the write can fall into the middle of what its owner, or a third thread, does under that lock.",
    suggestion: `I would take ${where} around it, as every write${from} needs it.${minded(d.guard)}`,
  };
}

export function ownWrite(d: Detail<"own-write">, inTree: boolean): Words {
  if (!inTree) {
    return {
      message: `Does this write to the ${d.object}'s ${d.state} not need a lock?`,
      why:
        `Other ${d.object}s' threads write it as well; ${call(d.writer)} takes no lock in sight that they would take too, so the two ` +
        "writes can fall into one another.",
      suggestion: `I would take one lock around it and around every other write: ${d.guard.label}, where the tree has it.${minded(d.guard)}`,
    };
  }
  const guard = d.guard.by === "object" ? `the ${d.guard.label}` : d.guard.label;
  return {
    message: `Does this write to the ${d.object}'s ${d.state} not need ${guard}?`,
    why:
      `Other ${d.object}s' threads write it as well; ${call(d.writer)} does not hold ${guard} here, so the two ` +
      "writes can fall into one another.",
    suggestion: `I would take ${guard} around it, and around every other write.${minded(d.guard)}`,
  };
}

export function wrongInstance(d: Detail<"wrong-instance">): Words {
  return {
    message: `Should the lock here not be the one of ${d.variable}?`,
    why:
      `This ${d.access}s the ${d.state} of ${d.variable}, but what is held is ${d.held}: the right kind of lock of ` +
      `another ${d.object}. It keeps nobody from changing this one.`,
    suggestion: `I would take ${d.variable}'s own ${d.guard.label} around the ${d.access}.`,
  };
}

export function reportedRead(d: Detail<"reported-read">, inTree: boolean): Words {
  const guarded = inTree ? `without ${named(d.guard)}` : "without a lock of it";
  const without = d.guard.by === "owner" ? "no lock guards it" : guarded;
  return {
    message: `The ${d.state} of ${d.guard.shared ? "this" : "another"} ${d.object} is read here ${without}.`,
    why: `${d.variable} can change while ${call(d.writer)} looks. That is fine for a value which is only passed on.`,
    suggestion: "READ_ONCE() and a comment that says so would tell the next reader.",
  };
}
