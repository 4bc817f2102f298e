/* A flag of the VM that shuts a gate, and runs of any vCPU that open it. */

static bool is_parked(struct kvm_vcpu *v)
{
	return READ_ONCE(v->arch.mp_state.mp_state) == KVM_MP_STATE_STOPPED;
}

int handle_nap(struct kvm_vcpu *vcpu)
{
	unsigned long i;
	struct kvm_vcpu *peer;

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
	int ret = -EBUSY;

	spin_lock(&peer->arch.mp_state_lock);
	if (!READ_ONCE(me->kvm->arch.napping)) {
		WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
		ret = 0;
	}
	spin_unlock(&peer->arch.mp_state_lock);
	return ret;
}

int kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
{
	/* ruleid: kvm/self-clearing-flag */
	vcpu->kvm->arch.napping = false;
	return 0;
}
