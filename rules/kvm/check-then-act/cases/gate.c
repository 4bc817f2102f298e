/* A flag holds the others off: every competitor tests it, and only its owner clears it, one owner at a time. */

static bool is_parked(struct kvm_vcpu *v)
{
	return READ_ONCE(v->arch.mp_state.mp_state) == KVM_MP_STATE_STOPPED;
}

static int sleep_behind_gate(struct kvm_vcpu *vcpu)
{
	unsigned long i;
	struct kvm_vcpu *peer;

	if (test_and_set_bit(0, &vcpu->kvm->arch.sleeping))
		return -EBUSY;
	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		if (peer == vcpu)
			continue;
		spin_lock(&peer->arch.mp_state_lock);
		/* ok: kvm/check-then-act */
		if (!is_parked(peer)) {
			spin_unlock(&peer->arch.mp_state_lock);
			clear_bit(0, &vcpu->kvm->arch.sleeping);
			return -EPERM;
		}
		spin_unlock(&peer->arch.mp_state_lock);
	}
	vcpu->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	clear_bit(0, &vcpu->kvm->arch.sleeping);
	return 0;
}

static int start_peer(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);
	int ret = 0;

	spin_lock(&peer->arch.mp_state_lock);
	if (test_bit(0, &me->kvm->arch.sleeping))
		ret = -EBUSY;
	else
		WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	spin_unlock(&peer->arch.mp_state_lock);
	return ret;
}
