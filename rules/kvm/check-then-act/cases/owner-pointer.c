/* The gate is a pointer to its owner: who stores the vCPU that it runs for shuts it. */

static bool is_parked(struct kvm_vcpu *v)
{
	return READ_ONCE(v->arch.mp_state.mp_state) == KVM_MP_STATE_STOPPED;
}

static int sleep_as_owner(struct kvm_vcpu *vcpu)
{
	unsigned long i;
	struct kvm_vcpu *peer;

	if (cmpxchg(&vcpu->kvm->arch.sleeper, NULL, vcpu))
		return -EBUSY;
	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		if (peer == vcpu)
			continue;
		spin_lock(&peer->arch.mp_state_lock);
		/* ok: kvm/check-then-act */
		if (!is_parked(peer)) {
			spin_unlock(&peer->arch.mp_state_lock);
			WRITE_ONCE(vcpu->kvm->arch.sleeper, NULL);
			return -EPERM;
		}
		spin_unlock(&peer->arch.mp_state_lock);
	}
	vcpu->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	return 0;
}

static int start_unless_slept(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	guard(spinlock)(&peer->arch.mp_state_lock);
	if (READ_ONCE(me->kvm->arch.sleeper))
		return -EBUSY;
	WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	return 0;
}

/* Only the owner's own run opens it again. */
int kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
{
	cmpxchg(&vcpu->kvm->arch.sleeper, vcpu, NULL);
	return 0;
}
