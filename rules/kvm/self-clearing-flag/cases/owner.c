/* Only who set the flag clears it: told by an owner field of the VM. */

static bool is_parked(struct kvm_vcpu *v)
{
	return READ_ONCE(v->arch.mp_state.mp_state) == KVM_MP_STATE_STOPPED;
}

int handle_nap(struct kvm_vcpu *vcpu)
{
	unsigned long i;
	struct kvm_vcpu *peer;

	if (cmpxchg(&vcpu->kvm->arch.nap_owner, NULL, vcpu))
		return -EBUSY;
	WRITE_ONCE(vcpu->kvm->arch.napping, true);
	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		if (peer != vcpu && !is_parked(peer)) {
			/* ok: kvm/self-clearing-flag */
			WRITE_ONCE(vcpu->kvm->arch.napping, false);
			return -EPERM;
		}
	}
	vcpu->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	return 0;
}

int handle_start(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	if (READ_ONCE(me->kvm->arch.napping))
		return -EBUSY;
	spin_lock(&peer->arch.mp_state_lock);
	WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	spin_unlock(&peer->arch.mp_state_lock);
	return 0;
}

int kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
{
	if (vcpu->kvm->arch.nap_owner == vcpu) {
		/* ok: kvm/self-clearing-flag */
		WRITE_ONCE(vcpu->kvm->arch.napping, false);
		vcpu->kvm->arch.nap_owner = NULL;
	}
	return 0;
}
