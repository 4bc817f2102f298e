/** What a rule kind says about the code: structured, without words. The review turns it into findings. */
import type { Protection } from "./guards.js";
import type { Rule } from "./rule-schema.js";

/** A place in the code with what matters there. `at` is an offset into the file as it was read; `line` is of that file. */
export interface OutcomeSite {
  role: "set" | "clear" | "check" | "act" | "read" | "write" | "lock" | "unlock";
  path: string;
  line: number;
  function: string;
  /** Locks held, as the source spells them. */
  held: string[];
  code: string;
  /** All of the statement that begins there, on one line. */
  statement: string;
  via: string[];
}

/** What the words need, by kind of outcome. */
export type OutcomeDetail =
  | {
      kind: "foreign-clear";
      flag: string;
      container: string;
      object: string;
      guard: Protection;
      setters: string[];
      gates: string[];
      clearer: string;
      /** The setter's own way out that clears the flag although another may have set it too; "" when there is none. */
      selfWipe: string;
    }
  | {
      kind: "stale-check";
      object: string;
      state: string;
      /** What was checked: one other object, or all of them. */
      all: boolean;
      guard: Protection;
      /** The lock that was dropped between check and act; "" when none was held. */
      dropped: string;
      acts: string[];
      /** A flag that would excuse it, were it sound: who can wipe it, or why it is not exclusive. */
      gate: { flag: string; wipedBy: string[] } | null;
      checker: string;
    }
  | {
      kind: "overlapping-owners";
      object: string;
      /** It is set on all objects at once. */
      every: boolean;
      flag: string;
      setter: string;
      clearer: string;
      gates: string[];
      /** Functions that set and clear it and hold no lock in common. */
      owners: string[];
    }
  | { kind: "own-write"; object: string; state: string; guard: Protection; writer: string }
  | { kind: "unlocked-write"; object: string; state: string; guard: Protection; variable: string; writer: string }
  | {
      kind: "wrong-instance";
      object: string;
      state: string;
      guard: Protection;
      variable: string;
      held: string;
      writer: string;
      access: "read" | "write";
    }
  | { kind: "held-on-return"; lock: string; writer: string; taken: string; others: boolean }
  | { kind: "double-acquire"; lock: string; writer: string; callee: string }
  | { kind: "stray-unlock"; lock: string; writer: string; callee: string; how: "twice" | "branch" | "never" }
  | { kind: "attempt-ignored"; lock: string; writer: string }
  | {
      kind: "inconsistent-guard";
      access: "read" | "write";
      /** As the source spells it here: "dev->state". */
      place: string;
      field: string;
      struct: string;
      lock: string;
      /** Where the lock is, seen from what the field is part of (analysis/field-class.ts). */
      relation: string;
      writer: string;
      /** Places elsewhere that write it, and that read it, under the lock. */
      written: number;
      read: number;
      /** Functions that write it under the lock; others that go without. */
      under: string[];
      unguarded: string[];
    }
  | {
      kind: "stale-after-unlock";
      /** What was looked at, as the source spells it, and what rests on it. */
      checked: string;
      field: string;
      struct: string;
      act: string;
      lock: string;
      relation: string;
      writer: string;
      /** Other functions that write what was checked, under the lock. */
      under: string[];
      /** The lock is held again where it is acted on. */
      again: boolean;
    }
  | { kind: "reported-read"; object: string; state: string; guard: Protection; variable: string; writer: string }
  | {
      kind: "missing-lock";
      lock: string;
      /** What asks for the lock: a function that is called, or a field that is used. */
      asker: { what: "call" | "field"; name: string };
      /** How it asks: "lockdep_assert_held()", "its comment", "__must_hold()", "__guarded_by()". */
      word: string;
      /** Where the word stands: path:line. */
      where: string;
      /** The function that says so, when it is not the one that is called. */
      by: string;
      writer: string;
      /** absent: not taken; dropped: given back before; reading: held for reading only. */
      standing: "absent" | "dropped" | "reading";
    }
  | {
      kind: "wrong-order";
      /** The lock that is waited for, and the one held meanwhile. */
      outer: string;
      inner: string;
      /** The function that waits. */
      taker: string;
      /** Where the way starts on which the inner lock is held: who took it, or by whom the thread came in. */
      caller: string;
      /** How the thread came in with the inner lock held: "KVM_RUN"; "" when it is taken in view. */
      entry: string;
      /** A function that takes both as documented; "" when none is in view. */
      rival: string;
      says: string;
    };

/** What a function does to a lock that its callers see: to be compared with what it did before a patch. */
export interface LockEffect {
  what: "keeps" | "gives-back" | "gives-back-twice" | "takes-again" | "ignores";
  /** The lock as the function spells it, and the field that it is. */
  lock: string;
  field: string;
  /** Keys of the lock and of what it is a part of: a function that is given one of them can get at the lock. */
  owners: readonly string[];
  /** What the return says on which the lock is kept; "" for all else. */
  when: "none" | "zero" | "errno" | "other" | "unknown" | "";
}

export interface Outcome {
  rule: Rule;
  detail: OutcomeDetail;
  /** What is wrong, independent of where the lines stand: equal keys on both sides of a patch are the same fault. */
  key: string;
  severity: "error" | "warning" | "note";
  /** The site the comment belongs to; one of `sites`. */
  anchor: OutcomeSite;
  sites: OutcomeSite[];
  /** What a second thread does meanwhile, in a function that goes about it as it should (rival.ts); null when none is in view. */
  rival?: OutcomeSite | null;
  /** Functions that read or change another object's state, to be serialised; in order of path and name. */
  competitors: string[];
  /** True when every function that the outcome rests on was seen whole. */
  whole: boolean;
  /** True when what is not shown may well excuse it: good for comparing the two sides of a patch, not for saying. */
  weak?: boolean;
  /** Set for outcomes of lock balance. A weak one with an effect counts when the function did not have it before (effects.ts). */
  effect?: LockEffect;
  /** Nothing is wrong: it only marks what the side after the patch may have lost. */
  mark?: boolean;
  /** For a weak one: it is said all the same where the side before the patch has an outcome of this rule and key. */
  lost?: string;
  /** Keys of outcomes that say the same nearer to its cause: where one of them is said, this one is not. */
  below?: readonly string[];
  /** The comment by which the code accepts the fault, or null. */
  acknowledgedBy: string | null;
}
