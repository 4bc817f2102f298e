/**
 * kvm->lock waited for where vcpu->mutex is held, and looks like it that wait for nothing. Which functions run under
 * vcpu->mutex is told by names alone: what the core calls under it, the architectures' exit tables, and what those call.
 */
import { type FnSite, identifiersCalled, nodesOf, textOf } from "../code.js";
import { before, helper } from "../edit.js";
import { type Draft, draft, type Operator, type Scope } from "../operator.js";
import { failure } from "../shapes.js";
import { openings, ownVcpu } from "../vcpus.js";

const RULE = "kvm/lock-order";

/** What kvm_vcpu_ioctl() calls with vcpu->mutex held (virt/kvm/kvm_main.c). */
const UNDER_MUTEX = /^kvm_arch_vcpu_(?:ioctl|ioctl_run|ioctl_[gs]et_(?:regs|sregs|fpu|mpstate)|ioctl_set_guest_debug)$/;
/** Tables of handlers of what a guest does. */
const EXIT_TABLES = /exit_handle|exit_fn|_exit_handlers$|sbi_extension/;
const ENTRY = /^kvm_arch_(?:vm_ioctl|vcpu_async_ioctl|vcpu_unlocked_ioctl)$/;
const MAX_CALLS = 4;

/** Functions that run under vcpu->mutex, by direct calls from where the core or the guest comes in. */
function underMutex(scope: Scope): FnSite[] {
  const files = scope.files.filter(
    (f) => /\.c$/.test(f.path) && !f.path.includes("/hyp/") && scope.covers(RULE, f.path),
  );
  const all = files.flatMap((f) => f.functions);
  const handlers = new Set(
    files.flatMap((f) =>
      f.cfile.tables.flatMap((t) =>
        EXIT_TABLES.test(t.table) || EXIT_TABLES.test(t.tableType)
          ? t.field === "" || t.field === "handler"
            ? [t.target]
            : []
          : [],
      ),
    ),
  );
  const found = new Set(all.filter((fn) => UNDER_MUTEX.test(fn.fn.name) || handlers.has(fn.fn.name)));
  let level = [...found];
  for (let depth = 0; depth < MAX_CALLS; depth++) {
    level = level.flatMap((fn) => {
      const names = identifiersCalled(fn);
      return all.filter((c) => names.has(c.fn.name) && !found.has(c) && (!c.fn.isStatic || c.file === fn.file));
    });
    for (const fn of level) found.add(fn);
  }
  return [...found].filter((fn) => ownVcpu(fn) !== null && !fn.fn.isWeak && fn.fn.name !== "kvm_arch_vcpu_ioctl");
}

/** Lines put at the opening of each such function; `made` is a helper that they call. */
const seeded =
  (lines: (fn: FnSite, vm: string) => { lines: string[]; made?: { header: string; body: string[] } } | null) =>
  (scope: Scope): Draft[] =>
    underMutex(scope).flatMap((fn) => {
      const [at] = openings(fn);
      const added = lines(fn, `${ownVcpu(fn)}->kvm`);
      if (at === undefined || added === null) return [];
      const edits = [before(fn, at, ...added.lines)];
      const name = /(\w+)\(/.exec(added.made?.header ?? "")?.[1];
      if (added.made !== undefined) edits.unshift(helper(fn, added.made.header, ...added.made.body));
      return [draft(fn, at, edits, name === undefined ? [fn.fn.name] : [fn.fn.name, name])];
    });

const note = (vm: string): string => `${vm}->arch.seeded_note++;`;

const fault = (name: string, what: string, drafts: Operator["drafts"]): Operator => ({
  name,
  kind: "fault",
  rules: [RULE],
  what,
  drafts,
});
const sound = (name: string, what: string, drafts: Operator["drafts"]): Operator => ({
  name,
  kind: "sound",
  rules: [],
  what,
  drafts,
});

export const orderFaults: readonly Operator[] = [
  fault(
    "vm-lock-under-vcpu-mutex",
    "kvm->lock is taken where vcpu->mutex is held",
    seeded((_fn, vm) => ({ lines: [`mutex_lock(&${vm}->lock);`, note(vm), `mutex_unlock(&${vm}->lock);`] })),
  ),
  fault(
    "vm-lock-by-guard",
    "the same by scoped_guard()",
    seeded((_fn, vm) => ({ lines: [`scoped_guard(mutex, &${vm}->lock)`, `\t${note(vm)}`] })),
  ),
  fault(
    "vm-lock-killable",
    "the same by mutex_lock_killable()",
    seeded((fn, vm) => {
      const out = failure(fn);
      if (out === null) return null;
      const lines = [`if (mutex_lock_killable(&${vm}->lock))`, `\t${out}`, note(vm), `mutex_unlock(&${vm}->lock);`];
      return { lines };
    }),
  ),
  fault(
    "vm-lock-in-helper",
    "the same in a helper that has only the VM",
    seeded((fn, vm) => ({
      lines: [`${fn.fn.name}_note(${vm});`],
      made: {
        header: `void ${fn.fn.name}_note(struct kvm *kvm)`,
        body: ["mutex_lock(&kvm->lock);", note("kvm"), "mutex_unlock(&kvm->lock);"],
      },
    })),
  ),
];

/** Functions that userspace reaches without vcpu->mutex. */
const besideRun = (scope: Scope): Draft[] =>
  scope.files.flatMap((file) =>
    (scope.covers(RULE, file.path) ? file.functions : []).flatMap((fn) => {
      const [at] = openings(fn);
      if (!ENTRY.test(fn.fn.name) || fn.fn.isWeak || at === undefined) return [];
      const isVm = fn.fn.name === "kvm_arch_vm_ioctl";
      const file_ = nodesOf(fn.node).find((n) => n.type === "parameter_declaration");
      const filp = file_ === undefined ? "" : (/(\w+)\s*$/.exec(textOf(fn, file_))?.[1] ?? "");
      const name = `${fn.fn.name}_note`;
      const struct = isVm ? "kvm" : "kvm_vcpu";
      const vm = isVm ? "object" : "object->kvm";
      const made = helper(
        fn,
        `void ${name}(struct ${struct} *object)`,
        `mutex_lock(&${vm}->lock);`,
        note(vm),
        `mutex_unlock(&${vm}->lock);`,
      );
      return [draft(fn, at, [made, before(fn, at, `${name}(${filp}->private_data);`)])];
    }),
  );

export const orderSounds: readonly Operator[] = [
  sound(
    "vm-lock-tried",
    "kvm->lock is only tried where vcpu->mutex is held",
    seeded((_fn, vm) => ({
      lines: [`if (mutex_trylock(&${vm}->lock)) {`, `\t${note(vm)}`, `\tmutex_unlock(&${vm}->lock);`, "}"],
    })),
  ),
  sound(
    "leaf-lock-under-vcpu-mutex",
    "a lock of its own is taken there",
    seeded((_fn, vm) => ({
      lines: [`mutex_lock(&${vm}->arch.seeded_lock);`, note(vm), `mutex_unlock(&${vm}->arch.seeded_lock);`],
    })),
  ),
  sound("vm-lock-beside-run", "kvm->lock is taken in an ioctl that does not hold vcpu->mutex", besideRun),
];
