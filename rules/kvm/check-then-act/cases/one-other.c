/* One other vCPU is looked at in one critical section and changed in another. */

static int start_twice_locked(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);
	bool off;

	spin_lock(&peer->arch.mp_state_lock);
	off = peer->arch.power_off;
	spin_unlock(&peer->arch.mp_state_lock);
	/* ruleid: kvm/check-then-act */
	if (!off)
		return -EINVAL;
	spin_lock(&peer->arch.mp_state_lock);
	peer->arch.power_off = false;
	spin_unlock(&peer->arch.mp_state_lock);
	return 0;
}

static int start_once_locked(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);
	int ret = 0;

	spin_lock(&peer->arch.mp_state_lock);
	/* ok: kvm/check-then-act */
	if (!peer->arch.power_off) {
		ret = -EINVAL;
		goto out;
	}
	peer->arch.power_off = false;
out:
	spin_unlock(&peer->arch.mp_state_lock);
	return ret;
}

static int start_looks_again(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	/* ok: kvm/check-then-act */
	if (!READ_ONCE(peer->arch.power_off))
		return -EINVAL;
	spin_lock(&peer->arch.mp_state_lock);
	if (peer->arch.power_off)
		peer->arch.power_off = false;
	spin_unlock(&peer->arch.mp_state_lock);
	return 0;
}

/* A kick is a hint, whatever it writes on its way. */
void kvm_vcpu_kick(struct kvm_vcpu *v)
{
	v->ready = true;
}

static int kick_if_running(struct kvm_vcpu *vcpu, int id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(vcpu->kvm, id);

	if (READ_ONCE(peer->arch.mp_state.mp_state) == KVM_MP_STATE_RUNNABLE)
		/* ok: kvm/check-then-act */
		kvm_vcpu_kick(peer);
	return 0;
}
