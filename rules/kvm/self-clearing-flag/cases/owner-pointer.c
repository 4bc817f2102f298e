/* The gate is a pointer to its owner, and a run of any vCPU wipes it; where only the owner's does, it is sound. */

static bool is_parked(struct kvm_vcpu *v)
{
	return READ_ONCE(v->arch.mp_state.mp_state) == KVM_MP_STATE_STOPPED;
}

int handle_nap(struct kvm_vcpu *vcpu)
{
	unsigned long i;
	struct kvm_vcpu *peer;

	if (cmpxchg(&vcpu->kvm->arch.napper, NULL, vcpu))
		return -EBUSY;
	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		if (peer != vcpu && !is_parked(peer)) {
			/* ok: kvm/self-clearing-flag */
			WRITE_ONCE(vcpu->kvm->arch.napper, NULL);
			return -EPERM;
		}
	}
	vcpu->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	return 0;
}

int handle_start(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	guard(spinlock)(&peer->arch.mp_state_lock);
	if (READ_ONCE(me->kvm->arch.napper))
		return -EBUSY;
	WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	return 0;
}

int kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
{
	/* ok: kvm/self-clearing-flag */
	cmpxchg(&vcpu->kvm->arch.napper, vcpu, NULL);
	return 0;
}

void kvm_arch_vcpu_load(struct kvm_vcpu *vcpu, int cpu)
{
	/* ruleid: kvm/self-clearing-flag */
	WRITE_ONCE(vcpu->kvm->arch.napper, NULL);
}
