/** A small kernel of own words: a file whose state is guarded by a lock of each vCPU, and changes to it. */

export const PATH = "arch/riscv/kvm/park.c";
export const OTHER = "arch/riscv/kvm/other.c";

const peer = "struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);";

/** A function that parks another vCPU, with its lock or without. */
export const parker = (name: string, locked: boolean): string =>
  locked
    ? `static void ${name}(struct kvm_vcpu *me, unsigned long id)
{
	${peer}

	spin_lock(&peer->arch.mp_state_lock);
	set_parked(peer);
	spin_unlock(&peer->arch.mp_state_lock);
}
`
    : `static void ${name}(struct kvm_vcpu *me, unsigned long id)
{
	${peer}

	set_parked(peer);
}
`;

const HEAD = `#include <linux/kvm_host.h>

static void set_parked(struct kvm_vcpu *v)
{
	WRITE_ONCE(v->arch.mp_state.mp_state, KVM_MP_STATE_STOPPED);
}

static void wake(struct kvm_vcpu *me)
{
	spin_lock(&me->arch.mp_state_lock);
	WRITE_ONCE(me->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	spin_unlock(&me->arch.mp_state_lock);
}
`;

/** The file with these functions behind what is always there. */
export const parkFile = (...functions: string[]): string => [HEAD, ...functions].join("\n");

/** A repository's files: what every test begins with. */
export const kernel = (park: string = parkFile(parker("park_peer", true))): Record<string, string> => ({
  [PATH]: park,
  [OTHER]: "int other;\n",
  "Documentation/park.rst": "Parking\n=======\n",
});
