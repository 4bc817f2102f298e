/* The locks of all vCPUs are taken before the first is looked at. */

static int sleep_with_all_locked(struct kvm_vcpu *vcpu)
{
	struct kvm_vcpu *peer;
	unsigned long i;
	int ret = 0;

	kvm_for_each_vcpu(i, peer, vcpu->kvm)
		spin_lock_nested(&peer->arch.mp_state_lock, i);
	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		/* ok: kvm/check-then-act */
		if (peer != vcpu && READ_ONCE(peer->arch.mp_state.mp_state) != KVM_MP_STATE_STOPPED) {
			ret = -EPERM;
			break;
		}
	}
	if (!ret)
		vcpu->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	kvm_for_each_vcpu(i, peer, vcpu->kvm)
		spin_unlock(&peer->arch.mp_state_lock);
	return ret;
}

/* Given back before it goes by what was seen. */
static int sleep_after_all_locked(struct kvm_vcpu *vcpu)
{
	struct kvm_vcpu *peer;
	unsigned long i;
	int ret = 0;

	kvm_for_each_vcpu(i, peer, vcpu->kvm)
		spin_lock_nested(&peer->arch.mp_state_lock, i);
	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		/* ruleid: kvm/check-then-act */
		if (peer != vcpu && READ_ONCE(peer->arch.mp_state.mp_state) != KVM_MP_STATE_STOPPED) {
			ret = -EPERM;
			break;
		}
	}
	kvm_for_each_vcpu(i, peer, vcpu->kvm)
		spin_unlock(&peer->arch.mp_state_lock);
	if (!ret)
		vcpu->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	return ret;
}

/* Looked at before they are locked. */
static int lock_all_to_sleep(struct kvm_vcpu *vcpu)
{
	struct kvm_vcpu *peer;
	unsigned long i;

	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		/* ruleid: kvm/check-then-act */
		if (peer != vcpu && READ_ONCE(peer->arch.mp_state.mp_state) != KVM_MP_STATE_STOPPED)
			return -EPERM;
	}
	kvm_for_each_vcpu(i, peer, vcpu->kvm)
		spin_lock_nested(&peer->arch.mp_state_lock, i);
	vcpu->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	kvm_for_each_vcpu(i, peer, vcpu->kvm)
		spin_unlock(&peer->arch.mp_state_lock);
	return 0;
}
