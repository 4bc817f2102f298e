/** Whole flag protocols, seeded into three functions: one sets and looks at the others, one is held off, one clears. */
import { hashOf } from "../choice.js";
import type { FnSite } from "../code.js";
import { before, type Edit, helper } from "../edit.js";
import type { Draft, Operator, Scope } from "../operator.js";
import { failure } from "../shapes.js";
import { openings, ownVcpu, reachable, stateOf } from "../vcpus.js";

const RULE = "kvm/self-clearing-flag";

/** How a flag of the VM is spelled. */
interface Spelling {
  set: (vm: string) => string;
  clear: (vm: string) => string;
  test: (vm: string) => string;
  /** Set and tested in one step. */
  grab: (vm: string) => string;
}

const PLAIN: Spelling = {
  set: (vm) => `${vm}->arch.quiesced = true;`,
  clear: (vm) => `${vm}->arch.quiesced = false;`,
  test: (vm) => `${vm}->arch.quiesced`,
  grab: (vm) => `xchg(&${vm}->arch.quiesced, true)`,
};
const ONCE: Spelling = {
  ...PLAIN,
  set: (vm) => `WRITE_ONCE(${vm}->arch.quiesced, true);`,
  clear: (vm) => `WRITE_ONCE(${vm}->arch.quiesced, false);`,
  test: (vm) => `READ_ONCE(${vm}->arch.quiesced)`,
};
const BIT: Spelling = {
  set: (vm) => `set_bit(KVM_ARCH_FLAG_QUIESCED, &${vm}->arch.flags);`,
  clear: (vm) => `clear_bit(KVM_ARCH_FLAG_QUIESCED, &${vm}->arch.flags);`,
  test: (vm) => `test_bit(KVM_ARCH_FLAG_QUIESCED, &${vm}->arch.flags)`,
  grab: (vm) => `test_and_set_bit(KVM_ARCH_FLAG_QUIESCED, &${vm}->arch.flags)`,
};
const ATOMIC: Spelling = {
  set: (vm) => `atomic_set(&${vm}->arch.quiesced, 1);`,
  clear: (vm) => `atomic_set(&${vm}->arch.quiesced, 0);`,
  test: (vm) => `atomic_read(&${vm}->arch.quiesced)`,
  grab: (vm) => `atomic_xchg(&${vm}->arch.quiesced, 1)`,
};

interface Actor {
  fn: FnSite;
  own: string;
  out: string;
}

const actorOf = (fn: FnSite): Actor | null => {
  const own = ownVcpu(fn);
  const out = failure(fn);
  return own === null || out === null || openings(fn)[0] === undefined ? null : { fn, own, out };
};

const opening = ({ fn }: Actor, ...lines: string[]): Edit => {
  const [at] = openings(fn);
  return at === undefined ? { start: fn.body.start, end: fn.body.start, text: "" } : before(fn, at, ...lines);
};

/** Functions that userspace or the guest can have run for any vCPU: targets of operations tables and the models' entries. */
function entries(scope: Scope): Actor[] {
  const named = new Set(scope.models.entryClasses.flatMap((c) => (c.lifecycle ? [] : [...c.functions])));
  for (const file of scope.files) for (const t of file.cfile.tables) named.add(t.target);
  return reachable(scope, RULE).flatMap((fn) => (named.has(fn.fn.name) ? (actorOf(fn) ?? []) : []));
}

interface Cast {
  setter: Actor;
  gated: Actor;
  clearer: Actor;
}

/** One cast for each entry point as the clearer. */
function casts(scope: Scope): Cast[] {
  const all = entries(scope);
  if (stateOf(scope) === null || all.length < 3) return [];
  return all.flatMap((clearer, i) => {
    const rest = all.filter((a) => a.fn.fn.name !== clearer.fn.fn.name);
    const setter = rest[hashOf(`setter ${clearer.fn.fn.name} ${i}`) % rest.length];
    const others = rest.filter((a) => a.fn.fn.name !== setter?.fn.fn.name);
    const gated = others[hashOf(`gated ${clearer.fn.fn.name} ${i}`) % Math.max(1, others.length)];
    return setter === undefined || gated === undefined ? [] : [{ setter, gated, clearer }];
  });
}

function seeded(cast: Cast, edits: readonly [Actor, Edit][]): Draft {
  const paths = [...new Set(edits.map(([a]) => a.fn.file.path))];
  const { fn } = cast.clearer;
  return {
    path: fn.file.path,
    function: fn.fn.name,
    at: fn.node.start,
    edits: paths.map((path) => ({ path, edits: edits.flatMap(([a, e]) => (a.fn.file.path === path ? [e] : [])) })),
    functions: [fn.fn.name],
  };
}

/** Sets the flag, looks at all others, gives the flag up when one of them runs. */
function looksAtAll(scope: Scope, a: Actor, s: Spelling): Edit {
  const state = stateOf(scope);
  const vm = `${a.own}->kvm`;
  if (state === null) return opening(a);
  return opening(
    a,
    "{",
    "\tstruct kvm_vcpu *peer;",
    "\tunsigned long n;",
    "",
    `\t${s.set(vm)}`,
    `\tkvm_for_each_vcpu(n, peer, ${vm}) {`,
    `\t\tspin_lock(${state.lock("peer")});`,
    `\t\tif (${state.state("peer")} != KVM_MP_STATE_STOPPED) {`,
    `\t\t\tspin_unlock(${state.lock("peer")});`,
    `\t\t\t${s.clear(vm)}`,
    `\t\t\t${a.out}`,
    "\t\t}",
    `\t\tspin_unlock(${state.lock("peer")});`,
    "\t}",
    `\t${a.own}->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;`,
    "}",
  );
}

/** Goes on only while the flag is not set. */
const heldOff = (a: Actor, s: Spelling): Edit =>
  opening(a, `if (${s.test(`${a.own}->kvm`)})`, `\t${a.out}`, `${a.own}->run->exit_reason = KVM_EXIT_UNKNOWN;`);

const fault = (
  name: string,
  what: string,
  s: Spelling,
  clear: (cast: Cast, s: Spelling) => [Actor, Edit][],
): Operator => ({
  name,
  kind: "fault",
  rules: [RULE],
  what,
  drafts: (scope) =>
    casts(scope).map((cast) =>
      seeded(cast, [
        [cast.setter, looksAtAll(scope, cast.setter, s)],
        [cast.gated, heldOff(cast.gated, s)],
        ...clear(cast, s),
      ]),
    ),
});

const cleared = ({ clearer }: Cast, s: Spelling): [Actor, Edit][] => [
  [clearer, opening(clearer, s.clear(`${clearer.own}->kvm`))],
];

const clearedIf = ({ clearer }: Cast, s: Spelling): [Actor, Edit][] => [
  [clearer, opening(clearer, `if (${s.test(`${clearer.own}->kvm`)})`, `\t${s.clear(`${clearer.own}->kvm`)}`)],
];

const clearedByHelper = ({ clearer }: Cast, s: Spelling): [Actor, Edit][] => {
  const name = `${clearer.fn.fn.name}_resume`;
  return [
    [clearer, helper(clearer.fn, `void ${name}(struct kvm *kvm)`, s.clear("kvm"))],
    [clearer, opening(clearer, `${name}(${clearer.own}->kvm);`)],
  ];
};

const clearedByAlias = ({ clearer }: Cast, s: Spelling): [Actor, Edit][] => [
  [clearer, opening(clearer, "{", `\tstruct kvm *vm = ${clearer.own}->kvm;`, "", `\t${s.clear("vm")}`, "}")],
];

export const protocolFaults: readonly Operator[] = [
  fault("flag-cleared-by-any-vcpu", "a gate flag is cleared on a path that any vCPU runs", PLAIN, cleared),
  fault("flag-cleared-once", "the same with READ_ONCE() and WRITE_ONCE()", ONCE, cleared),
  fault("flag-bit-cleared", "the same with set_bit() and clear_bit()", BIT, cleared),
  fault("flag-atomic-cleared", "the same with an atomic_t", ATOMIC, cleared),
  fault("flag-cleared-if-set", "cleared behind a look at the flag itself", PLAIN, clearedIf),
  fault("flag-cleared-by-helper", "cleared by a new helper", ONCE, clearedByHelper),
  fault("flag-cleared-by-alias", "cleared through a second pointer to the VM", PLAIN, clearedByAlias),
];

/** Grabs the flag in one step, works, gives it back itself. */
const grabs = (a: Actor, s: Spelling): Edit => {
  const vm = `${a.own}->kvm`;
  return opening(
    a,
    `if (${s.grab(vm)})`,
    `\t${a.out}`,
    `${vm}->arch.quiesced_by = ${a.own};`,
    `${a.own}->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;`,
    `${vm}->arch.quiesced_by = NULL;`,
    s.clear(vm),
  );
};

const owned = ({ clearer }: Cast, s: Spelling): [Actor, Edit][] => [
  [
    clearer,
    opening(
      clearer,
      `if (${clearer.own}->kvm->arch.quiesced_by == ${clearer.own})`,
      `\t${s.clear(`${clearer.own}->kvm`)}`,
    ),
  ],
];

const sound = (
  name: string,
  what: string,
  s: Spelling,
  rest: (cast: Cast, s: Spelling) => [Actor, Edit][],
): Operator => ({
  name,
  kind: "sound",
  rules: [],
  what,
  drafts: (scope) =>
    casts(scope).map((cast) =>
      seeded(cast, [[cast.setter, grabs(cast.setter, s)], [cast.gated, heldOff(cast.gated, s)], ...rest(cast, s)]),
    ),
});

/** Counts up and down: nobody's count is wiped by another's. */
const counted = ({ setter, gated, clearer }: Cast): [Actor, Edit][] => [
  [setter, opening(setter, `atomic_inc(&${setter.own}->kvm->arch.quiescers);`)],
  [gated, opening(gated, `if (atomic_read(&${gated.own}->kvm->arch.quiescers))`, `\t${gated.out}`)],
  [clearer, opening(clearer, `atomic_dec(&${clearer.own}->kvm->arch.quiescers);`)],
];

export const protocolSounds: readonly Operator[] = [
  sound("flag-kept-by-owner", "grabbed in one step, cleared by the one who grabbed it", PLAIN, () => []),
  sound("flag-cleared-by-owner-test", "cleared elsewhere, behind a look at who owns it", PLAIN, owned),
  sound("flag-bit-cleared-by-owner-test", "the same with bits", BIT, owned),
  {
    name: "counter-instead-of-flag",
    kind: "sound",
    rules: [],
    what: "a counter that goes up and down",
    drafts: (scope) => casts(scope).map((cast) => seeded(cast, counted(cast))),
  },
];
