import { describe, expect, it } from "vitest";
import { evaluated, programOf, rules } from "../engine.js";

/** What the KVM rules say of a file at warning or above, as "function kind". */
function said(text: string): string[] {
  const program = programOf({ "arch/riscv/kvm/a.c": text });
  const kvm = rules.rules.filter((r) => r.id.startsWith("kvm/"));
  return evaluated(program, kvm).outcomes.flatMap((o) =>
    o.severity === "note" ? [] : [`${o.anchor.function} ${o.detail.kind}`],
  );
}

const rival = `
int wake(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	spin_lock(&peer->arch.mp_state_lock);
	WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	spin_unlock(&peer->arch.mp_state_lock);
	return 0;
}
`;

describe("an object that no other thread can reach yet", () => {
  it("is written without its lock while it is made", () => {
    const made = `${rival}
static void set_up(struct kvm_vcpu *vcpu) { WRITE_ONCE(vcpu->arch.mp_state.mp_state, KVM_MP_STATE_STOPPED); }
int kvm_arch_vcpu_create(struct kvm_vcpu *vcpu) { set_up(vcpu); return 0; }
`;
    expect(said(made)).toEqual([]);
  });

  it("is written without its lock between its allocation and its publication", () => {
    const made = `${rival}
int add(struct kvm *kvm, unsigned long id)
{
	struct kvm_vcpu *vcpu = kmem_cache_zalloc(kvm_vcpu_cache, GFP_KERNEL_ACCOUNT);

	if (!vcpu)
		return -ENOMEM;
	vcpu->kvm = kvm;
	WRITE_ONCE(vcpu->arch.mp_state.mp_state, KVM_MP_STATE_STOPPED);
	return xa_insert(&kvm->vcpu_array, id, vcpu, GFP_KERNEL_ACCOUNT);
}
`;
    expect(said(made)).toEqual([]);
  });

  it("is like any other once it can be found", () => {
    const found = `${rival}
int reset(struct kvm *kvm, unsigned long id)
{
	struct kvm_vcpu *vcpu = kvm_get_vcpu(kvm, id);

	WRITE_ONCE(vcpu->arch.mp_state.mp_state, KVM_MP_STATE_STOPPED);
	return 0;
}
`;
    expect(said(found)).toEqual(["reset unlocked-write"]);
  });

  it("takes kvm->lock while it is made: its own mutex is not held yet", () => {
    const made = `
int kvm_arch_vcpu_create(struct kvm_vcpu *vcpu)
{
	mutex_lock(&vcpu->kvm->lock);
	vcpu->kvm->arch.made++;
	mutex_unlock(&vcpu->kvm->lock);
	return 0;
}
`;
    expect(said(made)).toEqual([]);
    expect(said(made.replace("kvm_arch_vcpu_create", "kvm_arch_vcpu_ioctl_run"))).toEqual([
      "kvm_arch_vcpu_ioctl_run wrong-order",
    ]);
  });
});
