/* Gates that are mode words, bits, or open while true. */

static bool parked(struct kvm_vcpu *v)
{
	return READ_ONCE(v->arch.mp_state.mp_state) == KVM_MP_STATE_STOPPED;
}

static int enum_suspend(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	unsigned long i;

	WRITE_ONCE(me->kvm->arch.phase, PHASE_SUSPENDING);
	kvm_for_each_vcpu(i, peer, me->kvm) {
		spin_lock(&peer->arch.mp_state_lock);
		if (peer != me && !parked(peer)) {
			spin_unlock(&peer->arch.mp_state_lock);
			WRITE_ONCE(me->kvm->arch.phase, PHASE_IDLE);
			return -EPERM;
		}
		spin_unlock(&peer->arch.mp_state_lock);
	}
	me->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	return 0;
}

static int enum_start(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	guard(spinlock)(&peer->arch.mp_state_lock);
	if (READ_ONCE(me->kvm->arch.phase) == PHASE_SUSPENDING)
		return -EBUSY;
	WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	return 0;
}

int kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
{
	/* ruleid: kvm/self-clearing-flag */
	WRITE_ONCE(vcpu->kvm->arch.phase, PHASE_IDLE);
	/* ruleid: kvm/self-clearing-flag */
	vcpu->kvm->arch.open = true;
	/* ruleid: kvm/self-clearing-flag */
	vcpu->kvm->arch.word &= ~WORD_SUSPEND;
	return 0;
}

static int inv_suspend(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	unsigned long i;

	me->kvm->arch.open = false;
	kvm_for_each_vcpu(i, peer, me->kvm) {
		spin_lock(&peer->arch.mp_state_lock);
		if (peer != me && !parked(peer)) {
			spin_unlock(&peer->arch.mp_state_lock);
			me->kvm->arch.open = true;
			return -EPERM;
		}
		spin_unlock(&peer->arch.mp_state_lock);
	}
	me->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	return 0;
}

static int inv_start(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	guard(spinlock)(&peer->arch.mp_state_lock);
	if (!me->kvm->arch.open)
		return -EBUSY;
	WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	return 0;
}

static int bit_suspend(struct kvm_vcpu *me)
{
	struct kvm_vcpu *peer;
	unsigned long i;

	me->kvm->arch.word |= WORD_SUSPEND;
	kvm_for_each_vcpu(i, peer, me->kvm) {
		spin_lock(&peer->arch.mp_state_lock);
		if (peer != me && !parked(peer)) {
			spin_unlock(&peer->arch.mp_state_lock);
			me->kvm->arch.word &= ~WORD_SUSPEND;
			return -EPERM;
		}
		spin_unlock(&peer->arch.mp_state_lock);
	}
	me->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	return 0;
}

static int bit_start(struct kvm_vcpu *me, unsigned long id)
{
	struct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);

	guard(spinlock)(&peer->arch.mp_state_lock);
	if (me->kvm->arch.word & WORD_SUSPEND)
		return -EBUSY;
	WRITE_ONCE(peer->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
	return 0;
}
