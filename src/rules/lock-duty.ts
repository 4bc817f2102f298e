/**
 * Who has to hold a lock that a function asks for, followed upwards from the call: the path itself, a caller that says so,
 * callers that all hold it. Only where the duty can be passed on to nobody, and nothing says that it is met, is it missed.
 */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { AccessEvent, CallEvent } from "../analysis/events.js";
import type { FactIndex } from "../analysis/fact-index.js";
import { Contracts } from "../analysis/lock-contract.js";
import { digestOf } from "../analysis/lock-digest.js";
import { isNameable, translate } from "../analysis/lock-names.js";
import type { Program } from "../analysis/program.js";
import { Reaches } from "../analysis/reach.js";
import { RingAnswers } from "../analysis/trace.js";
import { pathOf, type Value } from "../analysis/value.js";
import { namesIn, testsAround } from "../analysis/walk.js";
import { LockUse } from "./lock-use.js";

/** A call or an access that needs a lock, in the terms of the function it stands in. */
export interface Need {
  f: ProgramFunction;
  event: CallEvent | AccessEvent;
  lock: Value;
  write: boolean;
}

export interface Miss extends Need {
  standing: "absent" | "dropped" | "reading";
  /** True when callers that are not in view may hold it: a doubt, worth a word only when a patch brings it. */
  doubt: boolean;
  /** The function's own doing shows that it does not hold it: it takes it elsewhere, or gave it back. */
  local: boolean;
  /** The needs further down that this one is told for. */
  below: readonly Need[];
}

/** met: somebody holds it, or has to. unknown: nothing is concluded. */
type Judged = "met" | "unknown" | readonly Miss[];

const MAX_UP = 8;

interface EntryAnswer {
  found: Judged | "open";
  kept: readonly Need[];
}

const UNKNOWN: EntryAnswer = { found: "unknown", kept: [] };

export class LockDuty {
  readonly contracts: Contracts;
  readonly use: LockUse;
  private readonly reaches: Reaches;
  private readonly entries: RingAnswers<EntryAnswer>;
  /** Needs that a function meets by a lock which it has taken itself. */
  private kept: Need[] = [];

  constructor(
    readonly program: Program,
    index: FactIndex,
  ) {
    this.use = new LockUse(program, index);
    this.contracts = new Contracts(program, (name, global) => this.use.namesLock(name, global), index);
    this.reaches = new Reaches(program);
    this.entries = new RingAnswers(program.trace);
  }

  /** The needs that were found to be met by the function itself, since this was last asked. */
  takeKept(): Need[] {
    const kept = this.kept;
    this.kept = [];
    return kept;
  }

  /** Where the lock is missed: at the need itself or at calls further up; nowhere when it is met or nothing is known. */
  judge(need: Need, depth = MAX_UP): Judged {
    const { f, event, lock, write } = need;
    if (!f.fn.whole || f.fn.errors > 0 || !this.program.facts(f).complete) return "unknown";
    const standing = this.use.standing(event, lock, write);
    if (standing === "taken") this.kept.push(need);
    if (standing === "taken" || standing === "asserted") return "met";
    if (standing === "unsure" || this.use.isOwn(f, lock)) return "unknown";
    if (this.saysCallerHolds(f, lock)) return "met";
    const miss = (doubt: boolean, local = false): Miss[] => [{ ...need, standing, doubt, local, below: [] }];
    if (standing !== "absent") return miss(false, true);
    if (isChosenByCaller(f, event.at)) return miss(true);
    if (this.use.manages(f, lock)) return miss(false, true);
    if (this.use.mayBeTakenOutside(f, event, lock)) return "unknown";
    if (!isNameable(lock)) return miss(!isOwnLockOfElement(lock));
    if (this.reaches.of(f) === "spawned") return miss(false);
    const above = depth > 0 ? this.onEntry(f, lock, write, depth) : "unknown";
    if (above === "open") return miss(true);
    if (!Array.isArray(above)) return above;
    return above.map((m: Miss) => (m.f === f && m.event === event ? m : { ...m, below: [...m.below, need] }));
  }

  /** Its own contract, in whatever wording, or an unlock of what it has not taken. */
  private saysCallerHolds(f: ProgramFunction, lock: Value): boolean {
    if (this.contracts.of(f).some((c) => c.lock.name === lock.name) || this.contracts.mentions(f, lock.name))
      return true;
    const { asserts, unlocks } = digestOf(this.program.facts(f));
    return [...asserts, ...unlocks.filter((e) => e.callers)].some((e) => e.lock.name === lock.name);
  }

  /**
   * Whether whoever calls a function holds a lock of its parameters; open: callers that are not in view decide. How far up it is
   * looked is part of the question.
   */
  private onEntry(f: ProgramFunction, lock: Value, write: boolean, depth: number): Judged | "open" {
    const question = `${f.file.path}\0${f.fn.name}\0${f.fn.at}\0${lock.key}\0${write}`;
    const answer = this.entries.of(question, String(depth), UNKNOWN, () => {
      const outer = this.kept;
      this.kept = [];
      const found = this.combine(this.fromCallers(f, lock, write, depth), this.reaches.of(f) === "open");
      const { kept } = this;
      this.kept = outer;
      return { found, kept };
    });
    this.kept.push(...answer.kept);
    return answer.found;
  }

  private fromCallers(f: ProgramFunction, lock: Value, write: boolean, depth: number): Judged[] {
    const facts = this.program.facts(f);
    return this.program.callersOf(f).flatMap((caller) => {
      const own = this.program.facts(caller);
      return digestOf(own).calls.flatMap((event): Judged[] => {
        if (event.name !== f.fn.name) return [];
        const there = translate(this.program, lock, facts, own, event.args);
        return [there === null ? "unknown" : this.judge({ f: caller, event, lock: there, write }, depth - 1)];
      });
    });
  }

  /** Where some callers miss it, these are told; where every one does, or none is seen, the function that they call. */
  private combine(results: readonly Judged[], open: boolean): Judged | "open" {
    const misses = results.flatMap((r) => (Array.isArray(r) ? (r as readonly Miss[]) : []));
    if (misses.length === 0) return results.length === 0 ? "open" : results.includes("unknown") ? "unknown" : "met";
    const all = results.every((r) => Array.isArray(r));
    return all && (open || results.length > 1) ? "open" : misses;
  }
}

/**
 * The lock inside an element of a list that is gone through: nobody can have taken it for each beforehand. One that a pointer
 * of the element leads to may be shared by all of them, and held by whoever goes through the list.
 */
function isOwnLockOfElement(lock: Value): boolean {
  const { root, fields } = pathOf(lock);
  return root.kind === "element" && fields.length === 1;
}

/** Under a branch on a plain parameter, such as `if (locked)`: the caller tells what it holds. */
function isChosenByCaller({ fn }: ProgramFunction, at: number): boolean {
  const told = new Set(fn.params.filter((p) => p.type.pointers === 0).map((p) => p.name));
  return told.size > 0 && testsAround(fn.body, at).some((test) => [...namesIn(test)].some((n) => told.has(n)));
}
