/* The flag is a bit of a word, and whoever stores zero to the word clears it. */

static bool is_parked(struct kvm_vcpu *v)
{
	return READ_ONCE(v->arch.mp_state.mp_state) == KVM_MP_STATE_STOPPED;
}

int handle_nap(struct kvm_vcpu *vcpu)
{
	unsigned long i;
	struct kvm_vcpu *peer;

	if (test_and_set_bit(3, &vcpu->kvm->arch.phases))
		return -EBUSY;
	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		if (peer != vcpu && !is_parked(peer)) {
			/* ok: kvm/self-clearing-flag */
			clear_bit(3, &vcpu->kvm->arch.phases);
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
	if (test_bit(3, &me->kvm->arch.phases))
		return -EBUSY;
	WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	return 0;
}

int kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
{
	/* ruleid: kvm/self-clearing-flag */
	WRITE_ONCE(vcpu->kvm->arch.phases, 0);
	return 0;
}

/* Another bit, and another word. */
void kvm_arch_vcpu_load(struct kvm_vcpu *vcpu, int cpu)
{
	/* ok: kvm/self-clearing-flag */
	clear_bit(4, &vcpu->kvm->arch.phases);
	/* ok: kvm/self-clearing-flag */
	WRITE_ONCE(vcpu->kvm->arch.rounds, 0);
}
