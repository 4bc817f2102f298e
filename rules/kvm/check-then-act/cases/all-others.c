/* All other vCPUs are looked at, then something is done that relies on it. */

static bool is_parked(struct kvm_vcpu *v)
{
	return READ_ONCE(v->arch.mp_state.mp_state) == KVM_MP_STATE_STOPPED;
}

static void leave_guest(struct kvm_vcpu *vcpu)
{
	vcpu->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
}

static int sleep_unlocked(struct kvm_vcpu *vcpu)
{
	unsigned long i;
	struct kvm_vcpu *peer;

	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		if (peer == vcpu)
			continue;
		/* ruleid: kvm/check-then-act */
		if (!is_parked(peer))
			return -EPERM;
	}
	leave_guest(vcpu);
	return 0;
}

static int sleep_one_lock_each(struct kvm_vcpu *vcpu)
{
	unsigned long i;
	struct kvm_vcpu *peer;
	bool parked;

	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		if (peer == vcpu)
			continue;
		spin_lock(&peer->arch.mp_state_lock);
		parked = is_parked(peer);
		spin_unlock(&peer->arch.mp_state_lock);
		/* ruleid: kvm/check-then-act */
		if (!parked)
			return -EPERM;
	}
	leave_guest(vcpu);
	return 0;
}

static int sleep_one_lock_for_all(struct kvm_vcpu *vcpu)
{
	unsigned long i;
	struct kvm_vcpu *peer;

	mutex_lock(&vcpu->kvm->lock);
	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		/* ok: kvm/check-then-act */
		if (peer != vcpu && !is_parked(peer)) {
			mutex_unlock(&vcpu->kvm->lock);
			return -EPERM;
		}
	}
	leave_guest(vcpu);
	mutex_unlock(&vcpu->kvm->lock);
	return 0;
}

/* Nothing rests on the answer: it is only told. */
static int count_parked(struct kvm_vcpu *vcpu)
{
	unsigned long i;
	struct kvm_vcpu *peer;
	int n = 0;

	kvm_for_each_vcpu(i, peer, vcpu->kvm) {
		/* ok: kvm/check-then-act */
		if (is_parked(peer))
			n++;
	}
	return n;
}
