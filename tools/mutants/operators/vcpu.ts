/** Code about another vCPU's run state, added to functions that have one at hand: faulty and sound. */
import type { FnSite } from "../code.js";
import { helper } from "../edit.js";
import { type Draft, draft, type Operator, type Scope } from "../operator.js";
import { failure } from "../shapes.js";
import { type Seat, seatsOf, stateOf } from "../vcpus.js";

const ACCESS = "kvm/cross-vcpu-mp-state";
const CHECK = "kvm/check-then-act";
const STOPPED = "KVM_MP_STATE_STOPPED";

/** What to add at a seat: lines, a helper in front of the function, whether the loop goes without braces. */
interface Added {
  lines: readonly string[];
  helper?: { header: string; body: readonly string[] };
  bare?: boolean;
}

export type State = NonNullable<ReturnType<typeof stateOf>>;
export type Snippet = (seat: Seat, s: State) => Added | null;

export function added(scope: Scope, snippet: Snippet): Draft[] {
  const state = stateOf(scope);
  if (state === null) return [];
  return seatsOf(scope, ACCESS).flatMap((seat) => {
    const made = snippet(seat, state);
    if (made === null) return [];
    const edits = [seat.put(made.lines, made.bare)];
    if (made.helper !== undefined) edits.unshift(helper(seat.fn, made.helper.header, ...made.helper.body));
    const names = [
      seat.fn.fn.name,
      ...(made.helper === undefined ? [] : [/(\w+)\(/.exec(made.helper.header)?.[1] ?? ""]),
    ];
    return [draft(seat.fn, seat.at, edits, names)];
  });
}

const fault = (name: string, rules: readonly string[], what: string, snippet: Snippet): Operator => ({
  name,
  kind: "fault",
  rules,
  what,
  drafts: (scope) => added(scope, snippet),
});

const sound = (name: string, what: string, snippet: Snippet): Operator => ({
  name,
  kind: "sound",
  rules: [],
  what,
  drafts: (scope) => added(scope, snippet),
});

const store = (s: State, v: string, once = true): string =>
  once ? `WRITE_ONCE(${s.state(v)}, ${STOPPED});` : `${s.state(v)} = ${STOPPED};`;
const locked = (s: State, v: string, ...lines: string[]): string[] => [
  `spin_lock(${s.lock(v)});`,
  ...lines,
  `spin_unlock(${s.lock(v)});`,
];
const helperName = (fn: FnSite, what: string): string => `${fn.fn.name}_${what}`;

const writes: readonly Operator[] = [
  fault("other-written-unlocked", [ACCESS], "another vCPU's state is stored to, no lock", ({ other }, s) => ({
    lines: [store(s, other, false)],
    bare: true,
  })),
  fault("other-written-once-unlocked", [ACCESS], "the same with WRITE_ONCE()", ({ other }, s) => ({
    lines: [store(s, other)],
    bare: true,
  })),
  fault(
    "other-written-under-own-lock",
    [ACCESS],
    "the running vCPU's lock is held, not the other's",
    ({ other, own }, s) => (own === null ? null : { lines: locked(s, own, store(s, other)) }),
  ),
  fault("own-lock-by-guard", [ACCESS], "the same by guard()", ({ other, own }, s) =>
    own === null ? null : { lines: [`scoped_guard(spinlock, ${s.lock(own)})`, `\t${store(s, other)}`] },
  ),
  fault("other-written-behind-unlock", [ACCESS], "the store stands behind the unlock", ({ other }, s) => ({
    lines: [...locked(s, other, "barrier();"), store(s, other)],
  })),
  fault("other-written-behind-guard", [ACCESS], "the store stands behind a scoped_guard()", ({ other }, s) => ({
    lines: [`scoped_guard(spinlock, ${s.lock(other)})`, "\tbarrier();", store(s, other)],
  })),
  fault("other-locked-on-one-branch", [ACCESS], "the lock is taken on some condition", ({ other }, s) => ({
    lines: [
      "if (need_resched()) {",
      ...locked(s, other, store(s, other)).map((l) => `\t${l}`),
      "} else {",
      `\t${store(s, other)}`,
      "}",
    ],
  })),
  fault("other-written-by-helper", [ACCESS], "a new helper stores, nobody locks", ({ fn, other }, s) => ({
    lines: [`${helperName(fn, "stop")}(${other});`],
    helper: { header: `void ${helperName(fn, "stop")}(struct kvm_vcpu *vcpu)`, body: [store(s, "vcpu")] },
    bare: true,
  })),
  fault("other-written-by-alias", [ACCESS], "the store goes through a second pointer", ({ other }, s) => ({
    lines: ["{", `\tstruct kvm_vcpu *target = ${other};`, "", `\t${store(s, "target", false)}`, "}"],
  })),
  fault(
    "other-written-by-field-alias",
    [ACCESS],
    "the store goes through a pointer to the state's struct",
    ({ other }) => ({
      lines: [
        "{",
        `\tstruct kvm_vcpu_arch *arch = &${other}->arch;`,
        "",
        `\tarch->mp_state.mp_state = ${STOPPED};`,
        "}",
      ],
    }),
  ),
  fault(
    "other-written-on-trylock-failure",
    [ACCESS],
    "the store is made whether or not the trylock worked",
    ({ other }, s) => ({
      lines: [
        "{",
        `\tbool got = spin_trylock(${s.lock(other)});`,
        "",
        `\t${store(s, other)}`,
        "\tif (got)",
        `\t\tspin_unlock(${s.lock(other)});`,
        "}",
      ],
    }),
  ),
];

const testOf = (s: State, v: string): string => `READ_ONCE(${s.state(v)}) == ${STOPPED}`;

const checks: readonly Operator[] = [
  fault("stale-check-of-one", [CHECK], "checked in one critical section, stored in the next", ({ other }, s) => ({
    lines: [
      "{",
      "\tbool stopped;",
      "",
      ...locked(s, other, `stopped = ${testOf(s, other)};`).map((l) => `\t${l}`),
      "\tif (stopped) {",
      ...locked(s, other, `${s.state(other)} = KVM_MP_STATE_RUNNABLE;`).map((l) => `\t\t${l}`),
      "\t}",
      "}",
    ],
  })),
  fault("check-before-lock", [CHECK], "checked without a lock, stored under it", ({ other }, s) => ({
    lines: [
      `if (${testOf(s, other)}) {`,
      ...locked(s, other, `${s.state(other)} = KVM_MP_STATE_RUNNABLE;`).map((l) => `\t${l}`),
      "}",
    ],
  })),
  fault(
    "stale-check-by-helper",
    [CHECK],
    "a new predicate locks for itself, the caller stores",
    ({ fn, other }, s) => ({
      lines: [
        `if (${helperName(fn, "stopped")}(${other})) {`,
        ...locked(s, other, `${s.state(other)} = KVM_MP_STATE_RUNNABLE;`).map((l) => `\t${l}`),
        "}",
      ],
      helper: {
        header: `bool ${helperName(fn, "stopped")}(struct kvm_vcpu *vcpu)`,
        body: ["bool stopped;", "", ...locked(s, "vcpu", `stopped = ${testOf(s, "vcpu")};`), "return stopped;"],
      },
    }),
  ),
];

/** A new loop that leaves the function when it meets a vCPU that runs, and an act behind it. */
function checkAll(scope: Scope, lines: (s: State, out: string) => string[]): Draft[] {
  const state = stateOf(scope);
  if (state === null) return [];
  return seatsOf(scope, CHECK).flatMap((seat) => {
    const out = failure(seat.fn);
    if (seat.how !== "new loop" || seat.own === null || out === null) return [];
    const loop = seat.put(lines(state, out));
    const act = `\t${seat.own}->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;\n`;
    const at = loop.text.lastIndexOf("}");
    return [draft(seat.fn, seat.at, [{ ...loop, text: `${loop.text.slice(0, at)}${act}${loop.text.slice(at)}` }])];
  });
}

const all = (name: string, what: string, lines: (s: State, out: string) => string[]): Operator => ({
  name,
  kind: "fault",
  rules: [CHECK],
  what,
  drafts: (scope) => checkAll(scope, lines),
});

const loops: readonly Operator[] = [
  all("all-checked-one-by-one", "every vCPU is checked under its lock, then something is done", (s, out) => [
    `spin_lock(${s.lock("peer")});`,
    `if (${s.state("peer")} != ${STOPPED}) {`,
    `\tspin_unlock(${s.lock("peer")});`,
    `\t${out}`,
    "}",
    `spin_unlock(${s.lock("peer")});`,
  ]),
  all("all-checked-by-guard", "the same by scoped_guard()", (s, out) => [
    `scoped_guard(spinlock, ${s.lock("peer")}) {`,
    `\tif (${s.state("peer")} != ${STOPPED})`,
    `\t\t${out}`,
    "}",
  ]),
  all("all-checked-unlocked", "every vCPU is checked, no lock", (s, out) => [
    `if (READ_ONCE(${s.state("peer")}) != ${STOPPED})`,
    `\t${out}`,
  ]),
];

const sounds: readonly Operator[] = [
  sound("other-written-locked", "another vCPU's state is stored to under its lock", ({ other }, s) => ({
    lines: locked(s, other, store(s, other)),
  })),
  sound("other-written-by-scoped-guard", "the same by scoped_guard()", ({ other }, s) => ({
    lines: [`scoped_guard(spinlock, ${s.lock(other)})`, `\t${store(s, other, false)}`],
    bare: true,
  })),
  sound("other-written-by-guard", "the same by guard() in a block", ({ other }, s) => ({
    lines: ["{", `\tguard(spinlock)(${s.lock(other)});`, `\t${store(s, other)}`, "}"],
  })),
  sound("other-written-by-locking-helper", "a new helper locks and stores", ({ fn, other }, s) => ({
    lines: [`${helperName(fn, "stop")}(${other});`],
    helper: {
      header: `void ${helperName(fn, "stop")}(struct kvm_vcpu *vcpu)`,
      body: locked(s, "vcpu", store(s, "vcpu")),
    },
    bare: true,
  })),
  sound(
    "other-written-by-asserting-helper",
    "a new helper asserts the lock, the caller holds it",
    ({ fn, other }, s) => ({
      lines: locked(s, other, `${helperName(fn, "stop")}(${other});`),
      helper: {
        header: `void ${helperName(fn, "stop")}(struct kvm_vcpu *vcpu)`,
        body: [`lockdep_assert_held(${s.lock("vcpu")});`, "", store(s, "vcpu")],
      },
    }),
  ),
  sound("other-written-by-helper-locked", "a new helper stores, the caller holds the lock", ({ fn, other }, s) => ({
    lines: locked(s, other, `${helperName(fn, "stop")}(${other});`),
    helper: { header: `void ${helperName(fn, "stop")}(struct kvm_vcpu *vcpu)`, body: [store(s, "vcpu")] },
  })),
  sound("other-locked-by-alias", "locked by one name, stored by another", ({ other }, s) => ({
    lines: [
      "{",
      `\tstruct kvm_vcpu *target = ${other};`,
      "",
      ...locked(s, "target", store(s, other)).map((l) => `\t${l}`),
      "}",
    ],
  })),
  sound("rechecked-under-lock", "checked early, checked again under the lock before the store", ({ other }, s) => ({
    lines: [
      `if (${testOf(s, other)}) {`,
      ...locked(s, other, `if (${testOf(s, other)})`, `\t${s.state(other)} = KVM_MP_STATE_RUNNABLE;`).map(
        (l) => `\t${l}`,
      ),
      "}",
    ],
  })),
  sound("checked-and-written-in-one", "check and store in one critical section", ({ other }, s) => ({
    lines: locked(s, other, `if (${testOf(s, other)})`, `\t${s.state(other)} = KVM_MP_STATE_RUNNABLE;`),
  })),
  sound("kicked-on-unlocked-read", "an unlocked read steers a kick only", ({ other }, s) => ({
    lines: [`if (READ_ONCE(${s.state(other)}) == KVM_MP_STATE_RUNNABLE)`, `\tkvm_vcpu_kick(${other});`],
    bare: true,
  })),
  sound("request-and-kick", "a request and a kick", ({ other }) => ({
    lines: [`kvm_make_request(KVM_REQ_UNBLOCK, ${other});`, `kvm_vcpu_kick(${other});`],
  })),
  sound("own-written-locked", "the running vCPU's state is stored to under its lock", ({ own, how }, s) =>
    own === null || how.startsWith("new") ? null : { lines: locked(s, own, store(s, own)) },
  ),
  sound("trylock-respected", "the store is made only when the trylock worked", (seat, s) => ({
    lines: [
      `if (spin_trylock(${s.lock(seat.other)})) {`,
      `\t${store(s, seat.other)}`,
      `\tspin_unlock(${s.lock(seat.other)});`,
      "}",
    ],
  })),
];

export const vcpuFaults: readonly Operator[] = [...writes, ...checks, ...loops];
export const vcpuSounds: readonly Operator[] = sounds;
