/* The own lock, taken around it all, keeps nobody from the state of another. */

static int start_peer_under_own(struct kvm_vcpu *vcpu, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(vcpu->kvm, id);
	bool parked;

	guard(spinlock)(&vcpu->arch.mp_state_lock);
	spin_lock_nested(&peer->arch.mp_state_lock, SINGLE_DEPTH_NESTING);
	parked = READ_ONCE(peer->arch.mp_state.mp_state) == KVM_MP_STATE_STOPPED;
	spin_unlock(&peer->arch.mp_state_lock);
	/* ruleid: kvm/check-then-act */
	if (!parked)
		return -EINVAL;
	spin_lock_nested(&peer->arch.mp_state_lock, SINGLE_DEPTH_NESTING);
	WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	spin_unlock(&peer->arch.mp_state_lock);
	return 0;
}
