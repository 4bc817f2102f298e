/** The faults of vcpu.ts in rarer spellings, and sound code that looks like them. */
import { type Draft, draft, type Operator, type Scope } from "../operator.js";
import { failure } from "../shapes.js";
import { seatsOf, stateOf } from "../vcpus.js";
import { added, type Snippet, type State } from "./vcpu.js";

const ACCESS = "kvm/cross-vcpu-mp-state";
const CHECK = "kvm/check-then-act";
const STOPPED = "KVM_MP_STATE_STOPPED";

const operator = (kind: Operator["kind"], name: string, what: string, snippet: Snippet): Operator => ({
  name,
  kind,
  rules: kind === "fault" ? [ACCESS] : [],
  what,
  drafts: (scope) => added(scope, snippet),
});

/** A loop that notes what it saw in a variable, and an act behind it that rests on the variable. */
function noted(scope: Scope, declared: string, seen: string, test: string): Draft[] {
  const state = stateOf(scope);
  if (state === null) return [];
  return seatsOf(scope, CHECK).flatMap((seat) => {
    const out = failure(seat.fn);
    if (seat.how !== "new loop" || seat.own === null || out === null) return [];
    const loop = seat.put([`if (READ_ONCE(${state.state("peer")}) != ${STOPPED})`, `\t${seen}`]);
    const first = loop.text.indexOf("\tunsigned long n;");
    const last = loop.text.lastIndexOf("}");
    const act = [`if (${test})`, `\t${out}`, `${seat.own}->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;`];
    const text =
      `${loop.text.slice(0, first)}\t${declared}\n${loop.text.slice(first, last)}` +
      `${act.map((l) => `\t${l}\n`).join("")}${loop.text.slice(last)}`;
    return [draft(seat.fn, seat.at, [{ ...loop, text }])];
  });
}

const all = (name: string, what: string, declared: string, seen: string, test: string): Operator => ({
  name,
  kind: "fault",
  rules: [CHECK],
  what,
  drafts: (scope) => noted(scope, declared, seen, test),
});

const runs = (s: State, v: string): string => `READ_ONCE(${s.state(v)}) == KVM_MP_STATE_RUNNABLE`;

export const spelledFaults: readonly Operator[] = [
  operator("fault", "other-overwritten", "the state is filled with zeroes, no lock", ({ other }, s) => ({
    lines: [`memset(&${s.state(other)}, 0, sizeof(${s.state(other)}));`],
    bare: true,
  })),
  operator("fault", "other-written-by-pointer-call", "the store is called through a pointer", ({ fn, other }, s) => ({
    lines: ["{", `\tvoid (*change)(struct kvm_vcpu *vcpu) = ${fn.fn.name}_change;`, "", `\tchange(${other});`, "}"],
    helper: { header: `void ${fn.fn.name}_change(struct kvm_vcpu *vcpu)`, body: [`${s.state("vcpu")} = ${STOPPED};`] },
  })),
  operator("fault", "other-written-by-word", "a helper stores to a pointer that it is given", ({ fn, other }, s) => ({
    lines: [`${fn.fn.name}_put(&${s.state(other)});`],
    helper: { header: `void ${fn.fn.name}_put(u32 *word)`, body: [`*word = ${STOPPED};`] },
    bare: true,
  })),
  operator("fault", "asserted-not-held", "a helper asserts the lock, nobody takes it", ({ fn, other }, s) => ({
    lines: [`${fn.fn.name}_stop(${other});`],
    helper: {
      header: `void ${fn.fn.name}_stop(struct kvm_vcpu *vcpu)`,
      body: [`lockdep_assert_held(${s.lock("vcpu")});`, "", `${s.state("vcpu")} = ${STOPPED};`],
    },
    bare: true,
  })),
  all("all-checked-into-flag", "what the loop saw is asked of a flag", "bool busy = false;", "busy = true;", "busy"),
  all("all-checked-into-count", "what the loop saw is asked of a count", "int busy = 0;", "busy++;", "busy > 1"),
  all("all-checked-into-error", "what the loop saw is an error code", "int bad = 0;", "bad = -EBUSY;", "bad"),
];

export const spelledSounds: readonly Operator[] = [
  operator("sound", "kicked-by-variable", "a kick, by way of a variable", ({ other }, s) => ({
    lines: ["{", `\tbool runs = ${runs(s, other)};`, "", "\tif (runs)", `\t\tkvm_vcpu_kick(${other});`, "}"],
  })),
  operator("sound", "rechecked-by-guard", "looked at early, again under guard()", ({ other }, s) => ({
    lines: [
      `if (${runs(s, other)}) {`,
      `\tguard(spinlock)(${s.lock(other)});`,
      `\tif (${runs(s, other)})`,
      `\t\t${s.state(other)} = ${STOPPED};`,
      "}",
    ],
  })),
  operator("sound", "rechecked-in-helper", "looked at early, again in a helper that locks", ({ fn, other }, s) => ({
    lines: [`if (${runs(s, other)})`, `\t${fn.fn.name}_stop(${other});`],
    helper: {
      header: `void ${fn.fn.name}_stop(struct kvm_vcpu *vcpu)`,
      body: [
        `spin_lock(${s.lock("vcpu")});`,
        `if (${runs(s, "vcpu")})`,
        `\t${s.state("vcpu")} = ${STOPPED};`,
        `spin_unlock(${s.lock("vcpu")});`,
      ],
    },
    bare: true,
  })),
  operator("sound", "other-written-by-both-aliases", "a lock pointer of its own, stored by alias", ({ other }, s) => ({
    lines: [
      "{",
      `\tspinlock_t *lock = ${s.lock(other)};`,
      `\tstruct kvm_vcpu_arch *arch = &${other}->arch;`,
      "",
      "\tspin_lock(lock);",
      `\tarch->mp_state.mp_state = ${STOPPED};`,
      "\tspin_unlock(lock);",
      "}",
    ],
  })),
];
